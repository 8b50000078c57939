"""Results: the exit code of a run, and its JSON."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.errors import ConfigError, EngineError, Interrupted, TimeLimit
from runner.outcome.phases import Mode, Phase, Status
from runner.outcome.result import (
    SCHEMA,
    Failure,
    ImageInfo,
    JobResult,
    PhaseResult,
    PluginInfo,
    Problem,
    RunResult,
    StageResult,
    exit_code,
    from_json,
    to_json,
)

ENGINE = Problem.of(EngineError("the engine went away", hint="start it"))
TIMEOUT = Problem.of(TimeLimit("took longer than 60 s"))
INTERRUPT = Problem.of(Interrupted("interrupted"))
CONFIG = Problem.of(ConfigError("bad package name"))
GIVES = {
    0: (Status.PASSED, None),
    1: (Status.FAILED, None),
    2: (Status.ERROR, CONFIG),
    5: (Status.ERROR, ENGINE),
    6: (Status.ERROR, TIMEOUT),
    130: (Status.ERROR, INTERRUPT),
}


def a_job(status: Status, problem: Problem | None = None) -> JobResult:
    return JobResult(job="debian-12-foo", distro="debian-12", status=status, problem=problem)


def a_run(*jobs: JobResult, problem: Problem | None = None) -> RunResult:
    started = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return RunResult(run="r1", version="0.1.0", started=started, jobs=jobs, problem=problem)


@pytest.mark.parametrize("code", GIVES)
def test_one_job_gives_its_own_code(code: int) -> None:
    assert exit_code(a_run(a_job(*GIVES[code]))) == code


@given(st.lists(st.sampled_from(list(GIVES)), min_size=1))
def test_the_first_of_130_5_6_1_wins(codes: list[int]) -> None:
    gravest = next(code for code in (130, 5, 6, 2, 1, 0) if code in codes)
    assert exit_code(a_run(*(a_job(*GIVES[code]) for code in codes))) == gravest


def test_nothing_selected_is_3() -> None:
    assert exit_code(a_run()) == 3


def test_all_skipped_is_4_and_some_skipped_is_not() -> None:
    skipped = a_job(Status.SKIPPED)
    assert exit_code(a_run(skipped, skipped)) == 4
    assert exit_code(a_run(skipped, a_job(Status.PASSED))) == 0
    assert exit_code(a_run(skipped, a_job(Status.FAILED))) == 1
    assert exit_code(a_run(skipped, a_job(Status.NOT_RUN))) == 4


def test_a_job_that_may_fail_decides_nothing() -> None:
    allowed = replace(a_job(Status.FAILED), may_fail=True)
    assert exit_code(a_run(allowed)) == 0
    assert exit_code(a_run(allowed, a_job(Status.FAILED))) == 1


def test_a_problem_of_the_run_counts_with_those_of_the_jobs() -> None:
    assert exit_code(a_run(a_job(Status.FAILED), problem=INTERRUPT)) == 130
    assert exit_code(a_run(a_job(Status.PASSED), problem=TIMEOUT)) == 6


def test_an_error_that_nobody_explained_is_trouble_of_the_host() -> None:
    assert exit_code(a_run(a_job(Status.ERROR))) == 5


def full_run() -> RunResult:
    failure = Failure(
        command="ls /x",
        file="/opt/stack/foo/devstack/plugin.sh",
        line=12,
        function="g",
        tail=("a",),
    )
    job = JobResult(
        job="debian-12-foo",
        distro="debian-12",
        status=Status.FAILED,
        phases=(
            PhaseResult(
                mode=Mode.STACK,
                phase=Phase.INSTALL,
                plugin="foo",
                status=Status.FAILED,
                seconds=1.5,
                exit_code=2,
                failure=failure,
            ),
            PhaseResult(mode=Mode.STACK, phase=Phase.EXTRA, plugin="foo", status=Status.NOT_RUN),
        ),
        stages=(StageResult(mode=Mode.STACK, stage="packages", status=Status.PASSED, exit_code=0),),
        notes=("nobody provides the service x",),
        seconds=12.25,
        image=ImageInfo(reference="devstack-runner/x:1", id="sha256:1", built=True),
        plugins=(PluginInfo(name="foo", url="file:///foo", ref="main", sha="1234", dirty=True),),
        problem=TIMEOUT,
    )
    return a_run(job, problem=ENGINE)


def test_json_gives_back_the_same_run() -> None:
    assert from_json(to_json(full_run())) == full_run()


def test_json_says_schema_exit_code_and_plain_names() -> None:
    document = json.loads(to_json(full_run()))
    assert (document["schema"], document["exit_code"]) == (SCHEMA, 5)
    assert document["started"] == "2026-01-02T03:04:05Z"
    phase = document["jobs"][0]["phases"][0]
    assert (phase["phase"], phase["status"]) == ("stack install", "failed")
    assert phase["failure"]["line"] == 12
    assert document["jobs"][0]["phases"][1]["status"] == "not-run"


def test_json_with_a_field_more_is_read() -> None:
    document = json.loads(to_json(full_run())) | {"more": 1}
    assert from_json(json.dumps(document).encode()) == full_run()


def test_json_of_another_schema_is_refused() -> None:
    with pytest.raises(ConfigError, match="schema 99"):
        from_json(b'{"schema": 99}')


@pytest.mark.parametrize("data", [b"", b"{}", b'{"schema": 1}', b"\xff", b"[]"])
def test_json_that_is_no_result_is_refused(data: bytes) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        from_json(data)


def test_the_culprit_is_the_first_that_failed() -> None:
    unstack = StageResult(mode=Mode.UNSTACK, stage="unstack.sh", status=Status.ERROR)
    stage = StageResult(mode=Mode.STACK, stage="packages", status=Status.FAILED)
    phase = PhaseResult(mode=Mode.CLEAN, phase=Phase.CLEAN, plugin="foo", status=Status.FAILED)
    job = JobResult(
        job="j", distro="d", status=Status.FAILED, phases=(phase,), stages=(unstack, stage)
    )
    assert job.culprit is stage
    assert a_job(Status.PASSED).culprit is None
