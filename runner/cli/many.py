"""Many jobs at once: how many, what is shown of them, and what came of it."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import typer

from runner import __version__
from runner.cli.ending import write_result
from runner.cli.options import Ran
from runner.display.choose import make_observer
from runner.errors import ConfigError
from runner.host.interrupts import stop_twice_is_now
from runner.host.workspace import RunFolder, Workspace
from runner.jobs.capacity import measure
from runner.jobs.matrix import Candidate
from runner.jobs.opening import open_run
from runner.jobs.pipeline import Keep
from runner.jobs.scheduler import Crew, Orders
from runner.jobs.stem import Stem
from runner.outcome.phases import Mode
from runner.outcome.result import JobResult, RunResult


def jobs_at_once(text: str, jobs: int, *, say: bool) -> int:
    """How many jobs `-j` means: a number, or what this machine has room for.

    Raises:
        ConfigError: it is neither a number nor `auto`.

    """
    if text != "auto":
        if not text.isdecimal() or int(text) < 1:
            raise ConfigError(f"--jobs {text}: not a number of jobs", hint="for example 4, or auto")
        return int(text)
    capacity = measure(Workspace.open().cache)
    chosen = min(capacity.jobs, jobs)
    if say:
        typer.echo(f"{jobs} jobs, {chosen} at once (-j auto: {capacity})", err=True)
    return chosen


def run_many(
    candidates: Sequence[Candidate], options: Ran, *, modes: tuple[Mode, ...], keep: Keep
) -> tuple[RunResult, RunFolder]:
    """Run the jobs, several at once; what came of them, and the folder that has it."""
    started = datetime.now(UTC)
    begun = time.monotonic()
    found: dict[str, JobResult] = {}
    orders = Orders(
        modes=modes,
        keep=keep,
        at_once=jobs_at_once(options.jobs, len(candidates), say=not options.quiet),
        fail_fast=options.fail_fast,
        output=options.verbose,
    )

    def outcome(run: RunFolder) -> RunResult:
        return RunResult(
            run=run.id,
            version=__version__,
            started=started,
            jobs=tuple(found[each.job] for each in candidates if each.job in found),
            seconds=time.monotonic() - begun,
        )

    with (
        Stem(len(candidates)) as stem,  # before there are threads
        make_observer(
            verbose=options.verbose,
            quiet=options.quiet,
            to_stderr=options.json,
            jobs={each.job: each.seconds for each in candidates},
        ) as observer,
        open_run(candidates[0].request.use_lab) as (_, run),
    ):
        crew = Crew(orders, run, observer)
        stop_twice_is_now(before_exit=crew.stop_now)
        for candidate, result in crew.work(candidates, stem):
            found[candidate.job] = result
            # whoever kills us finds what has ended
            write_result(outcome(run), run)
        final = outcome(run)
        write_result(final, run)
    return final, run
