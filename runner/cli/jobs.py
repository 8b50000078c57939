"""Commands that run jobs or a part of them: run, stack, build, render."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import typer

from runner.cli.app import app
from runner.cli.options import Built, Made, Ran, Stacked, takes_options

if TYPE_CHECKING:
    from runner.jobs.matrix import Candidate
    from runner.jobs.pipeline import Keep


@app.command(epilog="Example: devstack-runner run -p heat=~/src/heat -d debian-12 -d fedora-44")
@takes_options
def run(options: Ran) -> None:
    """Run plugins through all phases: stack, unstack, clean."""
    from runner.cli.selection import find_jobs, list_and_exit
    from runner.cli.session import run_and_exit
    from runner.outcome.phases import Mode

    keep = _keep(options)
    found = find_jobs(options)
    if options.list_jobs:
        list_and_exit(found, as_json=options.json)
    if options.dry_run:
        _dry_run_and_exit(found)
    run_and_exit(found, options, modes=tuple(Mode), keep=keep)


@app.command(epilog="Example: devstack-runner stack -c local.conf -d ubuntu-24.04")
@takes_options
def stack(options: Stacked) -> None:
    """Run stack.sh and keep the container to work in; again: in the same container."""
    from runner.cli.selection import find_jobs
    from runner.cli.session import run_and_exit
    from runner.jobs.pipeline import Keep
    from runner.outcome.phases import Mode

    found = find_jobs(options)
    if options.dry_run:
        _dry_run_and_exit(found)
    run_and_exit(found, options, modes=(Mode.STACK,), keep=Keep.ALWAYS)


@app.command(epilog="Example: devstack-runner build -d 'debian-*' -p ./my-plugin")
@takes_options
def build(options: Built) -> None:
    """Build the images of the jobs; run no phase."""
    from runner.cli.selection import find_jobs
    from runner.cli.session import run_and_exit
    from runner.jobs.pipeline import Keep

    found = find_jobs(options)
    if options.dry_run:
        _dry_run_and_exit(found)
    run_and_exit(found, options, modes=(), keep=Keep.NEVER)


@app.command(epilog="Example: devstack-runner render -p ./my-plugin -d opensuse-leap-16.0")
@takes_options
def render(options: Made) -> None:
    """Print the Dockerfiles of the jobs; build nothing."""
    from runner.cli.planned import render_plans
    from runner.cli.selection import find_jobs

    for text in render_plans(find_jobs(options)):
        typer.echo(text)


def _dry_run_and_exit(found: "Sequence[Candidate]") -> NoReturn:
    from runner.cli.planned import describe_plans

    for line in describe_plans(found):
        typer.echo(line)
    raise typer.Exit


def _keep(options: Ran) -> "Keep":
    from runner.errors import ConfigError
    from runner.jobs.pipeline import Keep

    if options.keep + options.rm + options.keep_failed > 1:
        raise ConfigError(
            "--keep, --rm and --keep-failed exclude each other",
            hint="give one of them; without any, containers of failed jobs are kept",
        )
    return Keep.ALWAYS if options.keep else Keep.NEVER if options.rm else Keep.FAILED
