"""What would be done: plans shown, nothing built or run."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from runner.distros.distro import Distro
from runner.host.workspace import Workspace
from runner.image.search import describe
from runner.jobs.matrix import Candidate
from runner.jobs.opening import open_pipeline
from runner.outcome.observer import Silent
from runner.plan.plan import Request
from runner.plan.planner import Planner
from runner.sources.fetch import Sources


def describe_plans(candidates: Sequence[Candidate]) -> Iterator[str]:
    """For each job what would be run on what, a line each."""
    for request, distros in _by_request(candidates):
        with open_pipeline(request, Silent(), remember=False) as pipeline:
            for distro in distros:
                yield from describe(pipeline.planner.plan(distro), pipeline.engine)


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
