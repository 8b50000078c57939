"""Whether the files are where DevStack looks for them, and can be read."""

import difflib
import re
import shlex
from collections.abc import Iterator

from runner.lint.files import File, PluginText
from runner.lint.finding import Edit, Finding
from runner.localconf.remark import Severity
from runner.outcome.phases import PLUGIN_FILES

_NEAR = 0.8
# What an editor or a person leaves beside the file itself.
_COPIES = re.compile(r".*(~|\.(bak|orig|rej|swp|sample|example|in|j2|md|rst|txt))", re.DOTALL)


def check_layout(plugin: PluginText) -> Iterator[Finding]:
    """Find plugin.sh missing, names that are nearly right, and what cannot be read."""
    devstack = plugin.folder / "devstack"
    there = {*plugin.names, *(path.name for path, _ in plugin.unreadable)}
    missing = [name for name in PLUGIN_FILES if name not in there]
    near = {name: right for name in plugin.names if (right := _nearest(name, missing))}
    for name, right in near.items():
        yield Finding(
            code="DSR102",
            severity=Severity.ERROR,
            path=devstack / name,
            message=f"DevStack sources devstack/{right}; devstack/{name} is never read",
            fix=shlex.join(["mv", str(devstack / name), str(devstack / right)]),
        )
    if "plugin.sh" in missing and "plugin.sh" not in near.values():
        only = [name for name in PLUGIN_FILES if name in there]
        more = f" (only {' and '.join(only)})" if only else ""
        yield Finding(
            code="DSR101",
            severity=Severity.WARNING if only else Severity.ERROR,
            path=devstack / "plugin.sh",
            message=f"there is no devstack/plugin.sh{more}, so no phase does anything",
            fix="devstack-runner init, in a new folder, writes one to start from",
        )
    for path, reason in plugin.unreadable:
        yield Finding(
            code="DSR103",
            severity=Severity.ERROR,
            path=path,
            message=f"cannot be read: {reason}",
            fix=f"look at it: ls -ld {shlex.quote(str(path))}; file {shlex.quote(str(path))}",
        )


def check_line_ends(file: File) -> Iterator[Finding]:
    """Find CRLF, of which bash makes a part of the line's last word."""
    if not file.has_crlf:
        return
    places = [found.start() for found in re.finditer(rb"\r\n", file.data)]
    yield Finding(
        code="DSR105",
        severity=Severity.ERROR,
        path=file.path,
        line=file.data.count(b"\n", 0, places[0]) + 1,
        message="has CRLF line ends; the CR becomes a part of the last word of a line",
        fix=f"sed -i 's/\\r$//' {shlex.quote(str(file.path))}",
        edits=tuple(Edit(place, place + 1, b"") for place in places),
    )


def _nearest(name: str, missing: list[str]) -> str | None:
    if name in PLUGIN_FILES or name.startswith(".") or _COPIES.fullmatch(name):
        return None
    plain = name.lower().replace("_", "-")
    stem = re.sub(r"\.(sh|bash)$", "", plain)
    for right in missing:
        goal = right.removesuffix(".sh")
        if difflib.SequenceMatcher(None, stem, goal).ratio() >= _NEAR:
            return right
    return None
