"""When a job's steps began and ended, from its events; without these, from the seconds alone."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from runner.outcome.events import (
    EventReader,
    KnownEvent,
    PhaseBegin,
    PhaseEnd,
    RunBegin,
    RunEnd,
    StageBegin,
    StageEnd,
    is_worth_showing,
    phase_name,
)
from runner.outcome.phases import Mode, Status
from runner.outcome.result import JobResult, PhaseResult
from runner.report.words import Step

_CHUNK = 1 << 20
_CHUNKS = 32
# A plugin can write to the channel of the events; what it says cannot be all true.
_MOST = 2_000
_SLACK = 60


class Bar(Struct, frozen=True, kw_only=True):
    """A step on the job's time line, in seconds from the first; in-tree work has no plugin."""

    name: str
    plugin: str
    mode: Mode
    status: Status
    start: float
    seconds: float

    @property
    def end(self) -> float:
        """When it was over."""
        return self.start + self.seconds


def bars_of(job: JobResult, events: Path | None) -> tuple[Bar, ...]:
    """The bars of a job, in the order of their beginnings."""
    bars = _from_events(events) if events is not None else ()
    if not bars or max(bar.end for bar in bars) > job.seconds + _SLACK:
        return _from_seconds([*job.phases, *job.stages])
    return _as_in_result(bars, job)


def _from_seconds(steps: Sequence[Step]) -> tuple[Bar, ...]:
    """One after the other, mode by mode."""
    bars = []
    start = 0.0
    order = [*Mode]
    for step in sorted(steps, key=lambda step: order.index(step.mode)):
        if step.status is not Status.NOT_RUN:
            bars.append(_bar(step, start))
            start += step.seconds
    return tuple(bars)


def _bar(step: Step, start: float) -> Bar:
    return Bar(
        name=step.phase.value if isinstance(step, PhaseResult) else step.stage,
        plugin=step.plugin if isinstance(step, PhaseResult) else "",
        mode=step.mode,
        status=step.status,
        start=start,
        seconds=step.seconds,
    )


def _from_events(path: Path) -> tuple[Bar, ...]:
    bars: list[Bar] = []
    modes = [Mode.STACK]  # clean.sh calls unstack.sh
    begun: PhaseBegin | StageBegin | None = None
    last = 0.0
    for event in _read(path):
        last = event.time
        match event:
            case RunBegin():
                modes.append(event.mode)
            case PhaseBegin() | StageBegin():
                begun = event
            case PhaseEnd() | StageEnd():
                begun = None
                if isinstance(event, StageEnd) or is_worth_showing(event):
                    bars.append(_ended(event, modes[-1]))
            case RunEnd():
                if begun is not None:
                    bars.append(_cut_short(begun, modes[-1], last))
                begun = None
                modes = modes[:-1] or [event.mode]
            case _:
                pass
        if len(bars) > _MOST:
            return ()
    if begun is not None:
        bars.append(_cut_short(begun, modes[-1], last))
    bars.sort(key=lambda bar: bar.start)
    return tuple(replace(bar, start=bar.start - bars[0].start) for bar in bars)


def _read(path: Path) -> Iterator[KnownEvent]:
    reader = EventReader()
    with contextlib.suppress(OSError), path.open("rb") as file:
        for _ in range(_CHUNKS):
            for event in reader.feed(file.read(_CHUNK)):
                if isinstance(event, KnownEvent):
                    yield event


def _ended(event: PhaseEnd | StageEnd, mode: Mode) -> Bar:
    seconds = max(0.0, event.seconds)
    return Bar(
        **_named(event),
        mode=mode,
        status=event.status,
        start=event.time - seconds,
        seconds=seconds,
    )


def _cut_short(event: PhaseBegin | StageBegin, mode: Mode, end: float) -> Bar:
    return Bar(
        **_named(event),
        mode=mode,
        status=Status.ERROR,
        start=event.time,
        seconds=max(0.0, end - event.time),
    )


def _named(event: PhaseBegin | PhaseEnd | StageBegin | StageEnd) -> dict[str, str]:
    if isinstance(event, StageBegin | StageEnd):
        return {"name": event.stage, "plugin": ""}
    return {"name": phase_name(event), "plugin": event.plugin}


def _as_in_result(bars: Sequence[Bar], job: JobResult) -> tuple[Bar, ...]:
    """The result knows more: a phase that passed fails when its services are dead after it, and
    of one that was cut short how long it took.
    """
    known = {(bar.mode, bar.name, bar.plugin): bar for bar in _from_seconds(job.phases)}
    merged = []
    for bar in bars:
        better = known.pop((bar.mode, bar.name, bar.plugin), bar)
        seconds = max(bar.seconds, better.seconds)
        merged.append(replace(bar, status=better.status, seconds=seconds))
    return tuple(merged)
