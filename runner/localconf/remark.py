"""What is worth saying of a local.conf, by `lint` and as a note of a run."""

import contextlib
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from runner.sources.inside import Refused, find_way_out, read_inside


class Severity(StrEnum):
    """How bad it is; the names are those of SARIF's levels."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Remark(Struct, frozen=True, kw_only=True):
    """One thing to look at; docs/lint.md says more of its code."""

    code: str
    severity: Severity
    line: int
    text: str
    fix: str
    """What to type or to write."""
    instead: str | None = None
    """The line as it should be, where it is safe to write that without asking."""


class Numbered(Protocol):
    """A line of a local.conf."""

    @property
    def number(self) -> int:
        """Its number in the file, from 1."""


def remark_on(
    line: Numbered,
    code: str,
    text: str,
    fix: str,
    severity: Severity = Severity.ERROR,
    *,
    instead: str | None = None,
) -> Remark:
    """A remark on a line; without a word it is an error."""
    return Remark(
        code=code, severity=severity, line=line.number, text=text, fix=fix, instead=instead
    )


class Around(Struct, frozen=True, kw_only=True):
    """What a local.conf is read with: the folders of its plugins, and variables that are set."""

    variables: frozenset[str] = frozenset()
    plugins: tuple[tuple[str, Path], ...] = ()
    complete: bool = False
    """All that it enables are among them."""

    def mentions(self, word: str) -> bool:
        """Whether a plugin's scripts hold the word."""
        return any(word in text for _, folder in self.plugins for text in _texts(folder))

    def enabled_by(self, service: str) -> str | None:
        """The plugin whose settings enable the service, without a condition."""
        line = re.compile(rf"(?m)^enable_service\b.*(?<![\w-]){re.escape(service)}(?![\w-])")
        for name, folder in self.plugins:
            if line.search(_text(folder, folder / "devstack" / "settings")):
                return name
        return None


def _texts(folder: Path) -> Iterator[str]:
    top = folder / "devstack"
    if find_way_out(folder, top) is None:
        yield from (_text(folder, path) for path in top.rglob("*"))


def _text(folder: Path, path: Path) -> str:
    """What a file of the plugin holds; nothing where it may not be read, which others say."""
    with contextlib.suppress(Refused, OSError):
        return (read_inside(folder, path, whose="plugin") or b"").decode(errors="replace")
    return ""
