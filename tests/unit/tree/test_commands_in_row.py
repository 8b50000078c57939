"""The tree's tools/commands_in_row.py runs a program's commands."""

import subprocess
import sys
from pathlib import Path

import pytest

from runner.resources import TREE

PROGRAM = """
import os, sys
loaded = []
print("loaded", flush=True)

def main():
    loaded.append(1)
    print(os.path.basename(sys.argv[0]), sys.argv[1:], len(loaded))
    if sys.argv[1] == "return":
        return int(sys.argv[2])
    if sys.argv[1] == "exit":
        sys.exit(int(sys.argv[2]))
    if sys.argv[1] == "say":
        sys.exit(sys.argv[2])
    if sys.argv[1] == "raise":
        raise ValueError(sys.argv[2])
"""


def run(folder: Path, *commands: str) -> subprocess.CompletedProcess[str]:
    (folder / "program.py").write_text(PROGRAM)
    tool = TREE / "tools" / "commands_in_row.py"
    return subprocess.run(
        [sys.executable, tool, "program", "the-program", *commands],
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_program_is_loaded_once_and_each_command_starts_afresh(tmp_path: Path) -> None:
    done = run(tmp_path, "--", "a 'b c'", "return 0", "exit 0")
    assert done.returncode == 0
    lines = ["loaded", "the-program ['a', 'b c'] 1"]
    assert done.stdout.splitlines() == [
        *lines,
        "the-program ['return', '0'] 1",
        "the-program ['exit', '0'] 1",
    ]


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ("return 3", 3, ""),
        ("exit 4", 4, ""),
        ("say trouble", 1, "trouble\n"),
        ("raise trouble", 1, "ValueError: trouble\n"),
    ],
)
def test_the_first_command_that_fails_ends_it(
    tmp_path: Path, command: str, status: int, said: str
) -> None:
    done = run(tmp_path, "--", command, "never")
    assert done.returncode == 1
    assert f"{said}the-program {command} failed with status {status}\n" in done.stderr
    assert "never" not in done.stdout


def test_without_the_dashes_it_says_how_it_is_called(tmp_path: Path) -> None:
    done = run(tmp_path, "a", "b")
    assert done.returncode == 1
    assert "commands_in_row.py MODULE NAME -- COMMAND..." in done.stderr
