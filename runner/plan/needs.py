"""What plugins need beyond an unprivileged container, and whether this machine gives it.

`needs.toml` says it of plugins that are known; a plugin says it of itself in its `pyproject.toml`:

    [tool.devstack-runner]
    needs = ["kernel-module:nfsd"]
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct, field

from runner.errors import ConfigError, NeedsMore
from runner.resources import NEEDS
from runner.sources.inside import read_inside
from runner.urls import repository_name

_KINDS = ("kvm", "privileged", "device:/dev/NAME", "kernel-module:NAME")
_MODULE = re.compile(r"[A-Za-z0-9_-]+")


class Known(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of one plugin."""

    needs: tuple[str, ...]
    why: str
    unless: Mapping[str, str] = {}


class Given(Struct, frozen=True, kw_only=True):
    """What the job's container is given; `root` is the machine's."""

    privileged: bool = False
    root: Path = field(default_factory=lambda: Path("/"))

    def lacks(self, need: str) -> tuple[str, ...]:
        """What to do to have it; nothing when it is there.

        Raises:
            ConfigError: there is no such need.

        """
        kind, _, name = need.partition(":")
        match kind:
            case "privileged" if not name:
                step = ""
            case "kvm" if not name:
                step = self._device("/dev/kvm", "enable virtualization (load kvm) on this machine")
            case "device" if name.startswith("/dev/"):
                step = self._device(name, f"have {name} on this machine")
            case "kernel-module" if _MODULE.fullmatch(name):
                step = "" if self._loaded(name) else f"modprobe {name} on this machine"
            case _:
                raise ConfigError(f"there is no need called {need!r}", hint=_nearest(need))
        right = "" if self.privileged else "run with --privileged"
        return tuple(text for text in (step, right) if text)

    def _device(self, path: str, step: str) -> str:
        return "" if (self.root / path.lstrip("/")).exists() else step

    def _loaded(self, module: str) -> bool:
        """Modules that are built in show in /sys only, and only some of them."""
        module = module.replace("-", "_")
        if (self.root / "sys" / "module" / module).exists():
            return True
        try:
            modules = (self.root / "proc" / "modules").read_text()
        except OSError:
            return False
        return any(line.split(" ", 1)[0] == module for line in modules.splitlines())


def check_known(
    job: str, plugins: Iterable[tuple[str, str]], variables: Mapping[str, str], given: Given
) -> None:
    """Skip the job when one of these plugins, NAME and URL, is known to need more.

    Raises:
        NeedsMore: it does.

    """
    unmet: list[_Unmet] = []
    for name, url in plugins:
        known = read_known().get(repository_name(url)) or read_known().get(name)
        if known and not any(
            fnmatchcase(variables.get(key, ""), glob) for key, glob in known.unless.items()
        ):
            unmet += _unmet(name, known.needs, given, known.why)
    _skip(job, unmet)


def check_stated(job: str, plugins: Iterable[tuple[str, Path]], given: Given) -> None:
    """Skip the job when one of these plugins, NAME and checkout, says that it needs more.

    Raises:
        NeedsMore: it does.
        ConfigError: what it says makes no sense.

    """
    unmet: list[_Unmet] = []
    for name, folder in plugins:
        unmet += _unmet(name, read_stated(name, folder), given)
    _skip(job, unmet)


def condition_variables() -> tuple[str, ...]:
    """The variables of local.conf on which it depends what a known plugin needs."""
    return tuple(sorted({name for known in read_known().values() for name in known.unless}))


@cache
def read_known() -> Mapping[str, Known]:
    """The shipped table, by the names of repositories."""
    return msgspec.toml.decode(NEEDS.read_bytes(), type=dict[str, Known])


def read_stated(name: str, folder: Path) -> tuple[str, ...]:
    """What a plugin says of itself."""
    path = folder / "pyproject.toml"
    try:
        text = (read_inside(folder, path.name, whose=f"plugin {name}") or b"").decode()
    except (OSError, UnicodeError):
        return ()
    if "devstack-runner" not in text:
        return ()
    try:
        tool = tomllib.loads(text).get("tool", {}).get("devstack-runner", {})
        return msgspec.convert(tool.get("needs", ()), tuple[str, ...])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, AttributeError) as error:
        raise ConfigError(
            f"plugin {name}: {path}: {error}",
            hint='write: [tool.devstack-runner] and below it needs = ["kvm"]',
        ) from error


class _Unmet(Struct, frozen=True):
    plugin: str
    need: str
    steps: tuple[str, ...]
    why: str


def _unmet(plugin: str, needs: Iterable[str], given: Given, why: str = "") -> Iterator[_Unmet]:
    for need in needs:
        try:
            steps = given.lacks(need)
        except ConfigError as error:
            raise ConfigError(f"plugin {plugin}: {error.message}", hint=error.hint) from error
        if steps:
            yield _Unmet(plugin, need, steps, why)


def _skip(job: str, unmet: Sequence[_Unmet]) -> None:
    if unmet:
        texts = [f"{u.need} (plugin {u.plugin}{f': {u.why}' if u.why else ''})" for u in unmet]
        steps = sorted({step for u in unmet for step in u.steps})
        hint = f"to run it: {', '.join(steps)}"
        raise NeedsMore(f"needs {', '.join(texts)}", job=job, hint=hint)


def _nearest(need: str) -> str:
    near = difflib.get_close_matches(need, ("kvm", "privileged", "device", "kernel-module"), n=1)
    said = f"did you mean {near[0]}? " if near else ""
    return f"{said}known: {', '.join(_KINDS)}"
