"""The table at the heart of each report: a row for each plugin on each distro."""

from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec import Struct

from runner.outcome.phases import Phase
from runner.outcome.result import JobResult, PhaseResult, RunResult


class Row(Struct, frozen=True, kw_only=True):
    """A plugin in a job; a job that has no phases has one row, without a plugin."""

    job: JobResult
    title: str
    plugin: str
    cells: Mapping[Phase, PhaseResult]


def phases_shown(run: RunResult) -> tuple[Phase, ...]:
    """The phases that any plugin was to go through, in their order."""
    found = {phase.phase for job in run.jobs for phase in job.phases}
    return tuple(phase for phase in Phase if phase in found)


def rows_of(run: RunResult) -> Iterator[Row]:
    """The rows, jobs and plugins in the order of the run; of several jobs on the same distro
    the identifiers stand for it.
    """
    distros = Counter(job.distro for job in run.jobs)
    for job in run.jobs:
        title = job.distro if distros[job.distro] == 1 else job.job
        names = (*(p.name for p in job.plugins), *(phase.plugin for phase in job.phases))
        plugins = dict.fromkeys(names) if job.phases else {"": None}
        for plugin in plugins:
            yield Row(job=job, title=title, plugin=plugin, cells=_cells(job, plugin))


def _cells(job: JobResult, plugin: str) -> Mapping[Phase, PhaseResult]:
    """Settings that unstack read again and that went wrong hide those that stack had read."""
    cells: dict[Phase, PhaseResult] = {}
    for result in job.phases:
        before = cells.get(result.phase)
        if result.plugin == plugin and not (before and before.status.is_bad):
            cells[result.phase] = result
    return cells
