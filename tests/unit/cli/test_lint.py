"""The command: what is checked without options, exit codes, formats, --fix, no engine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from runner.cli import app
from tests.unit.linting import PHASES, plugin

CLI = CliRunner()
BAD = PHASES.replace('"install"', '"instal"')


pytestmark = pytest.mark.usefixtures("elsewhere")


def lint(*arguments: str, exits: int = 0) -> str:
    result = CLI.invoke(app, ["lint", *arguments])
    assert result.exit_code == exits, result.output
    return result.stdout


def codes(*arguments: str, exits: int = 0) -> list[str]:
    found = json.loads(lint("--format", "json", *arguments, exits=exits))
    return [finding["code"] for finding in found]


def test_in_a_plugins_folder_the_plugin_and_the_local_conf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin(tmp_path, {"plugin.sh": BAD})
    monkeypatch.chdir(tmp_path / "tea")
    assert lint(exits=1).splitlines() == [
        "devstack/plugin.sh:1: error DSR201: there is no phase 'instal', so this is never true",
        "    fix: write 'install'",
        "1 error",
    ]
    Path("local.conf").write_text("A=1\n[[local|localrc]]\n")
    assert codes(exits=1) == ["DSR201", "DSR703"]


def test_the_project_says_which_local_conf_plugins_and_distros(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = {"files/debs/tea": "cowsay\n"}
    plugin(tmp_path, {"plugin.sh": PHASES, **lists})
    plugin(tmp_path / "tea", {"plugin.sh": BAD}, name="milk")
    monkeypatch.chdir(tmp_path / "tea")
    assert "DSR301" in codes()
    Path("tests").mkdir()
    Path("tests/ours.conf").write_text("A=1\n[[local|localrc]]\n")
    Path("devstack-runner.toml").write_text(
        'distros = ["debian-*"]\nlocal-conf = "tests/ours.conf"\nplugins = ["milk=milk"]\n'
    )
    assert codes(exits=1) == ["DSR201", "DSR703"]


def test_warnings_alone_are_no_failure(tmp_path: Path) -> None:
    plugin(tmp_path, {"settings": "TEA_A=1\n"})
    assert codes("-p", "tea") == ["DSR401"]


def test_options_name_what_is_checked(tmp_path: Path) -> None:
    plugin(tmp_path, {"plugin.sh": BAD})
    Path("local.conf").write_text("[[local|localrc]]\n")
    assert codes() == []
    assert codes("-c", "local.conf", "-p", "tea", exits=1) == ["DSR201"]
    assert lint("-p", "tea=tea", "-p", "x=tea", exits=1).count("DSR201") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to check"),
        (["-p", "tea=/nowhere"], "there is no folder"),
        (["-c", "none.conf"], "there is no such file"),
        (["-d", "plan9", "-p", "."], "unknown distro"),
        (["--fix", "-p", "tea=https://x.org/tea"], "--fix changes folders"),
    ],
)
def test_what_makes_no_sense_exits_2(arguments: list[str], message: str) -> None:
    result = CLI.invoke(app, ["lint", *arguments])
    assert result.exit_code == 2
    assert message in result.stderr


def test_without_an_engine_packages_are_a_note(tmp_path: Path) -> None:
    plugin(tmp_path, {"files/debs/tea": "cowsay\n"})
    arguments = ["-p", "tea", "-d", "debian-12", "--format", "json"]
    assert codes(*arguments, "--no-packages") == []
    # in a process of its own, as docker-py leaves a socket open when it cannot connect
    command = [sys.executable, "-m", "runner", "lint", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (found,) = json.loads(done.stdout)
    assert (found["code"], found["severity"]) == ("DSR304", "note")
    assert "no container engine answers" in found["message"]


def test_sarif_is_printed(tmp_path: Path) -> None:
    plugin(tmp_path, {"plugin.sh": BAD})
    log = json.loads(lint("-p", "tea", "--format", "sarif", exits=1))
    assert log["runs"][0]["results"][0]["ruleId"] == "DSR201"


def test_fix_makes_safe_fixes_and_nothing_else(tmp_path: Path) -> None:
    settings = "TEA_A=1\r\nTEA_B='x y'\r\nTEA_C=${TEA_C:-3}\r\n"
    found = plugin(tmp_path, {"settings": settings, "plugin.sh": BAD, "lib/tea": "x=$'\\r'\n"})
    (found.folder / "devstack" / "settings").chmod(0o755)
    result = CLI.invoke(app, ["lint", "--fix", "-p", "tea", "--format", "json"])
    assert result.exit_code == 1
    assert [f["code"] for f in json.loads(result.stdout)] == ["DSR201", "DSR401"]
    assert result.stderr.splitlines() == [
        "fixed tea/devstack/settings:1: DSR105: sed -i 's/\\r$//' tea/devstack/settings",
        "fixed tea/devstack/settings:1: DSR401: TEA_A=${TEA_A:-1}",
    ]
    devstack = found.folder / "devstack"
    text = "TEA_A=${TEA_A:-1}\nTEA_B='x y'\nTEA_C=${TEA_C:-3}\n"
    assert (devstack / "settings").read_bytes().decode() == text
    assert (devstack / "settings").stat().st_mode & 0o777 == 0o755
    assert (devstack / "plugin.sh").read_text() == BAD
    assert (devstack / "lib" / "tea").read_text() == "x=$'\\r'\n"
    again = CLI.invoke(app, ["lint", "--fix", "-p", "tea"])
    assert again.stderr == ""


def test_fix_reaches_the_local_conf(tmp_path: Path) -> None:
    Path("local.conf").write_bytes(b"[[local|localrc]]\r\nA=1\r\n")
    assert codes(exits=1) == ["DSR105"]
    assert codes("--fix") == []
    assert Path("local.conf").read_bytes() == b"[[local|localrc]]\nA=1\n"
