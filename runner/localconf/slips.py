"""Lines of a localrc that bash takes for something else than was meant."""

import re
from collections.abc import Iterator, Sequence

from runner.localconf.lines import OPERATOR, Line, unquoted
from runner.localconf.names import is_secret, is_variable
from runner.localconf.remark import Remark, Severity, remark_on

_LIST = re.compile(r"\w*(SERVICES|_LIST|_PLUGINS|_URLS|_DRIVERS|_EXTENSIONS|LIBS_FROM_GIT)")
_PLACEHOLDER = re.compile(
    r"<[A-Za-z][^<>]*>|change_?me|replace_?me|(your|my)[-_ ]?(password|secret|token)(_?here)?"
    r"|\{\{.*\}\}|x+(\.x+){3}|todo|fixme",
    re.IGNORECASE,
)
_HELD = re.compile(r"\s*(?:export\s+)?(\w+)=(<[A-Za-z][^<>]*>)\s*(?:#.*)?")


def check_slips(line: Line) -> Iterator[Remark]:
    """Find what one line says of itself."""
    if found := _HELD.fullmatch(line.text):
        what = f"{found[1]} has a placeholder, at which bash stops"
        yield remark_on(
            line, "DSR725", what, f"{found[1]}=VALUE, in quotes if it has <, > or blanks"
        )
        return
    if line.assignment is None:
        yield from _apart(line)
        return
    name, adds, value = line.assignment
    operator = next((w for w in line.rest if OPERATOR.fullmatch(w)), "")
    if is_secret(name) and _is_cut(line, value, operator):
        what = f"bash ends the value of {name} at {operator[0]!r}"
        yield remark_on(line, "DSR724", what, f"put it in single quotes: {name}='…'")
    elif not value and not operator and len(line.rest) == 1 and line.words[0] != "export":
        what = f"a blank behind `=`: bash takes the value for a command, and {name} is not set"
        yield _together(line, what, f"{name}{adds}=", line.rest)
    elif line.rest and not operator and _is_spread(name, value, line.rest):
        yield _spread(line, name, adds, value)
    if "$$" in re.sub(r"'[^']*'|\\.", "", value):
        what = f"$$ in {name} is the number of the shell's process"
        yield remark_on(line, "DSR723", what, f"put the value in single quotes: {name}='…'")
    if _PLACEHOLDER.fullmatch(unquoted(value)):
        what = f"{name} still has a placeholder: {unquoted(value)}"
        yield remark_on(line, "DSR725", what, f"{name}=VALUE", Severity.WARNING)


def _apart(line: Line) -> Iterator[Remark]:
    """`NAME = value` and `NAME =value` are commands called NAME."""
    name, *others = line.words
    found = re.fullmatch(r"(\+?=)(?!=)(.*)", others[0]) if others else None
    if found and re.fullmatch(r"[A-Za-z_]\w*", name):
        what = f"blanks around `=`: bash looks for a command {name}, and sets nothing"
        values = [word for word in (found[2], *others[1:]) if word]
        yield _together(line, what, f"{name}{found[1]}", values)


def _together(line: Line, what: str, start: str, values: Sequence[str]) -> Remark:
    new = f"{start}{' '.join(values)}"
    whole = new if len(values) == 1 else f'{start}"{" ".join(values)}"'
    one = len(values) == 1 and "\n" not in line.text and not OPERATOR.search(new)
    # a `#` beside quotes may be in them
    sure = one and not ("#" in line.text and re.search(r"['\"]", line.text))
    fix = f"{start}'…'" if is_secret(start.rstrip("+=")) else whole
    return remark_on(line, "DSR720", what, fix, instead=_with(line, new) if sure else None)


def _with(line: Line, new: str) -> str:
    """The line with its command replaced; its indentation and its comment stay."""
    before = re.match(r"\s*", line.text)
    comment = re.search(r"\s+#.*$", line.text)
    return f"{before[0] if before else ''}{new}{comment[0] if comment else ''}"


def _is_cut(line: Line, value: str, operator: str) -> bool:
    """Whether an operator stands directly in what looks like one word."""
    at = f"={value}{operator}"
    place = line.text.find(at) if operator and value else -1
    after = line.text[place + len(at) :]
    return place >= 0 and bool(re.match(r"[^\s;&|]", after)) and not re.match(r"\w+=", after)


def _is_spread(name: str, value: str, rest: tuple[str, ...]) -> bool:
    """Whether what follows the value belongs to it; `GIT_DEPTH=0 git_clone …` is fine."""
    if value.endswith(",") or any("," in word for word in rest):
        return True
    return len(rest) == 1 and bool(_LIST.fullmatch(name) or is_variable(name))


def _spread(line: Line, name: str, adds: str, value: str) -> Remark:
    words = [value, *line.rest]
    command = line.rest[0]
    if "," in "".join(words) or _LIST.fullmatch(name):
        right = "," * value.startswith(",") + ",".join(filter(None, (w.strip(",") for w in words)))
    else:
        right = f'"{" ".join(filter(None, words))}"'
    what = f"{name} is not set: behind a blank, bash takes {command} for a command"
    if is_secret(name):
        what = f"{name} is not set: what follows the blank is a command to bash"
        right = "'…'"
    return remark_on(line, "DSR722", what, f"{name}{adds}={right}")
