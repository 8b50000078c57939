"""The command line: help, options that make no sense, and where errors are shown."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from runner import __version__
from runner.cli import app, engine, inspect, jobs, stacks

MODULES = (engine, inspect, jobs, stacks)  # imported: each adds its commands
CLI = CliRunner()
LISTED_MODULES = """
import atexit, json, sys
from runner.cli import main
atexit.register(lambda: print("\\n" + json.dumps(sorted(sys.modules)), flush=True))
main()
"""


def command_lines() -> Iterator[tuple[str, ...]]:
    """Every command that can be called, `engine up` among them."""
    group = typer.main.get_group(app)
    for name, command in group.commands.items():
        below = getattr(command, "commands", {})
        yield from ((name, sub) for sub in below) if below else [(name,)]


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Call the real program: docker-py leaves sockets open when it cannot connect."""
    return subprocess.run(
        [sys.executable, "-m", "runner", *arguments], capture_output=True, text=True, check=False
    )


COMMANDS = tuple(command_lines())


pytestmark = pytest.mark.usefixtures("elsewhere")


def test_the_issues_commands_are_there() -> None:
    words = (
        "run stack unstack clean shell exec logs status down gc render build init distros doctor"
    )
    assert {*words.split()} <= {line[0] for line in COMMANDS}
    assert {("engine", "up"), ("engine", "down")} <= {*COMMANDS}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example_that_calls_it(command: tuple[str, ...]) -> None:
    result = CLI.invoke(app, [*command, "--help"], prog_name="devstack-runner")
    text = " ".join(result.stdout.split())
    assert result.exit_code == 0
    assert f"Usage: devstack-runner {' '.join(command)}" in text
    assert "Example: devstack-runner " in text
    example = text.partition("Example: ")[2]
    assert f"devstack-runner {' '.join(command)}" in example


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_option_and_argument_has_help(command: tuple[str, ...]) -> None:
    found = typer.main.get_group(app)
    for name in command:
        found = found.commands[name]  # type: ignore[assignment]
    missing = [param.name for param in found.params if not getattr(param, "help", "")]
    assert missing == []


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("--version",)])
def test_help_is_quick_nothing_heavy_is_imported(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LISTED_MODULES, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
    assert loaded.isdisjoint(
        {"docker", "git", "rich", "jinja2", "bindep", "requests", "stamina", "msgspec"}
    )


def test_version_is_the_packages() -> None:
    result = CLI.invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"devstack-runner {__version__}\n")


def test_no_command_shows_the_help() -> None:
    result = CLI.invoke(app, [])
    assert "Commands:" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run"], "nothing to run"),
        (["run", "-p", "x", "--keep", "--rm"], "exclude each other"),
        (["run", "-p", "/nowhere/x", "--timeout", "abc"], "--timeout abc: not a time"),
        (["run", "-p", "/nowhere/x", "--base-image", "x"], "--base-image x: "),
        (["run", "-p", "/nowhere/x", "-e", "1A=b"], "is not a variable's name"),
        (["run", "-p", "/nowhere/x", "--git-mirror", "/nowhere"], "--git-mirror /nowhere"),
        (["run", "-p", "a b=/tmp"], "a b"),
        (["run", "-p", "devstack=/tmp"], "devstack"),
        (["run", "-c", "missing.conf"], "missing.conf: there is no such file"),
        (["stack", "-p", "/nowhere/x", "-d", "debian-21"], "unknown distro 'debian-21'"),
        (["unstack", "--timeout", "-3"], "--timeout -3: not a time"),
        (["logs"], "there is no run yet"),
        (["logs", "a", "b", "c"], "too many names"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_exit_2(arguments: list[str], message: str) -> None:
    result = CLI.invoke(app, arguments)
    assert result.exit_code == 2
    first, *rest = result.stderr.splitlines()
    assert first.startswith("error: ")
    assert message in first
    assert all(line.startswith("hint: ") for line in rest)


def test_a_name_that_nobody_knows_is_an_error_without_an_engine_too() -> None:
    done = call("logs", "debian-12-x")
    assert done.returncode == 2
    assert done.stderr.startswith("error: no run of a job called debian-12-x, and no engine")


@pytest.mark.parametrize("arguments", [["run", "--frobnicate"], ["frobnicate"], ["exec"]])
def test_usage_errors_exit_2_too(arguments: list[str]) -> None:
    result = CLI.invoke(app, arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "-p", "x=/nowhere", "-d", "debian-12"],
        ["run", "-p", "x=/nowhere", "-d", "debian-12", "--dry-run"],
        ["unstack"],
        ["status"],
        ["shell"],
        ["exec", "true"],
        ["down", "--all"],
        ["gc"],
    ],
    ids=" ".join,
)
def test_without_an_engine_the_hint_says_how_to_get_one(arguments: list[str]) -> None:
    result = call(*arguments)
    assert result.returncode == 5
    message, hint = result.stderr.splitlines()
    assert message.startswith("error: ")
    assert message.endswith("no container engine answers")
    assert hint.startswith("hint: `devstack-runner engine up`")


def test_distros_and_doctor_work_without_an_engine() -> None:
    assert call("distros").returncode == 0
    result = call("doctor")
    assert result.returncode == 5
    assert "FAIL engine: connecting to the container engine: no container" in result.stdout


def test_distros_json_has_all_distros() -> None:
    rows = json.loads(call("distros", "--json").stdout)
    assert {"debian-12", "fedora-44", "opensuse-tumbleweed"} <= {row["name"] for row in rows}
    assert all({"family", "available", "how", "codename"} <= row.keys() for row in rows)


def test_a_run_that_cannot_start_leaves_nothing_but_empty_folders(tmp_path: Path) -> None:
    call("run", "-p", "x=/nowhere", "-d", "debian-12")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
