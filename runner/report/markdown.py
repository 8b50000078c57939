"""Markdown for the summary of a CI step: a table, then what failed, folded."""

import re
from collections.abc import Iterator, Sequence

from runner.outcome.phases import Phase, Status
from runner.outcome.result import JobResult, PhaseResult, RunResult, StageResult
from runner.report.matrix import Row, phases_shown, rows_of
from runner.report.text import in_a_line, last_lines, plain
from runner.report.words import (
    duration,
    one_line,
    place_of,
    reasons_of,
    started,
    status_of,
    verdict,
    what_failed,
)

_SIGNS = {
    Status.PASSED: "✅",
    Status.FAILED: "❌",
    Status.ERROR: "💥",
    Status.SKIPPED: "⏭️",
    Status.NOT_RUN: "⬜",
}
_SPECIAL = re.compile(r"[\\`*_\[\]#|~@<>]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "@": "&#64;"}  # @ would call somebody
_FENCE = re.compile(r"`{3,}")
_COMMAND_LINES = 20


def render_markdown(run: RunResult) -> str:
    """The summary; it begins with a title, so that several can follow each other."""
    return "\n".join(_lines(run)).rstrip() + "\n"


def _lines(run: RunResult) -> Iterator[str]:
    yield f"## {_SIGNS[verdict(run)]} devstack-runner"
    yield ""
    yield f"**{escape(one_line(run))}** · run {escape(run.run)} · {escape(started(run))}"
    yield ""
    if run.problem is not None:
        yield from _problem(run.problem.message, run.problem.hint)
    if run.jobs:
        yield from _table(run)
    for job in run.jobs:
        if job.skipped:
            yield f"- **{escape(job.job)}** skipped: {escape(in_a_line(job.skipped))}"
            yield ""
        if job.status.is_bad:
            yield from _job_failures(job)


def _table(run: RunResult) -> Iterator[str]:
    phases = phases_shown(run)
    yield _row(["distro", "plugin", *(phase.value for phase in phases), "job"])
    yield "|---" * (len(phases) + 3) + "|"
    for row in rows_of(run):
        cells = [_cell(row, phase) for phase in phases]
        job = f"{_sign(row.job)} {status_of(row.job)} {duration(row.job.seconds)}"
        yield _row([escape(_title(row)), escape(row.plugin or "—"), *cells, job])
    yield ""


def _title(row: Row) -> str:
    """The distro, and what stands in for its own base image."""
    return f"{row.title} ({row.job.stands_in})" if row.job.stands_in else row.title


def _sign(job: JobResult) -> str:
    return "⚠️" if job.may_fail and job.status.is_bad else _SIGNS[job.status]


def _cell(row: Row, phase: Phase) -> str:
    result = row.cells.get(phase)
    if result is None:
        return ""
    sign = _SIGNS[result.status]
    if result.status is Status.PASSED:
        return f"{sign} {duration(result.seconds)}"
    return f"{sign} {result.status}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _job_failures(job: JobResult) -> Iterator[str]:
    for step in job.culprits:
        yield from _failure(job, step)
    if job.problem is not None:
        yield from _problem(f"{job.job}: {job.problem.message}", job.problem.hint)


def _failure(job: JobResult, step: PhaseResult | StageResult) -> Iterator[str]:
    yield "<details>"
    yield f"<summary><b>{_html(job.job)}</b>: {_html(what_failed(step))}</summary>"
    yield ""
    if place := place_of(step):
        yield escape(place)
        yield ""
    if step.failure and step.failure.command:
        yield from _fenced(last_lines([step.failure.command])[:_COMMAND_LINES], "sh")
    for reason in reasons_of(step):
        yield f"> {escape(reason)}"
        yield ""
    if step.failure and step.failure.tail:
        yield from _fenced(last_lines(step.failure.tail), "text")
    yield "</details>"
    yield ""


def _problem(message: str, hint: str | None) -> Iterator[str]:
    yield f"❗ {escape(in_a_line(message))}"
    if hint:
        yield ""
        yield f"> {escape(in_a_line(hint))}"
    yield ""


def _fenced(lines: Sequence[str], language: str) -> Iterator[str]:
    """A block of code whose fence is longer than any in it."""
    runs = [len(found) for line in lines for found in _FENCE.findall(line)]
    fence = "`" * (max(runs, default=2) + 1)
    yield f"{fence}{language}"
    yield from lines
    yield fence
    yield ""


def escape(text: str) -> str:
    """Text on one line that Markdown shows as it is, also in a table."""
    return _SPECIAL.sub(_escaped, plain(text).replace("\n", " ").replace("&", "&amp;"))


def _escaped(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0], f"\\{found[0]}")


def _html(text: str) -> str:
    return in_a_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
