"""Services: those that no line enables, and types that OpenStack does not know."""

import difflib
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

from runner.lint.bash import Command, read_script
from runner.lint.files import File, PluginText
from runner.lint.finding import Finding
from runner.localconf.remark import Severity

_SERVICE = re.compile(r"[A-Za-z0-9][\w.@+-]*")
# Services of DevStack itself, which a plugin may start anew.
_TREE = ("key*", "g-*", "n-*", "c-*", "q-*", "s-*", "neutron*", "placement*", "etcd*", "dstat")
_NEAR = 0.8
_OWN_TYPE = (
    "fine for a service with clients of its own; service-types.openstack.org lists the types"
)


def check_services(plugin: PluginText, local_conf: str = "") -> Iterator[Finding]:
    """Find run_process of a service that neither the plugin nor a text of its enables."""
    scripts = [(file, read_script(file.text)) for file in plugin.scripts]
    enabling = [c for _, script in scripts for c in script.called("enable_service")]
    if any(word.value is None for command in enabling for word in command.words):
        return  # bash would have to say which
    enabled = {word.value for command in enabling for word in command.words}
    functions = {name for _, script in scripts for name in script.functions}
    listed = " ".join(
        a.value.text
        for _, script in scripts
        for a in script.assignments
        if a.name == "ENABLED_SERVICES" and a.value
    )
    said = "\n".join([listed, plugin.advice, local_conf, *_enabling_lines(plugin)])
    optional = {
        word.value
        for _, script in scripts
        for command in script.called("is_service_enabled")
        for word in command.words
        if enabled
    }
    reported: set[str] = set()
    for file, script in scripts:
        for command in script.called("run_process"):
            name = command.words[0].value if command.words else None
            if not name or not _SERVICE.fullmatch(name) or name in enabled | reported:
                continue
            decides = functions & {f"is_{n}_enabled" for n in (name, name.replace("-", "_"))}
            known = any(fnmatchcase(name, pattern) for pattern in _TREE)
            if decides or known or _mentions(said, name):
                continue
            reported.add(name)
            yield _never_enabled(file, command, name, optional=name in optional)


def check_service_types(file: File) -> Iterator[Finding]:
    """Find types of get_or_create_service that the service-types authority does not know."""
    for command in read_script(file.text).called("get_or_create_service"):
        asked = command.words[1].value if len(command.words) > 1 else None
        if not asked or asked in _types():
            continue
        near = difflib.get_close_matches(asked, sorted(_types()), n=1, cutoff=_NEAR)
        yield Finding(
            code="DSR502",
            severity=Severity.WARNING if near else Severity.NOTE,
            path=file.path,
            line=command.words[1].line,
            message=f"{asked!r} is none of OpenStack's service types; clients that look a "
            "service up by its type do not find it",
            fix=f"write {near[0]!r}" if near else _OWN_TYPE,
        )


def _never_enabled(file: File, command: Command, name: str, *, optional: bool) -> Finding:
    """Beside services that are enabled, one that is asked for may be meant for those who know."""
    return Finding(
        code="DSR501",
        severity=Severity.NOTE if optional else Severity.WARNING,
        path=file.path,
        line=command.line,
        message=f"run_process starts {name} only when it is enabled, and nothing enables it",
        fix=f"enable_service {name}   # in devstack/settings, or in your README for who wants it",
    )


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def _enabling_lines(plugin: PluginText) -> Iterator[str]:
    """Lines of scripts, those for people and those that could not be parsed among them."""
    for file in plugin.scripts:
        yield from re.findall(r"(?m)^.*\benable_service\b(.*)$", file.text)


@cache
def _types() -> frozenset[str]:
    from os_service_types import ServiceTypes  # noqa: PLC0415 - reads its data when imported

    return frozenset(
        name for names in ServiceTypes().all_types_by_service_type.values() for name in names
    )
