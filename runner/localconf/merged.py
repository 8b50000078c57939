"""The lines of merged sections that DevStack does not read as an author of ini files expects.

Its parser knows no continuation, no `;` comment and no comment behind a value, and each value
goes through the shell (contract: core.md 3.3; the tree's is in inc/meta-config).
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from runner.localconf.names import is_secret, is_variable
from runner.localconf.parse import GROUPS, LocalConf, Section
from runner.localconf.remark import Remark, Severity, remark_on

_LOCALRC = "the section [[local|localrc]]"
_COMMAND = re.compile(
    r"(enable_plugin|enable_service|disable_service|disable_all_services|use_database|"
    r"source|\.|export|unset|if|fi|for|done)(\s|$)"
)
_ASSIGNMENT = re.compile(r"([A-Z][A-Z0-9_]*)(\+?)=")
_HEADER = re.compile(r"\[.+\]")
_COMMENT = re.compile(r"(?P<before>.*?\S)\s+(?P<comment>[#;](?:\s.*|[A-Za-z].*|))$")
_SHELL = re.compile(r"\$\([^)]*\)|\$\{[^}]*\}|`[^`]*`|\\\\+[\"$`]")
_LONE_BACKSLASH = re.compile(r"(?<!\\)\\(?!\\)")


class _Line(Struct, frozen=True, kw_only=True):
    """A line of a section; `inside` is the ini section, None before the first."""

    number: int
    text: str
    inside: str | None
    option_above: bool
    """The line above is an option, which this one may be meant to continue."""


class Option(Struct, frozen=True, kw_only=True):
    """An option that is merged."""

    section: str
    name: str
    value: str
    line: int


def merged_sections(conf: LocalConf) -> Iterator[Section]:
    """The sections that DevStack merges, at whatever time."""
    return (s for s in conf.sections if s.group in GROUPS[1:])


def check_lines(section: Section) -> Iterator[Remark]:
    """Find lines of one section that do not say what they seem to."""
    for line in _lines(section):
        if _is_idle(line.text):
            continue
        if line.text[0] in " \t":
            yield from _indented(line)
        elif _HEADER.match(line.text):
            yield from _ini_header(line)
        else:
            yield from _option(line)


def options(section: Section) -> Iterator[Option]:
    """What the section sets, as DevStack reads it."""
    for line in _lines(section):
        text = line.text
        if not line.inside or _is_idle(text) or text[0] in " \t" or _HEADER.match(text):
            continue
        name, equals, value = text.partition("=")
        if equals and not name.startswith(";"):
            yield Option(
                section=line.inside, name=name.strip(), value=value.strip(), line=line.number
            )


def _lines(section: Section) -> Iterator[_Line]:
    inside: str | None = None
    option_above = False
    for number, text in enumerate(section.content.splitlines(), start=section.line + 1):
        if _HEADER.match(text):
            inside = _section_name(text)
        yield _Line(number=number, text=text, inside=inside, option_above=option_above)
        if not text.startswith((" ", "\t")):  # several lines may continue one option
            option_above = "=" in text and not text.startswith(("#", ";", "["))


def _is_idle(text: str) -> bool:
    return not text.strip() or text.lstrip().startswith("#")


def _section_name(text: str) -> str:
    return text.split(maxsplit=1)[0].translate({ord("["): None, ord("]"): None})


def _indented(line: _Line) -> Iterator[Remark]:
    text = line.text.strip()
    if text.startswith(";"):
        return
    if _HEADER.match(text):
        what, fix = "an indented section is no section: its options go to the one above", text
    elif line.option_above:
        what = "an indented line is ignored: there are no continuation lines"
        fix = "write the whole value on the option's line, or an option at the line's start"
    else:
        what, fix = "an indented line is ignored", f"at the line's start: {text}"
    yield remark_on(line, "DSR711", what, fix)


def _ini_header(line: _Line) -> Iterator[Remark]:
    found = re.match(r"\[+([^\[\]]*)\]+", line.text)
    meant, name = found[1] if found else "", _section_name(line.text)
    if meant == name:
        return
    read = f"is read as [{name}]" if name else "is read as no section, and its options are dropped"
    yield remark_on(line, "DSR715", f"[{meant}] {read}", "a section's name holds no blanks")


def _option(line: _Line) -> Iterator[Remark]:
    text = line.text
    if text.startswith(";"):
        what = "`;` begins no comment here, so the line is merged as an option"
        new = f"#{text[1:]}"
        yield remark_on(line, "DSR710", what, new, Severity.WARNING, instead=new)
        return
    if _is_for_bash(line):
        what = f"this is a line for bash, and {(line.inside and 'an option') or 'dropped'} here"
        yield remark_on(line, "DSR708", what, f"move it to {_LOCALRC}")
        return
    if line.inside is None:
        what = "an option before the first [section] is dropped"
        yield remark_on(line, "DSR707", what, "write its section above it, such as [DEFAULT]")
        return
    name, equals, value = text.partition("=")
    if not equals:
        what = "a line without `=` becomes an option without a value"
        yield remark_on(line, "DSR714", what, "NAME = VALUE", Severity.WARNING)
    elif re.search(r"\s", name.strip()):
        first, second = name.split()[:2]
        what = f"a name with blanks is cut: this sets {first} to {second}"
        yield remark_on(line, "DSR719", what, f"{'_'.join(name.split())} = …")
    else:
        yield from _value(line, name.strip(), value.strip())


def _is_for_bash(line: _Line) -> bool:
    if _COMMAND.match(line.text):
        return True
    found = _ASSIGNMENT.match(line.text)
    if found is None:
        return False
    return bool(found[2]) or line.inside is None or is_variable(found[1])


def _value(line: _Line, name: str, value: str) -> Iterator[Remark]:
    if found := _COMMENT.fullmatch(value):
        comment = found["comment"]
        own_line = f"# {comment[1:].strip()}"
        sure = comment.startswith("# ")
        yield remark_on(
            line,
            "DSR709",
            f"what follows {comment[0]!r} is a part of the value",
            f"put the comment on a line of its own: {own_line}",
            Severity.ERROR if sure else Severity.WARNING,
            instead=f"{own_line}\n{name} = {found['before']}" if sure else None,
        )
        value = found["before"]
    plain = _SHELL.sub("", value)
    shown = "…" if is_secret(name) else value.strip("'")
    if '"' in re.sub(r'^"([^"]*)"$', r"\1", plain):
        yield remark_on(
            line,
            "DSR712",
            "double quotes vanish from a value",
            f"in {_LOCALRC} VALUE='{shown}', here {name} = $VALUE",
        )
    if _LONE_BACKSLASH.search(plain):
        what = "there are no continuation lines, and a" if plain.endswith("\\") else "a"
        fix = "write the whole value on this line" if plain.endswith("\\") else "write two: \\\\"
        yield remark_on(line, "DSR713", f"{what} single backslash is lost", fix)
    if "$$" in value:
        what = "$$ is the number of the shell's process"
        yield remark_on(line, "DSR723", what, r"write a dollar as \\$")
