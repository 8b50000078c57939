"""Finds the result of an earlier run: in the state folder, or in a file that was kept."""

from pathlib import Path

from msgspec import Struct

from runner.errors import ConfigError
from runner.host.workspace import RunFolder, Workspace
from runner.outcome.result import RunResult, from_json

_SHOWN = 3


class Stored(Struct, frozen=True, kw_only=True):
    """A run that is over; a file has no folder with logs beside it."""

    run: RunResult
    folder: RunFolder | None = None


def find_run(name: str | None, workspace: Workspace) -> Stored:
    """Read a run by its identifier, or from a JSON report; without a name the last one.

    Raises:
        ConfigError: there is none of that name, or it has no result that can be read.

    """
    folder = workspace.run(name) if name else workspace.last_run()
    if folder is not None:
        return Stored(run=_read(folder.result, folder), folder=folder)
    path = Path(name or "").expanduser()
    if path.is_file():
        return Stored(run=_read(path, None))
    known = [run.id for run in workspace.all_runs()[-_SHOWN:]]
    hint = f"the newest are {', '.join(reversed(known))}" if known else "there is no run yet"
    raise ConfigError(f"no run and no file called {name}", hint=hint)


def _read(path: Path, folder: RunFolder | None) -> RunResult:
    try:
        return from_json(path.read_bytes())
    except ConfigError as error:
        raise ConfigError(f"{path}: {error.message}", hint=error.hint) from error
    except OSError as error:
        if folder is None:
            raise ConfigError(f"cannot read {path}: {error.strerror}") from error
        alive = folder.is_alive()
        raise ConfigError(
            f"run {folder.id} has no result{' yet: it is not over' if alive else ''}",
            hint="wait for its end" if alive else "it was stopped before its end; name another run",
        ) from error
