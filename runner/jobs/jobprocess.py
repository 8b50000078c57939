"""One job in a process of its own.

It says what happens, as calls of an observer: the command that ordered it shows them. So a job's
trouble, its signals and its connections to the engine are its own.
"""

import ctypes
import os
import pickle
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import IO, Any, NoReturn

from msgspec import Struct

from runner.distros.distro import Distro
from runner.errors import Interrupted, RunnerError
from runner.host.interrupts import stop_twice_is_now
from runner.host.leaving import leave
from runner.host.workspace import RunFolder
from runner.jobs.opening import join_run
from runner.jobs.pipeline import Keep, problem_of
from runner.outcome.events import Event
from runner.outcome.observer import BuildLine, Observer
from runner.outcome.phases import Mode, Status
from runner.outcome.result import JobResult
from runner.plan.plan import Request

_PR_SET_PDEATHSIG = 1
_GONE = signal.SIGUSR1
# What has the process tidy up: a signal that is not ignored where Ctrl-C is.
STOP = signal.SIGTERM
# The last message: ("result", JobResult).
RESULT = "result"
Message = tuple[str, tuple[Any, ...]]


class Order(Struct, frozen=True, kw_only=True):
    """What the process is to do; without `output` what commands print is kept to the log."""

    request: Request
    distro: Distro
    modes: tuple[Mode, ...]
    keep: Keep
    run: Path
    output: bool


class Relay:
    """An observer that passes everything on, as long as somebody listens."""

    def __init__(self, stream: IO[bytes], *, output: bool) -> None:
        self._stream = stream
        self._output = output

    def send(self, name: str, *arguments: object) -> None:
        """Pass on one call."""
        try:
            pickle.dump((name, arguments), self._stream)
            self._stream.flush()
        except OSError:
            # the kernel has interrupted us or is about to; tidying up must not be disturbed
            self._stream = open(os.devnull, "wb")  # noqa: PTH123, SIM115 - from now on

    def job_started(self, job: str) -> None:
        """Pass it on."""
        self.send("job_started", job)

    def doing(self, job: str, what: str) -> None:
        """Pass it on."""
        self.send("doing", job, what)

    def building(self, job: str, line: BuildLine) -> None:
        """Pass it on."""
        self.send("building", job, line)

    def event(self, job: str, event: Event) -> None:
        """Pass it on."""
        self.send("event", job, event)

    def output(self, job: str, data: bytes) -> None:
        """Pass it on where it is wanted."""
        if self._output:
            self.send("output", job, data)

    def job_finished(self, job: str, result: JobResult) -> None:
        """The result says it."""


def relay(message: Message, job: str, observer: Observer) -> None:
    """Make the call that a job's process has passed on, in the name of the job."""
    name, arguments = message
    call: Callable[..., None] = getattr(observer, name)
    call(job, *arguments[1:])


def work(ordered: bytes, messages: IO[bytes], parent: int) -> NoReturn:
    """Do the job that is ordered, in a process of its own, and end it; `parent` has forked it."""
    try:
        stop_twice_is_now(first="", second="")
        _tidy_up_with(parent)
        order: Order = pickle.loads(ordered)  # noqa: S301 - from the process that began us
        sender = Relay(messages, output=order.output)
        sender.send(RESULT, do(order, sender))
        end = SystemExit(0)
    except KeyboardInterrupt:
        end = SystemExit(Interrupted.exit_code)
    except BaseException:  # noqa: BLE001 - whoever forked us has work of its own to go on with
        traceback.print_exc()
        end = SystemExit(1)
    leave(end)


def _tidy_up_with(parent: int) -> None:
    """Have the kernel interrupt us when the process that began us is gone, however it went.

    Its signal comes once for each thread of that process (prctl(2), PR_SET_PDEATHSIG), so it is
    not the one of which the second means to stop at once; and who is tidying up goes on.
    """
    begin = signal.getsignal(STOP)

    def gone(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(_GONE, signal.SIG_IGN)
        if signal.getsignal(STOP) is begin:
            signal.raise_signal(STOP)

    signal.signal(_GONE, gone)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _GONE)
    if os.getppid() != parent:
        raise KeyboardInterrupt


def do(order: Order, observer: Observer) -> JobResult:
    """Do it; that the engine cannot be reached is part of the result as well."""
    try:
        with join_run(order.request, observer, RunFolder(order.run)) as pipeline:
            return pipeline.run_job(order.distro, modes=order.modes, keep=order.keep)
    except (RunnerError, KeyboardInterrupt) as error:
        name = order.distro.name
        return JobResult(job=name, distro=name, status=Status.ERROR, problem=problem_of(error))
