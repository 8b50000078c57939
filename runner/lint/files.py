"""What is looked at: the files of a plugin and a local.conf, read once."""

import contextlib
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from msgspec import Struct

from runner.distros.distro import Family
from runner.outcome.phases import PLUGIN_FILES
from runner.sources.inside import Refused, find_way_out, read_inside

LISTS = {family.package_lists: family for family in Family}
BINDEP = "devstack/files/bindep.txt"
# Where a plugin tells its users and its jobs what to enable, and how such a line looks.
_TOLD = ("devstack", ".zuul.d", "zuul.d", "playbooks", "doc/source", "README*", ".zuul.y*ml")
_ENABLING = re.compile(r"enable_service|ENABLED_SERVICES|^\s+[\w.-]+:\s*[Tt]rue\b")
_LARGE = 1 << 20


class File(Struct, frozen=True, kw_only=True):
    """A text file; `inside` is its path below the plugin's folder, `text` has LF line ends."""

    path: Path
    inside: str
    text: str
    data: bytes

    @property
    def has_crlf(self) -> bool:
        """Whether the file itself has CRLF line ends, so that offsets in `text` are not its own."""
        return b"\r\n" in self.data


class PluginText(Struct, frozen=True, kw_only=True):
    """A plugin as it was read."""

    name: str
    folder: Path
    names: tuple[str, ...] = ()
    """The files directly in `devstack/`."""
    files: tuple[File, ...] = ()
    """Those with a meaning to DevStack or sourced by them: scripts and package lists."""
    unreadable: tuple[tuple[Path, str], ...] = ()
    """Files that should have been among them, and why they are not."""
    advice: str = ""
    """Lines of its pages, samples and job definitions that enable services."""

    @property
    def scripts(self) -> tuple[File, ...]:
        """Its bash: the files that DevStack sources, and `devstack/lib/`."""
        return tuple(file for file in self.files if _is_script(file.inside))

    @property
    def lists(self) -> tuple[File, ...]:
        """Its package lists, bindep.txt apart."""
        return tuple(file for file in self.files if _is_list(file.inside))

    def file(self, inside: str) -> File | None:
        """The file of this path, if it was read."""
        return next((file for file in self.files if file.inside == inside), None)


def read_plugin(name: str, folder: Path) -> PluginText:
    """Read what there is of a plugin; what cannot be read is listed, never raised."""
    devstack = folder / "devstack"
    files: list[File] = []
    unreadable: list[tuple[Path, str]] = []
    for path in _candidates(folder):
        inside = path.relative_to(folder).as_posix()
        try:
            data = read_inside(folder, inside, whose=f"plugin {name}")
            if data is None:
                unreadable.append((path, os.strerror(errno.ENOENT)))
            else:
                files.append(make_file(path, inside, data))
        except Refused as error:
            unreadable.append((error.path, f"it {error.reason}"))
        except UnicodeDecodeError:
            unreadable.append((path, "it is not UTF-8 text"))
        except OSError as error:
            unreadable.append((path, error.strerror or str(error)))
    with contextlib.suppress(OSError):
        return PluginText(
            name=name,
            folder=folder,
            names=tuple(sorted(p.name for p in _listed(folder, devstack) if not p.is_dir())),
            files=tuple(files),
            unreadable=tuple(dict.fromkeys(unreadable)),
            advice="\n".join(_advice(folder)),
        )
    return PluginText(name=name, folder=folder)


def make_file(path: Path, inside: str, data: bytes) -> File:
    """Read bytes as text, which must be UTF-8."""
    return File(path=path, inside=inside, data=data, text=data.decode().replace("\r\n", "\n"))


def _candidates(folder: Path) -> Iterator[Path]:
    devstack = folder / "devstack"
    for name in PLUGIN_FILES:
        if (path := devstack / name).exists() or path.is_symlink():
            yield path
    below = [folder / BINDEP, *_listed(folder, devstack / "lib", deep=True)]
    for name in LISTS:
        below += _listed(folder, devstack / "files" / name)
    there = (path for path in below if path.exists() or path.is_symlink())
    yield from (path for path in there if path.is_symlink() or not path.is_dir())


def _listed(folder: Path, top: Path, *, deep: bool = False) -> list[Path]:
    """What is in a folder of the plugin's; the link itself where it leads elsewhere."""
    if way_out := find_way_out(folder, top):
        return [way_out]
    return sorted(top.rglob("*") if deep else top.glob("*"))


def _is_script(inside: str) -> bool:
    path = PurePosixPath(inside)
    if path.is_relative_to("devstack/lib"):
        return path.suffix in {"", ".sh", ".bash"}
    return inside in {f"devstack/{name}" for name in PLUGIN_FILES}


def _is_list(inside: str) -> bool:
    return PurePosixPath(inside).parent.as_posix() in {f"devstack/files/{name}" for name in LISTS}


def _advice(folder: Path) -> Iterator[str]:
    for pattern in _TOLD:
        for top in folder.glob(pattern):
            for path in _listed(folder, top, deep=True) if top.is_dir() else [top]:
                if _is_script(path.relative_to(folder).as_posix()):
                    continue
                with contextlib.suppress(OSError, UnicodeDecodeError, Refused):
                    data = read_inside(folder, path, whose="advice", limit=_LARGE) or b""
                    lines = data.decode().replace("\\\n", " ").splitlines()
                    yield from (line for line in lines if _ENABLING.search(line))
