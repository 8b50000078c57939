"""What changed between two runs."""

import pytest
from msgspec.structs import replace

from runner.outcome.phases import Phase, Status
from runner.outcome.result import JobResult
from runner.report.compare import Comparison, compare_runs, comparison_lines
from tests.unit.reporting import (
    broken,
    failed,
    job,
    packages_failed,
    passed,
    phase,
    run_of,
    skipped,
)

OLD = "20260101-000000-000000"


def comparison(before: JobResult | None, after: JobResult | None) -> Comparison:
    return compare_runs(
        run_of(*[before] * (before is not None), run=OLD),  # type: ignore[arg-type]
        run_of(*[after] * (after is not None)),  # type: ignore[arg-type]
    )


def told(found: Comparison) -> list[str]:
    """What is said after the two lines about the runs."""
    return [line for line in list(comparison_lines(found))[2:] if line]


def install(status: Status = Status.PASSED, seconds: float = 1.25, **more: object) -> JobResult:
    return job("debian-12", status, phase(Phase.INSTALL, status, seconds=seconds), **more)


def test_the_runs_are_named() -> None:
    first, second = list(comparison_lines(comparison(passed(), passed())))[:2]
    assert first.startswith(f"before  {OLD}  2026-01-02 03:04:05 UTC  1 job: 1 passed")
    assert second.startswith("after   20260102-030405-abcdef  ")


def test_the_same_is_nothing() -> None:
    for result in (passed(), failed(), skipped(), broken(), packages_failed()):
        found = comparison(result, result)
        assert told(found) == ["nothing changed"]
        assert found.exit_code == 0


def test_what_fails_now_is_exit_1() -> None:
    found = comparison(passed("fedora-44"), failed("fedora-44"))
    assert told(found) == [
        "newly failed:",
        "  fedora-44-heat: stack install of plugin heat: passed → failed",
    ]
    assert found.exit_code == 1


def test_what_passes_now_is_exit_0() -> None:
    found = comparison(failed("fedora-44"), passed("fedora-44"))
    assert told(found) == [
        "newly passed:",
        "  fedora-44-heat: stack install of plugin heat: failed → passed",
    ]
    assert found.exit_code == 0


def test_a_step_that_is_gone_from_a_job_that_passed_has_newly_passed() -> None:
    found = comparison(packages_failed("debian-12"), passed("debian-12"))
    assert [turn.what for turn in found.passed] == [
        "packages of plugin heat (devstack/files/debs/heat)"
    ]


def test_a_job_that_gets_further_and_fails_there_has_newly_failed() -> None:
    later = job(
        "fedora-44",
        Status.FAILED,
        phase(Phase.INSTALL),
        phase(Phase.POST_CONFIG, Status.FAILED),
    )
    found = comparison(failed("fedora-44"), later)
    assert [(t.what, t.before) for t in found.failed] == [
        ("stack post-config of plugin heat", Status.NOT_RUN)
    ]
    assert [t.what for t in found.passed] == ["stack install of plugin heat"]
    assert found.exit_code == 1


def test_trouble_without_a_phase_is_told_of_the_job() -> None:
    found = comparison(passed("ubuntu-24.04"), broken())
    assert told(found) == [
        "newly failed:",
        "  ubuntu-24.04-heat: no base image of ubuntu-24.04: passed → error",
    ]
    assert told(comparison(broken(), passed("ubuntu-24.04")))[1:] == [
        "  ubuntu-24.04-heat: error → passed"
    ]


def test_a_job_that_is_skipped_now_is_neither() -> None:
    found = comparison(passed("rocky-9"), skipped())
    assert told(found) == ["changed otherwise:", "  rocky-9-heat: passed → skipped"]
    assert found.exit_code == 0


def test_new_jobs_and_gone_ones() -> None:
    assert told(comparison(None, passed())) == ["new jobs:", "  debian-12-heat: passed"]
    assert told(comparison(passed(), None)) == ["jobs that are gone:", "  debian-12-heat: passed"]


def test_a_new_job_that_fails_counts() -> None:
    found = comparison(None, failed())
    assert told(found)[:2] == [
        "newly failed:",
        "  fedora-44-heat: stack install of plugin heat: not there → failed",
    ]
    assert found.exit_code == 1


def test_a_job_that_may_fail_is_told_and_does_not_count() -> None:
    found = comparison(passed("fedora-44"), replace(failed("fedora-44"), may_fail=True))
    assert told(found)[1].endswith("passed → failed (it may)")
    assert found.exit_code == 0


def test_plugins_of_another_commit() -> None:
    before, after = install(), install()
    (plugin,) = after.plugins
    moved = replace(after, plugins=(replace(plugin, sha="2e" * 20, dirty=True),))
    assert told(comparison(before, moved)) == [
        "other commits:",
        "  debian-12-heat: heat: 1f1f1f1f1f → 2e2e2e2e2e with changes",
    ]


@pytest.mark.parametrize(
    ("before", "after", "slower"),
    [
        (10, 13.1, True),  # more than 30 % and more than 2 s
        (10, 12.9, False),  # 2 s, but not 30 %
        (1, 2.9, False),  # thrice, but not 2 s
        (1, 3.1, True),
        (13, 10, False),
    ],
)
def test_slower_is_more_than_noise(before: float, after: float, slower: bool) -> None:
    found = comparison(install(seconds=before), install(seconds=after))
    assert bool(found.slower) is slower
    if slower:
        assert told(found) == [
            "slower by 30% and 2 s or more:",
            f"  debian-12-heat: stack install of plugin heat: {before:.1f} s → {after:.1f} s",
        ]


def test_what_failed_is_not_slower() -> None:
    assert not comparison(install(), install(Status.FAILED, seconds=99)).slower
