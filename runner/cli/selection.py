"""Which jobs a command is about: options and the project's own settings, made into candidates."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
import typer
from msgspec.structs import replace

from runner.cli.options import Made, Ran
from runner.cli.request import choose_distros, make_request
from runner.errors import NothingSelected
from runner.host.workspace import Workspace
from runner.jobs.history import durations, failed_last
from runner.jobs.matrix import Candidate, parse_shard, select_jobs, take_shard, with_history
from runner.plan.plan import Request
from runner.plan.project import read_project


def find_jobs(options: Made) -> tuple[Candidate, ...]:
    """The jobs that are wanted; an option that a command lacks stands at its default.

    Raises:
        NothingSelected: there is none.
        ConfigError: an option or a setting makes no sense.

    """
    asked = Ran.of(options)
    shard = parse_shard(asked.shard) if asked.shard else None
    project = read_project(Path.cwd())
    chosen = choose_distros(
        asked.distro or project.distros,
        exclude=asked.exclude or project.exclude,
        every=asked.every,
    )
    requests: dict[bytes, Request] = {}
    candidates = []
    for distro in chosen:
        said = project.for_distro(distro.name)
        key = msgspec.json.encode(said)
        if key not in requests:
            requests[key] = make_request(asked, said)
        found = Candidate(distro=distro, request=requests[key])
        may_fail = any(fnmatchcase(found.job, glob) for glob in project.allowed_failures)
        candidates.append(replace(found, may_fail=may_fail))
    wanted = select_jobs(candidates, asked.patterns or ())
    if asked.last_failed:
        failed = failed_last(Workspace.open())
        wanted = tuple(each for each in wanted if each.job in failed)
    if len(wanted) > 1 or shard:
        wanted = with_history(wanted, durations(Workspace.open()))
    if shard:
        wanted = take_shard(wanted, *shard)
    if not wanted:
        raise NothingSelected(_nothing(asked, candidates), hint=_there_is(candidates))
    return wanted


def list_and_exit(candidates: Sequence[Candidate], *, as_json: bool) -> None:
    """Print the jobs that would run, with how long each took before."""
    if as_json:
        values = [{"job": c.job, "distro": c.distro.name, "seconds": c.seconds} for c in candidates]
        typer.echo(msgspec.json.format(msgspec.json.encode(values), indent=2).decode())
        raise typer.Exit
    for each in candidates:
        typer.echo(each.job if each.seconds is None else f"{each.job}  about {each.seconds:.0f} s")
    raise typer.Exit


def _nothing(asked: Ran, candidates: Sequence[Candidate]) -> str:
    if not candidates:
        return "nothing is selected: --exclude leaves no distro"
    if asked.last_failed:
        return "nothing is selected: of these jobs none failed in the last run"
    if asked.patterns and not select_jobs(candidates, asked.patterns):
        return f"nothing is selected: no job is called {' or '.join(asked.patterns)}"
    return "nothing is selected: this shard has no job"


def _there_is(candidates: Sequence[Candidate]) -> str | None:
    return f"there is {', '.join(each.job for each in candidates)}" if candidates else None
