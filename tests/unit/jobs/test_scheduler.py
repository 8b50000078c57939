"""Many jobs, each in a process: real processes, which find no engine here."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from runner.distros.distro import read_distros
from runner.errors import ConfigError
from runner.host.workspace import RunFolder
from runner.jobs.capacity import JOB_MEMORY, measure
from runner.jobs.matrix import Candidate
from runner.jobs.pipeline import Keep
from runner.jobs.scheduler import Crew, Orders
from runner.jobs.stem import Stem
from runner.outcome.observer import Silent
from runner.outcome.phases import Mode, Status
from runner.outcome.result import JobResult
from runner.plan.plan import Request
from runner.resources import IMAGES
from runner.sources.plugin import PluginSource
from tests.unit.jobs.slowengine import slow_engine

DISTROS = [*read_distros(IMAGES).values()]


class Noted(Silent):
    """Keeps what it is told at the end of jobs."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    def job_finished(self, job: str, result: JobResult) -> None:  # noqa: ARG002
        self.ended.append(job)


def candidates(count: int, *, may_fail: bool = False) -> list[Candidate]:
    request = Request(plugins=(PluginSource(name="p", location="/p", live=True),))
    return [Candidate(distro=d, request=request, may_fail=may_fail) for d in DISTROS[:count]]


def crew(folder: Path, observer: Silent, *, at_once: int = 2, fail_fast: bool = False) -> Crew:
    orders = Orders(modes=tuple(Mode), keep=Keep.NEVER, at_once=at_once, fail_fast=fail_fast)
    return Crew(orders, RunFolder(folder), observer)


def work(crew: Crew, candidates: list[Candidate]) -> list[tuple[Candidate, JobResult]]:
    with Stem(len(candidates)) as stem:
        return list(crew.work(candidates, stem))


@pytest.fixture(autouse=True)
def no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")


def test_each_job_has_its_own_trouble(tmp_path: Path) -> None:
    noted = Noted()
    found = work(crew(tmp_path, noted), candidates(3))
    assert sorted(noted.ended) == sorted(candidate.job for candidate, _ in found)
    assert [result.status for _, result in found] == [Status.ERROR] * 3
    assert {result.exit_code for _, result in found} == {5}
    assert all(result.problem and "engine" in result.problem.message for _, result in found)


def test_the_first_failure_ends_the_others_when_asked_to(tmp_path: Path) -> None:
    found = work(crew(tmp_path, Silent(), at_once=1, fail_fast=True), candidates(3))
    statuses = [result.status for _, result in found]
    assert statuses == [Status.ERROR, Status.SKIPPED, Status.SKIPPED]
    assert "--fail-fast" in found[1][1].skipped


def test_a_failure_that_is_allowed_ends_nothing(tmp_path: Path) -> None:
    at_work = crew(tmp_path, Silent(), at_once=1, fail_fast=True)
    found = [result for _, result in work(at_work, candidates(2, may_fail=True))]
    assert [(result.status, result.exit_code) for result in found] == [(Status.ERROR, 0)] * 2
    assert all(result.may_fail for result in found)


def test_a_process_that_dies_is_its_jobs_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work = crew(tmp_path, Silent())

    def kill() -> None:
        while not at_work.workers:
            time.sleep(0.01)
        os.kill(at_work.workers[0].process.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    with slow_engine(tmp_path) as engine:  # or it may have ended before
        monkeypatch.setenv("DOCKER_HOST", engine.host)
        killer.start()
        ((_, result),) = work(at_work, candidates(1))
    killer.join()
    assert (result.status, result.exit_code) == (Status.ERROR, 5)
    assert result.problem
    assert "ended by signal 9" in result.problem.message
    assert "gc" in (result.problem.hint or "")


def test_a_job_that_is_stopped_before_it_does_anything_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work = crew(tmp_path, Silent())

    def stop() -> None:
        while not at_work.workers:
            time.sleep(0.001)
        at_work.workers[0].stop()

    stopper = threading.Thread(target=stop)
    with slow_engine(tmp_path) as engine:  # for a machine on which the stop comes late
        monkeypatch.setenv("DOCKER_HOST", engine.host)
        stopper.start()
        ((_, result),) = work(at_work, candidates(1))
    stopper.join()
    assert (result.status, result.exit_code) == (Status.ERROR, 130)
    assert result.problem
    assert result.problem.message == "interrupted"


def test_room_is_what_is_scarcest(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(f"MemTotal: 1 kB\nMemAvailable: {3 * JOB_MEMORY // 1024} kB\n")
    found = measure(tmp_path, meminfo=meminfo)
    assert found.memory == 3
    assert found.jobs == max(1, min(3, found.cores, found.disk))
    meminfo.write_text("MemAvailable: 5 kB\n")
    assert measure(tmp_path, meminfo=meminfo).jobs == 1


@pytest.mark.parametrize("text", ["0", "-1", "many", "", "1.5"])
def test_j_is_a_number_or_auto(text: str) -> None:
    from runner.cli.many import jobs_at_once  # noqa: PLC0415

    with pytest.raises(ConfigError, match="not a number of jobs"):
        jobs_at_once(text, 3, say=False)
    assert jobs_at_once("7", 3, say=False) == 7
