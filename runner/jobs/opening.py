"""What jobs need open: the engine, the folder of their run, the sources of their plugins."""

import contextlib
from collections.abc import Iterator

from msgspec.structs import replace

from runner.engine import Engine
from runner.host.workspace import RunFolder, Workspace
from runner.jobs.pipeline import Pipeline
from runner.lab.lab import Use, find_lab
from runner.outcome.observer import Observer
from runner.plan.plan import Request
from runner.plan.planner import Planner
from runner.sources.answers import Answers
from runner.sources.fetch import Sources


@contextlib.contextmanager
def open_pipeline(
    request: Request, observer: Observer, *, remember: bool = True
) -> Iterator[Pipeline]:
    """Connect to the engine and begin a run; one not to be remembered leaves no folder."""
    with contextlib.closing(Engine.connect()) as engine:
        workspace = Workspace.open()
        run = workspace.new_run(remember=remember)
        try:
            yield _pipeline(request, observer, engine=engine, workspace=workspace, run=run)
        finally:
            run.close()


@contextlib.contextmanager
def join_run(request: Request, observer: Observer, run: RunFolder) -> Iterator[Pipeline]:
    """Connect to the engine, for a job of a run that another process has begun."""
    with contextlib.closing(Engine.connect()) as engine:
        yield _pipeline(request, observer, engine=engine, workspace=Workspace.open(), run=run)


@contextlib.contextmanager
def open_run(use_lab: Use = Use.AUTO) -> Iterator[tuple[Workspace, RunFolder]]:
    """Begin a run whose jobs other processes do; not without an engine, or the lab they need."""
    with contextlib.closing(Engine.connect()) as engine:
        if use_lab is Use.ON:
            find_lab(engine, use_lab)
    workspace = Workspace.open()
    run = workspace.new_run()
    try:
        yield workspace, run
    finally:
        run.close()


def _pipeline(
    request: Request, observer: Observer, *, engine: Engine, workspace: Workspace, run: RunFolder
) -> Pipeline:
    lab = find_lab(engine, request.use_lab)
    if lab.services:
        observer.doing("lab", f"using the lab for {' and '.join(lab.services)}")
    request = replace(request, lab=lab, pip=lab.pip(request.pip))
    planner = Planner(
        request=request,
        engine=engine,
        sources=Sources(
            cache=workspace.cache,
            git_mirror=request.git_mirror,
            answers=Answers(run.answers),
            announce=lambda text: observer.doing("plugins", text),
        ),
        cache=workspace.cache,
        run=run,
        observer=observer,
    )
    return Pipeline(
        engine=engine,
        workspace=workspace,
        run=run,
        request=request,
        observer=observer,
        planner=planner,
    )
