"""Which system packages a job wants: DevStack's package lists and bindep.txt, for its distro.

The lists are read on the host, for the container's distro. No name that does not fit the
grammar of the family's package manager leaves this module: it would end up in a shell.
"""

import re
import shlex
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct

from runner.distros.distro import Distro, Family
from runner.errors import ConfigError
from runner.sources.inside import read_inside

# Services whose packages are in lists of another name; the first pattern that fits counts.
_LISTS_OF_SERVICES = (
    ("n-api", ("nova", "glance", "os-brick")),
    ("c-*", ("cinder", "os-brick")),
    ("s-*", ("swift",)),
    ("n-*", ("nova", "os-brick")),
    ("g-*", ("glance",)),
    ("key*", ("keystone",)),
    ("q-*", ("neutron-common",)),
    ("neutron-*", ("neutron-common",)),
    ("ir-*", ("ironic",)),
)

# apt takes a trailing "-" as "remove this package", so nothing may end with it.
_DEB = re.compile(
    r"[a-z0-9][a-z0-9+.-]*[a-z0-9+.]"
    r"(:[a-z0-9]+(-[a-z0-9]+)*)?"  # architecture
    r"(=[A-Za-z0-9.+:~*-]*[A-Za-z0-9.+~*])?"  # version
    r"(/[a-z0-9]+([._-][a-z0-9]+)*)?"  # release to take it from
)
_RPM_NAME = r"[A-Za-z0-9][A-Za-z0-9._+~^:-]*"
_RPM_PROVIDES = rf"{_RPM_NAME}(\([A-Za-z0-9._+:/\[\]-]*\)){{1,2}}"  # perl(JSON), libfoo()(64bit)
_RPM_PATH = r"(/[A-Za-z0-9._+-]+)+"
_SUSE = re.compile(f"{_RPM_NAME}|{_RPM_PROVIDES}|{_RPM_PATH}")
_REDHAT = re.compile(rf"{_SUSE.pattern}|@[A-Za-z0-9][A-Za-z0-9._+:/-]*")  # @group
_GRAMMAR = {Family.DEBIAN: _DEB, Family.REDHAT: _REDHAT, Family.SUSE: _SUSE}

_BINDEP = Path("devstack/files/bindep.txt")
_BLANKS = re.compile(r"[ \t]+")


class PackageList(Struct, frozen=True, kw_only=True):
    """The packages of one file, in its order; `file` is relative to the plugin's folder."""

    names: tuple[str, ...]
    file: Path


def parse_package_list(text: str, *, codename: str) -> tuple[str, ...]:
    """Names for the distro whose DISTRO is `codename`; duplicates are kept, as DevStack does."""
    return tuple(name for _, name in _parse_lines(text, codename))


def read_plugin_lists(folder: Path, plugin_name: str, distro: Distro) -> tuple[PackageList, ...]:
    """Read all lists of a plugin that name a package for the distro."""
    read = (read_plugin_packages, read_bindep_packages)
    found = (reader(folder, plugin_name, distro) for reader in read)
    return tuple(packages for packages in found if packages.names)


def read_plugin_packages(folder: Path, plugin_name: str, distro: Distro) -> PackageList:
    """Read the one list of a plugin that counts: that of its name; a missing one is empty."""
    file = Path("devstack/files") / distro.family.package_lists / plugin_name
    lines = tuple(_parse_lines(_read_of_plugin(folder, file, plugin_name), distro.codename))
    check_names(lines, family=distro.family, file=file, plugin=plugin_name)
    return PackageList(names=tuple(name for _, name in lines), file=file)


def select_list_names(services: Sequence[str]) -> tuple[str, ...]:
    """Name the lists that the services ask for, in order, each once, existing or not."""
    names: dict[str, None] = {}
    for service in services:
        names[service] = None
        names |= dict.fromkeys(_lists_of(service))
    return tuple(name for name in names if "/" not in name)


def read_tree_packages(files: Path, services: str, distro: Distro) -> tuple[str, ...]:
    """Read the tree's own lists, below `files`: `general`, and those of a comma-separated list."""
    wanted = ["general", *(name.strip() for name in services.split(",") if name.strip())]
    packages: list[str] = []
    for name in select_list_names(wanted):
        file = Path(distro.family.package_lists) / name
        lines = tuple(_parse_lines(_read_text(files / file), distro.codename))
        check_names(lines, family=distro.family, file=file, plugin="devstack")
        packages += [package for _, package in lines]
    return tuple(packages)


def read_bindep_packages(folder: Path, plugin_name: str, distro: Distro) -> PackageList:
    """Read a plugin's bindep.txt for the default profile on the distro, names only.

    What is installed on the host does not matter; constraints on versions are left out.
    """
    text = _read_of_plugin(folder, _BINDEP, plugin_name)
    where = f"plugin {plugin_name}: {_BINDEP}"
    names = _active_names(text, frozenset(distro.bindep_profiles), where)
    lines = ((_find_line(text, name), name) for name in names)
    check_names(lines, family=distro.family, file=_BINDEP, plugin=plugin_name)
    return PackageList(names=names, file=_BINDEP)


def check_names(
    names: Iterable[tuple[int, str]], *, family: Family, file: Path, plugin: str
) -> None:
    """Refuse the first (line, name) that the family's package manager would not take as a name."""
    for line, name in names:
        if not _GRAMMAR[family].fullmatch(name):
            raise ConfigError(
                f"plugin {plugin}: {file}, line {line}: {name!r} is not a package name"
                f" of the {family} family",
                hint=_hint(name, file),
            )


def quote(name: str) -> str:
    """Write a name for a shell: `perl(JSON)` and `foo=1~rc*` need their quotes."""
    return shlex.quote(name)


def _parse_lines(text: str, codename: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        packages, _, comment = line.partition("#")
        if "NOPRIME" not in line and _applies(comment, codename):
            yield from ((number, name) for name in _BLANKS.split(packages) if name)


def _applies(comment: str, codename: str) -> bool:
    """Say whether `dist:` and `not:` let the line count; the codename may be any part of theirs."""
    only = re.search(r".*dist:(\S*)", comment)
    never = re.search(r".*not:(\S*)", comment)
    wanted = only is None or codename.lower() in only[1].lower()
    return wanted and not (never is not None and codename.lower() in never[1].lower())


def _lists_of(service: str) -> tuple[str, ...]:
    fitting = (lists for pattern, lists in _LISTS_OF_SERVICES if fnmatchcase(service, pattern))
    return next(fitting, ())


def _read_text(file: Path) -> str:
    """One of the tree's own lists; a missing one is empty."""
    return file.read_text() if file.is_file() else ""


def _read_of_plugin(folder: Path, inside: Path, plugin: str) -> str:
    file = folder / inside
    try:
        return (read_inside(folder, inside, whose=f"plugin {plugin}") or b"").decode()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: not UTF-8 text") from error


def _active_names(text: str, profiles: frozenset[str], where: str) -> tuple[str, ...]:
    if not text.strip():
        return ()
    # Half a grammar compiler is imported here; most plugins have no bindep.txt.
    from bindep.depends import Depends, DependsException  # noqa: PLC0415

    try:
        rules = Depends(text).active_rules(profiles)
    except DependsException as error:
        line = _find_bad_line(text)
        raise ConfigError(
            f"{where}, line {line}: bindep cannot read {text.split(chr(10))[line - 1]!r}",
            hint="a line is NAME [PROFILE ...] VERSION, for example: libpq-dev [platform:dpkg]",
        ) from error
    return tuple(dict.fromkeys(name for name, _, _ in rules))


def _find_bad_line(text: str) -> int:
    """Find the first line up to which bindep fails; its own message often names a later one."""
    from bindep.depends import Depends, DependsException  # noqa: PLC0415

    lines = text.split("\n")

    def fails(count: int) -> bool:
        try:
            Depends("\n".join(lines[:count]))
        except DependsException:
            return True
        return False

    return 1 + bisect_left(range(1, len(lines) + 1), x=True, key=fails)


def _find_line(text: str, name: str) -> int:
    numbered = enumerate(text.split("\n"), start=1)
    return next((n for n, line in numbered if re.split(r"[ #]", line)[0] == name), 0)


def _hint(name: str, file: Path) -> str | None:
    if "\r" in name:
        return f"the file has CRLF line ends: sed -i 's/\\r$//' {file}"
    if name.endswith("-"):
        return 'a trailing "-" would remove the package'
    return None
