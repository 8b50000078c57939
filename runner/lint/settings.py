"""Settings that override what the user has set in local.conf."""

import re
from collections.abc import Iterator

from runner.lint.bash import Assignment, read_script
from runner.lint.files import PluginText
from runner.lint.finding import Edit, Finding
from runner.localconf.remark import Severity

_SAFE = re.compile(r"[A-Za-z0-9_./:@,+=%-]+")  # needs no quotes, and ends no ${...}
_ENTRY_POINT = re.compile(r"[A-Za-z_][\w.]*:\w+")  # of the code, nothing to choose
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


def check_settings(plugin: PluginText) -> Iterator[Finding]:
    """Find `NAME=value` in devstack/settings, which is sourced after the user's localrc.

    Only plain values count, of variables that carry the plugin's name, set without a condition:
    what is built of other variables follows those, and a variable of another's may have a value
    that the plugin has to change.
    """
    file = plugin.file("devstack/settings")
    if file is None:
        return
    prefix = _prefix(plugin.name)
    seen: set[str] = set()
    for found in read_script(file.text).assignments:
        is_first = found.name not in seen
        seen.add(found.name)
        if not (is_first and _is_choice(found) and found.name.startswith(prefix)):
            continue
        if _is_known(found, file.text):
            continue
        value = found.value.value if found.value else ""
        new = f"${{{found.name}:-{value}}}"
        safe = not file.has_crlf and value is not None and _SAFE.fullmatch(value)
        yield Finding(
            code="DSR401",
            severity=Severity.WARNING,
            path=file.path,
            line=found.line,
            message=f"{found.name} in a user's local.conf has no effect: settings come after it",
            fix=f"{found.name}={new}",
            edits=(Edit(found.start, found.end, new.encode()),) if safe else (),
        )


def _is_choice(found: Assignment) -> bool:
    value = found.value.value if found.value else None
    return bool(
        found.always
        and not found.adds
        and _NAME.fullmatch(found.name)
        and value
        and not _ENTRY_POINT.fullmatch(value)
    )


def _is_known(found: Assignment, text: str) -> bool:
    """Whether lines before look at the variable, so that the user's value is not forgotten."""
    before = text.encode()[: found.start - len(found.name) - 1].decode()
    return re.search(rf"\b{found.name}\b", re.sub(r"(?m)^\s*#.*$", "", before)) is not None


def _prefix(name: str) -> str:
    """What a plugin's own variables begin with: `HEAT_`, of devstack-plugin-ceph `CEPH_`."""
    own = re.sub(r"^devstack-(plugin-)?", "", name)
    return re.split(r"\W", own, maxsplit=1)[0].upper() + "_"
