"""The collector: a job's events folded into its result, also when the run was cut short."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.outcome.collect import Collector
from runner.outcome.events import (
    DeadUnit,
    Event,
    Merge,
    Note,
    PhaseBegin,
    PhaseEnd,
    Reason,
    RunBegin,
    RunEnd,
    StageBegin,
    StageEnd,
    Unknown,
)
from runner.outcome.phases import Mode, Phase, Status, phases_of
from runner.outcome.result import Failure, JobResult, PluginInfo, Problem

PLUGINS = (PluginInfo(name="a", files=("settings", "plugin.sh")), PluginInfo(name="b"))
ALL = tuple(Mode)
Shown = list[tuple[str, str, str]]


def phase(mode: Mode, name: str, plugin: str, status: str = "passed") -> list[Event]:
    begin = PhaseBegin(time=10.0, mode=mode, phase=name, plugin=plugin)
    end = PhaseEnd(mode=mode, phase=name, plugin=plugin, status=Status(status), seconds=1.0)
    return [begin, end]


def stack_until(name: str) -> list[Event]:
    """All phases of stack before NAME, for the plugins a and b."""
    events: list[Event] = [RunBegin(mode=Mode.STACK), *phase(Mode.STACK, "override-defaults", "b")]
    for each in phases_of(Mode.STACK)[1:]:
        short = each.value.removeprefix("stack ")
        if short == name:
            break
        for plugin in PLUGINS:
            events += phase(Mode.STACK, short, plugin.name)
    return events


def ended(mode: Mode, status: str = "passed", code: int = 0) -> RunEnd:
    return RunEnd(time=20.0, mode=mode, status=Status(status), exit_code=code)


def simple(mode: Mode, *plugins: str) -> list[Event]:
    events: list[Event] = [RunBegin(mode=mode)]
    for plugin in plugins:
        events += phase(mode, "settings", plugin) + phase(mode, mode.value, plugin)
    return [*events, ended(mode)]


def collect(events: Sequence[Event], modes: Sequence[Mode] = (Mode.STACK,)) -> Collector:
    collector = Collector(plugins=PLUGINS, modes=modes)
    for event in events:
        collector.fold(event)
    return collector


def finish(collector: Collector, problem: Problem | None = None) -> JobResult:
    return collector.finish(job="debian-12-a", distro="debian-12", problem=problem)


def shown(result: JobResult) -> Shown:
    return [(each.phase.value, each.plugin, each.status.value) for each in result.phases]


def bad(result: JobResult) -> Shown:
    return [each for each in shown(result) if each[2] in {"failed", "error"}]


def test_a_run_that_passes_lists_each_phase_once_in_order() -> None:
    events = [*stack_until("end"), ended(Mode.STACK)]
    events += simple(Mode.UNSTACK, "a", "b") + simple(Mode.CLEAN, "a", "b")
    result = finish(collect(events, ALL))
    assert result.status is Status.PASSED
    assert result.exit_code == 0
    assert shown(result) == [("override-defaults", "b", "passed")] + [
        (each.value, plugin, "passed") for each in list(Phase)[1:] for plugin in "ab"
    ]


def test_after_a_failure_all_later_phases_are_not_run() -> None:
    events = stack_until("install") + phase(Mode.STACK, "install", "a", "failed")
    result = finish(collect([*events, ended(Mode.STACK, "failed", 1)], (Mode.STACK, Mode.CLEAN)))
    assert result.status is Status.FAILED
    assert shown(result)[5:] == [
        ("stack install", "a", "failed"),
        ("stack install", "b", "not-run"),
        *((f"stack {name}", p, "not-run") for name in ("post-config", "extra") for p in "ab"),
        *(("stack test-config", p, "not-run") for p in "ab"),
        *(("clean", p, "not-run") for p in "ab"),
    ]


@pytest.mark.parametrize("failing", [each.value for each in phases_of(Mode.STACK)[1:]])
def test_unstack_and_clean_count_after_a_failure_anywhere(failing: str) -> None:
    name = failing.removeprefix("stack ")
    events = stack_until(name) + phase(Mode.STACK, name, "a", "failed")
    events += [ended(Mode.STACK, "failed", 1)]
    events += simple(Mode.UNSTACK, "a", "b") + simple(Mode.CLEAN, "a", "b")
    result = finish(collect(events, ALL))
    assert bad(result) == [(failing, "a", "failed")]
    assert [status for phase, _, status in shown(result) if phase in {"unstack", "clean"}] == [
        "passed"
    ] * 4


def test_a_phase_without_events_is_left_out_when_the_run_passed() -> None:
    events = [RunBegin(mode=Mode.STACK), *phase(Mode.STACK, "install", "b"), ended(Mode.STACK)]
    assert shown(finish(collect(events))) == [("stack install", "b", "passed")]


def test_a_file_that_a_plugin_lacks_is_never_not_run() -> None:
    events: list[Event] = [RunBegin(mode=Mode.STACK), ended(Mode.STACK, "failed", 1)]
    result = finish(collect(events))
    assert ("override-defaults", "b", "not-run") in shown(result)
    assert ("override-defaults", "a", "not-run") not in shown(result)


def test_a_killed_run_leaves_the_running_phase_as_error() -> None:
    running = PhaseBegin(time=100.0, mode=Mode.STACK, phase="extra", plugin="b")
    collector = collect([*stack_until("extra"), *phase(Mode.STACK, "extra", "a"), running])
    collector.close_mode(Mode.STACK, exit_code=137, tail=["last words"], now=107.0)
    result = finish(collector)
    assert (result.status, result.exit_code) == (Status.ERROR, 5)
    assert bad(result) == [("stack extra", "b", "error")]
    culprit = result.culprit
    assert culprit is not None
    assert (culprit.seconds, culprit.exit_code) == (7.0, 137)
    assert culprit.failure == Failure(tail=("last words",))
    assert shown(result)[-1] == ("stack test-config", "b", "not-run")


def test_a_timed_out_run_carries_its_problem() -> None:
    running = PhaseBegin(time=1.0, mode=Mode.STACK, phase="settings", plugin="a")
    collector = collect([*stack_until("settings"), running])
    result = finish(collector, Problem(message="took longer than 5 s", exit_code=6))
    assert (result.status, result.exit_code) == (Status.ERROR, 6)
    assert bad(result) == [("settings", "a", "error")]


def test_a_plugin_that_exits_fails_its_phase_even_with_0() -> None:
    running = PhaseBegin(time=18.0, mode=Mode.STACK, phase="install", plugin="a")
    result = finish(collect([*stack_until("install"), running, ended(Mode.STACK)]))
    assert bad(result) == [("stack install", "a", "failed")]
    assert result.culprit is not None
    assert result.culprit.seconds == 2.0


@pytest.mark.parametrize(("code", "status"), [(3, "failed"), (0, "failed"), (137, "error")])
def test_a_plugin_that_replaced_the_exit_trap_is_judged_by_the_exit_code(
    code: int, status: str
) -> None:
    running = PhaseBegin(mode=Mode.STACK, phase="install", plugin="a")
    collector = collect([*stack_until("install"), running])
    collector.close_mode(Mode.STACK, exit_code=code)
    assert bad(finish(collector)) == [("stack install", "a", status)]


def test_a_run_that_exits_0_without_its_last_event_has_passed() -> None:
    collector = collect(stack_until("end"))
    collector.close_mode(Mode.STACK, exit_code=0)
    assert finish(collector).status is Status.PASSED


@pytest.mark.parametrize("code", [0, 1, None])
def test_a_command_that_never_began_is_an_error(code: int | None) -> None:
    collector = collect([])
    collector.close_mode(Mode.STACK, exit_code=code, tail=["bash: not found"])
    result = finish(collector)
    assert result.status is Status.ERROR
    assert [(each.stage, each.status.value) for each in result.stages] == [("stack.sh", "error")]
    assert {each.status for each in result.phases} == {Status.NOT_RUN}


def test_a_failing_stage_is_reported_with_command_and_tail() -> None:
    end = StageEnd(
        stage="packages", status=Status.FAILED, exit_code=100, command="apt-get", file="/f", line=3
    )
    begin = StageBegin(stage="packages")
    collector = collect([*stack_until("pre-install"), begin, end, ended(Mode.STACK, "failed", 100)])
    collector.close_mode(Mode.STACK, exit_code=100, tail=["E: no", "E: package"])
    result = finish(collector)
    assert (result.status, len(result.stages)) == (Status.FAILED, 1)
    assert result.stages[0].failure == Failure(
        command="apt-get", file="/f", line=3, tail=("E: no", "E: package")
    )
    assert shown(result)[3] == ("stack pre-install", "a", "not-run")


def test_a_stage_that_was_running_at_the_end_is_blamed() -> None:
    result = finish(collect([RunBegin(mode=Mode.STACK), StageBegin(time=1, stage="packages")]))
    assert [(each.stage, each.status.value) for each in result.stages] == [("packages", "error")]


def test_a_script_that_fails_outside_everything_is_itself_the_stage() -> None:
    result = finish(collect([*stack_until("end"), ended(Mode.STACK, "failed", 4)]))
    assert [(each.stage, each.exit_code) for each in result.stages] == [("stack.sh", 4)]
    assert result.status is Status.FAILED


def test_the_tail_goes_to_the_failure_of_its_own_mode() -> None:
    collector = collect([*stack_until("end"), *phase(Mode.STACK, "extra", "a", "failed")], ALL)
    collector.fold(ended(Mode.STACK, "failed", 1))
    collector.close_mode(Mode.STACK, exit_code=1, tail=["one"])
    for event in [RunBegin(mode=Mode.UNSTACK), *phase(Mode.UNSTACK, "unstack", "b", "failed")]:
        collector.fold(event)
    collector.close_mode(Mode.UNSTACK, exit_code=1, tail=["two"])
    tails = [each.failure.tail for each in finish(collector).phases if each.failure]
    assert tails == [("one",), ("two",)]


def test_clean_calls_unstack_and_only_its_failures_are_listed() -> None:
    begin: list[Event] = [RunBegin(mode=Mode.CLEAN)]
    clean = [*phase(Mode.CLEAN, "clean", "a"), ended(Mode.CLEAN)]
    result = finish(collect(begin + simple(Mode.UNSTACK, "a") + clean, (Mode.CLEAN,)))
    assert shown(result) == [("clean", "a", "passed")]
    died = PhaseBegin(mode=Mode.UNSTACK, phase="unstack", plugin="a")
    inner: list[Event] = [RunBegin(mode=Mode.UNSTACK), died, ended(Mode.UNSTACK, "failed", 1)]
    result = finish(collect([*begin, *inner, *clean], (Mode.CLEAN,)))
    assert bad(result) == [("unstack", "a", "failed")]


def test_a_status_that_did_not_stop_unstack_is_kept() -> None:
    end = PhaseEnd(
        mode=Mode.UNSTACK, phase="unstack", plugin="a", status=Status.PASSED, exit_code=7
    )
    events: list[Event] = [RunBegin(mode=Mode.UNSTACK), end, ended(Mode.UNSTACK)]
    result = finish(collect(events, (Mode.UNSTACK,)))
    assert [(each.status.value, each.exit_code) for each in result.phases] == [("passed", 7)]


def dead(unit: str, plugin: str, log: str = "its last words") -> DeadUnit:
    return DeadUnit(mode=Mode.STACK, plugin=plugin, unit=unit, state="failed", log=log)


def until_health(*found: DeadUnit, status: str = "passed") -> list[Event]:
    """A stack run up to the look at the units, which has found these, and its end."""
    begin = StageBegin(stage="health")
    end = StageEnd(stage="health", status=Status(status), exit_code=1, command="c")
    failed = ended(Mode.STACK, "failed", 1)
    return [*stack_until("test-config"), begin, *found, end, failed]


def test_dead_units_fail_the_phase_extra_of_the_plugin_that_started_them() -> None:
    collector = collect(until_health(dead("x", "a"), dead("y", "a", "1\n2"), dead("z", "b")))
    collector.close(exit_code=1, tail=["a line of the log"])
    result = finish(collector)
    assert bad(result) == [("stack extra", "a", "failed"), ("stack extra", "b", "failed")]
    assert result.exit_code == 1
    failures = [each.failure for each in result.culprits]
    assert failures == [
        Failure(command="x: failed\ny: failed", tail=("x:", "its last words", "y:", "1", "2")),
        Failure(command="z: failed", tail=("its last words",)),
    ]
    assert [each.status for each in result.stages] == [Status.PASSED]
    assert shown(result)[-1] == ("stack test-config", "b", "not-run")


def test_dead_units_of_the_tree_fail_the_stage() -> None:
    found = [dead("keystone", "", "no database"), dead("z", "b")]
    result = finish(collect(until_health(*found, status="failed")))
    assert bad(result) == [("stack extra", "b", "failed")]
    (stage,) = result.stages
    assert (stage.stage, stage.status) == ("health", Status.FAILED)
    assert stage.failure == Failure(command="keystone: failed", tail=("no database",))


def test_a_dead_unit_of_a_plugin_without_that_phase_fails_it_all_the_same() -> None:
    result = finish(collect(until_health(dead("x", "unknown"))))
    assert bad(result) == [("stack extra", "unknown", "failed")]


def test_dead_units_are_a_matter_of_stack_only() -> None:
    events = simple(Mode.UNSTACK, "a")
    result = finish(collect([events[0], dead("x", "a"), *events[1:]], (Mode.UNSTACK,)))
    assert result.status is Status.PASSED


def test_notes_are_kept_once() -> None:
    note = Note(text="nobody provides x")
    assert finish(collect([note, note])).notes == ("nobody provides x",)


def test_nothing_planned_and_nothing_run_has_passed() -> None:
    assert finish(Collector(plugins=(), modes=())).status is Status.PASSED


def test_planned_but_never_run_is_not_a_success() -> None:
    assert finish(collect([])).status is Status.ERROR


MODES = st.sampled_from(list(Mode))
STATUSES = st.sampled_from(list(Status))
NAMES = st.sampled_from(["settings", "install", "extra", "unstack", "clean", "nonsense"])
SOME = st.sampled_from(["a", "b", "c"])
EVENTS = st.one_of(
    st.builds(RunBegin, mode=MODES),
    st.builds(RunEnd, mode=MODES, status=STATUSES),
    st.builds(PhaseBegin, mode=MODES, phase=NAMES, plugin=SOME),
    st.builds(PhaseEnd, mode=MODES, phase=NAMES, plugin=SOME, status=STATUSES),
    st.builds(StageBegin, stage=SOME),
    st.builds(StageEnd, stage=SOME, status=STATUSES),
    st.builds(DeadUnit, mode=MODES, plugin=st.sampled_from(["", "a", "c"]), unit=SOME),
    st.builds(Merge, group=SOME),
    st.builds(Unknown, text=SOME),
)


@given(st.lists(EVENTS, max_size=30), st.lists(MODES, unique=True))
def test_any_order_of_events_gives_a_result(events: list[Event], modes: list[Mode]) -> None:
    result = finish(collect(events, modes))
    assert (result.status is Status.PASSED) == (result.exit_code == 0)
    assert result.status is not Status.PASSED or result.culprit is None


def test_what_the_tree_says_of_a_failure_is_kept_with_it() -> None:
    events: list[Event] = [RunBegin(mode=Mode.STACK)]
    events += [
        PhaseBegin(mode=Mode.STACK, phase="settings", plugin="a"),
        Reason(text="no swift", about="swift"),
        Reason(text="no horizon", about="horizon"),
        Reason(text="CR LF"),
        *phase(Mode.STACK, "settings", "a", "failed")[1:],
        ended(Mode.STACK, "failed", 1),
    ]
    collector = collect(events)
    collector.close_mode(Mode.STACK, exit_code=1, tail=["swift is not there"])
    (failed,) = [each for each in finish(collector).phases if each.status is Status.FAILED]
    assert failed.failure
    assert failed.failure.reasons == ("no swift", "CR LF")


def test_reasons_without_a_failure_and_without_end_do_no_harm() -> None:
    events = [*stack_until("end"), *[Reason(text=str(n)) for n in range(10_000)]]
    result = finish(collect([*events, ended(Mode.STACK)]))
    assert result.status is Status.PASSED
    assert bad(result) == []


def test_reasons_that_were_told_before_the_phase_are_not_those_of_its_failure() -> None:
    events: list[Event] = [
        RunBegin(mode=Mode.STACK),
        *phase(Mode.STACK, "settings", "a"),
        Reason(text="tolerated"),
        *phase(Mode.STACK, "settings", "b", "failed"),
        ended(Mode.STACK, "failed", 1),
    ]
    (failed,) = [each for each in finish(collect(events)).phases if each.status is Status.FAILED]
    assert failed.failure
    assert failed.failure.reasons == ()


def test_the_unstack_in_a_clean_that_failed_keeps_its_reasons() -> None:
    events: list[Event] = [
        RunBegin(mode=Mode.CLEAN),
        RunBegin(mode=Mode.UNSTACK),
        Reason(text="of unstack"),
        *phase(Mode.UNSTACK, "unstack", "a", "failed")[1:],
        ended(Mode.UNSTACK, "failed", 1),
        *phase(Mode.CLEAN, "clean", "a"),
        ended(Mode.CLEAN),
    ]
    (failed,) = [
        each
        for each in finish(collect(events, [Mode.CLEAN])).phases
        if each.status is Status.FAILED
    ]
    assert failed.failure
    assert failed.failure.reasons == ("of unstack",)
