"""The end of a phase or a stage, as the tree announces it, turned into its result."""

import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from runner.outcome.events import DeadUnit, PhaseBegin, PhaseEnd, StageEnd
from runner.outcome.phases import Mode, Phase, Status
from runner.outcome.result import Failure, PhaseResult, StageResult

Step = PhaseResult | StageResult
_BASH_GIVES_UP = re.compile(
    r"(?P<file>\S+): line (?P<line>\d+): "
    r"(?P<what>.*(unbound variable|bad substitution|syntax error).*)"
)


def find_phase(event: PhaseBegin | PhaseEnd) -> Phase | None:
    """The phase meant, if there is one of that name."""
    try:
        return Phase.of_event(event.mode, event.phase)
    except ValueError:
        return None


def _failure_of(event: PhaseEnd | StageEnd) -> Failure | None:
    if not event.status.is_bad:
        return None
    return Failure(command=event.command, file=event.file, line=event.line, function=event.function)


def phase_result(event: PhaseEnd) -> PhaseResult | None:
    """The result of a phase, if we know the phase."""
    phase = find_phase(event)
    if phase is None:
        return None
    return PhaseResult(
        mode=event.mode,
        phase=phase,
        plugin=event.plugin,
        status=event.status,
        seconds=event.seconds,
        exit_code=event.exit_code,
        failure=_failure_of(event),
    )


def stage_result(event: StageEnd, mode: Mode) -> StageResult:
    """The result of a stage."""
    return StageResult(
        mode=mode,
        stage=event.stage,
        status=event.status,
        seconds=event.seconds,
        exit_code=event.exit_code,
        failure=_failure_of(event),
    )


def dead_units_failure(dead: Iterable[DeadUnit]) -> Failure:
    """What went wrong, one unit after the other, with the last messages of each."""
    dead = tuple(dead)
    tail = []
    for unit in dead:
        tail += [f"{unit.unit}:"] if len(dead) > 1 else []
        tail += unit.log.splitlines()
    command = "\n".join(f"{unit.unit}: {unit.state}" for unit in dead)
    return Failure(command=command, tail=tuple(tail))


def with_dead_units(result: PhaseResult, dead: Iterable[DeadUnit]) -> PhaseResult:
    """The phase of the plugin that started the units, which has failed by that."""
    return replace(result, status=Status.FAILED, exit_code=None, failure=dead_units_failure(dead))


def _as_bash_says(failure: Failure) -> Failure:
    """Where bash itself gives up, it names the line; the trap is told the command before it."""
    for text in reversed(failure.tail):
        found = _BASH_GIVES_UP.fullmatch(text)
        if found and found["file"] == failure.file:
            return replace(failure, line=int(found["line"]), command=found["what"])
    return failure


def attach_tail(steps: list[Step], tail: Sequence[str]) -> None:
    """Give the last step that failed what was printed last; a journal says more than that."""
    for index, step in reversed(list(enumerate(steps))):
        if step.failure is not None and step.failure.tail:
            return
        if step.status.is_bad:
            failure = replace(step.failure or Failure(), tail=tuple(tail))
            steps[index] = replace(step, failure=_as_bash_says(failure))
            return
