"""Which jobs there are, which are wanted, and in which order they begin."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.distros.distro import read_distros
from runner.errors import ConfigError
from runner.host.workspace import Workspace
from runner.jobs.history import durations, failed_last
from runner.jobs.matrix import (
    Candidate,
    judged,
    longest_first,
    parse_shard,
    select_jobs,
    take_shard,
    with_history,
)
from runner.outcome.phases import Mode, Phase, Status
from runner.outcome.result import JobResult, PhaseResult, Problem, RunResult, to_json
from runner.plan.plan import Request
from runner.resources import IMAGES
from runner.sources.plugin import PluginSource

DISTROS = read_distros(IMAGES)
REQUEST = Request(plugins=(PluginSource(name="heat", location="/src/heat", live=True),))
ALL = tuple(Candidate(distro=distro, request=REQUEST) for distro in DISTROS.values())


def names(candidates: tuple[Candidate, ...]) -> list[str]:
    return [each.job for each in candidates]


def test_jobs_are_chosen_by_globs_or_parts_of_their_identifiers() -> None:
    assert names(select_jobs(ALL, ["debian-*"])) == ["debian-12-heat", "debian-13-heat"]
    assert names(select_jobs(ALL, ["debian-12", "fedora-4[4]-*"])) == [
        "debian-12-heat",
        "fedora-44-heat",
    ]
    assert select_jobs(ALL, ["heat"]) == ALL
    assert select_jobs(ALL, []) == ALL
    assert select_jobs(ALL, ["debian-1"]) == select_jobs(ALL, ["debian-*"])


def test_what_may_fail_may_not_be_interrupted_unnoticed() -> None:
    may = replace(ALL[0], may_fail=True)
    failed = job("a", Status.FAILED, 1.0)
    assert judged(may, failed).exit_code == 0
    assert judged(ALL[0], failed).exit_code == 1
    interrupted = replace(
        failed, status=Status.ERROR, problem=Problem(message="interrupted", exit_code=130)
    )
    assert judged(may, interrupted).exit_code == 130
    assert not judged(may, job("a", Status.PASSED, 1.0)).may_fail


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "a/b", "-1/2", "1/2/3", ""])
def test_a_shard_is_a_part_of_a_whole(text: str) -> None:
    with pytest.raises(ConfigError, match="not a part of a whole"):
        parse_shard(text)
    assert parse_shard("2/3") == (2, 3)


@given(
    st.lists(st.none() | st.floats(0, 1000), min_size=len(ALL), max_size=len(ALL)),
    st.integers(1, 6),
)
def test_shards_share_all_jobs_and_none_twice(seconds: list[float | None], count: int) -> None:
    known = {job.job: s for job, s in zip(ALL, seconds, strict=True) if s is not None}
    candidates = with_history(ALL, known)
    shards = [take_shard(candidates, index, count) for index in range(1, count + 1)]
    assert sorted(name for shard in shards for name in names(shard)) == sorted(names(ALL))
    again = [take_shard(candidates[::-1], index, count) for index in range(1, count + 1)]
    assert [set(names(shard)) for shard in again] == [set(names(shard)) for shard in shards]


def test_shards_are_balanced_by_what_jobs_took_before() -> None:
    four = with_history(ALL[:4], dict(zip(names(ALL[:4]), (90.0, 30.0, 30.0, 30.0), strict=True)))
    assert [len(take_shard(four, index, 2)) for index in (1, 2)] == [1, 3]


def test_the_longest_job_begins_first_and_unknown_ones_are_taken_for_long() -> None:
    three = with_history(ALL[:3], {ALL[0].job: 5.0, ALL[2].job: 500.0})
    assert names(longest_first(three)) == names((three[2], three[1], three[0]))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "state" / "runs").mkdir(parents=True)
    return Workspace(state=tmp_path / "state", cache=tmp_path)


def add_run(workspace: Workspace, *jobs: JobResult) -> None:
    folder = workspace.new_run()
    run = RunResult(run=folder.id, version="1", started=datetime.now(UTC), jobs=jobs)
    folder.result.write_bytes(to_json(run))
    folder.close()


def job(
    name: str, status: Status, seconds: float, modes: tuple[Mode, ...] = tuple(Mode)
) -> JobResult:
    phases = tuple(
        PhaseResult(mode=mode, phase=Phase.CLEAN, plugin="p", status=status) for mode in modes
    )
    return JobResult(job=name, distro="d", status=status, seconds=seconds, phases=phases)


def test_durations_are_those_of_whole_runs_that_passed(workspace: Workspace) -> None:
    for seconds in (10.0, 20.0, 30.0):
        add_run(workspace, job("a", Status.PASSED, seconds), job("b", Status.FAILED, 1.0))
    add_run(workspace, job("a", Status.PASSED, 1.0, modes=(Mode.STACK,)))
    assert durations(workspace) == {"a": 20.0}


def test_what_failed_last_is_what_the_newest_run_with_jobs_says(workspace: Workspace) -> None:
    with pytest.raises(ConfigError, match="there is no run yet"):
        failed_last(workspace)
    add_run(workspace, job("a", Status.FAILED, 1.0))
    add_run(workspace, job("a", Status.PASSED, 1.0), job("b", Status.ERROR, 1.0))
    add_run(workspace)
    workspace.new_run().close()
    assert failed_last(workspace) == ("b",)
