"""The live view of many jobs on a terminal: a line for each that is at work."""

import time
from collections.abc import Mapping
from typing import IO

import rich.console
import rich.progress_bar
import rich.table
import rich.text
from msgspec import Struct, field

from runner.display.grouped import headline
from runner.display.live import MARKS, Drawing
from runner.outcome.events import Event, PhaseBegin, StageBegin, phase_name
from runner.outcome.observer import BuildLine
from runner.outcome.result import JobResult


class _Job(Struct):
    expected: float | None
    begun: float = field(default_factory=time.monotonic)
    since: float = field(default_factory=time.monotonic)
    doing: str = "starting"
    build: BuildLine | None = None


class LiveJobs(Drawing):
    """Draws jobs several times a second; what has ended scrolls up above them, failures too."""

    def __init__(self, stream: IO[str], *, expected: Mapping[str, float | None]) -> None:
        self._jobs: dict[str, _Job] = {}
        self._waiting = len(expected)
        self._expected = expected
        super().__init__(stream, a_second=4)

    def job_started(self, job: str) -> None:
        """Begin to draw the job."""
        self._waiting -= 1
        self._jobs[job] = _Job(self._expected.get(job))

    def doing(self, job: str, what: str) -> None:
        """Show the step."""
        self._step(job, what)

    def building(self, job: str, line: BuildLine) -> None:
        """Move the progress bar."""
        if job in self._jobs:
            self._jobs[job].build = line

    def event(self, job: str, event: Event) -> None:
        """Show the phase or stage at work."""
        match event:
            case PhaseBegin():
                self._step(job, f"{phase_name(event)}: {event.plugin}")
            case StageBegin():
                self._step(job, event.stage)
            case _:
                pass

    def output(self, job: str, data: bytes) -> None:
        """There is no room for it; the log has it."""

    def job_finished(self, job: str, result: JobResult) -> None:
        """Say how it ended; when it failed, the command."""
        self._jobs.pop(job, None)
        mark, style = MARKS[result.status]
        text = f"{job}  {result.status.value} in {result.seconds:.0f} s"
        if result.status.is_bad:
            text += f": {headline(result)}"
        elif result.skipped:
            text += f": {result.skipped}"
        self._print(mark, style, text)

    def _step(self, job: str, what: str) -> None:
        if job in self._jobs:
            found = self._jobs[job]
            found.doing, found.since, found.build = what, time.monotonic(), None

    def _draw(self) -> rich.console.RenderableType:
        now = time.monotonic()
        table = rich.table.Table.grid(padding=(0, 2))
        for _ in range(4):
            table.add_column(no_wrap=True, overflow="ellipsis")
        for name, job in [*self._jobs.items()]:
            elapsed = f"{now - job.begun:.0f} s"
            if job.expected is not None:
                elapsed += f" of about {job.expected:.0f} s"
            bar: rich.console.RenderableType = ""
            if job.build is not None and job.build.steps:
                bar = rich.progress_bar.ProgressBar(
                    total=job.build.steps, completed=max(0, job.build.step - 1), width=20
                )
            table.add_row(
                rich.text.Text(name, style="bold"),
                rich.text.Text(f"{job.doing}  {now - job.since:.0f} s", style="cyan"),
                rich.text.Text(elapsed, style="bright_black"),
                bar,
            )
        if self._waiting > 0:
            table.add_row(rich.text.Text(f"{self._waiting} waiting", style="bright_black"))
        return table
