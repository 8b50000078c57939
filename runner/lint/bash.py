"""Bash as values: commands, assignments and comparisons with their places; nothing is run.

Only what is certain is given: a word has a value when it is literal, and what stands in a part
that could not be parsed is left out.
"""

import re
from collections.abc import Iterator
from functools import cache

import tree_sitter_bash
from msgspec import Struct
from tree_sitter import Language, Node, Parser

_ATOMS = {
    *("word", "string", "raw_string", "concatenation", "number", "extglob_pattern", "regex"),
    *("simple_expansion", "expansion", "command_substitution", "variable_name"),
}
_EQUAL = {"==", "=", "!="}
_PLAIN = re.compile(r"[^\\*?\[\]{}~$`\"']*")


class Word(Struct, frozen=True, kw_only=True):
    """A word as it is written; `value` is what it means, where no shell is needed to tell."""

    text: str
    value: str | None
    line: int


class Command(Struct, frozen=True, kw_only=True):
    """A simple command, called by a literal name."""

    name: str
    words: tuple[Word, ...]
    line: int
    always: bool
    """Neither in a function nor in a condition, a loop, a pipe or a subshell."""


class Assignment(Struct, frozen=True, kw_only=True):
    """`NAME=VALUE` alone in a command; offsets are those of the value, in bytes."""

    name: str
    value: Word | None
    adds: bool
    line: int
    always: bool
    start: int
    end: int


class Comparison(Struct, frozen=True, kw_only=True):
    """A test of a word against another, or against a pattern of `case`, outside functions."""

    left: Word
    right: Word


class Script(Struct, frozen=True, kw_only=True):
    """What one file says."""

    commands: tuple[Command, ...]
    assignments: tuple[Assignment, ...]
    comparisons: tuple[Comparison, ...]
    functions: frozenset[str]
    is_whole: bool
    """All of it could be parsed."""

    def called(self, *names: str) -> Iterator[Command]:
        """The commands of these names."""
        return (command for command in self.commands if command.name in names)


@cache
def read_script(text: str) -> Script:
    """Read a file's text."""
    root = parse(text)
    places = list(_walk(root))
    return Script(
        is_whole=not root.has_error,
        commands=tuple(c for place in places for c in _commands(place)),
        assignments=tuple(a for place in places for a in _assignments(place)),
        comparisons=tuple(c for place in places for c in _comparisons(place)),
        functions=frozenset(p.function for p in places if p.function is not None),
    )


def parse(text: str) -> Node:
    """The tree of a text, for checks of how statements stand to each other."""
    return _parser().parse(text.encode()).root_node


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))


class _Place(Struct, frozen=True):
    """A node and what is above it."""

    node: Node
    above: str
    always: bool
    function: str | None


def _walk(root: Node) -> Iterator[_Place]:
    """All nodes in the order of the text, however deep they are."""
    waiting = [_Place(root, "", always=True, function=None)]
    while waiting:
        place = waiting.pop()
        node = place.node
        if node.type == "ERROR":
            continue
        yield place
        always = place.always and node.type in {"program", "redirected_statement"}
        function = place.function
        if node.type == "function_definition":
            name = node.child_by_field_name("name")
            function = _text(name) if name else ""
        waiting += [_Place(n, node.type, always, function) for n in reversed(node.children)]


def _commands(place: _Place) -> Iterator[Command]:
    node = place.node
    if node.type != "command" or (name := node.child_by_field_name("name")) is None:
        return
    value = _value(name.children[0]) if name.children else None
    if value is None:
        return
    yield Command(
        name=value,
        words=tuple(_word(child) for child in node.children_by_field_name("argument")),
        line=_line(node),
        always=place.always,
    )


def _assignments(place: _Place) -> Iterator[Assignment]:
    node = place.node
    alone = place.above not in {"command", "declaration_command"}
    if node.type != "variable_assignment" or not alone:
        return
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None or name.type != "variable_name":
        return
    yield Assignment(
        name=_text(name),
        value=_word(value) if value else None,
        adds=any(child.type == "+=" for child in node.children),
        line=_line(node),
        always=place.always,
        start=value.start_byte if value else node.end_byte,
        end=value.end_byte if value else node.end_byte,
    )


def _comparisons(place: _Place) -> Iterator[Comparison]:
    node = place.node
    if place.function is not None:
        return
    if node.type == "test_command":
        parts = list(_parts(node))
    elif node.type == "command" and (node.text or b"").startswith(b"test "):
        parts = [child for child in node.named_children if child.type != "command_name"]
    elif node.type == "case_statement":
        yield from _cases(node)
        return
    else:
        return
    for left, operator, right in zip(parts, parts[1:], parts[2:], strict=False):
        if _text(operator).strip() in _EQUAL and left.type in _ATOMS and right.type in _ATOMS:
            yield Comparison(left=_word(left), right=_word(right))


def _parts(node: Node) -> Iterator[Node]:
    """What a test consists of, in its order, whatever it binds to."""
    for child in node.children:
        if child.type in _ATOMS or not child.children:
            yield child
        else:
            yield from _parts(child)


def _cases(node: Node) -> Iterator[Comparison]:
    subject = node.child_by_field_name("value")
    if subject is None:
        return
    for item in node.named_children:
        if item.type == "case_item":
            for pattern in item.children_by_field_name("value"):
                yield Comparison(left=_word(subject), right=_word(pattern))


def _word(node: Node) -> Word:
    return Word(text=_text(node).strip(), value=_value(node), line=_line(node))


def _value(node: Node) -> str | None:
    text = _text(node).strip()
    match node.type:
        case "word" | "number" | "extglob_pattern":
            return text if _PLAIN.fullmatch(text) else None
        case "raw_string":
            return text[1:-1]
        case "string":
            inside = text[1:-1]
            return None if re.search(r"[\\$`]", inside) else inside
        case "concatenation":
            values = [_value(child) for child in node.children]
            return None if None in values else "".join(v for v in values if v is not None)
    return None


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _line(node: Node) -> int:
    return node.start_point.row + 1
