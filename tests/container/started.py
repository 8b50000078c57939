"""A command of ours at work: wait for what it prints, send it signals, see how it ends."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.container.harness import Runner

_PATIENCE = 180  # seconds; after that it is killed, and the test fails


class Started:
    """A command that has been started; its output is one stream."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._said: list[str] = []
        self.peak = 0
        """The most memory it used, bytes; known once it has ended."""

    def until(self, word: str) -> None:
        """Wait until a line that ends with the word is printed (bash's trace ends otherwise)."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.append(line)
            if line.rstrip().endswith(word) and "echo" not in line:
                return
        raise AssertionError(f"never printed {word!r}:\n{self.said}")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def end(self) -> int:
        """Read on until it has ended; its exit code."""
        assert self._process.stdout is not None
        self._said.extend(self._process.stdout)
        _, status, usage = os.wait4(self._process.pid, 0)
        self.peak = usage.ru_maxrss * 1024
        self._process.returncode = os.waitstatus_to_exitcode(status)
        return self._process.returncode

    @property
    def said(self) -> str:
        """All that it has printed."""
        return "".join(self._said)


@contextmanager
def started(
    runner: Runner, *arguments: str | Path, env: Mapping[str, str] | None = None
) -> Iterator[Started]:
    """Start a command of ours; it does not outlive the block."""
    process = subprocess.Popen(
        runner.command(*arguments),
        cwd=runner.folder,
        env=runner.environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    clock = threading.Timer(_PATIENCE, process.kill)
    clock.start()
    try:
        with process:
            try:
                yield Started(process)
            finally:
                if process.returncode is None:
                    process.kill()
    finally:
        clock.cancel()


def begun(runner: Runner, job: str) -> Callable[[], bool]:
    """Whether the job has printed a line that begins with the word "begun"."""

    def look() -> bool:
        log = runner.state / "last" / job / "log"
        return log.exists() and "\nbegun" in log.read_text()

    return look


def wait_for(what: Callable[[], bool]) -> None:
    """Wait until it is so."""
    end = time.monotonic() + _PATIENCE
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)
