"""Many jobs in plain lines: whole groups, failures last, and marks for CI systems."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from runner.display.grouped import Grouped
from runner.display.livejobs import LiveJobs
from runner.outcome.events import PhaseEnd
from runner.outcome.phases import Mode, Phase, Status
from runner.outcome.result import Failure, JobResult, PhaseResult, PluginInfo, Problem

FAILURE = Failure(command="false 100%\nsecond line", file="/opt/stack/p/devstack/plugin.sh", line=7)


def passed(job: str) -> JobResult:
    return JobResult(job=job, distro=job, status=Status.PASSED, seconds=1.0)


def failed(job: str, *, url: str = "", may_fail: bool = False) -> JobResult:
    phase = PhaseResult(
        mode=Mode.STACK,
        phase=Phase.INSTALL,
        plugin="p",
        status=Status.FAILED,
        failure=FAILURE,
    )
    return JobResult(
        job=job,
        distro=job,
        status=Status.FAILED,
        seconds=2.0,
        phases=(phase,),
        plugins=(PluginInfo(name="p", url=url),),
        may_fail=may_fail,
    )


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)


def two_jobs(stream: io.StringIO, bad: JobResult) -> None:
    """Job a fails while job b is at work."""
    with Grouped(stream, verbose=False) as grouped:
        for job in ("a", "b"):
            grouped.job_started(job)
        grouped.doing("b", "container")
        grouped.event(
            "a",
            PhaseEnd(
                time=0.0,
                mode=Mode.STACK,
                phase="install",
                plugin="p",
                status=Status.FAILED,
                seconds=1.0,
            ),
        )
        grouped.job_finished("a", bad)
        grouped.job_finished("b", passed("b"))


def test_lines_of_a_job_stay_together_and_failures_come_last() -> None:
    stream = io.StringIO()
    two_jobs(stream, failed("a"))
    assert stream.getvalue().splitlines() == [
        "a  failed: stack install of plugin p: false 100%",
        "b  starting",
        "b  container",
        "b  passed in 1.0 s",
        "a  starting",
        "a  stack install: p failed 1.0 s",
        "a  failed in 2.0 s",
    ]


def test_a_job_that_was_interrupted_is_shown_as_far_as_it_came() -> None:
    stream = io.StringIO()
    with Grouped(stream, verbose=False) as grouped:
        grouped.job_started("a")
    assert stream.getvalue() == "a  starting\n"


def test_output_is_in_the_group_where_it_is_wanted() -> None:
    stream = io.StringIO()
    with Grouped(stream, verbose=True) as grouped:
        grouped.job_started("a")
        grouped.output("a", b"two\nlines \xff\n")
        grouped.job_finished("a", passed("a"))
    assert stream.getvalue() == "a  starting\ntwo\nlines \ufffd\na  passed in 1.0 s\n"


def test_github_folds_groups_and_shows_failures_at_their_lines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.chdir(tmp_path)
    stream = io.StringIO()
    two_jobs(stream, failed("a", url=str(tmp_path)))
    lines = stream.getvalue().splitlines()
    assert lines[1:3] == ["::group::b: passed", "b  starting"]
    assert lines.count("::endgroup::") == 2
    assert lines[-1] == (
        "::error file=devstack/plugin.sh,line=7,title=a%3A stack install of plugin p"
        "::false 100%25%0Asecond line"
    )


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (failed("a", may_fail=True), "::warning title=a%3A stack install of plugin p::"),
        (
            JobResult(
                job="a", distro="a", status=Status.ERROR, problem=Problem(message="no engine")
            ),
            "::error title=a::no engine",
        ),
    ],
)
def test_github_is_told_of_what_may_fail_and_of_errors(
    monkeypatch: pytest.MonkeyPatch, result: JobResult, line: str
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    stream = io.StringIO()
    two_jobs(stream, result)
    assert stream.getvalue().splitlines()[-1].startswith(line)


def test_the_mark_of_a_failure_has_its_likely_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    bad = failed("a")
    reasons = replace(FAILURE, reasons=("no horizon",))
    stream = io.StringIO()
    two_jobs(stream, replace(bad, phases=(replace(bad.phases[0], failure=reasons),)))
    assert "::false 100%25%0Asecond line%0Ano horizon\n" in stream.getvalue()


def test_gitlab_has_sections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_CI", "true")
    stream = io.StringIO()
    two_jobs(stream, failed("a"))
    assert stream.getvalue().count("section_start:") == 2
    assert stream.getvalue().count("section_end:") == 2
    assert ":b[collapsed=true]\r" in stream.getvalue()


@pytest.fixture
def view() -> Iterator[tuple[LiveJobs, io.StringIO]]:
    stream = io.StringIO()
    with LiveJobs(stream, expected={"a": 60.0, "b": None, "c": None}) as live:
        yield live, stream


def test_the_live_view_has_a_line_for_each_job_and_says_failures_at_once(
    view: tuple[LiveJobs, io.StringIO],
) -> None:
    live, stream = view
    for job in ("a", "b"):
        live.job_started(job)
    live.doing("b", "container")
    live.job_finished("b", failed("b"))
    assert "✗ b  failed in 2 s: stack install of plugin p: false 100%" in stream.getvalue()
    live.__exit__()
    shown = io.StringIO()
    from rich.console import Console  # noqa: PLC0415

    Console(file=shown, width=100).print(live._draw())
    assert "starting" in shown.getvalue()
    assert "0 s of about 60 s" in shown.getvalue()
    assert "1 waiting" in shown.getvalue()
