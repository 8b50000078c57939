"""What a command that runs jobs needs open: engine, run folder, display; and how it ends."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

import typer
from msgspec import Struct
from msgspec.structs import replace

from runner import __version__
from runner.cli.app import show_error
from runner.cli.options import Built, Kept, Ran
from runner.cli.request import parse_seconds
from runner.display.choose import make_observer
from runner.distros.distro import Distro
from runner.errors import ConfigError, HostError
from runner.host.interrupts import stop_twice_is_now
from runner.host.workspace import RunFolder, Workspace
from runner.image.search import describe
from runner.jobs.capacity import measure
from runner.jobs.kept import Stacks, run_in_stack
from runner.jobs.matrix import Candidate, judged
from runner.jobs.opening import open_pipeline, open_run
from runner.jobs.pipeline import Keep, Pipeline
from runner.jobs.scheduler import Crew, Orders
from runner.outcome.observer import Silent
from runner.outcome.phases import Mode
from runner.outcome.result import JobResult, Problem, RunResult, exit_code, to_json
from runner.plan.planner import Planner, Request
from runner.report.summary import print_summary
from runner.report.targets import Target, parse_targets
from runner.sources.fetch import Sources


class Display(Struct, frozen=True, kw_only=True):
    """How much is shown, and where."""

    verbose: bool = False
    quiet: bool = False
    json: bool = False
    reports: tuple[Target, ...] = ()


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
        orders = Orders(
            modes=tuple(modes),
            keep=keep,
            at_once=jobs_at_once(asked.jobs, len(candidates), say=not display.quiet),
            fail_fast=asked.fail_fast,
            output=display.verbose,
        )
        _run_many_and_exit(candidates, orders, display=display)
    (candidate,) = candidates

    def jobs(pipeline: Pipeline) -> Iterator[JobResult]:
        yield judged(candidate, pipeline.run_job(candidate.distro, modes=modes, keep=keep))

    _run_and_exit(candidate.request, jobs, display=display)


def run_in_stack_and_exit(mode: Mode, options: Kept) -> None:
    """Run one mode in a kept container, and exit as `run_and_exit` does."""

    def jobs(pipeline: Pipeline) -> Iterator[JobResult]:
        stacks = Stacks(pipeline.engine)
        yield run_in_stack(stacks, stacks.find(options.job), mode, pipeline=pipeline)

    _run_and_exit(
        Request(timeout=parse_seconds(options.timeout) if options.timeout else None),
        jobs,
        display=Display(verbose=options.verbose, quiet=options.quiet, json=options.json),
    )


def dry_run_and_exit(candidates: Sequence[Candidate]) -> None:
    """Say for each job what would be run on what."""
    for request, distros in _by_request(candidates):
        with open_pipeline(request, Silent(), remember=False) as pipeline:
            for distro in distros:
                for line in describe(pipeline.planner.plan(distro), pipeline.engine):
                    typer.echo(line)
    raise typer.Exit


def render_plans(candidates: Sequence[Candidate]) -> Iterator[str]:
    """The Dockerfile of each job; without a local.conf no engine is needed."""
    for request, distros in _by_request(candidates):
        if request.config is not None:
            with open_pipeline(request, Silent(), remember=False) as pipeline:
                yield from (pipeline.planner.plan(distro).dockerfile for distro in distros)
        else:
            planner = _planner_without_engine(request)
            yield from (planner.plan(distro).dockerfile for distro in distros)


def _by_request(candidates: Sequence[Candidate]) -> Iterator[tuple[Request, list[Distro]]]:
    """Neighbours with the same request together: what they need is opened once."""
    for _, group in groupby(candidates, key=lambda each: id(each.request)):
        found = list(group)
        yield found[0].request, [each.distro for each in found]


def _planner_without_engine(request: Request) -> Planner:
    cache = Workspace.open().cache
    return Planner(
        request=request,
        engine=None,
        sources=Sources(cache=cache, git_mirror=request.git_mirror),
        cache=cache,
        run=None,
        observer=Silent(),
    )


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


def _run_many_and_exit(
    candidates: Sequence[Candidate], orders: Orders, *, display: Display
) -> None:
    started = datetime.now(UTC)
    begun = time.monotonic()
    found: dict[str, JobResult] = {}
    expected = {each.job: each.seconds for each in candidates}

    def outcome(run: RunFolder) -> RunResult:
        return RunResult(
            run=run.id,
            version=__version__,
            started=started,
            jobs=tuple(found[each.job] for each in candidates if each.job in found),
            seconds=time.monotonic() - begun,
        )

    with (
        make_observer(
            verbose=display.verbose,
            quiet=display.quiet,
            to_stderr=display.json,
            jobs=expected,
        ) as observer,
        open_run(candidates[0].request.use_lab) as (_, run),
    ):
        crew = Crew(orders, run, observer)
        stop_twice_is_now(before_exit=crew.stop_now)
        for candidate, result in crew.work(candidates):
            found[candidate.job] = result
            # whoever kills us finds what has ended
            _write_result(outcome(run), run)
        final = outcome(run)
        _write_result(final, run)
    _show_and_exit(final, run, display)


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
        _write_result(outcome, run)
    _show_and_exit(outcome, run, display)


def _write_result(outcome: RunResult, run: RunFolder) -> None:
    with contextlib.suppress(OSError):  # a full disk was the result's own problem already
        run.result.write_bytes(to_json(outcome))


def _show_and_exit(outcome: RunResult, run: RunFolder, display: Display) -> None:
    if display.json:
        sys.stdout.buffer.write(to_json(outcome))
    print_summary(outcome, folder=run, to_stderr=display.json)
    if display.reports:
        outcome = _report(outcome, run, display.reports)
    raise typer.Exit(exit_code(outcome))


def _report(outcome: RunResult, run: RunFolder, targets: Sequence[Target]) -> RunResult:
    """Write the reports; the trouble of writing them is one more problem of the run."""
    from runner.report.write import write_reports

    try:
        write_reports(targets, outcome, run)
    except HostError as error:
        show_error(error)
        return replace(outcome, problem=outcome.problem or Problem.of(error))
    return outcome
