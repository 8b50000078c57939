"""Whether plugin.sh asks for modes and phases with which it is called."""

import difflib
import re
from collections.abc import Iterator

from runner.lint.bash import Comparison, read_script
from runner.lint.files import File
from runner.lint.finding import Finding
from runner.localconf.remark import Severity
from runner.outcome.phases import Mode, Phase

_STACK = tuple(p.value.removeprefix("stack ") for p in Phase if p.value.startswith("stack "))
_MODES = tuple(mode.value for mode in Mode)
_CALLS = tuple(f"stack {phase}" for phase in _STACK)
_EXTRAS_D = ("source", "override_defaults")  # DevStack's own extras.d is called with these
_ONE = re.compile(r'"?\$(?:\{(?P<braced>[12])(?::?-)?\}|(?P<plain>[12]))"?')
_BOTH = re.compile(r'"\$(?:\{1(?::?-)?\}|1)(?P<sign>[^\w$"]+)\$(?:\{2(?::?-)?\}|2)"')


def check_moments(file: File) -> Iterator[Finding]:
    """Find comparisons of `$1` and `$2`, outside functions, that are never true."""
    for comparison in read_script(file.text).comparisons:
        subject, known = _subject(comparison)
        asked = comparison.right.value
        if asked and asked not in known:
            yield _finding(file, comparison, subject, known)


def _subject(comparison: Comparison) -> tuple[str, tuple[str, ...]]:
    """What is compared, and all it can be; nothing when it is something else."""
    text, asked = comparison.left.text, comparison.right.value
    if found := _ONE.fullmatch(text):
        first = (found["braced"] or found["plain"]) == "1"
        return ("mode", _MODES) if first else ("phase", _STACK)
    if found := _BOTH.fullmatch(text):
        sign = found["sign"]
        calls = (*(call.replace(" ", sign, 1) for call in _CALLS), *(f"{m}{sign}" for m in _MODES))
        return "mode and phase", calls
    return "", (asked,) if asked else ()


def _finding(file: File, comparison: Comparison, subject: str, known: tuple[str, ...]) -> Finding:
    asked = comparison.right.value or ""
    near = difflib.get_close_matches(asked.lower().replace("_", "-"), known, n=1, cutoff=0.6)
    if subject == "mode" and asked in _EXTRAS_D:
        severity, what = Severity.NOTE, f"with the mode {asked!r} DevStack calls extras.d only"
    else:
        severity = Severity.ERROR if near else Severity.WARNING
        what = f"there is no {subject} {asked!r}, so this is never true"
    if near:
        fix = f"write {near[0]!r}"
    else:
        fix = f"there are: {', '.join(name for name in known if name.strip(' /:-') == name)}"
    return Finding(
        code="DSR201",
        severity=severity,
        path=file.path,
        line=comparison.right.line,
        message=what,
        fix=fix,
    )
