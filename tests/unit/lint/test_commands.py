"""Commands that DevStack refuses or does not have, paths that are fixed, one family's packages."""

from pathlib import Path

import pytest

from runner.lint.check import check_plugin
from runner.lint.commands import check_commands
from runner.lint.files import make_file
from runner.lint.finding import Finding
from tests.unit.linting import brief, plugin


def found(text: str) -> list[Finding]:
    file = make_file(Path("tea"), "devstack/lib/tea", text.encode())
    return list(check_commands(file))


@pytest.mark.parametrize(
    "command", ['"sudo /bin/tea"', "'/bin/tea; sudo x'", "tea", '"./tea --hot"', '"A=1 /bin/tea"']
)
def test_commands_that_run_process_refuses(command: str) -> None:
    assert brief(found(f"run_process tea {command}\n")) == [("DSR503", "error", "tea", 1)]


@pytest.mark.parametrize(
    "command",
    ["/bin/tea", '"$TEA_BIN/tea --pseudo"', '"$(which tea) -x"', "`which tea`", "$TEA root", ""],
)
def test_commands_that_may_be_fine(command: str) -> None:
    assert found(f"run_process tea {command}\n") == []


def test_names_of_old() -> None:
    assert brief(found("screen_it tea /bin/tea\n")) == [("DSR504", "error", "tea", 1)]
    old = found("configure_auth_token_middleware $A tea /var\n")
    assert brief(old) == [("DSR504", "warning", "tea", 1)]
    assert old[0].fix == "write configure_keystone_authtoken_middleware"
    assert found("function screen_it {\n    :\n}\nscreen_it\n") == []
    assert found("# screen_it tea\necho screen_it\n") == []


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("cp x /opt/stack/tea  # there", "cp x $DEST/tea"),
        ('TEA_DIR="/opt/stack"', 'TEA_DIR="$DEST"'),
        ("ls /opt/stack/data/venv /opt/stack/logs", "ls $DATA_DIR/venv $DEST/logs"),
    ],
)
def test_a_path_that_is_fixed(line: str, fix: str) -> None:
    (one,) = found(f"\n{line}\n")
    assert brief([one]) == [("DSR402", "warning", "tea", 2)]
    assert one.fix == fix


@pytest.mark.parametrize(
    "line",
    [
        "TEA_DIR=${DEST:-/opt/stack}/tea",
        "DEST=/opt/stack",
        "# /opt/stack/tea",
        "ls /opt/stacks /srv/opt/stack $A/opt/stack",
    ],
)
def test_paths_that_follow_dest(line: str) -> None:
    assert found(f"{line}\n") == []


FEDORA = "if is_fedora; then\n    install_package tea\nfi\n"


@pytest.mark.parametrize(
    ("files", "codes"),
    [
        ({"lib/tea": FEDORA}, ["DSR306"]),
        ({"lib/tea": f"function f {{\n{FEDORA}}}\nfunction g {{\n    is_ubuntu\n}}\n"}, ["DSR306"]),
        ({"lib/tea": FEDORA, "files/rpms/tea": "tea\n", "files/debs/tea": "tea\n"}, []),
        ({"lib/tea": f"{FEDORA}if is_ubuntu; then\n    install_package a\nfi\n"}, []),
        ({"lib/tea": FEDORA.replace("fi\n", "elif is_suse; then\n    :\nfi\n")}, []),
        ({"lib/tea": FEDORA.replace("fi\n", "else\n    install_package a\nfi\n")}, []),
        ({"lib/tea": FEDORA.replace("is_fedora", "! is_fedora")}, []),
        ({"lib/tea": FEDORA.replace("package tea", "package container-selinux")}, []),
        ({"lib/tea": FEDORA.replace("install_package tea", "echo tea")}, []),
    ],
)
def test_packages_for_fedora_only(tmp_path: Path, files: dict[str, str], codes: list[str]) -> None:
    checked = check_plugin(plugin(tmp_path, files), ())
    assert [f.code for f in checked if f.code == "DSR306"] == codes
