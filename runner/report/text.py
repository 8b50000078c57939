"""What commands print, made fit for a document: no escape sequences, nothing endless."""

import re
from collections.abc import Sequence
from pathlib import Path

# CSI and its kin, OSC up to its end, charset switches and the other escapes of two characters.
_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]"
)
# What XML 1.0 has no place for; lone surrogates are among it, which no file can hold either.
_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAIL_LINES = 50
_LINE = 500
_STEP = 1000


def plain(text: str) -> str:
    """The text as a terminal would leave it: no colours, no control characters, and of a line
    that was written over (a progress bar) what stood there last.
    """
    lines = _ANSI.sub("", text).split("\n")
    shown = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
    return _ILLEGAL.sub("", shown)


def read_text(path: Path, limit: int) -> str:
    """Read a log; of one beyond `limit` bytes the middle is left out, at ends of lines: a third
    stays from its beginning, the rest from its end, where the failures are.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= limit:
            return plain(file.read().decode(errors="replace"))
        head = file.read(limit // 3)
        file.seek(size - (limit - len(head)))
        tail = file.read(limit - len(head))
    head = head[: head.rfind(b"\n") + 1] or head
    tail = tail[tail.find(b"\n", 0, -1) + 1 :]
    gone = size_of(size - len(head) - len(tail))
    note = f"··· {gone} are left out here; the whole text: {path} ···"
    parts = (head.decode(errors="replace"), note, tail.decode(errors="replace"))
    return plain("\n".join(parts))


def last_lines(tail: Sequence[str]) -> tuple[str, ...]:
    """The end of what a command printed: a few lines, none of them endless."""
    lines = [line for text in tail for line in plain(text).split("\n")]
    return tuple(_shorten(line) for line in lines[-_TAIL_LINES:])


def in_a_line(text: str) -> str:
    """The text on one line, not too long."""
    return _shorten(" ".join(plain(text).split()))


def _shorten(line: str) -> str:
    half = _LINE // 2
    return line if len(line) <= _LINE else f"{line[:half]} … {line[-half:]}"


def size_of(number: float) -> str:
    """A number of bytes for people."""
    for unit in ("bytes", "kB"):
        if number < _STEP:
            return f"{number:.0f} {unit}"
        number /= _STEP
    return f"{number:.1f} MB"
