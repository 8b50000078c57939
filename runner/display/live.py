"""The live view of a run on a terminal: phases, elapsed time, the tail of the log."""

import time
from collections import deque
from typing import IO, Self

import rich.console
import rich.live
import rich.progress_bar
import rich.table
import rich.text

from runner.outcome.events import (
    DeadUnit,
    Event,
    Note,
    PhaseBegin,
    PhaseEnd,
    StageBegin,
    StageEnd,
    is_worth_showing,
    phase_name,
)
from runner.outcome.observer import BuildLine
from runner.outcome.phases import Status
from runner.outcome.result import JobResult

MARKS = {
    Status.PASSED: ("✓", "green"),
    Status.FAILED: ("✗", "red"),
    Status.ERROR: ("!", "red"),
    Status.SKIPPED: ("-", "yellow"),
    Status.NOT_RUN: ("·", "bright_black"),
}
_TAIL_LINES = 8
_TAIL_BYTES = 1 << 13


class Drawing:
    """What is drawn anew several times a second, at the bottom of the terminal."""

    def __init__(self, stream: IO[str], *, a_second: int) -> None:
        self._console = rich.console.Console(file=stream)
        self._live = rich.live.Live(
            console=self._console,
            get_renderable=self._draw,
            refresh_per_second=a_second,
            transient=True,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def _print(self, mark: str, style: str, text: str) -> None:
        """Say something that stays, above what is drawn."""
        self._console.print(rich.text.Text.assemble((f"{mark} ", style), text))

    def _draw(self) -> rich.console.RenderableType:
        raise NotImplementedError


class Live(Drawing):
    """Draws the job at work several times a second; what is done scrolls up above it."""

    def __init__(self, stream: IO[str]) -> None:
        self._job = ""
        self._doing = ""
        self._begun = time.monotonic()
        self._since = self._begun
        self._build: BuildLine | None = None
        self._tail = bytearray()
        super().__init__(stream, a_second=8)

    def job_started(self, job: str) -> None:
        """Begin to draw the job."""
        self._job = job
        self._begun = time.monotonic()
        self._step("starting")

    def doing(self, job: str, what: str) -> None:
        """Show the step, and keep it in the scroll-back."""
        if self._job != job:
            self._job = job
        self._step(what)
        self._print("•", "cyan", what)

    def building(self, job: str, line: BuildLine) -> None:  # noqa: ARG002 - one job at a time
        """Move the progress bar."""
        self._build = line
        self._tail += line.text.encode() + b"\n"
        del self._tail[:-_TAIL_BYTES]

    def event(self, job: str, event: Event) -> None:  # noqa: ARG002
        """Show the phase at work; finished ones scroll up."""
        match event:
            case PhaseBegin():
                self._step(f"{phase_name(event)}: {event.plugin}")
            case PhaseEnd() if is_worth_showing(event):
                mark, style = MARKS[event.status]
                text = f"{phase_name(event)}: {event.plugin}  {event.seconds:.1f} s"
                self._print(mark, style, text)
                self._step("")
            case StageBegin():
                self._step(event.stage)
            case StageEnd() if event.status.is_bad:
                self._print(*MARKS[event.status], event.stage)
            case DeadUnit():
                self._print(*MARKS[Status.FAILED], f"{event.unit}: {event.state}")
            case Note():
                self._print("note:", "yellow", event.text)
            case _:
                pass

    def output(self, job: str, data: bytes) -> None:  # noqa: ARG002
        """Keep the last lines."""
        self._tail += data[-_TAIL_BYTES:]
        del self._tail[:-_TAIL_BYTES]

    def job_finished(self, job: str, result: JobResult) -> None:  # noqa: ARG002
        """The summary says the rest."""
        self._step("")
        self._tail.clear()

    def _step(self, what: str) -> None:
        self._doing = what
        self._since = time.monotonic()
        self._build = None

    def _draw(self) -> rich.console.RenderableType:
        now = time.monotonic()
        head = rich.text.Text.assemble(
            (self._job, "bold"),
            ("  ", ""),
            (self._doing, "cyan"),
            (f"  {now - self._since:.0f} s", "bright_black"),
            (f"  (in all {now - self._begun:.0f} s)", "bright_black"),
            no_wrap=True,
            overflow="ellipsis",
        )
        rows: list[rich.console.RenderableType] = [head]
        if self._build is not None and self._build.steps:
            rows.append(
                rich.progress_bar.ProgressBar(
                    total=self._build.steps, completed=max(0, self._build.step - 1), width=40
                )
            )
        rows += [
            rich.text.Text(line, style="bright_black", no_wrap=True, overflow="ellipsis")
            for line in self._tail_lines()
        ]
        return rich.console.Group(*rows)

    def _tail_lines(self) -> deque[str]:
        text = bytes(self._tail).decode(errors="replace")
        lines = (
            "".join(c for c in line if c.isprintable())
            for line in text.splitlines()
            if line.strip()
        )
        return deque(lines, maxlen=_TAIL_LINES)
