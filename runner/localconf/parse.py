r"""Reading a local.conf, to check it and to compose the container's; bash decides what it means.

DevStack ignores without a word what it does not take for a section header. What is surely a
mistake is refused here, what may be one becomes a warning.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from runner.errors import ConfigError
from runner.localconf.file import read_conf_bytes

GROUPS = ("local", "post-config", "extra", "post-extra", "test-config")
LOCALRC_BESIDE = "the file localrc beside it is not used; DevStack would use it instead"

_NO_LOCALRC = "has no section [[local|localrc]], so no plugin is enabled and no variable set"

_ENABLING = re.compile(r"^[ \t]*enable_plugin[ \t]+([\w.-]+)", re.MULTILINE)
_HEADER = re.compile(r"\[\[.+\|.*\]\]")
_ALMOST = re.compile(rf"\[\[[\w-]+[ \t]*\||\[\[?[ \t]*({'|'.join(GROUPS)})[ \t]*\|")
_INDENTED = re.compile(r"[ \t]+\[\[[\w-]+\|.*\]\]")
_NO_FILE = re.compile(rf"\[\[[ \t]*(localrc|{'|'.join(GROUPS)})[ \t]*\]\]")
_HEADER_HINT = "a section begins with a line such as [[local|localrc]], at the line's start"


class Section(Struct, frozen=True, kw_only=True):
    """What follows one header; `file` is as written, not expanded, `line` is the header's."""

    group: str
    file: str
    line: int
    content: str


class Oddity(Struct, frozen=True):
    """What may be a mistake, in a sentence; some belong to no line."""

    line: int | None
    text: str


class LocalConf(Struct, frozen=True, kw_only=True):
    """A local.conf as it was read."""

    text: str
    path: Path
    sections: tuple[Section, ...]
    oddities: tuple[Oddity, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """The oddities with their places, for the user."""
        return tuple(
            f"{self.path}{f', line {odd.line}' if odd.line else ''}: {odd.text}"
            for odd in self.oddities
        )

    @property
    def localrc(self) -> str:
        """The bash that DevStack sources."""
        return self.section("local", "localrc")

    def section(self, group: str, file: str) -> str:
        """Contents of all sections of this group and file, in file order."""
        return "".join(s.content for s in self.sections if (s.group, s.file) == (group, file))

    def meta_section_files(self, group: str) -> tuple[str, ...]:
        """File specifications of a group, in order of appearance, one for each header."""
        return tuple(s.file for s in self.sections if s.group == group)


class EnabledPlugin(Struct, frozen=True, kw_only=True):
    """What an `enable_plugin` line said, after bash expanded it; ref is "" when not given."""

    name: str
    url: str = ""
    ref: str = ""


class Evaluated(Struct, frozen=True, kw_only=True):
    """What the localrc sections mean on one distro; services are separated by commas.

    `variables` are those that were asked for, as far as they are set.
    """

    plugins: tuple[EnabledPlugin, ...] = ()
    services: str = ""
    dest: str = "/opt/stack"
    distro: str = ""
    variables: dict[str, str] = {}


def read_local_conf(path: Path, *, within: Path | None = None) -> LocalConf:
    """Read and check a file, which has to be inside of the folder `within`, if one is given."""
    return parse_conf(read_conf_bytes(path, within=within), path)


def parse_conf(data: bytes, path: Path) -> LocalConf:
    """Check what a file holds.

    Raises:
        ConfigError: it cannot be a local.conf.

    """
    text = _decode(data, path)
    _check_headers(text, path)
    sections = parse_sections(text)
    return LocalConf(
        text=text,
        path=path,
        sections=sections,
        oddities=tuple(_find_oddities(text, path, sections)),
    )


def parse_sections(text: str) -> tuple[Section, ...]:
    """Cut a text into its sections; lines before the first header belong to none."""
    headers: list[tuple[int, str]] = []
    contents: list[list[str]] = []
    for number, line in enumerate(_lines(text), start=1):
        if _HEADER.match(line):
            headers.append((number, line))
            contents.append([])
        elif contents:
            contents[-1].append(f"{line}\n")
    return tuple(
        Section(group=group, file=file, line=number, content="".join(content))
        for (number, line), content in zip(headers, contents, strict=True)
        for group, file in [_split_header(line)]
    )


def compose(
    local_conf: LocalConf | None,
    plugins: Sequence[tuple[str, str, str]],
    lines: Sequence[str] = (),
) -> str:
    """Write the container's local.conf: the user's text untouched, and behind it a localrc section
    with `lines` and an enable_plugin line for each (name, url, ref); ref may be "".
    """
    text = local_conf.text if local_conf is not None else ""
    added = [*lines, *(_enable_plugin(*plugin) for plugin in plugins)]
    if not added and local_conf is not None:
        return text
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    # The comment also ends a last line of the user's that closes with a backslash.
    header = "[[local|localrc]]\n# added by devstack-runner\n"
    return text + gap + header + "".join(f"{line}\n" for line in added)


def decode_evaluation(json: str | bytes) -> Evaluated:
    """Decode what tools/list_plugins.sh printed, and check what it says of the plugins."""
    try:
        evaluated = msgspec.json.decode(json, type=Evaluated)
    except msgspec.MsgspecError as error:
        raise ConfigError(f"the answer about local.conf cannot be read: {error}") from error
    names: set[str] = set()
    for plugin in evaluated.plugins:
        _check_enabled(plugin, names)
        names.add(plugin.name)
    return evaluated


def _check_enabled(plugin: EnabledPlugin, earlier: set[str]) -> None:
    how = f"write: enable_plugin {plugin.name or 'NAME'} URL [REF]"
    if not plugin.name:
        raise ConfigError("enable_plugin: the name is missing", hint=how)
    if not plugin.url:
        raise ConfigError(f"enable_plugin {plugin.name}: the URL is missing", hint=how)
    if plugin.name in earlier:
        raise ConfigError(
            f"enable_plugin {plugin.name}: the plugin is enabled twice",
            hint="keep one of the lines",
        )


def _enable_plugin(name: str, url: str, ref: str) -> str:
    return shlex.join(["enable_plugin", name, url, *([ref] if ref else [])])


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _split_header(line: str) -> tuple[str, str]:
    """Group and file as DevStack's awk takes them: from the first word, brackets removed."""
    word = re.split(r"[ \t]", line, maxsplit=1)[0]
    group, _, rest = word.translate({ord("["): None, ord("]"): None}).partition("|")
    return group, rest.partition("|")[0]


def _decode(data: bytes, path: Path) -> str:
    where = shlex.quote(str(path))
    if b"\0" in data:
        line = _line_at(data, data.index(b"\0"))
        raise ConfigError(f"{path}, line {line}: holds a NUL byte, so this is no text file")
    if data.startswith(b"\xef\xbb\xbf"):
        raise ConfigError(
            f"{path}, line 1: begins with a byte order mark, which hides the first header",
            hint=f"remove it: sed -i '1s/^\\xef\\xbb\\xbf//' {where}",
        )
    if b"\r\n" in data or data.endswith(b"\r"):
        line = _line_at(data, data.index(b"\r"))
        raise ConfigError(
            f"{path}, line {line}: has CRLF line ends, bash wants LF",
            hint=f"change them: sed -i 's/\\r$//' {where}",
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}, line {_line_at(data, error.start)}: not UTF-8 text",
            hint=f"if it is Latin-1: iconv -f latin1 -t utf8 {where}",
        ) from error


def _line_at(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _check_headers(text: str, path: Path) -> None:
    for number, line in enumerate(_lines(text), start=1):
        if _ALMOST.match(line) and not _HEADER.match(line):
            raise ConfigError(
                f"{path}, line {number}: the section header is not closed: {line.rstrip()}",
                hint=_HEADER_HINT,
            )


def _find_oddities(text: str, path: Path, sections: Sequence[Section]) -> Iterator[Oddity]:
    lines = _lines(text)
    first = sections[0].line if sections else len(lines) + 1
    ignored = [n for n, line in enumerate(lines[: first - 1], start=1) if not _is_idle(line)]
    localrc = any((s.group, s.file) == ("local", "localrc") for s in sections)
    if ignored:
        yield Oddity(ignored[0], "what comes before the first section header is ignored")
    if not localrc and any(not _is_idle(line) for line in lines):
        yield Oddity(None, _NO_LOCALRC)
    for number, line in enumerate(lines, start=1):
        if oddity := _oddity_of(line):
            yield Oddity(number, oddity)
    if localrc and (path.parent / "localrc").is_file():
        yield Oddity(None, LOCALRC_BESIDE)


def _is_idle(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _oddity_of(line: str) -> str | None:
    if _INDENTED.match(line):
        return f"an indented header is no header: {line.strip()}"
    if _NO_FILE.match(line):
        return f"a header names group and file, such as [[local|localrc]]: {line}"
    if _HEADER.match(line):
        inside = line[2 : line.index("]]", 2)].strip()
        if "|".join(_split_header(line)) != inside:
            return f"blanks end a header's name, so what follows is ignored: {line}"
    return None


def named_plugins(conf: LocalConf) -> tuple[str, ...]:
    """The plugins that lines name, read without bash: enough to call a job by a name."""
    return tuple(dict.fromkeys(_ENABLING.findall(conf.localrc)))
