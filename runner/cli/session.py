"""What a command that runs jobs needs open: engine, run folder, display; and how it ends."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType

import typer

from runner import __version__
from runner.console import make_observer
from runner.distro import Distro
from runner.engine import Engine
from runner.jobimage import describe
from runner.kept import Stacks, run_in_stack
from runner.observer import Observer, Silent
from runner.phases import Mode
from runner.pipeline import Keep, Pipeline
from runner.plan import Planner, Request
from runner.result import JobResult, RunResult, exit_code, to_json
from runner.scheduler import run_jobs
from runner.sources import Sources
from runner.summary import print_summary
from runner.workspace import Workspace

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """How much is shown, and where."""

    verbose: bool = False
    quiet: bool = False
    json: bool = False


@contextlib.contextmanager
def open_pipeline(
    request: Request, observer: Observer, *, remember: bool = True
) -> Iterator[Pipeline]:
    """Connect to the engine and begin a run; one not to be remembered leaves no folder."""
    engine = Engine.connect()
    workspace = Workspace.open()
    run = workspace.new_run(remember=remember)
    try:
        planner = Planner(
            request=request,
            engine=engine,
            sources=Sources(
                cache=workspace.cache,
                git_mirror=request.git_mirror,
                announce=lambda text: observer.doing("plugins", text),
            ),
            cache=workspace.cache,
            run=run,
            observer=observer,
        )
        yield Pipeline(
            engine=engine,
            workspace=workspace,
            run=run,
            request=request,
            observer=observer,
            planner=planner,
        )
    finally:
        run.close()
        engine.close()


def run_and_exit(
    request: Request,
    distros: Sequence[Distro],
    *,
    modes: Sequence[Mode],
    keep: Keep,
    display: Display,
) -> None:
    """Run the jobs, show what came of them, and exit with the code that says so."""

    def jobs(pipeline: Pipeline) -> Iterator[JobResult]:
        return run_jobs(pipeline, distros, modes=modes, keep=keep)

    _run_and_exit(request, jobs, display=display)


def run_in_stack_and_exit(
    mode: Mode, job: str | None, *, timeout: float | None, display: Display
) -> None:
    """Run one mode in a kept container, and exit as `run_and_exit` does."""

    def jobs(pipeline: Pipeline) -> Iterator[JobResult]:
        stacks = Stacks(pipeline.engine)
        yield run_in_stack(stacks, stacks.find(job), mode, pipeline=pipeline)

    _run_and_exit(Request(timeout=timeout), jobs, display=display)


def dry_run_and_exit(request: Request, distros: Sequence[Distro]) -> None:
    """Say for each job what would be run on what."""
    with open_pipeline(request, Silent(), remember=False) as pipeline:
        for distro in distros:
            for line in describe(pipeline.planner.plan(distro), pipeline.engine):
                typer.echo(line)
    raise typer.Exit


def render_plans(request: Request, distros: Sequence[Distro]) -> Iterator[str]:
    """The Dockerfile of each job; without a local.conf no engine is needed."""
    if request.config is not None:
        with open_pipeline(request, Silent(), remember=False) as pipeline:
            yield from (pipeline.planner.plan(distro).dockerfile for distro in distros)
        return
    cache = Workspace.open().cache
    planner = Planner(
        request=request,
        engine=None,
        sources=Sources(cache=cache, git_mirror=request.git_mirror),
        cache=cache,
        run=None,
        observer=Silent(),
    )
    yield from (planner.plan(distro).dockerfile for distro in distros)


def _run_and_exit(
    request: Request, jobs: Callable[[Pipeline], Iterator[JobResult]], *, display: Display
) -> None:
    started = datetime.now(UTC)
    begun = time.monotonic()
    _stop_twice_is_now()
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
        with contextlib.suppress(OSError):  # a full disk was the result's own problem already
            run.result.write_bytes(to_json(outcome))
    if display.json:
        sys.stdout.buffer.write(to_json(outcome))
    print_summary(outcome, folder=run, to_stderr=display.json)
    raise typer.Exit(exit_code(outcome))


def _stop_twice_is_now() -> None:
    """First Ctrl-C (SIGTERM, SIGHUP): tidy up. Second: stop now, and say who removes the rest."""

    def first(_signal: int, _frame: FrameType | None) -> None:
        for number in _STOPPING:
            signal.signal(number, second)
        os.write(2, b"\ninterrupted: tidying up (once more to stop now)\n")
        raise KeyboardInterrupt

    def second(_signal: int, _frame: FrameType | None) -> None:
        os.write(2, b"\nstopped; `devstack-runner gc` removes what is left\n")
        os._exit(130)

    for number in _STOPPING:
        signal.signal(number, first)
