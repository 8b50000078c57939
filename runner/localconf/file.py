"""The bytes of a local.conf: of one that a user names, wherever it is, or of one that was found.

What was found may have come with a plugin, so neither it nor what it names leads out of the folder.
"""

from pathlib import Path

from runner.errors import ConfigError
from runner.sources.inside import read_inside


def read_conf_bytes(path: Path, *, within: Path | None = None) -> bytes:
    """What the file holds.

    Raises:
        ConfigError: it cannot be read, or it is not `within` the folder that is given.

    """
    try:
        return path.read_bytes() if within is None else _read_own(path, within)
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: there is no such file",
            hint="name another with --config, or run a plugin without one: --plugin NAME=PATH",
        ) from error
    except IsADirectoryError as error:
        hint = f"use {path / 'local.conf'}" if (path / "local.conf").is_file() else None
        raise ConfigError(f"{path}: is a folder, not a local.conf", hint=hint) from error
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror}", hint=f"look at: ls -l {path}"
        ) from error


def _read_own(path: Path, folder: Path) -> bytes:
    whose, instead = "the local.conf of this folder", f"or name it yourself: -c {path}"
    data = read_inside(folder, path, whose=whose, instead=instead)
    if data is None:
        raise FileNotFoundError
    return data


def trusting(path: Path) -> str:
    """What to type for a local.conf that is to be trusted with all of this machine."""
    return f"if you trust it with that, name the file yourself: -c {path}"
