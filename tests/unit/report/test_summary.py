"""What a person reads at the end."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.errors import EngineError
from runner.host.workspace import RunFolder
from runner.outcome.phases import Mode, Phase, Status
from runner.outcome.result import Failure, JobResult, PhaseResult, Problem, RunResult, StageResult
from runner.report.summary import print_summary, summary_lines

FAILURE = Failure(
    command="ls /nowhere",
    file="/opt/stack/foo/devstack/plugin.sh",
    line=12,
    function="install_foo",
    tail=("one", "two"),
)


def phase(
    phase: Phase, status: Status, *, plugin: str = "foo", failure: Failure | None = None
) -> PhaseResult:
    return PhaseResult(
        mode=Mode.STACK,
        phase=phase,
        plugin=plugin,
        status=status,
        seconds=1.25,
        exit_code=2 if failure else 0,
        failure=failure,
    )


def a_job(
    status: Status,
    *phases: PhaseResult,
    stages: tuple[StageResult, ...] = (),
    problem: Problem | None = None,
    kept: str = "",
) -> JobResult:
    return JobResult(
        job="debian-12-foo",
        distro="debian-12",
        status=status,
        phases=phases,
        stages=stages,
        problem=problem,
        kept=kept,
    )


FAILED = a_job(
    Status.FAILED,
    phase(Phase.PRE_INSTALL, Status.PASSED),
    phase(Phase.PRE_INSTALL, Status.PASSED, plugin="a-longer-name"),
    phase(Phase.INSTALL, Status.FAILED, failure=FAILURE),
    phase(Phase.INSTALL, Status.NOT_RUN, plugin="a-longer-name"),
    kept="devstack-runner-debian-12-foo",
)


def lines_of(*jobs: JobResult, folder: Path = Path("/state/r1"), colour: bool = False) -> list[str]:
    run = RunResult(
        run="r1", version="1", started=datetime(2026, 1, 1, tzinfo=UTC), seconds=9.99, jobs=jobs
    )
    return list(summary_lines(run, folder=RunFolder(folder), colour=colour))


def test_a_failure_comes_first_with_place_command_and_tail() -> None:
    lines = lines_of(FAILED)
    assert lines[:7] == [
        "",
        "debian-12-foo: stack install of plugin foo failed, exit 2",
        "  /opt/stack/foo/devstack/plugin.sh:12 (install_foo)",
        "    ls /nowhere",
        "  last 2 lines of output:",
        "  | one",
        "  | two",
    ]


def test_what_is_likely_behind_a_failure_stands_below_the_command() -> None:
    failure = Failure(command="cp a b", file="/f", line=1, tail=("one",), reasons=("x", "y: z"))
    lines = lines_of(a_job(Status.FAILED, phase(Phase.INSTALL, Status.FAILED, failure=failure)))
    assert lines[2:7] == [
        "  /f:1",
        "    cp a b",
        "  likely reason: x",
        "  likely reason: y: z",
        "  last 1 lines of output:",
    ]


def test_what_to_type_next_is_said_for_a_kept_container() -> None:
    text = "\n".join(lines_of(FAILED))
    assert "devstack-runner shell debian-12-foo" in text
    assert "devstack-runner down debian-12-foo" in text


def test_nothing_is_said_of_a_container_that_is_gone() -> None:
    assert "devstack-runner shell" not in "\n".join(lines_of(a_job(Status.FAILED)))


def test_the_table_has_phases_down_and_plugins_across() -> None:
    lines = lines_of(FAILED)
    head = next(i for i, line in enumerate(lines) if line.startswith("debian-12-foo   "))
    rows = [line.split() for line in lines[head : head + 3]]
    assert rows == [
        ["debian-12-foo", "foo", "a-longer-name"],
        ["stack", "pre-install", "passed", "1.2", "s", "passed", "1.2", "s"],
        ["stack", "install", "failed", "1.2", "s", "not-run"],
    ]
    assert lines[head].index("a-longer-name") == lines[head + 2].index("not-run")


def test_the_last_line_counts_jobs_and_says_the_exit_code() -> None:
    passed = a_job(Status.PASSED, phase(Phase.INSTALL, Status.PASSED))
    assert lines_of(passed)[-1] == "1 job: 1 passed in 10.0 s (exit 0)"
    assert lines_of(passed, FAILED)[-1] == "2 jobs: 1 passed, 1 failed in 10.0 s (exit 1)"
    assert lines_of()[-1] == "0 jobs: nothing run in 10.0 s (exit 3)"


def test_a_problem_has_message_and_hint() -> None:
    problem = Problem.of(EngineError("the engine is gone", hint="start it"))
    lines = lines_of(a_job(Status.ERROR, problem=problem))
    assert "debian-12-foo: the engine is gone" in lines
    assert "  start it" in lines
    assert lines[-1].endswith("(exit 5)")


def test_a_stage_that_failed_is_named() -> None:
    stage = StageResult(
        mode=Mode.STACK,
        stage="packages of plugin foo (devstack/files/debs/foo)",
        status=Status.FAILED,
        exit_code=100,
    )
    lines = lines_of(a_job(Status.FAILED, stages=(stage,)))
    name = "packages of plugin foo (devstack/files/debs/foo)"
    assert f"debian-12-foo: {name} failed, exit 100" in lines


def test_each_plugin_with_a_dead_service_is_named_with_its_journal() -> None:
    phases = [
        phase(
            Phase.EXTRA,
            Status.FAILED,
            plugin=name,
            failure=Failure(command=f"devstack@{name}: failed", tail=(f"words of {name}",)),
        )
        for name in ("foo", "bar")
    ]
    lines = lines_of(a_job(Status.FAILED, *phases))
    for name in ("foo", "bar"):
        at = lines.index(f"debian-12-foo: stack extra of plugin {name} failed, exit 2")
        assert lines[at + 1] == f"    devstack@{name}: failed"
        assert lines[at + 3] == f"  | words of {name}"


def test_the_log_is_named_when_there_is_one(tmp_path: Path) -> None:
    log = tmp_path / "debian-12-foo" / "log"
    assert f"  the whole log: {log}" not in lines_of(FAILED, folder=tmp_path)
    log.parent.mkdir()
    log.touch()
    assert f"  the whole log: {log}" in lines_of(FAILED, folder=tmp_path)


def test_colours_are_for_terminals_and_do_not_change_the_width() -> None:
    plain, coloured = lines_of(FAILED), lines_of(FAILED, colour=True)
    assert any("\033[32m" in line for line in coloured)
    assert not any("\033" in line for line in plain)


@pytest.mark.parametrize("to_stderr", [False, True])
def test_the_summary_goes_to_stderr_when_stdout_is_json(
    capsys: pytest.CaptureFixture[str], *, to_stderr: bool
) -> None:
    run = RunResult(run="r1", version="1", started=datetime(2026, 1, 1, tzinfo=UTC))
    print_summary(run, folder=RunFolder(Path("/x")), to_stderr=to_stderr)
    out, err = capsys.readouterr()
    assert "0 jobs" in (err if to_stderr else out)
    assert (out if to_stderr else err) == ""


def test_no_color_is_honoured_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    run = RunResult(run="r1", version="1", started=datetime(2026, 1, 1, tzinfo=UTC), jobs=(FAILED,))
    shown = {}
    for no_color in (False, True):
        screen = Terminal()
        monkeypatch.setattr("sys.stdout", screen)
        if no_color:
            monkeypatch.setenv("NO_COLOR", "1")
        else:
            monkeypatch.delenv("NO_COLOR", raising=False)
        print_summary(run, folder=RunFolder(Path("/x")), to_stderr=False)
        shown[no_color] = screen.getvalue()
    assert "\033[" in shown[False]
    assert "\033[" not in shown[True]


def test_a_skipped_job_says_what_it_needs() -> None:
    job = JobResult(
        job="debian-12-nfs", distro="debian-12", status=Status.SKIPPED, skipped="needs kvm"
    )
    lines = lines_of(job)
    assert "debian-12-nfs: skipped: needs kvm" in lines
    assert "1 skipped" in lines[-1]
    assert "(exit 4)" in lines[-1]
