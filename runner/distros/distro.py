"""The distributions we know: one file in `images/` each, and how one is chosen."""

import difflib
import fnmatch
import shlex
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import msgspec
from msgspec import Struct

from runner.errors import ConfigError

Word = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")]
Reference = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][A-Za-z0-9._/:-]*$")]
Digest = Annotated[str, msgspec.Meta(pattern=r"^sha256:[0-9a-f]{64}$")]
Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s'\"]+$")]
FilePath = Annotated[str, msgspec.Meta(pattern=r"^/[A-Za-z0-9._+/-]+$")]

FALLBACK = "debian-12"
# It tells their names and releases there, and no package manager.
_UNKNOWN_TO_BINDEP = frozenset({"openEuler"})


class Family(StrEnum):
    """Distributions that share a package manager, and so a folder in `templates/`."""

    DEBIAN = "debian"
    REDHAT = "redhat"
    SUSE = "suse"

    @property
    def package_lists(self) -> str:
        """The folder below `devstack/files` that holds this family's package lists."""
        return {Family.DEBIAN: "debs", Family.REDHAT: "rpms", Family.SUSE: "rpms-suse"}[self]

    @property
    def relatives(self) -> frozenset[str]:
        """What os-release calls members of the family, in ID or ID_LIKE."""
        return {
            Family.DEBIAN: frozenset({"debian", "ubuntu"}),
            Family.REDHAT: frozenset(
                {"fedora", "rhel", "centos", "rocky", "almalinux", "openEuler"}
            ),
            Family.SUSE: frozenset({"suse", "opensuse", "opensuse-leap", "opensuse-tumbleweed"}),
        }[self]


class Pocket(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further suite of a Debian archive: updates, security."""

    suite: Word
    mirror: Url


class Repository(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An RPM repository; `key` is where its signing key is fetched from."""

    id: Word
    url: Url
    key: Url | None = None


class Mmdebstrap(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="tool",
    tag="mmdebstrap",
):
    """What `mmdebstrap` has to be told; `keyring` comes with `keyring_package`."""

    suite: Word
    mirror: Url
    components: tuple[Word, ...]
    keyring: FilePath
    keyring_package: Word
    pockets: tuple[Pocket, ...] = ()
    packages: tuple[Word, ...] = ()

    @property
    def program(self) -> str:
        """The command on the host."""
        return "mmdebstrap"


class Dnf(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="tool",
    tag="dnf",
):
    """What `dnf --installroot` has to be told; `packages` make the root a system of its own."""

    repositories: tuple[Repository, ...]
    packages: tuple[Word, ...]

    @property
    def program(self) -> str:
        """The command on the host."""
        return "dnf"


class Zypper(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="tool",
    tag="zypper",
):
    """What `zypper --root` has to be told; `packages` make the root a system of its own."""

    repositories: tuple[Repository, ...]
    packages: tuple[Word, ...]

    @property
    def program(self) -> str:
        """The command on the host."""
        return "zypper"


Bootstrap = Mmdebstrap | Dnf | Zypper


class Identity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What os-release says of a system: its ID and its VERSION_ID, or the first parts of that."""

    id: Word
    release: Word


class Distro(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One release of one distribution; `name` is the name of its file."""

    name: Word
    family: Family
    id: Word
    release: Word
    codename: Word
    base: Reference
    digest: Digest | None = None
    packages: tuple[Word, ...]
    inside: Identity | None = None  # what the image's os-release says, where that is another
    global_venv: bool = True  # DevStack's GLOBAL_VENV there (core.md 3.5)
    bootstrap: Bootstrap | None = None

    @property
    def reference(self) -> str:
        """What to pull: the tag says what it is, the digest (where known) which one exactly."""
        return f"{self.base}@{self.digest}" if self.digest else self.base

    @property
    def rolling(self) -> bool:
        """Has no release numbers: `release` is a word and os-release gives a date."""
        return not self.release[0].isdigit()

    @property
    def bindep_profiles(self) -> tuple[str, ...]:
        """The `platform:` profiles bindep would find inside a container of this distro."""
        return tuple(f"platform:{atom}" for atom in sorted(self._bindep_atoms()))

    def is_release(self, identifier: str, version: str) -> bool:
        """Say whether os-release's ID and VERSION_ID mean this distro (`9` is also 9.4)."""
        if identifier != self.id:
            return False
        return self.rolling or f"{version}.".startswith(f"{self.release}.")

    def _bindep_atoms(self) -> Iterator[str]:
        """What bindep calls the platform, as its `platform_profiles` builds it."""
        system = self.inside or Identity(id=self.id, release=self.release)
        if system.id not in _UNKNOWN_TO_BINDEP:
            yield "dpkg" if self.family is Family.DEBIAN else "rpm"
            if self.family is not Family.DEBIAN:
                yield self.family.value
            if self.family is not Family.SUSE:  # bindep does not say so there
                yield "base-py3"
        for name in _bindep_names(system.id):
            yield name
            if self.family is Family.DEBIAN:
                yield f"{name}-{self.codename}"
            if not self.rolling:
                parts = system.release.split(".")
                yield from (f"{name}-{'.'.join(parts[: n + 1])}" for n in range(len(parts)))


def read_distros(folder: Path) -> Mapping[str, Distro]:
    """Every distro file of `folder` by name, each distribution's releases from old to new."""
    found = [read_distro(path) for path in folder.glob("*.toml")]
    found.sort(key=lambda distro: (distro.id, _age(distro), distro.name))
    return MappingProxyType({distro.name: distro for distro in found})


def read_distro(path: Path) -> Distro:
    """One distro file; what is wrong in it is reported by file, field and place."""
    try:
        content: dict[str, Any] = msgspec.toml.decode(path.read_bytes(), type=dict[str, Any])
        if "name" in content:
            raise ConfigError(f"{path}: `name` does not belong here: the file's name is the name")
        return msgspec.convert({"name": path.stem, **content}, Distro)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{path}: {error}") from error


def find_distro(name: str, distros: Mapping[str, Distro]) -> Distro:
    """Look one distro up by its name."""
    if name in distros:
        return distros[name]
    raise _unknown(name, distros)


def select_distros(patterns: Sequence[str], distros: Mapping[str, Distro]) -> tuple[Distro, ...]:
    """The distros that names, globs, families or os-release IDs mean, in the order asked for."""
    chosen: dict[str, Distro] = {}
    for pattern in patterns:
        matching = [
            distro
            for distro in distros.values()
            if pattern in (distro.family.value, distro.id)
            or fnmatch.fnmatchcase(distro.name, pattern)
        ]
        if not matching:
            raise _unknown(pattern, distros)
        chosen |= {distro.name: distro for distro in matching}
    return tuple(chosen.values())


def host_distro(os_release: str, distros: Mapping[str, Distro]) -> Distro:
    """The distro closest to the machine that `os_release` (the file's text) describes."""
    host = parse_os_release(os_release)
    identifier, version = host.get("ID", ""), host.get("VERSION_ID", "")
    codenames = {host.get("VERSION_CODENAME"), host.get("UBUNTU_CODENAME")}
    if "rhel" in _kin(host):
        codenames.add(f"rhel{version.partition('.')[0]}")
    if identifier.startswith("sle"):
        codenames.add(f"sle{version.partition('.')[0]}")
    family = parse_family(os_release)
    candidates = (
        [distro for distro in distros.values() if distro.is_release(identifier, version)],
        [distro for distro in distros.values() if distro.codename in codenames],
        [distro for distro in distros.values() if distro.id == identifier],
        [distro for distro in distros.values() if distro.family is family],
    )
    for group in candidates:
        if group:
            return max(group, key=_age)
    return find_distro(FALLBACK, distros)


def parse_family(os_release: str) -> Family | None:
    """Which family a machine belongs to, by ID and then by ID_LIKE."""
    for name in _kin(parse_os_release(os_release)):
        for family in Family:
            if name in family.relatives:
                return family
    return None


def parse_os_release(text: str) -> dict[str, str]:
    """The assignments of an os-release file, unquoted."""
    values = {}
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            values[name] = " ".join(shlex.split(value))
    return values


def _bindep_names(identifier: str) -> frozenset[str]:
    if identifier.startswith("opensuse"):
        return frozenset({identifier.removesuffix("-leap"), "opensuse", "opensuseproject"})
    return frozenset({identifier.lower(), *(["suselinux"] if identifier == "sles" else [])})


def _kin(os_release: Mapping[str, str]) -> tuple[str, ...]:
    return (os_release.get("ID", ""), *os_release.get("ID_LIKE", "").split())


def _age(distro: Distro) -> tuple[int, ...]:
    """Sort key for releases; a rolling one is chosen by name only, so it counts as the oldest."""
    if distro.rolling:
        return (0,)
    return tuple(int(part) for part in distro.release.split(".") if part.isdigit())


def _unknown(name: str, distros: Mapping[str, Distro]) -> ConfigError:
    near = difflib.get_close_matches(name, list(distros), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "`distros` lists what there is"
    return ConfigError(f"unknown distro {name!r}", hint=hint)
