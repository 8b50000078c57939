"""A command with two jobs at work, and signals: real processes, which an engine keeps waiting."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.signals import afresh, as_by_nohup, with_sigterm_blocked
from tests.unit.jobs.slowengine import SlowEngine, hang_up, slow_engine

COMMAND = (sys.executable, "-m", "runner", "run", "-d", "debian-12", "-d", "debian-13", "-p", "./p")
PATIENCE = 60  # seconds; the test fails then
STARTS = [afresh, as_by_nohup, with_sigterm_blocked]
Start = Callable[[Sequence[str | Path]], list[str]]


@pytest.fixture
def engine(
    tmp_path: Path, elsewhere: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SlowEngine]:
    (tmp_path / "p" / "devstack").mkdir(parents=True)
    (tmp_path / "p" / "devstack" / "plugin.sh").write_text(":\n")
    with slow_engine(tmp_path) as made:
        monkeypatch.setenv("DOCKER_HOST", made.host)
        yield made


@contextmanager
def at_work(start: Start) -> Iterator[subprocess.Popen[str]]:
    """The command; it does not outlive the block."""
    with subprocess.Popen(
        start([*COMMAND, "-j", "2"]),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as command:
        try:
            yield command
        finally:
            command.kill()


def ignored(pid: int) -> set[signal.Signals]:
    """The signals that a process ignores."""
    status = Path(f"/proc/{pid}/status").read_text()
    (mask,) = re.findall(r"^SigIgn:\s*(\w+)$", status, re.MULTILINE)
    return {number for number in signal.Signals if int(mask, 16) >> (number - 1) & 1}


@pytest.mark.parametrize("start", STARTS)
def test_sigterm_has_a_command_and_its_jobs_tidy_up(engine: SlowEngine, start: Start) -> None:
    with at_work(start) as command:
        engine.answer()
        jobs = [engine.asking(), engine.asking()]
        command.send_signal(signal.SIGTERM)
        said, _ = command.communicate(timeout=PATIENCE)
    for job in jobs:
        hang_up(job)
    assert command.returncode == 130, said
    assert "interrupted: tidying up" in said
    assert said.count("error: interrupted") + said.count(": interrupted") >= 2
    assert "Traceback" not in said


@pytest.mark.parametrize("start", STARTS)
def test_jobs_of_a_command_that_is_killed_end(engine: SlowEngine, start: Start) -> None:
    with at_work(start) as command:
        engine.answer()
        jobs = [engine.asking(), engine.asking()]
        command.send_signal(signal.SIGKILL)
    for job in jobs:
        hang_up(job)


def test_nohup_keeps_ctrl_c_and_the_end_of_the_terminal_from_a_command(engine: SlowEngine) -> None:
    with at_work(as_by_nohup) as command:
        engine.answer()
        jobs = [engine.asking(), engine.asking()]
        assert {signal.SIGINT, signal.SIGHUP} <= ignored(command.pid)
        for number in (signal.SIGINT, signal.SIGHUP) * 2:
            command.send_signal(number)
        assert command.poll() is None
        os.kill(command.pid, signal.SIGTERM)
        said, _ = command.communicate(timeout=PATIENCE)
    for job in jobs:
        hang_up(job)
    assert "stopped" not in said, "of a second signal"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_elsewhere_they_have_it_tidy_up(engine: SlowEngine, number: signal.Signals) -> None:
    with at_work(afresh) as command:
        engine.answer()
        jobs = [engine.asking(), engine.asking()]
        command.send_signal(number)
        said, _ = command.communicate(timeout=PATIENCE)
    for job in jobs:
        hang_up(job)
    assert command.returncode == 130, said
    assert "interrupted: tidying up" in said
