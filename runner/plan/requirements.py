"""The requirements repository: where a job's upper-constraints.txt comes from, if from anywhere."""

import errno
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct, field

from runner.errors import ConfigError, SourceError
from runner.plan.pythonlists import Constraints
from runner.sources.fetch import Sources
from runner.sources.inside import check_inside, read_inside
from runner.sources.offline import Network
from runner.urls import local_path, shown_url

NAME = "requirements"  # of its folder below DEST
VARIABLES = ("GIT_BASE", "REQUIREMENTS_REPO", "REQUIREMENTS_BRANCH", "TARGET_BRANCH")
CONSTRAINTS = "upper-constraints.txt"
RANGES = "global-requirements.txt"
_GIT_BASE = "https://opendev.org"
_BRANCH = "master"


class Requirements(Struct, frozen=True, kw_only=True):
    """A folder to be seen as the requirements repository, if there is one, and its constraints."""

    folder: Path | None = None
    constraints: Constraints = field(default_factory=Constraints)
    notes: tuple[str, ...] = ()


def read_requirements(path: Path, cache: Path) -> Requirements:
    """What `--requirements PATH` names: a folder like the repository, or its constraints alone."""
    folder = path if path.is_dir() else _folder_of(path, cache)
    return Requirements(folder=folder, constraints=_constraints(folder))


def find_requirements(
    sources: Sources,
    variables: Mapping[str, str],
    network: Network,
    *,
    within: Path | None = None,
) -> Requirements:
    """The repository that a local.conf with these variables means; a note when it is not there.

    On this machine it is `within` a folder, if there is one that the local.conf may not leave.
    """
    base = variables.get("GIT_BASE") or _GIT_BASE
    url = variables.get("REQUIREMENTS_REPO") or f"{base}/openstack/requirements.git"
    branch = variables.get("REQUIREMENTS_BRANCH") or variables.get("TARGET_BRANCH") or _BRANCH
    try:
        if within and (place := local_path(url)) is not None:
            check_inside(within, place, whose=NAME)
        folder, notes = sources.fetch_repository(NAME, url, branch, network=network)
        constraints = _constraints(folder)
    except (SourceError, ConfigError) as error:
        note = (
            f"requirements {shown_url(url)}: {_reason(error, url)}; "
            "Python packages are the newest of PyPI (--requirements PATH names others)"
        )
        return Requirements(notes=(note,))
    return Requirements(folder=folder, constraints=constraints, notes=notes)


def _reason(error: Exception, url: str) -> str:
    """What went wrong, without what is said already."""
    reason = str(error)
    for known in (f"{NAME}: ", f"cannot fetch {shown_url(url)}: ", f"{shown_url(url)} "):
        reason = reason.removeprefix(known)
    return reason


def _folder_of(file: Path, cache: Path) -> Path:
    """A folder that holds a copy of the file, as there is nothing else to be mounted."""
    with _explained(file):
        content = file.read_text().encode()
    folder = cache / NAME / hashlib.sha256(content).hexdigest()[:16]
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    for name, data in ((RANGES, b""), (CONSTRAINTS, content)):
        if not (folder / name).exists():
            new = folder / f".{name}-{os.getpid()}"
            new.write_bytes(data)
            new.replace(folder / name)
    return folder


def _constraints(folder: Path) -> Constraints:
    file = folder / CONSTRAINTS
    with _explained(file):
        data = read_inside(
            folder, CONSTRAINTS, whose=NAME, instead=f"name it: --requirements {file}"
        )
        if data is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return Constraints(data.decode())


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"requirements: {file} cannot be read: {getattr(error, 'strerror', None) or error}",
            hint="give --requirements a checkout of openstack/requirements, or the file "
            f"{CONSTRAINTS}",
        ) from error
