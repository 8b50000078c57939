"""A command that runs jobs: what it needs open while they run."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from runner import __version__
from runner.cli.ending import Display, show_and_exit, write_result
from runner.cli.options import Built, Kept, Ran
from runner.cli.request import parse_seconds
from runner.display.choose import make_observer
from runner.host.interrupts import stop_twice_is_now
from runner.jobs.matrix import Candidate, judged
from runner.jobs.opening import open_pipeline
from runner.jobs.pipeline import Keep, Pipeline
from runner.outcome.phases import Mode
from runner.outcome.result import JobResult, RunResult
from runner.plan.plan import Request
from runner.report.targets import parse_targets


def run_and_exit(
    candidates: Sequence[Candidate], options: Built, *, modes: Sequence[Mode], keep: Keep
) -> None:
    """Run the jobs, show what came of them, and exit with the code that says so."""
    asked = Ran.of(options)
    display = Display(
        verbose=asked.verbose,
        quiet=asked.quiet,
        json=asked.json,
        reports=parse_targets(asked.report or ()),
    )
    if len(candidates) > 1:
        from runner.cli.many import run_many

        show_and_exit(*run_many(candidates, asked, modes=tuple(modes), keep=keep), display)
    (candidate,) = candidates

    def jobs(pipeline: Pipeline) -> Iterator[JobResult]:
        yield judged(candidate, pipeline.run_job(candidate.distro, modes=modes, keep=keep))

    _run_and_exit(candidate.request, jobs, display=display)


def run_in_stack_and_exit(mode: Mode, options: Kept) -> None:
    """Run one mode in a kept container, and exit as `run_and_exit` does."""
    from runner.jobs.kept import Stacks, run_in_stack

    def jobs(pipeline: Pipeline) -> Iterator[JobResult]:
        stacks = Stacks(pipeline.engine)
        yield run_in_stack(stacks, stacks.find(options.job), mode, pipeline=pipeline)

    _run_and_exit(
        Request(timeout=parse_seconds(options.timeout) if options.timeout else None),
        jobs,
        display=Display(verbose=options.verbose, quiet=options.quiet, json=options.json),
    )


def _run_and_exit(
    request: Request, jobs: Callable[[Pipeline], Iterator[JobResult]], *, display: Display
) -> None:
    started = datetime.now(UTC)
    begun = time.monotonic()
    stop_twice_is_now()
    with (
        make_observer(
            verbose=display.verbose, quiet=display.quiet, to_stderr=display.json
        ) as observer,
        open_pipeline(request, observer) as pipeline,
    ):
        run = pipeline.run
        outcome = RunResult(
            run=run.id,
            version=__version__,
            started=started,
            jobs=tuple(jobs(pipeline)),
            seconds=time.monotonic() - begun,
        )
        write_result(outcome, run)
    show_and_exit(outcome, run, display)
