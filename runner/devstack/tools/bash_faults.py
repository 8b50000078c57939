#!/usr/bin/env python3
"""Say what is wrong with the bytes of plugins' bash files, where bash's own words do not tell.

bash_faults.py [--file FILE]... [--command TEXT] CHECKOUT...: looks at these files, at the three
that each checkout's devstack/ has for DevStack, at what they source, and at files of the checkouts
that the command names. Prints a line for each kind of fault: place, what it is, how to mend it.
"""

import argparse
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

FILES = ("override-defaults", "settings", "plugin.sh")
MOST_FILES = 200
MOST_NAMES = 4
_SOURCE = re.compile(
    r"(?:^|[;&|({]|\b(?:then|do|else)\b)[ \t]*(?:source|\.)[ \t]+([^\s;&|#]+)", re.MULTILINE
)
# what bash would put something else in place of, innermost first
_EXPANSION = re.compile(r"\$\([^()]*\)|`[^`]*`|\$\{[^{}]*\}|\$\w+")
_UNKNOWN = "\0"
_UTF_8_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONFLICT = re.compile(rb"^(<{7}|>{7})( |\r?$)", re.MULTILINE)
# A kind of fault: what it is, and how to mend it; the names of the files follow a command.
KINDS = {
    "utf-16": (
        "the file is UTF-16, which bash cannot read",
        "save it as UTF-8, without a byte order mark",
    ),
    "mark": (
        "the file begins with a byte order mark, which bash takes for a part of the first word",
        r"sed -i '1s/^\xef\xbb\xbf//'",
    ),
    "nul": (
        "there is a NUL byte in the line, which bash drops or refuses",
        r"sed -i 's/\x00//g'",
    ),
    "conflict": (
        "the marks of a merge conflict are left in the file",
        "choose one side of each, and remove the lines with <<<<<<<, ======= and >>>>>>>",
    ),
    "crlf": (
        "the line ends with CR LF, as on Windows, and bash takes the CR for a part of the line",
        r"sed -i 's/\r$//'",
    ),
}


def faults(data: bytes) -> Iterator[tuple[str, int]]:
    """The kinds of faults in the bytes, each with the number of its first line."""
    if data.startswith(_UTF_16_MARKS):
        yield "utf-16", 1
        return
    if data.startswith(_UTF_8_MARK):
        yield "mark", 1
    conflict = _CONFLICT.search(data)
    for kind, place in (
        ("nul", data.find(b"\0")),
        ("conflict", conflict.start() if conflict else -1),
        ("crlf", data.find(b"\r\n")),
    ):
        if place >= 0:
            yield kind, data.count(b"\n", 0, place) + 1


def sourced(text: str) -> Iterator[str]:
    """The files that a script sources, as `tail` has them."""
    for found in _SOURCE.finditer(literal(text)):
        yield tail(found[1])


def named(command: str) -> list[str]:
    """The paths that a command names, as `tail` has them."""
    return [tail(word) for word in literal(command).split() if "/" in word]


def literal(text: str) -> str:
    """The text without quotes, and with one sign in place of each variable and substitution."""
    text = text.replace('"', "").replace("'", "")
    while (plain := _EXPANSION.sub(_UNKNOWN, text)) != text:
        text = plain
    return text


def tail(word: str) -> str:
    """The path behind the last variable of a word; empty when that is a part of a name only."""
    _, unknown, path = word.rpartition(_UNKNOWN)
    return path.lstrip("/") if not unknown or path.startswith("/") else ""


def find(name: str, folders: Iterable[Path], checkouts: Iterable[Path]) -> Path | None:
    """The file that is meant by the end of its path: below a folder, or anywhere in a devstack/."""
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    for checkout in checkouts:
        for path in (checkout / "devstack").rglob(Path(name).name):
            if path.is_file() and f"/{path}".endswith(f"/{name}"):
                return path
    return None


def library(checkout: Path) -> Iterator[Path]:
    """What a checkout has for its plugin to source: bash by its name, and not in devstack/files."""
    folder = checkout / "devstack"
    for path in sorted(folder.rglob("*")):
        if path.suffix in {"", ".sh", ".bash"} and folder / "files" not in path.parents:
            yield path


def follow(path: Path, text: str, checkouts: Iterable[Path]) -> Iterator[Path]:
    """The files that a file sources, as far as they are in its own checkout."""
    owners = [checkout for checkout in checkouts if checkout in path.parents]
    folders = [path.parent, *(each / part for each in owners for part in ("devstack", ""))]
    for name in sourced(text):
        if not name:
            yield from (found for checkout in owners for found in library(checkout))
        elif found := find(name, folders, owners):
            yield found


def reach(files: Iterable[Path], command: str, checkouts: list[Path]) -> Iterator[Path]:
    """The files to look at, those that are named first."""
    todo = [*files, *(checkout / "devstack" / name for checkout in checkouts for name in FILES)]
    todo += filter(
        None, [find(name, checkouts, checkouts) for name in filter(None, named(command))]
    )
    seen: set[Path] = set()
    while todo and len(seen) < MOST_FILES:
        path = todo.pop(0)
        if path not in seen and path.is_file():
            seen.add(path)
            yield path
            text = path.read_text(encoding="utf-8", errors="replace")
            todo += follow(path, text, checkouts)


def describe(kind: str, places: list[tuple[Path, int]], checkouts: list[Path]) -> str:
    """One kind of fault in words, with all its files."""
    what, mend = KINDS[kind]
    path, line = places[0]
    names = [shlex.quote(short(each, checkouts)) for each, _ in places]
    also = ", ".join(names[1:MOST_NAMES]) + ", …" * (len(names) > MOST_NAMES)
    if mend.startswith("sed "):
        mend = f"{mend} {' '.join(names)}"
    return f"{path}:{line}: {what}{f' (also {also})' * bool(also)}; to mend it: {mend}"


def short(path: Path, checkouts: Iterable[Path]) -> str:
    """The path as the checkout has it."""
    for checkout in checkouts:
        if checkout in path.parents:
            return str(path.relative_to(checkout))
    return str(path)


def main() -> None:
    """Print the faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, action="append", default=[], dest="files")
    parser.add_argument("--command", default="")
    parser.add_argument("checkouts", type=Path, nargs="*")
    options = parser.parse_args()
    places: dict[str, list[tuple[Path, int]]] = {kind: [] for kind in KINDS}
    for path in reach(options.files, options.command, options.checkouts):
        for kind, line in faults(path.read_bytes()):
            places[kind].append((path, line))
    for kind, found in places.items():
        if found:
            print(describe(kind, found, options.checkouts))


if __name__ == "__main__":
    main()
