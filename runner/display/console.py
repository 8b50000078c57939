"""What a person sees of a job in plain lines."""

import contextlib
import textwrap
from typing import IO

from runner.outcome.events import (
    DeadUnit,
    Event,
    Note,
    PhaseEnd,
    StageEnd,
    is_worth_showing,
    phase_name,
)
from runner.outcome.observer import BuildLine, plain
from runner.outcome.phases import Status
from runner.outcome.result import JobResult

_SHOWN_INSTRUCTION = 100
_SLOW_STAGE = 1.0  # seconds; shorter in-tree work that passed is not worth a line


class Plain:
    """A line for each thing that happens; with `verbose` also all output as it comes."""

    def __init__(self, stream: IO[str], *, verbose: bool) -> None:
        self._stream = stream
        self._verbose = verbose

    def job_started(self, job: str) -> None:
        """Say so."""
        self._line(job, "starting")

    def doing(self, job: str, what: str) -> None:
        """Say what is done before the phases."""
        self._line(job, what)

    def building(self, job: str, line: BuildLine) -> None:
        """Show the steps, or with `verbose` all of the build's output."""
        if self._verbose:
            if plain(line.text):
                self._line(job, plain(line.text))
        elif line.instruction:
            what = textwrap.shorten(line.instruction, _SHOWN_INSTRUCTION, placeholder=" …")
            self._line(job, f"[{line.step}/{line.steps}] {what}")

    def event(self, job: str, event: Event) -> None:
        """Show how phases ended, and stages that failed or took long."""
        match event:
            case PhaseEnd() if is_worth_showing(event):
                self._result(job, f"{phase_name(event)}: {event.plugin}", event)
            case StageEnd() if event.status.is_bad or event.seconds > _SLOW_STAGE:
                self._result(job, event.stage, event)
            case DeadUnit():
                self._line(job, f"{event.unit}: {event.state}")
            case Note():
                self._line(job, f"note: {event.text}")
            case _:
                pass

    def output(self, job: str, data: bytes) -> None:  # noqa: ARG002 - the log is one job's
        """Pass it through when asked to."""
        if self._verbose:
            with gone_is_fine():
                self._stream.flush()
                self._stream.buffer.write(data)  # type: ignore[attr-defined]
                self._stream.flush()

    def job_finished(self, job: str, result: JobResult) -> None:
        """Say how it ended."""
        self._line(job, f"{result.status.value} in {result.seconds:.1f} s")

    def _result(self, job: str, what: str, event: PhaseEnd | StageEnd) -> None:
        note = ""
        if event.exit_code and event.status is Status.PASSED:
            note = f" (its exit code {event.exit_code} stops nothing here)"
        self._line(job, f"{what} {event.status.value} {event.seconds:.1f} s{note}")

    def _line(self, job: str, text: str) -> None:
        with gone_is_fine():
            print(f"{job}  {text}", file=self._stream, flush=True)


def gone_is_fine() -> contextlib.AbstractContextManager[None]:
    """Whoever read our output may have gone (`| head`): the run goes on, its result counts."""
    return contextlib.suppress(OSError, ValueError)
