"""The command line in a process of its own that has imported the program already.

To import takes most of a short command's time. So one process imports all of it and forks for each
command; what the command does is the same. Tests that send signals start it in the usual way.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import runner
from runner.cli import main

_OUTPUTS = ("stdout", "stderr")


def run(
    arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run a command with nobody at the keyboard; it is killed after that many seconds."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in _OUTPUTS]
        order = {
            "arguments": [*arguments],
            "cwd": str(cwd),
            "env": {**env},
            "outputs": [str(file) for file in files],
        }
        code = _parent().run(order, timeout)
        said = [file.read_text(errors="replace") for file in files]
    return subprocess.CompletedProcess([*arguments], code, *said)


class _Parent:
    """The process that forks; it ends with the one that asks."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            # as `tests.signals.afresh` has it, which this file does not find when it is run
            ["env", "--default-signal", sys.executable, __file__],
            env={**os.environ, "PYTHONSAFEPATH": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        # which closes the pipe that it reads
        atexit.register(self._process.communicate)

    def run(self, order: Mapping[str, Any], timeout: float) -> int:
        """The exit code of a command."""
        assert self._process.stdin
        print(json.dumps(order), file=self._process.stdin, flush=True)
        clock = threading.Timer(timeout, os.kill, (self._number(), signal.SIGKILL))
        clock.start()
        try:
            return self._number()
        finally:
            clock.cancel()

    def _number(self) -> int:
        assert self._process.stdout
        return int(self._process.stdout.readline())


@cache
def _parent() -> _Parent:
    return _Parent()


def _fork_for_each() -> None:
    """Fork for each order until there are no more; comes back in a process that is to run one."""
    for module in walk_packages(runner.__path__, "runner."):
        if not module.name.endswith("__main__"):
            __import__(module.name)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line))
            return
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    sys.exit()


def _become(order: Mapping[str, Any]) -> None:
    """Take on folder, environment, arguments, input and outputs of a command."""
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv[1:] = order["arguments"]
    for number, file in enumerate((os.devnull, *order["outputs"])):
        opened = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)


if __name__ == "__main__":
    _fork_for_each()
    main()
