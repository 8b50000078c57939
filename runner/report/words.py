"""How a report names things: the same words in all kinds."""

from collections.abc import Iterator
from datetime import UTC

from runner.outcome.phases import Mode, Phase, Status
from runner.outcome.result import JobResult, PhaseResult, RunResult, StageResult, ending, exit_code
from runner.report.text import in_a_line, plain

Step = PhaseResult | StageResult


def name_of(step: Step) -> str:
    """A step among those of its plugin: `stack install`; its mode where that is not the usual."""
    name = step.phase.value if isinstance(step, PhaseResult) else step.stage
    usual = Mode.STACK
    if isinstance(step, PhaseResult) and step.phase in {Phase.UNSTACK, Phase.CLEAN}:
        usual = Mode(step.phase.value)
    return name if step.mode is usual else f"{name} ({step.mode.value})"


def what_failed(step: Step) -> str:
    """A step that went wrong, as a title: `stack install of plugin heat failed, exit 2`."""
    plugin = f" of plugin {step.plugin}" if isinstance(step, PhaseResult) else ""
    return f"{name_of(step)}{plugin} {ending(step)}"


def place_of(step: Step) -> str:
    """File, line and function of a failure, as far as they are known."""
    return step.failure.place if step.failure else ""


def reasons_of(step: Step) -> tuple[str, ...]:
    """What is likely behind a failure, a sentence each."""
    reasons = step.failure.reasons if step.failure else ()
    return tuple(f"likely reason: {plain(reason)}" for reason in reasons)


def steps_of(job: JobResult) -> Iterator[Step]:
    """The phases, and of the in-tree work what went wrong."""
    yield from job.phases
    yield from (stage for stage in job.stages if stage.status.is_bad)


def one_line(run: RunResult) -> str:
    """What became of the run: `2 jobs: 1 passed, 1 failed in 61.2 s (exit 1)`."""
    return f"{run.tally} in {duration(run.seconds)} (exit {exit_code(run)})"


def status_of(job: JobResult) -> str:
    """How a job ended; whether it was allowed to fail."""
    return f"{job.status.value}{' (it may)' * (job.may_fail and job.status.is_bad)}"


def verdict(run: RunResult) -> Status:
    """The run as if it were a job."""
    if exit_code(run) == 0:
        return Status.PASSED
    if any(job.status is Status.ERROR for job in run.jobs) or run.problem is not None:
        return Status.ERROR
    if any(job.status is Status.FAILED for job in run.jobs):
        return Status.FAILED
    return Status.SKIPPED


def duration(seconds: float) -> str:
    """Seconds for people: `0.4 s`, `12.3 s`, `4 min 5 s`, `1 h 2 min`."""
    if seconds < 59.95:  # noqa: PLR2004 - what is rounded to a minute is one
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def started(run: RunResult) -> str:
    """When the run began."""
    return f"{run.started.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def properties(run: RunResult, job: JobResult) -> Iterator[tuple[str, str]]:
    """What a job ran on and with, as names and values."""
    yield "run", run.run
    yield "version", run.version
    yield "distro", job.distro
    if job.image is not None:
        yield "image", job.image.reference
        yield "image.id", job.image.id
        yield "image.base", job.image.base
    yield "image.base.stands_in", job.stands_in
    for plugin in job.plugins:
        yield f"plugin.{plugin.name}.url", plugin.url
        yield f"plugin.{plugin.name}.ref", plugin.ref
        yield f"plugin.{plugin.name}.sha", plugin.sha
        yield f"plugin.{plugin.name}.dirty", str(plugin.dirty).lower()
    if job.kept:
        yield "kept", job.kept
    for number, note in enumerate(job.notes, 1):
        yield f"note.{number}", in_a_line(note)
