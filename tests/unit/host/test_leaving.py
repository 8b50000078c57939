"""A process that leaves does all that one does which Python ends."""

import subprocess
import sys

import pytest

LEAVE = "import atexit, sys; from runner.host.leaving import leave\n"


def python(code: str, stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LEAVE + code],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(("code", "exit_code"), [("0", 0), ("7", 7), ("None", 0), ("True", 1)])
def test_the_exit_code_is_kept(code: str, exit_code: int) -> None:
    assert python(f"leave(SystemExit({code}))").returncode == exit_code


def test_what_was_printed_arrives_and_what_is_registered_is_called() -> None:
    done = python(
        "print('one'); atexit.register(lambda: print('two', flush=True))\nleave(SystemExit(0))"
    )
    assert done.stdout.split() == ["one", "two"]


def test_a_message_is_printed_as_python_does() -> None:
    done = python("leave(SystemExit('no good'))")
    assert (done.returncode, done.stderr) == (1, "no good\n")


def test_an_output_that_is_full_is_not_passed_over() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = python("print('lost')\nleave(SystemExit(0))", stdout=full.fileno())
    assert done.returncode != 0
    assert "No space left" in done.stderr
