"""What package managers and uv say when they cannot install: who is to blame, in which words."""

import re
from collections.abc import Sequence

_FRAME = " │├╰─▶\N{MULTIPLICATION SIGN}"
_DISK_FULL = re.compile("no space left", re.IGNORECASE)
_SCRIPTLET = re.compile(r"%\w+\((\S+)\) scriptlet failed")  # what rpm says
# The mirror or the index could not be reached or the disk is full: no plugin is to blame.
_TROUBLE = re.compile(
    r"Failed to fetch|Could not resolve|Temporary failure|Curl error|no space left"
    r"|error sending request|dns error|tcp connect error|Connection (refused|reset)"
    r"|operation timed out|Name or service not known|Network is unreachable"
    r"|HTTP status (server|client) error",
    re.IGNORECASE,
)
# apt: `E: …`; dnf: `No match for argument: x`; zypper: `'x' not found in package names`,
# `Package 'x' not found`, `No provider of 'x' found`. Its two channels are not always in order.
_REFUSED = re.compile(r"E: |Error: |No match for argument|No provider of|.*' not found\b")


def trouble(tail: Sequence[str]) -> str | None:
    """The line that tells of a network or a disk for which no plugin is to blame.

    apt warns of old lists (`W: Failed to fetch …`) and goes on: what it fails at later is said.
    """
    told = [line for line in tail if _TROUBLE.search(line)]
    return next((line for line in told if not line.startswith("W: ")), told[0] if told else None)


def is_disk_full(line: str) -> bool:
    """Whether the trouble is a full disk."""
    return _DISK_FULL.search(line) is not None


def failed_scriptlet(line: str) -> str | None:
    """The package whose scriptlet failed, if the line says so."""
    found = _SCRIPTLET.search(line)
    return found[1] if found else None


def complaint(tail: Sequence[str]) -> str:
    """The package manager's own sentence, else what was printed last."""
    return next((line for line in tail if _REFUSED.match(line)), tail[-1] if tail else "")


def python_complaint(tail: Sequence[str]) -> str:
    """The sentence of uv's, which wraps it and draws a frame around."""
    lines = [line.strip(_FRAME) for line in tail]
    signs = ("Because ", "error: ", "ERROR: ")
    start = next((n for n, line in enumerate(lines) if line.startswith(signs)), None)
    if start is None:
        return lines[-1] if lines else ""
    return " ".join(line for line in lines[start : start + 4] if line)
