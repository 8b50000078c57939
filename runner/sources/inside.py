"""Files of a folder whose content others chose: a plugin's, or the one where a command was called.

A link may lead from there to any file of this machine, and what was read of it would end in a
message, an image or a report. So whatever is read of such a folder is read here: it is a regular
file, inside of the folder, and as small as such files are. What a container makes of links is none
of this: it sees its own files only.
"""

import os
import stat
from pathlib import Path

from runner.errors import ConfigError

LIMIT = 4 << 20
_MEBIBYTE = 1 << 20
_INSTEAD = "put the file itself in its place, or let the link point to a file in that folder"


class Refused(ConfigError):
    """What is not read; `path` is what is to be mended, `reason` what is wrong with it."""

    def __init__(self, whose: str, path: Path, reason: str, *, hint: str) -> None:
        super().__init__(f"{whose}: {path} {reason}", hint=hint)
        self.path = path
        self.reason = reason


def read_inside(
    folder: Path, name: str | Path, *, whose: str, limit: int = LIMIT, instead: str = ""
) -> bytes | None:
    """What a file of the folder holds; None when there is none.

    `whose` begins the message, `instead` says what else to type where a link may well be meant.

    Raises:
        Refused: it is not inside of the folder, no regular file, or larger than `limit`.
        OSError: it cannot be read.

    """
    path = folder / name
    check_inside(folder, path, whose=whose, instead=instead)
    real = os.path.realpath(path)
    try:
        _check_regular(os.stat(real), whose, path)  # noqa: PTH116 - of what is opened
        # should it be another by now, it is no link, and to wait for a pipe's other end is no use
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with open(descriptor, "rb") as file:  # noqa: PTH123 - of a descriptor
        _check_regular(os.fstat(descriptor), whose, path)
        data = file.read(limit + 1)
    if len(data) > limit:
        reason = f"is larger than {limit // _MEBIBYTE} MiB, which no such file is"
        raise Refused(whose, path, reason, hint=f"look at it: ls -l {path}")
    return data


def check_inside(folder: Path, path: Path, *, whose: str, instead: str = "") -> None:
    """Refuse a path that leads out of the folder, naming the link that does.

    Raises:
        Refused: it does.

    """
    way_out = find_way_out(folder, path)
    if way_out is None:
        return
    if way_out.is_symlink():
        target = str(way_out.readlink())
        reason = f"is a link that leads out of {folder}, to {target!r}"
        raise Refused(whose, way_out, reason, hint=f"{_INSTEAD}{instead and f'; {instead}'}")
    hint = instead or "name what is in that folder"
    raise Refused(whose, way_out, f"is outside of {folder}", hint=hint)


def find_way_out(folder: Path, path: Path) -> Path | None:
    """The link by which the path leaves the folder, the path itself when it is by its words."""
    root = os.path.realpath(folder)
    if _is_below(path, root):
        return None
    if path.is_relative_to(folder):
        steps = [*reversed(path.relative_to(folder).parents), path.relative_to(folder)]
        for step in (folder / step for step in steps[1:]):
            if step.is_symlink() and not _is_below(step, root):
                return step
    return path


def _is_below(path: Path, root: str) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(root)


def _check_regular(status: os.stat_result, whose: str, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        folder = stat.S_ISDIR(status.st_mode)
        reason = "is a folder" if folder else "is a device, a pipe or a socket"
        raise Refused(whose, path, f"{reason}, and no file", hint=f"look at it: ls -ld {path}")
