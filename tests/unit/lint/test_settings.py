"""Settings that override the user's values, and what --fix makes of them."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.lint.files import PluginText, make_file
from runner.lint.finding import Finding
from runner.lint.fix import edited
from runner.lint.settings import check_settings
from tests.unit.linting import brief, plugin


def settings(folder: Path, text: str, *, name: str = "tea") -> list[Finding]:
    return list(check_settings(plugin(folder, {"settings": text}, name=name)))


def in_bash(text: str | bytes, variable: str, given: str | None = None) -> str:
    """The variable's value after a localrc that sets it (or does not) and these settings."""
    code = text.decode() if isinstance(text, bytes) else text
    localrc = "" if given is None else f"{variable}={given}\n"
    script = f'{localrc}{code}\nprintf %s "${variable}"'
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("TEA_PORT=9090", "TEA_PORT=${TEA_PORT:-9090}"),
        ("TEA_CONF_DIR=/etc/tea", "TEA_CONF_DIR=${TEA_CONF_DIR:-/etc/tea}"),
        ('TEA_KIND="green"', "TEA_KIND=${TEA_KIND:-green}"),
        ("TEA_URL=http://x:1/y # why", "TEA_URL=${TEA_URL:-http://x:1/y}"),
    ],
)
def test_a_plain_value_overrides_the_users(tmp_path: Path, line: str, fix: str) -> None:
    (found,) = settings(tmp_path, f"# tea\n{line}\n")
    assert brief([found]) == [("DSR401", "warning", "settings", 2)]
    assert found.fix == fix
    variable = line.partition("=")[0]
    fixed = edited(f"# tea\n{line}\n".encode(), found.edits)
    assert in_bash(line, variable, "mine") != "mine"
    assert in_bash(fixed, variable, "mine") == "mine"
    assert in_bash(fixed, variable) == in_bash(line, variable)


@pytest.mark.parametrize(
    "text",
    [
        "TEA_PORT=${TEA_PORT:-9090}",
        ": ${TEA_PORT:=9090}\nTEA_HOST=${TEA_HOST:-x}",
        "TEA_DIR=$DEST/tea",
        "TEA_BIN=$(which tea)",
        "TEA_KINDS=(green black)",
        "TEA_OPTS=",
        "_TEA_SECRET=1",
        "tea_port=1",
        "OTHER_PORT=1",
        "TEA_WSGI=tea.wsgi.api:application",
        "TEA_KINDS+=,black",
        "if [[ -z $TEA_PORT ]]; then\n    TEA_PORT=1\nfi",
        "[[ -n $TEA_PORT ]] || TEA_PORT=1",
        'if [[ $TEA_PORT ]]; then\n    die $LINENO "no"\nfi\nTEA_PORT=1',
        "TEA_PORT=${TEA_PORT:-}\nTEA_PORT=1",
        "TEA_PORT=1 some_command",
        "f() {\n    TEA_PORT=1\n}",
        "# TEA_PORT=1",
        "cat <<EOF\nTEA_PORT=1\nEOF",
    ],
)
def test_values_that_are_the_plugins_own_or_that_the_user_decides(
    tmp_path: Path, text: str
) -> None:
    assert settings(tmp_path, f"{text}\n") == []


def test_a_plugin_has_variables_without_the_common_part_of_its_name(tmp_path: Path) -> None:
    assert len(settings(tmp_path, "CEPH_A=1\n", name="devstack-plugin-ceph")) == 1
    assert settings(tmp_path / "2", "DEVSTACK_A=1\n", name="devstack-plugin-ceph") == []


def test_what_needs_quotes_is_left_to_people(tmp_path: Path) -> None:
    (found,) = settings(tmp_path, "TEA_KINDS='green black'\n")
    assert found.edits == ()


@given(
    value=st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=9),
    mine=st.from_regex(r"[a-z]{1,5}", fullmatch=True),
)
def test_a_fix_changes_nothing_but_who_decides(value: str, mine: str) -> None:
    text = f"# é\nTEA_A='{value.replace(chr(39), '')}'\nTEA_B=2\n"
    file = make_file(Path("settings"), "devstack/settings", text.encode())
    found = list(check_settings(PluginText(name="tea", folder=Path(), files=(file,))))
    fixed = edited(text.encode(), [edit for finding in found for edit in finding.edits])
    assert in_bash(fixed, "TEA_A") == in_bash(text, "TEA_A")
    assert in_bash(fixed, "TEA_B", mine) == mine
    if any(finding.edits for finding in found if finding.line == 2):
        assert in_bash(fixed, "TEA_A", mine) == mine
