"""A local.conf: its sections, and the plugins that it enables, as far as that needs no bash."""

import difflib
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from msgspec import Struct

from runner.errors import ConfigError
from runner.lint.bash import Command, read_script
from runner.lint.files import File, make_file
from runner.lint.finding import Edit, Finding
from runner.lint.layout import check_line_ends
from runner.lint.syntax import check_syntax
from runner.localconf.doctor import examine
from runner.localconf.file import read_conf_bytes
from runner.localconf.parse import GROUPS, LOCALRC_BESIDE, LocalConf, parse_conf
from runner.localconf.remark import Around, Severity

_LINE = re.compile(r", line (\d+): ")
_BEFORE = "[[local|localrc]]"


class Enabled(Struct, frozen=True, kw_only=True):
    """An enable_plugin line of literal words."""

    name: str
    url: str
    ref: str
    line: int
    always: bool


class ConfText(Struct, frozen=True, kw_only=True):
    """A local.conf as it was read; `conf` is missing when it is refused."""

    file: File | None
    conf: LocalConf | None
    refusal: ConfigError | None = None

    @property
    def localrc(self) -> str:
        """The localrc sections, each line in its place, all else empty."""
        if self.file is None or self.conf is None:
            return ""
        lines = [""] * (self.file.text.count("\n") + 1)
        for section in self.conf.sections:
            if (section.group, section.file) == ("local", "localrc"):
                content = section.content.split("\n")
                lines[section.line : section.line + len(content) - 1] = content[:-1]
        return "\n".join(lines) + "\n"

    @property
    def enabled(self) -> tuple[Enabled, ...]:
        """The enable_plugin lines whose words are literal, in their order."""
        return tuple(e for c in self._enabling() if (e := _enabled(c)) is not None)

    @property
    def is_complete(self) -> bool:
        """Whether `enabled` is all that can be enabled, as nothing depends on bash."""
        script = read_script(self.localrc)
        indirect = any(True for _ in script.called("source", ".", "eval")) or script.functions
        literal = len(self.enabled) == len(tuple(self._enabling()))
        return script.is_whole and literal and not indirect

    def _enabling(self) -> Iterator[Command]:
        return read_script(self.localrc).called("enable_plugin")


def read_conf(path: Path, *, within: Path | None = None) -> ConfText:
    """Read a local.conf, which has to be `within` a folder if one is given.

    Raises:
        ConfigError: there is no such file.

    """
    data = read_conf_bytes(path, within=within)
    try:
        file = make_file(path, path.name, data)
    except UnicodeDecodeError:
        file = None
    try:
        # CRLF is a finding of its own, and what else is wrong shall be seen beside it
        lines = data if file is None else file.text.encode()
        return ConfText(file=file, conf=parse_conf(lines, path))
    except ConfigError as error:
        return ConfText(file=file, conf=None, refusal=error)


def check_conf(conf: ConfText, path: Path) -> Iterator[Finding]:
    """Find all that is wrong in a local.conf by itself."""
    if conf.file is not None:
        yield from check_line_ends(conf.file)
    if conf.refusal is not None:
        yield _refused(conf.refusal, path)
        return
    if conf.file is None or conf.conf is None:
        return
    yield from _sections(conf.conf)
    localrc = make_file(path, path.name, conf.localrc.encode())
    yield from check_syntax(localrc)
    yield from _plugins(conf, path)


def check_remarks(conf: ConfText, around: Around) -> Iterator[Finding]:
    """Find what a run would note of a local.conf."""
    if conf.file is None or conf.conf is None:
        return
    lines = conf.file.data.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, lines))]
    for remark in examine(conf.conf, around):
        edits: tuple[Edit, ...] = ()
        if remark.instead is not None and not conf.file.has_crlf:
            start = starts[remark.line - 1]
            end = start + len(lines[remark.line - 1].removesuffix(b"\n"))
            edits = (Edit(start, end, remark.instead.encode()),)
        yield Finding(
            code=remark.code,
            severity=remark.severity,
            path=conf.conf.path,
            line=remark.line,
            message=remark.text,
            fix=remark.fix,
            edits=edits,
        )


def _refused(error: ConfigError, path: Path) -> Finding:
    found = _LINE.search(error.message)
    return Finding(
        code="DSR701",
        severity=Severity.ERROR,
        path=path,
        line=int(found[1]) if found else None,
        message=error.message[found.end() :] if found else error.message,
        fix=error.hint or "`devstack-runner run` refuses the file until this is changed",
    )


def _sections(conf: LocalConf) -> Iterator[Finding]:
    for section in conf.sections:
        if section.group not in GROUPS:
            near = difflib.get_close_matches(
                section.group.lower().replace("_", "-"), GROUPS, n=1, cutoff=0.6
            )
            yield Finding(
                code="DSR702",
                severity=Severity.ERROR if near else Severity.WARNING,
                path=conf.path,
                line=section.line,
                message=f"there is no phase {section.group!r}, so the section is never merged",
                fix=f"[[{near[0]}|{section.file}]]" if near else f"phases: {', '.join(GROUPS)}",
            )
    for odd in conf.oddities:
        beside = odd.text == LOCALRC_BESIDE
        yield Finding(
            code="DSR704" if beside else "DSR703",
            severity=Severity.WARNING,
            path=conf.path,
            line=odd.line,
            message=odd.text,
            fix=f"move its lines into the section {_BEFORE}, and remove localrc"
            if beside
            else f"put it below a header at the line's start, such as {_BEFORE}",
        )


def _plugins(conf: ConfText, path: Path) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for plugin in conf.enabled:
        if not plugin.url:
            yield Finding(
                code="DSR706",
                severity=Severity.ERROR,
                path=path,
                line=plugin.line,
                message=f"enable_plugin {plugin.name}: the URL is missing",
                fix=f"enable_plugin {plugin.name} URL [REF]",
            )
        if plugin.always and plugin.name in seen:
            yield Finding(
                code="DSR705",
                severity=Severity.ERROR,
                path=path,
                line=plugin.line,
                message=f"the plugin {plugin.name} is enabled in line {seen[plugin.name]} already",
                fix="keep one of the two lines",
            )
        if plugin.always:
            seen.setdefault(plugin.name, plugin.line)


def _enabled(command: Command) -> Enabled | None:
    words: Sequence[str | None] = [word.value for word in command.words]
    if not words or not words[0]:
        return None
    # a URL may hold `$GIT_BASE`, which does not matter to who only looks at names
    texts = [word.value or word.text for word in command.words[1:]]
    url, ref = (*texts, "", "")[:2]
    return Enabled(name=words[0], url=url, ref=ref, line=command.line, always=command.always)
