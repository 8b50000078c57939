"""The tree's tools/bash_faults.py says what is wrong with the bytes of a plugin's bash files."""

import subprocess
import sys
from pathlib import Path

import pytest

from runner.resources import TREE

TOOL = TREE / "tools" / "bash_faults.py"


def said(checkout: Path, *options: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, TOOL, *options, checkout], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout.replace(f"{checkout}/", "").splitlines()


def write(checkout: Path, **files: bytes | str) -> Path:
    """A plugin with these files in devstack/; __ in a name is a folder, _sh the end of it."""
    for name, content in files.items():
        path = checkout / "devstack" / name.replace("__", "/").replace("_sh", ".sh")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return checkout


@pytest.mark.parametrize(
    ("content", "line", "words", "mend"),
    [
        (b"a=1\nb=2\r\n", 2, "CR LF, as on Windows", r"sed -i 's/\r$//' devstack/settings"),
        (
            b"\xef\xbb\xbf# a\n",
            1,
            "byte order mark",
            r"sed -i '1s/^\xef\xbb\xbf//' devstack/settings",
        ),
        (b"a=1\nb=\x002\n", 2, "NUL byte", r"sed -i 's/\x00//g' devstack/settings"),
        (b"a=1\n<<<<<<< HEAD\n=======\n>>>>>>> x\n", 2, "merge conflict", "choose one side"),
        (b"a=1\n>>>>>>>\n", 2, "merge conflict", "remove the lines"),
        ("a=1\r\n".encode("utf-16"), 1, "UTF-16", "save it as UTF-8"),
    ],
)
def test_a_fault_is_said_with_its_place_and_how_to_mend_it(
    content: bytes, line: int, words: str, mend: str, tmp_path: Path
) -> None:
    (fault,) = said(write(tmp_path, settings=content))
    assert fault.startswith(f"devstack/settings:{line}: ")
    assert words in fault
    assert mend in fault


@pytest.mark.parametrize("kind", [b"a=1\r\n", b"\xef\xbb\xbfa=1\n", b"a=1\nb=\x002\n"])
def test_the_command_that_is_told_mends_the_file(kind: bytes, tmp_path: Path) -> None:
    (fault,) = said(write(tmp_path, settings=kind))
    command = fault.partition("to mend it: ")[2]
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    assert said(tmp_path) == []
    text = (tmp_path / "devstack" / "settings").read_bytes()
    assert text == kind.replace(b"\r", b"").replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf")


def test_files_without_a_fault_are_passed_over(tmp_path: Path) -> None:
    heredoc = "cat <<EOF\n=======\n<<<<<<<<\nEOF\nprintf '\\r\\n'; a='é'\n"
    assert said(write(tmp_path, settings="", plugin_sh=heredoc)) == []
    assert said(tmp_path / "missing") == []


@pytest.mark.parametrize(
    "source",
    [
        "source $DIR/devstack/lib/tea",
        'source "${DIR}/lib/tea"\r',
        "source $(dirname $BASH_SOURCE)/lib/tea",
        'if true; then . "$(cd "$(dirname "$0")" && pwd)/lib/tea"; fi',
        "[[ -e x ]] && source $LIB/tea # the library",
        "for f in $DIR/lib/*; do source $f; done",
        "source $DIR/lib/$NAME-tea",
    ],
)
def test_files_that_a_plugin_sources_are_looked_at(source: str, tmp_path: Path) -> None:
    write(tmp_path, plugin_sh=f"true\n{source}\n", lib__tea="f() {\r\n:\n}\n")
    faults = [fault for fault in said(tmp_path) if "lib/tea:1: the line ends with CR LF" in fault]
    assert len(faults) == (0 if source.endswith("\r") else 1)
    if not faults:
        assert "(also devstack/lib/tea)" in said(tmp_path)[0]


def test_files_are_followed_from_one_to_the_next_and_round(tmp_path: Path) -> None:
    write(
        tmp_path,
        settings="source $D/devstack/a\n",
        a="source $D/devstack/b\n",
        b="source $D/devstack/settings\nx=1\r\n",
    )
    (fault,) = said(tmp_path)
    assert fault.startswith("devstack/b:2: ")


def test_files_that_bash_does_not_read_are_left_alone(tmp_path: Path) -> None:
    write(
        tmp_path,
        plugin_sh="source $1\ncp $D/devstack/files/a.conf /etc\n",
        files__template="x\r\n",
        README="x\r\n",
    )
    write(tmp_path, logo_png="")
    (tmp_path / "devstack" / "logo.png").write_bytes(b"\0\r\n")
    (fault,) = said(tmp_path)
    assert "README" in fault
    write(tmp_path, plugin_sh="true\n")
    assert said(tmp_path) == []


def test_a_script_that_the_failing_command_names_is_looked_at(tmp_path: Path) -> None:
    write(tmp_path, tools__make_sh="#!/bin/bash\r\n")
    assert said(tmp_path) == []
    assert said(tmp_path, "--command", "make it") == []
    (fault,) = said(tmp_path, "--command", 'sudo "$D/devstack/tools/make.sh" now')
    assert fault.startswith("devstack/tools/make.sh:1: ")


def test_files_that_are_given_come_first_and_others_are_named_with_them(tmp_path: Path) -> None:
    write(tmp_path, **dict.fromkeys(("override-defaults", "settings", "plugin_sh"), "a\r\n"))
    extra = tmp_path / "extra"
    extra.mkdir()
    (extra / "a file").write_bytes(b"\n\r\n")
    (fault,) = said(tmp_path, "--file", str(extra / "a file"))
    assert fault.startswith("extra/a file:2: ")
    assert "(also devstack/override-defaults, devstack/settings, devstack/plugin.sh)" in fault
    assert fault.endswith(
        "sed -i 's/\\r$//' 'extra/a file' devstack/override-defaults devstack/settings"
        " devstack/plugin.sh"
    )
