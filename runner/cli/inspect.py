"""Commands that look or prepare: distros, doctor, init."""

from pathlib import Path
from typing import Annotated

import typer

from runner.cli import options as opt
from runner.cli.app import app


@app.command(epilog="Example: devstack-runner distros --json")
def distros(*, json: opt.Json = False) -> None:
    """List the distros, and whether a base image is to be had here."""
    from runner.jobs.doctor import print_distros

    print_distros(as_json=json)


@app.command(epilog="Example: devstack-runner doctor")
def doctor() -> None:
    """Check what runs need: engine, systemd in a container, disk, tools."""
    from runner.jobs.doctor import print_checks

    raise typer.Exit(print_checks())


@app.command(
    epilog="Example: devstack-runner init my-plugin && cd my-plugin && devstack-runner run"
)
def init(
    *,
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", readable=False, help="Where; made if missing.")
    ] = Path(),
) -> None:
    """Write a working plugin: settings, plugin.sh with all phases, package lists."""
    from runner.sources.newplugin import write_plugin

    for path in write_plugin(folder):
        typer.echo(f"wrote {path}")
    typer.echo(f"next: {'' if folder == Path() else f'cd {folder} && '}devstack-runner run")
