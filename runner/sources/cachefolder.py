"""Folders of the cache: made whole or not at all, by one process at a time, named by content."""

import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

_STACK_ID = 1000  # the stack user's uid and gid when root runs us


@contextmanager
def locked(file: Path, wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file; `wait` is called when another process has it."""
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            wait()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield  # closing the file, and the end of the process however it comes, gives the lock back


@contextmanager
def complete_or_not_at_all(folder: Path, *, key: str) -> Iterator[Path]:
    """A place to make `folder` in; it gets its name when the block ends well."""
    workplace = Path(tempfile.mkdtemp(prefix=remains_prefix(key), dir=folder.parent))
    try:
        yield workplace / folder.name
        # With and without a folder of mirrors two locks lead to one checkout: the first wins.
        if not folder.is_dir():
            (workplace / folder.name).rename(folder)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def remove_remains(place: Path, *, key: str) -> None:
    """Remove what a process that was killed has left half made."""
    for remains in place.glob(f"{remains_prefix(key)}*"):
        shutil.rmtree(remains, ignore_errors=True)


def remains_prefix(key: str) -> str:
    """How the names begin of what is being made."""
    return f".tmp-{key}-"


def folder_name(name: str, identity: str) -> str:
    """A name that people can read, and that no other identity has."""
    readable = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:60]
    return f"{readable}-{sha256(identity.encode(errors='surrogateescape')).hexdigest()[:12]}"


def give_to_stack_user(folder: Path) -> None:
    """Make the checkout the container's stack user's, as git wants of who works in a repository.

    Objects shared with the mirror stay root's: they are readable, and one owner holds for both.
    """
    for place, folders, files in os.walk(folder):
        os.chown(place, _STACK_ID, _STACK_ID)
        for name in (*folders, *files):
            path = Path(place, name)
            status = path.lstat()
            if not (stat.S_ISREG(status.st_mode) and status.st_nlink > 1):
                os.chown(path, _STACK_ID, _STACK_ID, follow_symlinks=False)
