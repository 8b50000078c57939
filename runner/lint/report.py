"""Findings as text, JSON and SARIF 2.1.0."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from runner import __version__
from runner.lint.finding import RULES, Finding
from runner.localconf.remark import Severity

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def render_text(findings: Sequence[Finding], *, here: Path) -> Iterator[str]:
    """Each finding in a line, the fix below it, and their number."""
    for finding in findings:
        line = f":{finding.line}" if finding.line else ""
        what = f"{finding.severity.value} {finding.code}"
        yield f"{shown(finding.path, here)}{line}: {what}: {finding.message}"
        yield f"    fix: {shown_fix(finding, here)}"
    counts = Counter(finding.severity for finding in findings)
    numbers = [f"{counts[s]} {s.value}{'s'[: counts[s] != 1]}" for s in Severity if counts[s]]
    yield ", ".join(numbers) or "nothing found"


def as_json(findings: Sequence[Finding], *, here: Path) -> list[dict[str, Any]]:
    """A list with an object for each finding."""
    return [
        {
            "code": finding.code,
            "severity": finding.severity.value,
            "file": shown(finding.path, here),
            "line": finding.line,
            "message": finding.message,
            "fix": shown_fix(finding, here),
        }
        for finding in findings
    ]


def as_sarif(findings: Sequence[Finding], *, here: Path) -> dict[str, Any]:
    """A log of one run; paths below `here` are relative to it."""
    codes = sorted(RULES)
    driver = {
        "name": "devstack-runner lint",
        "version": __version__,
        "rules": [{"id": code, "shortDescription": {"text": RULES[code]}} for code in codes],
    }
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"SRCROOT": {"uri": f"{here.as_uri().rstrip('/')}/"}},
                "results": [_result(finding, codes, here) for finding in findings],
            }
        ],
    }


def shown(path: Path, here: Path) -> str:
    """A path as people type it from `here`."""
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def shown_fix(finding: Finding, here: Path) -> str:
    """The fix, its paths as people type them from `here`."""
    return finding.fix.replace(f"{here}/", "")


def _result(finding: Finding, codes: Sequence[str], here: Path) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(finding.path, here)}
    if finding.line:
        place["region"] = {"startLine": finding.line}
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": finding.severity.value,
        "message": {"text": f"{finding.message}. Fix: {shown_fix(finding, here)}"},
        "locations": [{"physicalLocation": place}],
    }


def _artifact(path: Path, here: Path) -> dict[str, str]:
    uri = path.absolute().as_uri()
    base = f"{here.as_uri().rstrip('/')}/"
    if uri.startswith(base):
        return {"uri": uri.removeprefix(base), "uriBaseId": "SRCROOT"}
    return {"uri": uri}
