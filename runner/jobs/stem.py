"""Processes of jobs, forked from the stem: a fork of ours that has one thread and stays small.

To import the program takes longer than all else that the process of a small job does. We have
imported it; but we will have threads, and a fork would wait for a lock that none gives back.

The stem is told `begin NUMBER ORDER`, a line each, and says `begun NUMBER PID` and `ended NUMBER
CODE`. When we are gone, however we went, it ends, and the kernel tells those that it forked.
"""

import atexit
import base64
import contextlib
import gc
import os
import pickle
import select
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import Future
from typing import IO, NoReturn, Self

from runner.jobs.jobprocess import Order, work

_KILLED = -signal.SIGKILL
_CHUNK = 1 << 16


class JobProcess:
    """The process of a job, as who asked for it sees it."""

    def __init__(self, messages: IO[bytes], errors: IO[bytes]) -> None:
        self.messages = messages
        """What it says, until it has ended."""
        self.errors = errors
        """The file of what it printed."""
        self.begun: Future[int] = Future()
        self.ended: Future[int] = Future()

    @property
    def pid(self) -> int:
        """Its id; waits until it has one."""
        return self.begun.result()

    @property
    def returncode(self) -> int:
        """How it ended, waiting for that; what is negative is the signal that ended it."""
        return self.ended.result()

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        pid = self.pid
        if not self.ended.done():
            os.kill(pid, number)


class Stem:
    """The process that forks for so many jobs; as a context manager it ends with the block.

    To be made before there are threads.
    """

    def __init__(self, jobs: int) -> None:
        pipes = [os.pipe() for _ in range(jobs)]
        self._processes = [
            JobProcess(os.fdopen(reader, "rb"), tempfile.TemporaryFile())  # noqa: SIM115
            for reader, _ in pipes
        ]
        channels = [
            (writer, process.errors.fileno())
            for (_, writer), process in zip(pipes, self._processes, strict=True)
        ]
        self._control, its = socket.socketpair()
        self._pid = _fork_stem(its, channels)
        its.close()
        for writer, _ in channels:
            os.close(writer)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def begin(self, number: int, order: Order) -> JobProcess:
        """Have the process of this number do what is ordered."""
        content = base64.b64encode(pickle.dumps(order))
        with contextlib.suppress(OSError):  # it is gone, and the process ended with it
            self._control.sendall(b"begin %d %s\n" % (number, content))
        return self._processes[number]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)
        os.waitpid(self._pid, 0)
        self._listener.join()
        self._control.close()
        for process in self._processes:
            process.messages.close()
            process.errors.close()

    def _listen(self) -> None:
        """Take what it says; when it is gone, so is all that it forked."""
        for line in _lines(self._control):
            what, number, value = line.split()
            process = self._processes[int(number)]
            (process.begun if what == b"begun" else process.ended).set_result(int(value))
        for process in self._processes:
            for future in (process.begun, process.ended):
                if not future.done():
                    future.set_result(_KILLED)


def _lines(control: socket.socket) -> Iterator[bytes]:
    """The lines that come, until the other end is closed."""
    with contextlib.suppress(OSError), control.makefile("rb") as stream:
        yield from stream


class _Forks:
    """The work of the stem."""

    def __init__(self, control: socket.socket, channels: list[tuple[int, int]]) -> None:
        self._control = control
        self._channels = channels
        self._running: dict[int, int] = {}  # numbers of jobs by their processes' ids
        self._woken, self._wakes = socket.socketpair()
        self._begun = bytearray()

    def run(self) -> None:
        """Fork and tell of what ended, until nobody asks any more."""
        self._wakes.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
        signal.set_wakeup_fd(self._wakes.fileno())
        while True:
            ready, _, _ = select.select([self._control, self._woken], [], [])
            if self._woken in ready:
                self._woken.recv(_CHUNK)
                self._reap()
            if self._control in ready:
                data = self._control.recv(_CHUNK)
                if not data:
                    return
                self._take(data)

    def _take(self, data: bytes) -> None:
        self._begun += data
        *lines, rest = bytes(self._begun).split(b"\n")
        self._begun[:] = rest
        for line in lines:
            _, number, order = line.split()
            self._fork(int(number), order)

    def _fork(self, number: int, order: bytes) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become(number, order, parent)
        os.close(self._channels[number][0])
        self._running[pid] = number
        self._say(b"begun %d %d\n" % (number, pid))

    def _become(self, number: int, order: bytes, parent: int) -> NoReturn:
        """Be the process of a job: nothing of what is the stem's stays open."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        for stays in (self._control, self._woken, self._wakes):
            stays.close()
        messages, errors = self._channels[number]
        os.dup2(errors, 1)
        os.dup2(errors, 2)
        for others in self._channels:
            for descriptor in others:
                if descriptor != messages:
                    with contextlib.suppress(OSError):  # of jobs that have begun
                        os.close(descriptor)
        work(base64.b64decode(order), os.fdopen(messages, "wb"), parent)

    def _reap(self) -> None:
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            code = os.waitstatus_to_exitcode(status)
            self._say(b"ended %d %d\n" % (self._running.pop(pid), code))

    def _say(self, line: bytes) -> None:
        with contextlib.suppress(OSError):
            self._control.sendall(line)


def _fork_stem(control: socket.socket, channels: list[tuple[int, int]]) -> int:
    """Fork it before there are threads; its process id."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with contextlib.suppress(OSError):
            stream.flush()  # or both would print what waits there
    gc.freeze()  # what was imported is shared by all that is forked
    pid = os.fork()
    if pid:
        return pid
    try:
        atexit._clear()  # noqa: SLF001 - what was registered is our parent's to do
        os.setpgid(0, 0)  # a terminal's Ctrl-C comes to our parent alone, which passes it on
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1):
            os.dup2(null, number)
        _close_all_but({2, control.fileno(), *(one for both in channels for one in both)})
        _Forks(control, channels).run()
    except BaseException:  # noqa: BLE001 - nobody is there who could take it
        traceback.print_exc()
    finally:
        os._exit(0)


def _close_all_but(kept: set[int]) -> None:
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - numbers, not paths
        if int(name) > 1 and int(name) not in kept:
            with contextlib.suppress(OSError):  # of the list itself
                os.close(int(name))
