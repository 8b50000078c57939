"""What a person reads at the end: failures first and in words, then a table of the phases."""

import os
import sys
from collections.abc import Iterator, Sequence
from typing import IO

from runner.host.workspace import RunFolder
from runner.outcome.phases import Phase, Status
from runner.outcome.result import JobResult, PhaseResult, RunResult, StageResult, ending, exit_code
from runner.stack.kept import stack_name

_STYLES = {
    Status.PASSED: "32",
    Status.FAILED: "31;1",
    Status.ERROR: "31;1",
    Status.SKIPPED: "33",
    Status.NOT_RUN: "90",
}


def print_summary(run: RunResult, *, folder: RunFolder, to_stderr: bool) -> None:
    """Print it to stdout, or to stderr when stdout carries JSON."""
    stream = sys.stderr if to_stderr else sys.stdout
    try:
        for line in summary_lines(run, folder=folder, colour=_has_colour(stream)):
            print(line, file=stream)
        stream.flush()
    except (OSError, AttributeError):
        # Nobody reads it any more; the exit code still counts, so the interpreter's own last
        # flush must not fail either.
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115


def summary_lines(run: RunResult, *, folder: RunFolder, colour: bool) -> Iterator[str]:
    """The lines of the summary."""
    for job in run.jobs:
        if job.status.is_bad:
            yield from _failure_lines(job, folder)
    yield ""
    many = len(run.jobs) > 1
    if many:
        yield from matrix_lines(run.jobs, colour=colour)
    for job in run.jobs:
        if job.stands_in:
            yield f"{job.distro}: {job.stands_in}, not the distro's own base image"
        if job.skipped:
            yield f"{job.job}: skipped: {job.skipped}"
        if not many:
            yield from _table_lines(job, colour=colour)
        if job.kept and not job.status.is_bad:
            name = stack_name(job.kept)
            yield f"  the container is kept: devstack-runner shell {name}"
            yield f"    also: status, exec, unstack, clean, down {name}"
            yield ""
    yield f"{run.tally} in {run.seconds:.1f} s (exit {exit_code(run)})"


def _failure_lines(job: JobResult, folder: RunFolder) -> Iterator[str]:
    yield ""
    for culprit in job.culprits:
        yield from _culprit_lines(job, culprit)
    if job.problem is not None:
        yield f"{job.job}: {job.problem.message}"
        if job.problem.hint:
            yield f"  {job.problem.hint}"
    log = folder.path / job.job / ("log" if job.culprits and job.phases else "build.log")
    if log.exists():
        yield f"  the whole log: {log}"
    if job.kept:
        yield "  the container is kept; next:"
        name = stack_name(job.kept)
        yield f"    devstack-runner shell {name}    look into it; ./stack.sh runs it again"
        yield f"    devstack-runner down {name}     remove it"


def _culprit_lines(job: JobResult, culprit: PhaseResult | StageResult) -> Iterator[str]:
    yield f"{job.job}: {culprit.title} {ending(culprit)}"
    failure = culprit.failure
    if failure is None:
        return
    if failure.place:
        yield f"  {failure.place}"
    if failure.command:
        yield from (f"    {line}" for line in failure.command.splitlines())
    yield from (f"  likely reason: {reason}" for reason in failure.reasons)
    if failure.tail:
        yield f"  last {len(failure.tail)} lines of output:"
        yield from (f"  | {line}" for line in failure.tail)


def _table_lines(job: JobResult, *, colour: bool) -> Iterator[str]:
    """Phases down, plugins across."""
    plugins = list(dict.fromkeys(phase.plugin for phase in job.phases))
    if not plugins:
        return
    cells = {(phase.phase, phase.plugin): phase for phase in job.phases}
    head = max(len(job.job), *(len(phase.value) for phase in Phase))
    width = max(12, *(len(name) for name in plugins))
    yield _row(f"{job.job:<{head}}", [f"{name:<{width}}" for name in plugins])
    for phase in Phase:
        row = [cells.get((phase, plugin)) for plugin in plugins]
        if any(row):
            shown = [_cell(result, width, colour=colour) for result in row]
            yield _row(f"{phase.value:<{head}}", shown)
    yield ""


def matrix_lines(jobs: Sequence[JobResult], *, colour: bool) -> Iterator[str]:
    """Plugins and their phases down, distros across."""
    rows = dict.fromkeys((p.plugin, p.phase) for phase in Phase for p in _in_phase(jobs, phase))
    plugins = dict.fromkeys(plugin for plugin, _ in rows)
    heads = _column_names(jobs)
    width = max(12, *(len(head) for head in heads))
    left = max(3, *(len(phase.value) + 2 for phase in Phase), *(len(name) for name in plugins))
    yield _row(" " * left, [f"{head:<{width}}" for head in heads])
    for plugin in plugins:
        yield plugin
        for _, phase in (row for row in rows if row[0] == plugin):
            found = [
                next((p for p in job.phases if (p.plugin, p.phase) == (plugin, phase)), None)
                for job in jobs
            ]
            shown = [_cell(result, width, colour=colour) for result in found]
            yield _row(f"{f'  {phase.value}':<{left}}", shown)
    yield _row(f"{'job':<{left}}", [_job_cell(job, width, colour=colour) for job in jobs])
    yield ""


def _in_phase(jobs: Sequence[JobResult], phase: Phase) -> Iterator[PhaseResult]:
    yield from (result for job in jobs for result in job.phases if result.phase is phase)


def _column_names(jobs: Sequence[JobResult]) -> list[str]:
    """The distros; of several jobs on the same one the identifiers."""
    distros = [job.distro for job in jobs]
    return [job.job if distros.count(job.distro) > 1 else job.distro for job in jobs]


def _job_cell(job: JobResult, width: int, *, colour: bool) -> str:
    allowed = " (may)" if job.may_fail else ""
    text = f"{job.status.value}{allowed} {job.seconds:.0f} s".ljust(width)
    return _coloured(text, job.status) if colour else text


def _row(head: str, cells: Sequence[str]) -> str:
    return "  ".join([head, *cells]).rstrip()


def _cell(result: PhaseResult | None, width: int, *, colour: bool) -> str:
    if result is None:
        return " " * width
    seconds = "" if result.status is Status.NOT_RUN else f" {result.seconds:.1f} s"
    text = f"{result.status.value}{seconds}".ljust(width)
    return _coloured(text, result.status) if colour else text


def _coloured(text: str, status: Status) -> str:
    return f"\033[{_STYLES[status]}m{text}\033[0m"


def _has_colour(stream: IO[str]) -> bool:
    return stream.isatty() and "NO_COLOR" not in os.environ
