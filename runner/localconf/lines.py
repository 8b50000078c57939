"""A localrc as simple commands, cut without bash: enough to find slips, and quick.

What spans lines by a quote or a here document is left out.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from runner.localconf.parse import LocalConf

_WORD = re.compile(
    r"""(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|\$\((?:[^()]|\([^()]*\))*\)|\$\{[^}]*\}|`[^`]*`"""
    r"""|[^\s'"\\;&|<>()`])+|[;&|<>()]+"""
)
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\+?)=(.*)", re.DOTALL)
_HERE = re.compile(r"<<-?\s*([\"']?)(\w+)\1")
_OPENS = re.compile(
    r"(?:^|[;&|]|\b(?:then|else|do)\b)\s*(?:if|case|for|while|until|select|\{)\s|\{$"
)
_CLOSES = re.compile(r"(?:^|[;&|])\s*(?:fi|esac|done|\})(?=\s|;|$|\))")
_QUOTES = re.compile(r"\\.|(?<!\S)#.*|'[^']*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
OPERATOR = re.compile(r"[;&|<>()]+")


class Line(Struct, frozen=True, kw_only=True):
    """A line with its words; `always` when no condition, loop or function is around it."""

    number: int
    text: str
    words: tuple[str, ...]
    always: bool

    @property
    def name(self) -> str:
        """The command, or nothing for an assignment."""
        return "" if self.assignment else self.words[0]

    @property
    def assignment(self) -> tuple[str, str, str] | None:
        """Name, `+` or nothing, and the value as it is written, where that is the first word."""
        first = self.words[1:] if self.words[0] == "export" else self.words
        found = _ASSIGNMENT.fullmatch(first[0]) if first else None
        return (found[1], found[2], found[3]) if found else None

    @property
    def rest(self) -> tuple[str, ...]:
        """The words behind the assignment."""
        return self.words[2:] if self.words[0] == "export" else self.words[1:]


def localrc_lines(conf: LocalConf) -> tuple[Line, ...]:
    """The lines of the localrc sections that are commands, in their order."""
    return tuple(_commands(_logical(_physical(conf))))


def unquoted(value: str) -> str:
    """A word as bash reads it, where that needs no variables."""
    whole = re.fullmatch(r"(['\"])(.*)\1", value, re.DOTALL)
    return whole[2] if whole else value


def _physical(conf: LocalConf) -> Iterator[tuple[int, str]]:
    for section in conf.sections:
        if (section.group, section.file) == ("local", "localrc"):
            yield from enumerate(section.content.splitlines(), start=section.line + 1)


def _logical(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Lines joined where a backslash, a quote or a here document goes on."""
    for number, first in lines:
        text = first
        while text.endswith("\\") or _is_open(text):
            more = next(lines, None)
            if more is None:
                break
            text = f"{text.removesuffix(chr(92))}\n{more[1]}"
        if here := _HERE.search(_QUOTES.sub("", text)):
            for _, line in lines:
                if line.strip() == here[2]:
                    break
        yield number, text


def _is_open(text: str) -> bool:
    return bool(re.search(r"['\"]", _QUOTES.sub("", text)))


def _commands(lines: Iterator[tuple[int, str]]) -> Iterator[Line]:
    depth = 0
    for number, text in lines:
        bare = _QUOTES.sub(" ", text).strip()
        opened, closed = len(_OPENS.findall(bare)), len(_CLOSES.findall(bare))
        words = tuple(_words(text))
        if words:
            always = depth == 0 and not opened and not closed
            yield Line(number=number, text=text, words=words, always=always)
        depth = max(0, depth + opened - closed)


def _words(text: str) -> Iterator[str]:
    for found in _WORD.finditer(text):
        if found[0].startswith("#"):
            return
        yield found[0]
