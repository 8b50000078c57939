"""The end of a phase or a stage, as the tree announces it, turned into its result."""

from runner.events import PhaseBegin, PhaseEnd, StageEnd
from runner.phases import Mode, Phase
from runner.result import Failure, PhaseResult, StageResult


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
