"""`--report KIND=PATH`: which reports are wanted, checked before anything runs."""

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from runner.errors import ConfigError


class Kind(StrEnum):
    """A kind of report."""

    JUNIT = "junit"
    HTML = "html"
    JSON = "json"
    MD = "md"


class Target(Struct, frozen=True, kw_only=True):
    """A report that is wanted, and the file it goes to (symbolic links are followed)."""

    kind: Kind
    path: Path


def parse_targets(texts: Sequence[str]) -> tuple[Target, ...]:
    """Read the options.

    Raises:
        ConfigError: a kind nobody knows, a file that cannot be written, a file given twice.

    """
    targets: list[Target] = []
    for text in texts:
        target = _parse(text)
        if any(target.path == other.path for other in targets):
            raise ConfigError(
                f"--report {text}: another report goes to that file already",
                hint="give each report a file of its own",
            )
        targets.append(target)
    return tuple(targets)


def _parse(text: str) -> Target:
    kind, equals, name = text.partition("=")
    if not (equals and name):
        raise ConfigError(f"--report {text}: no file", hint="write for example junit=junit.xml")
    if kind not in [*Kind]:
        raise ConfigError(
            f"--report {text}: there is no kind {kind!r}", hint=f"one of {', '.join(Kind)}"
        )
    path, trouble = _check(name)
    if trouble:
        raise ConfigError(
            f"--report {text}: {trouble}", hint="name a file in a folder that you may write to"
        )
    return Target(kind=Kind(kind), path=path)


def _check(name: str) -> tuple[Path, str]:
    """The file, and what keeps us from writing it."""
    path = Path(name)
    try:
        path = path.expanduser().resolve()
        if path.exists() and not path.is_file():
            return path, f"{path} is no file"
        if not path.parent.is_dir():
            return path, f"there is no folder {path.parent}"
    except (OSError, RuntimeError) as error:  # a folder nobody may look into, a circle of links
        return path, f"cannot look at {path}: {getattr(error, 'strerror', None) or error}"
    if not os.access(path.parent, os.W_OK | os.X_OK, effective_ids=True):
        return path, f"{path.parent} is not writable"
    return path, ""
