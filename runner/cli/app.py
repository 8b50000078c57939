"""The application: its commands, and the one place where errors are shown."""

import gc
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from runner import __version__
from runner.errors import RunnerError
from runner.host.interrupts import let_signals_through
from runner.host.leaving import leave

# What people come for first, then what they do with a kept container, then the rest.
_ORDER = (
    *("run", "stack", "unstack", "clean"),
    *("shell", "exec", "logs", "report", "status", "down"),
    *("init", "lint", "render", "build", "distros", "doctor", "engine", "lab", "gc"),
)
# Nearly all that a command makes is imported and stays, so there is little to look for.
_OBJECTS_BETWEEN_COLLECTIONS = 50_000


class ErrorsForPeople(TyperGroup):
    """Shows a RunnerError as two lines on stderr and exits with its code."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name the commands in the order of their use."""
        names = super().list_commands(ctx)
        return sorted(names, key=lambda n: _ORDER.index(n) if n in _ORDER else len(_ORDER))

    def invoke(self, ctx: Any) -> Any:
        """Invoke the command that was asked for."""
        try:
            return super().invoke(ctx)
        except RunnerError as error:
            show_error(error)
            raise typer.Exit(error.exit_code) from error


app = typer.Typer(
    name="devstack-runner",
    cls=ErrorsForPeople,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Run and test DevStack plugins in containers of any distribution.",
    epilog="In a plugin's folder: `devstack-runner run`. With a local.conf: "
    "`devstack-runner run -c local.conf -d fedora-44`.",
)


def show_error(error: RunnerError) -> None:
    """Print what happened and what to try, on stderr."""
    typer.secho(f"error: {error.message}", fg="red", err=True)
    if error.hint:
        typer.secho(f"hint: {error.hint}", err=True)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"devstack-runner {__version__}")
        raise typer.Exit


@app.callback()
def _global(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """Take the options before the command."""


def main() -> NoReturn:
    """Run the program."""
    let_signals_through()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    end = SystemExit(0)
    try:
        app()
    except SystemExit as raised:
        end = raised
    except KeyboardInterrupt:
        typer.secho("interrupted", err=True)
        end = SystemExit(130)
    leave(end)
