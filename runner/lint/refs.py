"""Branches and tags that a local.conf names, asked of the repositories."""

import re
from collections.abc import Iterator
from pathlib import Path

from runner.lint.conf import ConfText, Enabled
from runner.lint.finding import Finding
from runner.localconf.lines import localrc_lines, unquoted
from runner.localconf.remark import Severity
from runner.sources.offline import Network
from runner.sources.trouble import GitFailure
from runner.urls import is_path, shown_url

_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_DEFAULT = "master"


def check_refs(conf: ConfText, path: Path) -> Iterator[Finding]:
    """Find enable_plugin lines whose repository does not have what they name.

    Those with variables are left out, and all of them when local.conf says OFFLINE.
    """
    if conf.conf is None or _network(conf) is not Network.FREE:
        return
    for plugin in conf.enabled:
        ref = plugin.ref or _DEFAULT
        literal = "$" not in plugin.url + ref
        if literal and plugin.url and not is_path(plugin.url) and not _COMMIT.fullmatch(ref):
            yield from _asked(plugin, ref, path)


def _asked(plugin: Enabled, ref: str, path: Path) -> Iterator[Finding]:
    from runner.sources.git import GitCommand  # noqa: PLC0415 - slow to import

    try:
        listed = GitCommand().probe(
            plugin.url, "ls-remote", "--symref", "--", plugin.url, "HEAD", ref
        )
    except GitFailure as error:
        what, fix = f"could not be asked for {ref}: {error.message}", "look at the URL"
        yield _finding(plugin, path, what, fix, Severity.NOTE)
        return
    names = {line.partition("\t")[2] for line in listed.splitlines()}
    if names & {ref, f"refs/heads/{ref}", f"refs/tags/{ref}"}:
        return
    found = re.search(r"(?m)^ref: refs/heads/(\S+)\tHEAD", listed)
    default = found[1] if found else "REF"
    without = "" if plugin.ref else ", which is meant when no ref is given"
    what = f"has no branch or tag {ref}{without}"
    fix = f"enable_plugin {plugin.name} {shown_url(plugin.url)} {default}"
    yield _finding(plugin, path, what, fix, Severity.ERROR)


def _finding(plugin: Enabled, path: Path, what: str, fix: str, severity: Severity) -> Finding:
    return Finding(
        code="DSR729",
        severity=severity,
        path=path,
        line=plugin.line,
        message=f"plugin {plugin.name}: {shown_url(plugin.url)} {what}",
        fix=fix,
    )


def _network(conf: ConfText) -> Network:
    lines = localrc_lines(conf.conf) if conf.conf else ()
    said = [line.assignment for line in lines if line.assignment]
    return Network.of({name: unquoted(value) for name, _, value in said})
