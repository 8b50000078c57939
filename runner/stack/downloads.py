"""Folders of the host in which all jobs keep what is downloaded in their runs."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from runner.host.workspace import days_since, share

_DAYS = 30  # a repository that nobody asked for since is cloned anew


class Downloads(Struct, frozen=True, kw_only=True):
    """Such a folder, where a container has it, and the variable that says so there."""

    source: Path
    target: str
    variable: str


def of_runs(cache: Path) -> Sequence[Downloads]:
    """Those of pip and of git, as far as they can be made."""
    found = []
    for name, variable in (("pip", "PIP_CACHE_DIR"), ("repositories", "_RUNNER_GIT_CACHE")):
        with suppress(OSError):
            found.append(
                Downloads(
                    source=share(cache / name),
                    target=f"/srv/devstack-runner/{name}",
                    variable=variable,
                )
            )
    _forget_old(cache / "repositories")
    return tuple(found)


def _forget_old(folder: Path) -> None:
    """Remove what is not used any more: the tree touches the repositories that it uses."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.is_dir() and days_since(path) > _DAYS:
                shutil.rmtree(path, ignore_errors=True)
