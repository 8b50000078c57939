"""Folds the events of a job into its result, also when the run was cut short."""

from collections.abc import Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from runner.outcome.events import (
    DeadUnit,
    Event,
    Note,
    PhaseBegin,
    PhaseEnd,
    Reason,
    RunBegin,
    RunEnd,
    StageBegin,
    StageEnd,
)
from runner.outcome.phases import Mode, Phase, Status, phases_of
from runner.outcome.reasons import attach_reasons
from runner.outcome.result import (
    Failure,
    ImageInfo,
    JobResult,
    PhaseResult,
    PluginInfo,
    Problem,
    StageResult,
)
from runner.outcome.steps import (
    Step,
    attach_tail,
    dead_units_failure,
    find_phase,
    phase_result,
    stage_result,
    with_dead_units,
)

# A plugin can write to the channel of the events; what it writes must not fill our memory.
_MOST = 10_000
_MOST_DEAD = 100
_MOST_REASONS = 100
_EXIT_SIGNAL = 128


class _Run(Struct, kw_only=True):
    """What is known of one mode; `steps` are phases and stages in the order they ended."""

    began: bool = False
    closed: bool = False
    nested: list[Mode] = field(default_factory=list)
    end: RunEnd | None = None
    steps: list[Step] = field(default_factory=list)
    phase: PhaseBegin | None = None
    stage: StageBegin | None = None
    dead: list[DeadUnit] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)


class Collector:
    """Takes a job's events in their order; `close_mode` after each command, then `finish`.

    A phase for which a plugin gave no event, as it lacks the file, is left out. After a failure
    the planned phases that did not come are `not-run`; the one that was running when the run
    was cut short is an `error`. A dead unit fails the phase extra of the plugin that started it,
    and the stage at its end when the tree did. Override-defaults and settings that unstack and
    clean read again, and the unstack inside clean, are listed only when they went wrong.
    """

    def __init__(self, *, plugins: Sequence[PluginInfo], modes: Sequence[Mode]) -> None:
        self.plugins = tuple(plugins)
        self._runs = {mode: _Run() for mode in modes}
        self._current: Mode | None = None
        self._notes: list[str] = []

    def fold(self, event: Event) -> None:
        """Take one more event; those that make no sense here are ignored."""
        if isinstance(event, RunBegin):
            self._begin(event)
        elif isinstance(event, Note):
            self._notes += [event.text] * (len(self._notes) < _MOST)
        elif self._current is not None:
            run = self._runs[self._current]
            if isinstance(event, Reason):
                run.reasons += [event] * (len(run.reasons) < _MOST_REASONS)
                return
            if isinstance(event, PhaseBegin | StageBegin) and not _is_bad(run.steps):
                run.reasons.clear()
            self._fold_step(event, self._current, run)

    def close_mode(
        self,
        mode: Mode,
        *,
        exit_code: int | None = None,
        tail: Sequence[str] = (),
        now: float | None = None,
    ) -> None:
        """Say that the mode's command is gone, how it exited (None: it was killed, or the engine
        went away) and what it printed last. Only the first call for a mode counts.
        """
        run = self._runs.setdefault(mode, _Run())
        if run.closed:
            return
        run.closed = True
        self._current = None
        if run.end is None:
            _interrupt(run, mode, exit_code, now)
        attach_tail(run.steps, tail)
        attach_reasons(run.steps, run.reasons)

    @property
    def current(self) -> Mode | None:
        """The mode that is running now."""
        return self._current

    def close(
        self, *, exit_code: int | None, tail: Sequence[str] = (), now: float | None = None
    ) -> None:
        """Say that all commands are gone: they ran one after the other, until one failed, and the
        last one that ran exited so. When none has begun, the first is to blame.
        """
        began = [mode for mode, run in self._runs.items() if run.began]
        for mode in began[:-1]:
            self.close_mode(mode, exit_code=0, now=now)
        last = began[-1] if began else next(iter(self._runs), None)
        if last is not None:
            self.close_mode(last, exit_code=exit_code, tail=tail, now=now)

    def finish(
        self,
        *,
        job: str,
        distro: str,
        seconds: float = 0.0,
        image: ImageInfo | None = None,
        problem: Problem | None = None,
        notes: Sequence[str] = (),
        kept: str = "",
    ) -> JobResult:
        """Give the job's result; modes that began and were not closed are closed."""
        for mode, run in self._runs.items():
            if run.began:
                self.close_mode(mode)
        steps = [step for mode, run in self._runs.items() for step in self._all_steps(mode, run)]
        return JobResult(
            job=job,
            distro=distro,
            status=_status_of(steps, problem),
            phases=tuple(step for step in steps if isinstance(step, PhaseResult)),
            stages=tuple(step for step in steps if isinstance(step, StageResult)),
            notes=(*notes, *dict.fromkeys(self._notes)),
            seconds=seconds,
            image=image,
            plugins=self.plugins,
            problem=problem,
            kept=kept,
        )

    def _begin(self, event: RunBegin) -> None:
        if self._current is not None and not self._comes_after(event.mode, self._current):
            self._runs[self._current].nested.append(event.mode)  # clean.sh calls unstack.sh
            return
        if self._current is not None:
            # It said no word of its end; the next one begins only where it exited with 0.
            self.close_mode(self._current, exit_code=0, now=event.time)
        self._current = event.mode
        self._runs.setdefault(event.mode, _Run()).began = True

    def _comes_after(self, mode: Mode, other: Mode) -> bool:
        order = list(self._runs)
        return mode in order and order.index(mode) > order.index(other)

    def _fold_step(self, event: Event, mode: Mode, run: _Run) -> None:
        match event:
            case RunEnd() if run.nested and event.mode == run.nested[-1]:
                run.nested.pop()
                if run.phase is not None:
                    _fail_open(run, mode, Status.FAILED, event.exit_code, event.time)
            case RunEnd() if event.mode == mode:
                _end(run, event)
                self._current = None
            case PhaseBegin():
                run.phase = event
            case PhaseEnd():
                run.phase = None
                _add(run, mode, phase_result(event))
            case StageBegin():
                run.stage = event
            case StageEnd():
                run.stage = None
                _add(run, mode, _with_dead_units(stage_result(event, mode), run.dead))
            case DeadUnit() if mode is Mode.STACK and len(run.dead) < _MOST_DEAD:
                run.dead.append(event)
                if event.plugin:
                    _fail_extra(run, event.plugin)
            case _:
                pass

    def _all_steps(self, mode: Mode, run: _Run) -> list[Step]:
        if run.end is not None and not _is_bad(run.steps):
            return run.steps
        planned = [
            (phase, plugin.name)
            for phase in phases_of(mode)
            for plugin in self.plugins
            if phase.file in plugin.files
        ]
        came = {(step.phase, step.plugin) for step in run.steps if isinstance(step, PhaseResult)}
        last = max((i for i, key in enumerate(planned) if key in came), default=-1)
        return run.steps + [
            PhaseResult(mode=mode, phase=phase, plugin=plugin, status=Status.NOT_RUN)
            for phase, plugin in planned[last + 1 :]
        ]


def _add(run: _Run, mode: Mode, step: Step | None) -> None:
    if step is None or len(run.steps) >= _MOST:
        return
    reload = isinstance(step, PhaseResult) and (
        step.mode is not mode or step.phase not in phases_of(mode)
    )
    if step.status.is_bad or not reload:
        run.steps.append(step)


def _with_dead_units(stage: StageResult, dead: Sequence[DeadUnit]) -> StageResult:
    """A stage that failed as units of the tree's own are dead says so."""
    units = [unit for unit in dead if not unit.plugin]
    return replace(stage, failure=dead_units_failure(units)) if units and stage.failure else stage


def _fail_extra(run: _Run, plugin: str) -> None:
    """The phase extra fails of the plugin that has dead units; it had passed."""
    extra = Phase.EXTRA
    dead = [unit for unit in run.dead if unit.plugin == plugin]
    for index, step in enumerate(run.steps):
        if isinstance(step, PhaseResult) and (step.phase, step.plugin) == (extra, plugin):
            run.steps[index] = with_dead_units(step, dead)
            return
    none = PhaseResult(mode=Mode.STACK, phase=extra, plugin=plugin, status=Status.FAILED)
    run.steps.append(with_dead_units(none, dead))


def _end(run: _Run, event: RunEnd) -> None:
    """Close what is open: a plugin that calls `exit`, even 0, has not passed its phase."""
    run.end = event
    if event.status is Status.PASSED and run.phase is None:
        return
    _fail_open(run, event.mode, Status.FAILED, event.exit_code, event.time)


def _interrupt(run: _Run, mode: Mode, exit_code: int | None, now: float | None) -> None:
    """Record a command that is gone without saying so: killed, out of memory, timed out.

    One that exited by itself lost its EXIT trap to a plugin's own; then its exit code counts.
    """
    by_itself = exit_code is not None and exit_code < _EXIT_SIGNAL
    if run.began and run.phase is None and exit_code == 0:
        run.end = RunEnd(mode=mode, status=Status.PASSED)
    else:
        failed = by_itself and run.phase is not None
        _fail_open(run, mode, Status.FAILED if failed else Status.ERROR, exit_code, now)


def _fail_open(
    run: _Run, mode: Mode, status: Status, exit_code: int | None, now: float | None
) -> None:
    """Blame what is running; when nothing is and nothing has failed yet, the script itself."""
    if run.phase is not None and (phase := find_phase(run.phase)) is not None:
        began = run.phase.time
        step: Step = PhaseResult(
            mode=run.phase.mode, phase=phase, plugin=run.phase.plugin, status=status
        )
    elif _is_bad(run.steps):
        return
    else:
        began = run.stage.time if run.stage is not None else now or 0.0
        name = run.stage.stage if run.stage is not None else mode.script
        step = StageResult(mode=mode, stage=name, status=status)
    seconds = max(0.0, now - began) if now is not None else 0.0
    run.steps.append(replace(step, seconds=seconds, exit_code=exit_code, failure=Failure()))
    run.phase = run.stage = None


def _is_bad(steps: Sequence[Step]) -> bool:
    return any(step.status.is_bad for step in steps)


def _status_of(steps: Sequence[Step], problem: Problem | None) -> Status:
    found = {step.status for step in steps}
    if problem is not None or Status.ERROR in found:
        return Status.ERROR
    if Status.FAILED in found:
        return Status.FAILED
    return Status.ERROR if Status.NOT_RUN in found else Status.PASSED
