"""What a project says of its own runs: `[tool.devstack-runner]` or `devstack-runner.toml`.

    distros = ["debian-*", "fedora-44"]
    local-conf = "tests/local.conf"
    allowed-failures = ["opensuse-*"]

    [overrides."debian-13"]
    env = { HEAT_BACKEND = "redis" }

Paths are relative to the folder of the file (docs/local-conf.md has the whole list).
"""

import difflib
import fnmatch
import tomllib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from runner.errors import ConfigError
from runner.sources.inside import read_inside

FILE = "devstack-runner.toml"
_TABLE = "devstack-runner"


class Override(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """What is different for distros that a glob means; what is not said is the project's."""

    local_conf: str = ""
    plugins: tuple[str, ...] | None = None
    env: dict[str, str] = {}
    timeout: str = ""
    phase_timeout: str = ""


class Project(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The settings; `plugins` are written as for `--plugin`, times as for `--timeout`."""

    distros: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    local_conf: str = ""
    plugins: tuple[str, ...] = ()
    env: dict[str, str] = {}
    timeout: str = ""
    phase_timeout: str = ""
    allowed_failures: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()  # read with the plugin, wherever it is from
    overrides: dict[str, Override] = {}

    def for_distro(self, distro: str) -> Override:
        """All overrides of the distro in one; of two that say something the later wins."""
        merged: dict[str, Any] = {"env": dict(self.env)}
        for glob, override in self.overrides.items():
            if not fnmatch.fnmatchcase(distro, glob):
                continue
            for name in ("local_conf", "timeout", "phase_timeout"):
                merged[name] = getattr(override, name) or merged.get(name, "")
            if override.plugins is not None:
                merged["plugins"] = override.plugins
            merged["env"] |= override.env
        return Override(
            local_conf=merged.get("local_conf") or self.local_conf,
            plugins=merged.get("plugins", self.plugins),
            env=merged["env"],
            timeout=merged.get("timeout") or self.timeout,
            phase_timeout=merged.get("phase_timeout") or self.phase_timeout,
        )


def read_project(folder: Path) -> Project:
    """The settings of the project in this folder; none of them when it says nothing.

    Raises:
        ConfigError: a file cannot be read, or says what there is not.

    """
    own = folder / FILE
    if (said := _read(own)) is not None:
        return _convert(said, own)
    pyproject = folder / "pyproject.toml"
    tool = (_read(pyproject) or {}).get("tool", {})
    table = tool.get(_TABLE, {}) if isinstance(tool, dict) else {}
    return _convert(table, pyproject)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        data = read_inside(path.parent, path.name, whose="the settings of this folder")
        return None if data is None else tomllib.loads(data.decode())
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error


def _convert(table: object, path: Path) -> Project:
    try:
        return msgspec.convert(table, Project)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}", hint=_nearest(str(error))) from error


def _nearest(message: str) -> str:
    known = [field.encode_name for field in msgspec.structs.fields(Project)]
    _, _, rest = message.partition("unknown field `")
    near = difflib.get_close_matches(rest.partition("`")[0], known, n=1) if rest else []
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
