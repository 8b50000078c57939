"""The log of a job, from the state folder: also while it grows, also after its container."""

import difflib
import sys
import time
from pathlib import Path

from runner.errors import ConfigError
from runner.host.workspace import RunFolder, Workspace

_CHUNK = 1 << 16


def print_log(job: str | None, *, follow: bool) -> None:
    """Copy the log of the newest run (that has this job) to stdout.

    Raises:
        ConfigError: no run, or no such job.

    """
    workspace = Workspace.open()
    run = workspace.last_run() if job is None else _newest_run_of(job, workspace)
    for name in [job] if job else run.jobs():
        _copy(run.job(name).log, run, follow=follow)


def has_log(job: str) -> bool:
    """Whether there is a run of that job."""
    return any(job in run.jobs() for run in Workspace.open().all_runs())


def no_such_job(job: str, *, also: str = "") -> ConfigError:
    """What to say when there is no run of that job, nor what else the name may have meant."""
    known = {name for run in Workspace.open().all_runs() for name in run.jobs()}
    near = difflib.get_close_matches(job, known, n=1, cutoff=0.3)
    hint = f"did you mean {near[0]}?" if near else "`devstack-runner run` makes one"
    return ConfigError(f"no run of a job called {job}{also}", hint=hint)


def _newest_run_of(job: str, workspace: Workspace) -> RunFolder:
    for run in reversed(workspace.all_runs()):
        if job in run.jobs():
            return run
    raise no_such_job(job)


def _copy(log: Path, run: RunFolder, *, follow: bool) -> None:
    out = sys.stdout.buffer
    while follow and not log.exists() and run.is_alive():
        time.sleep(0.2)
    if not log.exists():
        return
    with log.open("rb") as file:
        while True:
            alive = run.is_alive()
            while chunk := file.read(_CHUNK):
                out.write(chunk)
            out.flush()
            if not (follow and alive):
                return
            time.sleep(0.2)
