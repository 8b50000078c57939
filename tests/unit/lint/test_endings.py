"""How sourced files end, and that bash does what is said."""

import subprocess
from pathlib import Path

import pytest

from runner.lint.check import check_plugin
from runner.lint.endings import check_endings
from runner.lint.files import make_file
from tests.unit.linting import brief, plugin

SOURCING = """
set -o errexit
run() { source "$FILE" stack extra; }
run
echo went on
"""


def said(text: str, name: str = "plugin.sh") -> list[tuple[str, str, str, int | None]]:
    return brief(check_endings(make_file(Path(name), f"devstack/{name}", text.encode())))


def goes_on(folder: Path, text: str) -> bool:
    """Whether a shell with errexit that sources the text in the phase extra goes on."""
    file = folder / "sourced"
    file.write_text(text)
    done = subprocess.run(
        ["bash", "-c", SOURCING],
        env={"PATH": "/usr/bin:/bin", "FILE": str(file)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.endswith("went on\n")


@pytest.mark.parametrize(
    ("text", "severity", "line"),
    [
        ('[[ "$2" == install ]] && echo x\n# end\n', "error", 1),
        ('[ "$1" = clean ] && echo x\n', "error", 1),
        ("echo x\n[[ a == b ]] && echo x\n", "warning", 2),
        ("[[ a == b ]] && [[ c == c ]] && echo x\n", "warning", 1),
        ("is_fedora() { false; }\nis_fedora && echo x\n", "warning", 2),
        ("[[ a == b ]]\n", "warning", 1),
        ("if true; then\n    [[ a == b ]] && echo x\nfi\n", "warning", 2),
        ("if false; then :\nelif true; then\n    [[ a == b ]] && :\nfi\n", "warning", 3),
        ("case $1 in\nstack) [[ a == b ]] && echo x ;;\nesac\n", "warning", 2),
        ("for x in 1; do [[ a == b ]] && :; done\n", "warning", 1),
        ("{ [[ a == b ]] && echo x; }\n", "warning", 1),
        ("false || [[ a == b ]]\n", "warning", 1),
    ],
)
def test_a_file_that_ends_with_a_condition(
    tmp_path: Path, text: str, severity: str, line: int
) -> None:
    assert said(text) == [("DSR202", severity, "plugin.sh", line)]
    assert not goes_on(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "if [[ a == b ]]; then echo x; fi\n",
        "[[ a == b ]] && echo x\nTEA_A=1\n",
        "[[ a == b ]] && echo x || true\n",
        "f() { [[ a == b ]] && echo x; }\n",
        "[[ a == b ]] || TEA_A=1\n",
        "for x in; do [[ a == b ]]; done\n",
        'if [[ "$1" == "unstack" ]]; then\n    [[ a == b ]] && echo x\nfi\n',
        "cd / && TEA_A=1\n",
        "while [[ a == b ]]; do echo x; done\n",
    ],
)
def test_files_that_end_well(tmp_path: Path, text: str) -> None:
    assert said(text) == []
    assert goes_on(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "severity", "fix"),
    [
        ("exit\n", "error", "return 0   # which ends this file only"),
        ("{ exit 1; }\n", "error", 'die $LINENO "what is wrong"'),
        ("if true; then\n    exit 0\nfi\n", "warning", "return 0   # which ends this file only"),
        ("false || exit 3\n", "note", 'die $LINENO "what is wrong"'),
        ("case $1 in\n*) exit 1 ;;\nesac\n", "note", 'die $LINENO "what is wrong"'),
    ],
)
def test_exit_ends_the_run(tmp_path: Path, text: str, severity: str, fix: str) -> None:
    (found,) = check_endings(make_file(Path("settings"), "devstack/settings", text.encode()))
    assert (found.code, found.severity.value, found.fix) == ("DSR203", severity, fix)
    assert not goes_on(tmp_path, text)


@pytest.mark.parametrize(
    "text", ["f() { exit 1; }\n", "(exit 0)\n", "echo $(exit 0)\n", "return 0\n", "# exit\n"]
)
def test_what_ends_no_more_than_itself(tmp_path: Path, text: str) -> None:
    assert said(text) == []
    assert goes_on(tmp_path, text)


def test_what_cannot_be_parsed_is_left_alone() -> None:
    assert said("if; fi\n[[ a == b ]] && echo x\n") == []


def test_only_what_devstack_sources_is_looked_at(tmp_path: Path) -> None:
    text = "[[ a == b ]] && echo x\n"
    found = plugin(tmp_path, {"settings": text, "lib/tea": text, "override-defaults": text})
    assert [f.path.name for f in check_plugin(found, ()) if f.code == "DSR202"] == [
        "override-defaults",
        "settings",
    ]
