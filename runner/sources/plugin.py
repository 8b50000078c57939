"""What a plugin is: where its repository or folder is, and which of them we accept.

Text from an option or from `enable_plugin` becomes a `PluginSource`; what `sources` makes of that
is a `Plugin`. The rules for names, URLs and refs are in `runner.sources.rules`.
"""

import re
from collections import Counter
from collections.abc import Sequence
from os.path import normpath
from pathlib import Path
from typing import Self, TypedDict

from msgspec import Struct

from runner.errors import ConfigError
from runner.sources.inside import check_inside
from runner.sources.rules import check_location, check_name, check_ref, split_ref
from runner.urls import is_path, local_path, repository_name

_HOW = "write -p NAME=PATH, -p NAME=URL or -p NAME=URL@REF"


class PluginSource(Struct, frozen=True, kw_only=True):
    """Where a plugin comes from; name, location and ref are acceptable, or there is none."""

    name: str
    location: str
    """A URL, or an absolute path. A URL may hold credentials: show `shown_url(location)`."""
    ref: str | None = None
    """A branch, tag, commit or `refs/…`; `None` stands for the default."""
    live: bool = False
    """The location is a folder to use as it is, uncommitted edits included."""

    def __post_init__(self) -> None:
        check_name(self.name)
        check_location(self.location)
        if self.ref is not None:
            check_ref(self.ref)

    @classmethod
    def enabled(
        cls, name: str, url: str, ref: str | None = None, *, folder: Path | None = None
    ) -> Self:
        """Read the words of `enable_plugin NAME URL [REF]`; a relative path is below `folder`."""
        if not url:
            raise ConfigError(
                f"enable_plugin {name}: the URL is missing",
                hint=f"write enable_plugin {name} URL [REF]; the URL may be a local folder",
            )
        return cls(name=name, **_place(url, ref or None, folder))


class Plugin(Struct, frozen=True, kw_only=True):
    """A plugin that is here: a checkout on the host, ready to be mounted."""

    name: str
    source: PluginSource
    folder: Path
    sha: str | None
    """The commit of the checkout; `None` for a folder without git."""
    dirty: bool
    """The folder holds more than, or something else than, that commit."""
    url: str
    """Where it came from, without credentials: for showing and recording."""


def parse_plugin_option(text: str, *, base: Path | None = None) -> PluginSource:
    """Read `[NAME=]PATH|URL[@REF]`; a relative path is one below `base` (the working directory).

    An `@` is part of the location when the whole is a folder that exists, when it ends a user's
    name (`git@host:path`) or when it begins a folder's name.
    """
    name, rest = _split_name(text)
    if not rest:
        raise ConfigError(f"plugin option '{text}' says no folder and no URL", hint=_HOW)
    check_location(rest)
    if is_path(rest) and _is_folder(_absolute(rest, base)):
        location, ref = rest, None
    else:
        location, ref = split_ref(rest)
    place = _place(location, ref, base)
    if name is None:
        # "." and ".." have a name only as what they stand for.
        name = repository_name(normpath(place["location"]) if is_path(location) else location)
    return PluginSource(name=name, **place)


def check_source_inside(source: PluginSource, folder: Path, *, instead: str) -> None:
    """Refuse a folder or repository of this machine outside of the folder whose files name it.

    It would be mounted where the plugins run, with all that is in it.
    """
    if (place := local_path(source.location)) is not None:
        check_inside(folder, place, whose=f"plugin {source.name}", instead=instead)


def check_unique(plugins: Sequence[PluginSource]) -> None:
    """Refuse a name that two plugins have: each needs its own folder in $DEST."""
    counts = Counter(plugin.name for plugin in plugins)
    twice = sorted(name for name, count in counts.items() if count > 1)
    if twice:
        raise ConfigError(
            f"plugin {twice[0]} is enabled twice",
            hint="remove one of them, or give one another name",
        )


def check_layout(name: str, folder: Path) -> None:
    """Refuse a folder that holds no plugin."""
    check_inside(folder, folder / "devstack", whose=f"plugin {name}")
    if not (folder / "devstack").is_dir():
        raise ConfigError(
            f"plugin {name}: there is no devstack/ folder in {folder}",
            hint="a plugin needs devstack/settings and devstack/plugin.sh; "
            "'devstack-runner init' writes them",
        )


def _split_name(text: str) -> tuple[str | None, str]:
    # "./a=b" and "https://host/?x=y" have no name: a name holds neither "/" nor ":".
    match = re.match(r"([^/:=]*)=(.*)", text, re.DOTALL)
    if match is None:
        return None, text
    check_name(match[1])
    return match[1], match[2]


class _Place(TypedDict):
    location: str
    ref: str | None
    live: bool


def _place(location: str, ref: str | None, base: Path | None) -> _Place:
    check_location(location)
    if not is_path(location):
        return _Place(location=location, ref=ref, live=False)
    folder = _absolute(location, base)
    live = ref is None and not _is_bare_repository(folder)
    return _Place(location=str(folder), ref=ref, live=live)


def _absolute(path: str, base: Path | None) -> Path:
    try:
        expanded = Path(path).expanduser()
    except RuntimeError:  # "~nobody/...": no such user, so it is a name like any other
        expanded = Path(path)
    return (base or Path.cwd()).absolute() / expanded


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long, or a folder above that we may not enter
        return False


def _is_bare_repository(folder: Path) -> bool:
    try:
        return (folder / "HEAD").is_file() and (folder / "objects").is_dir()
    except OSError:
        return False
