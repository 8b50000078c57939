"""The `engine` commands: install, start and stop the machine's container engine."""

import os
from typing import TYPE_CHECKING

import typer

from runner.cli.app import ErrorsForPeople, app

if TYPE_CHECKING:
    from runner.engine.setup import Setup

engine_app = typer.Typer(
    cls=ErrorsForPeople,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Install, start and stop a container engine on this machine.",
    epilog="Example: devstack-runner engine up",
)
app.add_typer(engine_app, name="engine")


@engine_app.command(epilog="Example: devstack-runner engine up")
def up() -> None:
    """Install and start the distribution's engine, unless one answers."""
    from runner.engine import setup

    setup.up(_setup(), typer.echo)


@engine_app.command(epilog="Example: devstack-runner engine down")
def down() -> None:
    """Stop the engine that `engine up` started."""
    from runner.engine import setup

    setup.down(_setup(), typer.echo)


def _setup() -> "Setup":
    from runner.engine import answers
    from runner.engine.setup import Setup
    from runner.host.workspace import Workspace

    return Setup(
        state=Workspace.open().state,
        answers=lambda: answers() is not None,
        environment=os.environ,
    )
