"""Lines of a localrc that undo others, and names that nobody reads."""

import re
from collections.abc import Iterator, Sequence

from runner.localconf.lines import Line, unquoted
from runner.localconf.names import near_command, near_variable
from runner.localconf.remark import Around, Remark, Severity

_ENABLED = "ENABLED_SERVICES"


def check_services(lines: Sequence[Line]) -> Iterator[Remark]:
    """Find services that are enabled in vain."""
    enabled: tuple[str, int] | None = None  # what the list has by now, and from where
    disabled: dict[str, int] = {}
    for line in lines:
        if not line.always:
            continue
        if line.assignment and line.assignment[0] == _ENABLED and not line.rest:
            _, adds, value = line.assignment
            if enabled and not adds and _ENABLED not in value:
                yield _forgets(line, *enabled)
            enabled = (f"{_ENABLED}{adds}=", line.number)
        elif line.name == "enable_service":
            enabled = ("enable_service", line.number)
            yield from _in_vain(line, disabled)
        elif line.name == "disable_service":
            disabled |= dict.fromkeys(line.words[1:], line.number)
        elif line.name == "disable_all_services":
            enabled = None


def check_disabled(lines: Sequence[Line], around: Around) -> Iterator[Remark]:
    """Find services that a plugin's settings enable, and a line disables."""
    for line in lines:
        if not (line.always and line.name == "disable_service"):
            continue
        for service in line.words[1:]:
            if plugin := around.enabled_by(service):
                yield Remark(
                    code="DSR727",
                    severity=Severity.NOTE,
                    line=line.number,
                    text=f"the plugin {plugin} enables {service}, which stays disabled "
                    "wherever this line stands",
                    fix=f"remove {service} here if {plugin} is to have it",
                )


def check_names(lines: Sequence[Line], around: Around) -> Iterator[Remark]:
    """Find names that are nearly DevStack's, and that no plugin knows."""
    for line in lines:
        name = line.assignment[0] if line.assignment else line.name
        near = near_variable(name) if line.assignment else near_command(name)
        if near is None or around.mentions(name) or _is_used(name, line, lines):
            continue
        what = "reads" if line.assignment else "knows"
        yield Remark(
            code="DSR726",
            severity=Severity.WARNING if line.assignment else Severity.ERROR,
            line=line.number,
            text=f"DevStack {what} no {name}, but {near}",
            fix=f"write {near}",
        )


def _is_used(name: str, line: Line, lines: Sequence[Line]) -> bool:
    """Whether the localrc itself has a use for the name."""
    use = re.compile(rf"\$\{{?{name}\b|\b{name}\s*\(\)|\bfunction\s+{name}\b")
    return any(use.search(other.text) for other in lines if other is not line)


def _forgets(line: Line, before: str, number: int) -> Remark:
    value = unquoted(line.assignment[2]) if line.assignment else ""
    return Remark(
        code="DSR721",
        severity=Severity.WARNING,
        line=line.number,
        text=f"{_ENABLED}= forgets what {before} in line {number} added",
        fix=f"{_ENABLED}+=,{value}" if len(value) < 60 else f"{_ENABLED}+=,…",  # noqa: PLR2004
    )


def _in_vain(line: Line, disabled: dict[str, int]) -> Iterator[Remark]:
    for service in line.words[1:]:
        if service in disabled:
            yield Remark(
                code="DSR728",
                severity=Severity.ERROR,
                line=line.number,
                text=f"{service} is not enabled: line {disabled[service]} disables it for good",
                fix=f"remove {service} from line {disabled[service]}",
            )
