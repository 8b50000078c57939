"""Many jobs, several at once: each in a process of its own, and each with its own result."""

import contextlib
import pickle
import queue
import threading
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from runner.errors import Interrupted
from runner.host.workspace import RunFolder
from runner.jobs.jobprocess import RESULT, STOP, Message, Order, relay
from runner.jobs.matrix import Candidate, judged, longest_first
from runner.jobs.pipeline import Keep
from runner.jobs.stem import JobProcess, Stem
from runner.outcome.observer import Observer
from runner.outcome.phases import Mode, Status
from runner.outcome.result import JobResult, Problem

_CRASHED = 5
_TAIL = 2000  # characters of what a crashed process said


class Orders(Struct, frozen=True, kw_only=True):
    """What is done with each job."""

    modes: tuple[Mode, ...]
    keep: Keep
    at_once: int = 1
    fail_fast: bool = False
    output: bool = False  # whether what commands print is shown


class _Worker(Struct):
    """A job's process, and what it has said that ended it."""

    candidate: Candidate
    process: JobProcess
    told: bool = False  # that it is to stop
    result: JobResult | None = None

    def stop(self) -> None:
        """Ask it once to tidy up."""
        if not self.told:
            self.told = True
            with contextlib.suppress(OSError):
                self.process.send_signal(STOP)


class Crew(Struct):
    """The processes at work."""

    orders: Orders
    run: RunFolder
    observer: Observer
    workers: list[_Worker] = field(default_factory=list)
    _news: queue.SimpleQueue[tuple[_Worker, Message | None]] = field(
        default_factory=queue.SimpleQueue
    )
    _failed: str = ""  # the job whose failure ended the run

    def work(
        self, candidates: Sequence[Candidate], stem: Stem
    ) -> Iterator[tuple[Candidate, JobResult]]:
        """Run jobs side by side and give each result when it is there; the stem forks for each.

        The trouble of one does not touch the others. Ctrl-C goes to all that are at work, which
        tidy up; those that had not begun have no result. With `fail_fast` the first that fails
        (and may not) ends the others, which are skipped then.
        """
        waiting = list(enumerate(longest_first(candidates)))
        while self.workers or waiting:
            try:
                while waiting and len(self.workers) < self.orders.at_once:
                    self._begin(stem, *waiting.pop(0))
                ended = self._next()
            except KeyboardInterrupt:
                waiting.clear()
                self._stop()
                continue
            if ended is None:
                continue
            result = self._close(ended)
            yield ended.candidate, result
            if self.orders.fail_fast and not self._failed and _counts(ended.candidate, result):
                self._failed = result.job
                self._stop()
                yield from ((each, _skipped(each, self._failed)) for _, each in waiting)
                waiting.clear()

    def stop_now(self) -> None:
        """Have all processes end without tidying up."""
        for worker in self.workers:
            worker.stop()
            worker.process.send_signal(STOP)

    def _stop(self) -> None:
        for worker in self.workers:
            worker.stop()

    def _begin(self, stem: Stem, number: int, candidate: Candidate) -> None:
        order = Order(
            request=candidate.request,
            distro=candidate.distro,
            modes=self.orders.modes,
            keep=self.orders.keep,
            run=self.run.path,
            output=self.orders.output,
        )
        worker = _Worker(candidate, stem.begin(number, order))
        self.workers.append(worker)
        threading.Thread(target=self._listen, args=(worker,), daemon=True).start()

    def _listen(self, worker: _Worker) -> None:
        """Put what the process says on the queue, and None when it has ended."""
        stream = worker.process.messages
        with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError), stream:
            while True:
                self._news.put((worker, pickle.load(stream)))  # noqa: S301 - our own process
        worker.process.ended.result()
        self._news.put((worker, None))

    def _next(self) -> _Worker | None:
        """Show the next thing that happens; the worker that has ended, if it is that."""
        worker, message = self._news.get()
        if message is None:
            return worker
        if message[0] == RESULT:
            (worker.result,) = message[1]
        else:
            relay(message, worker.candidate.job, self.observer)
        return None

    def _close(self, worker: _Worker) -> JobResult:
        self.workers.remove(worker)
        result = worker.result or _without_a_word(worker)
        if self._failed and result.exit_code == Interrupted.exit_code:
            result = _skipped(worker.candidate, self._failed)
        result = judged(worker.candidate, result)
        worker.process.errors.close()
        self.observer.job_finished(worker.candidate.job, result)
        return result


def _counts(candidate: Candidate, result: JobResult) -> bool:
    return result.status.is_bad and not candidate.may_fail


def _skipped(candidate: Candidate, failed: str) -> JobResult:
    return JobResult(
        job=candidate.job,
        distro=candidate.distro.name,
        status=Status.SKIPPED,
        skipped=f"{failed} failed, and --fail-fast ends the others",
    )


def _without_a_word(worker: _Worker) -> JobResult:
    """What came of a job whose process ended and said no result."""
    code = worker.process.returncode
    if worker.told and code in (-STOP, Interrupted.exit_code):  # before it had begun anything
        problem = Problem.of(Interrupted("interrupted"))
    else:
        problem = _crashed(worker)
    candidate = worker.candidate
    return JobResult(
        job=candidate.job, distro=candidate.distro.name, status=Status.ERROR, problem=problem
    )


def _crashed(worker: _Worker) -> Problem:
    worker.process.errors.seek(0)
    said = worker.process.errors.read().decode(errors="replace")[-_TAIL:].strip()
    code = worker.process.returncode
    how = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
    return Problem(
        message=f"the process of the job {how}{f': {said}' if said else ''}",
        hint="`devstack-runner gc` removes what it has left",
        exit_code=_CRASHED,
    )
