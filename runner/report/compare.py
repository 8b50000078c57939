"""What changed between two runs: what fails now, what passes now, what got slower.

A phase is slower when it took at least SLOWER times and SLOWER_SECONDS longer than before: less
than that is what a busy machine, a mirror or a cold cache make of the same phase.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from runner.outcome.phases import Mode, Status
from runner.outcome.result import JobResult, PhaseResult, RunResult
from runner.report.text import in_a_line
from runner.report.words import Step, duration, name_of, one_line, started

SLOWER = 1.3
SLOWER_SECONDS = 2.0
_SHA = 10
_Key = tuple[Mode, str, str]


class Turn(Struct, frozen=True, kw_only=True):
    """A step, or a job as a whole, that ended in another way; None is not to have been there."""

    job: str
    what: str
    before: Status | None
    after: Status | None
    may_fail: bool = False


class Moved(Struct, frozen=True, kw_only=True):
    """A plugin of another commit."""

    job: str
    plugin: str
    before: str
    after: str


class Slowed(Struct, frozen=True, kw_only=True):
    """A phase that passed both times, and took longer than noise explains."""

    job: str
    what: str
    before: float
    after: float


class Comparison(Struct, frozen=True, kw_only=True):
    """All that changed."""

    before: RunResult
    after: RunResult
    failed: tuple[Turn, ...]
    passed: tuple[Turn, ...]
    other: tuple[Turn, ...]
    new: tuple[JobResult, ...]
    gone: tuple[JobResult, ...]
    moved: tuple[Moved, ...]
    slower: tuple[Slowed, ...]

    @property
    def exit_code(self) -> int:
        """1 when something has newly failed that is not allowed to."""
        return int(any(not turn.may_fail for turn in self.failed))


def compare_runs(before: RunResult, after: RunResult) -> Comparison:
    """Compare job by job; what a job that is new fails in has newly failed."""
    old = {job.job: job for job in before.jobs}
    new = {job.job: job for job in after.jobs}
    both = [(old[name], new[name]) for name in new if name in old]
    failed = [turn for job in after.jobs for turn in _newly_failed(old.get(job.job), job)]
    passed = [turn for pair in both for turn in _newly_passed(*pair)]
    told = {turn.job for turn in (*failed, *passed)}
    return Comparison(
        before=before,
        after=after,
        failed=tuple(failed),
        passed=tuple(passed),
        other=tuple(
            Turn(job=b.job, what="", before=a.status, after=b.status)
            for a, b in both
            if a.status is not b.status and b.job not in told
        ),
        new=tuple(job for name, job in new.items() if name not in old),
        gone=tuple(job for name, job in old.items() if name not in new),
        moved=tuple(moved for pair in both for moved in _moved(*pair)),
        slower=tuple(slowed for pair in both for slowed in _slowed(*pair)),
    )


def _newly_failed(before: JobResult | None, after: JobResult) -> Iterator[Turn]:
    known = _steps(before) if before else {}
    bad = {key: step for key, step in _steps(after).items() if step.status.is_bad}
    for key, step in bad.items():
        old = known.get(key)
        if old is None or not old.status.is_bad:
            yield _turn(after, step, old.status if old else None, step.status)
    if after.status.is_bad and not bad and not (before and before.status.is_bad):
        was = before.status if before else None
        why = in_a_line(after.problem.message) if after.problem else ""
        yield Turn(job=after.job, what=why, before=was, after=after.status, may_fail=after.may_fail)


def _newly_passed(before: JobResult, after: JobResult) -> Iterator[Turn]:
    """A step that is not there any more, in a job that passed, does not fail any more either."""
    now = _steps(after)
    bad = {key: step for key, step in _steps(before).items() if step.status.is_bad}
    for key, step in bad.items():
        new = now.get(key)
        if new is not None and new.status is Status.PASSED:
            yield _turn(after, step, step.status, new.status)
        elif new is None and after.status is Status.PASSED:
            yield _turn(after, step, step.status, None)
    if before.status.is_bad and not bad and after.status is Status.PASSED:
        yield Turn(job=after.job, what="", before=before.status, after=after.status)


def _turn(job: JobResult, step: Step, before: Status | None, after: Status | None) -> Turn:
    return Turn(job=job.job, what=_what(step), before=before, after=after, may_fail=job.may_fail)


def _moved(before: JobResult, after: JobResult) -> Iterator[Moved]:
    old = {plugin.name: plugin for plugin in before.plugins}
    for plugin in after.plugins:
        was = old.get(plugin.name)
        if was is not None and (was.sha, was.dirty) != (plugin.sha, plugin.dirty):
            states = (f"{p.sha[:_SHA]}{' with changes' * p.dirty}" for p in (was, plugin))
            first, second = states
            yield Moved(job=after.job, plugin=plugin.name, before=first, after=second)


def _slowed(before: JobResult, after: JobResult) -> Iterator[Slowed]:
    old = _steps(before)
    for key, step in _steps(after).items():
        was = old.get(key)
        if was is None or (was.status, step.status) != (Status.PASSED, Status.PASSED):
            continue
        if step.seconds > max(was.seconds * SLOWER, was.seconds + SLOWER_SECONDS):
            yield Slowed(job=after.job, what=_what(step), before=was.seconds, after=step.seconds)


def _steps(job: JobResult) -> Mapping[_Key, Step]:
    phases: dict[_Key, Step] = {(p.mode, p.phase.value, p.plugin): p for p in job.phases}
    return phases | {(stage.mode, stage.stage, ""): stage for stage in job.stages}


def _what(step: Step) -> str:
    plugin = f" of plugin {step.plugin}" if isinstance(step, PhaseResult) else ""
    return in_a_line(f"{name_of(step)}{plugin}")


def comparison_lines(found: Comparison) -> Iterator[str]:
    """The comparison in words, the worst first."""
    for title, run in (("before", found.before), ("after", found.after)):
        yield f"{title:<6}  {run.run}  {started(run)}  {one_line(run)}"
    chapters = (
        ("newly failed", [_turn_line(turn) for turn in found.failed]),
        ("newly passed", [_turn_line(turn) for turn in found.passed]),
        ("changed otherwise", [_turn_line(turn) for turn in found.other]),
        ("new jobs", [f"{job.job}: {job.status}" for job in found.new]),
        ("jobs that are gone", [f"{job.job}: {job.status}" for job in found.gone]),
        ("other commits", [_moved_line(moved) for moved in found.moved]),
        (f"slower by {SLOWER - 1:.0%} and {SLOWER_SECONDS:.0f} s or more", _slower_lines(found)),
    )
    for title, lines in chapters:
        if lines:
            yield ""
            yield f"{title}:"
            yield from (f"  {line}" for line in lines)
    if not any(lines for _, lines in chapters):
        yield ""
        yield "nothing changed"


def _turn_line(turn: Turn) -> str:
    what = f"{turn.job}: {turn.what}: " if turn.what else f"{turn.job}: "
    before, after = (
        status.value if status else "not there" for status in (turn.before, turn.after)
    )
    return f"{what}{before} → {after}{' (it may)' * turn.may_fail}"


def _moved_line(moved: Moved) -> str:
    return f"{moved.job}: {moved.plugin}: {moved.before or 'none'} → {moved.after or 'none'}"


def _slower_lines(found: Comparison) -> list[str]:
    return [
        f"{slow.job}: {slow.what}: {duration(slow.before)} → {duration(slow.after)}"
        for slow in found.slower
    ]
