"""Many jobs: one after the other, each with its own result."""

from collections.abc import Iterator, Sequence

from runner.distro import Distro
from runner.errors import Interrupted
from runner.phases import Mode
from runner.pipeline import Keep, Pipeline
from runner.result import JobResult


def run_jobs(
    pipeline: Pipeline, distros: Sequence[Distro], *, modes: Sequence[Mode], keep: Keep
) -> Iterator[JobResult]:
    """Run a job for each distro; the trouble of one does not touch the others, but for Ctrl-C."""
    for distro in distros:
        result = pipeline.run_job(distro, modes=modes, keep=keep)
        yield result
        if result.exit_code == Interrupted.exit_code:
            return
