"""Making the fixes that are safe: those of findings that come with edits."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from runner.errors import HostError
from runner.lint.finding import Edit, Finding


def fix(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Write the edits of these findings into their files, yielding those that were made.

    Raises:
        HostError: a file cannot be written.

    """
    edits: dict[Path, list[Edit]] = {}
    for finding in findings:
        if finding.edits:
            edits.setdefault(finding.path, []).extend(finding.edits)
    for path, changes in edits.items():
        try:
            path.write_bytes(edited(path.read_bytes(), changes))
        except OSError as error:
            raise HostError(f"cannot fix {path}: {error.strerror}") from error
        yield from (f for f in findings if f.path == path and f.edits)


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The bytes with all edits made; they do not overlap."""
    pieces = []
    end = len(data)
    for edit in sorted(edits, key=lambda e: e.start, reverse=True):
        pieces += [data[edit.end : end], edit.new]
        end = edit.start
    return b"".join([data[:end], *reversed(pieces)])
