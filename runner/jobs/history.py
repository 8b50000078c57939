"""What earlier runs tell: how long each job took, and what failed last."""

import contextlib
import statistics
from collections.abc import Mapping

from runner.errors import ConfigError
from runner.host.workspace import Workspace
from runner.outcome.phases import Status
from runner.outcome.result import RunResult, from_json

_RUNS = 5  # so many of a job's last runs say how long it takes


def read_runs(workspace: Workspace) -> list[RunResult]:
    """The results that can be read, the newest first."""
    found = []
    for folder in workspace.all_runs():
        with contextlib.suppress(OSError, ConfigError):
            found.append(from_json(folder.result.read_bytes()))
    return sorted(found, key=lambda run: run.started, reverse=True)


def durations(workspace: Workspace) -> Mapping[str, float]:
    """Seconds that each job took when it passed all modes: the median of its last runs."""
    found: dict[str, list[float]] = {}
    for run in read_runs(workspace):
        for job in run.jobs:
            seconds = found.setdefault(job.job, [])
            whole = len({phase.mode for phase in job.phases}) > 1
            if job.status is Status.PASSED and whole and len(seconds) < _RUNS:
                seconds.append(job.seconds)
    return {job: statistics.median(seconds) for job, seconds in found.items() if seconds}


def failed_last(workspace: Workspace) -> tuple[str, ...]:
    """The jobs of the newest run that did not pass.

    Raises:
        ConfigError: there is no run.

    """
    for run in read_runs(workspace):
        if run.jobs:
            return tuple(job.job for job in run.jobs if job.status.is_bad)
    raise ConfigError("there is no run yet, so none has failed", hint="leave out --last-failed")
