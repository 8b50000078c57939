"""How a sourced file ends: with a condition that may be false, or with the whole run."""

import re
from collections.abc import Iterator
from typing import TypeAlias

from tree_sitter import Node

from runner.lint.bash import parse
from runner.lint.files import File
from runner.lint.finding import Finding
from runner.localconf.remark import Severity

Branch: TypeAlias = tuple[str, list[Node]]

_BLOCKS = {"compound_statement", "do_group", "else_clause", "redirected_statement"}
_LOOPS = {"for_statement", "c_style_for_statement", "while_statement"}
_QUESTION = re.compile(r"(\[|test|is_\w+|isset|function_exists|grep|command -v|which)(\s|$)")
_NO_ERREXIT = re.compile(r"unstack|clean")  # the modes that go on after a failure
_MODE = re.compile(r"\$\{?[12]\b")


def check_endings(file: File) -> Iterator[Finding]:
    """Find a last command that is a condition, and `exit` outside functions."""
    root = parse(file.text)
    if root.has_error:
        return
    statements = _statements(root)
    if (last := _false_end(statements)) is not None:
        yield _ends_false(file, last, sure=last == statements[-1])
    yield from _exits(file, statements, always=True)


def _statements(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


def _false_end(statements: list[Node]) -> Node | None:
    """What these end with, when that is a condition."""
    if not statements:
        return None
    last = statements[-1]
    if last.type == "list":
        operator, right = _text(last.children[1]), last.children[2]
        if operator == "&&":
            return last if _asks(last.children[0]) else None
        return _false_end([right])
    if _is_question(last):
        return last
    for condition, body in _branches(last):
        if not _NO_ERREXIT.search(condition) and (found := _false_end(body)) is not None:
            return found
    return None


def _branches(node: Node) -> Iterator[Branch]:
    """The bodies of a compound command, with what they depend on."""
    if node.type in {"if_statement", "elif_clause"}:
        tokens = [child.type for child in node.children]
        then = tokens.index("then") if "then" in tokens else len(tokens)
        condition = " ".join(_text(child) for child in node.children[:then])
        inside = [c for c in node.children[then:] if c.is_named and c.type != "comment"]
        clauses = [c for c in inside if c.type in {"elif_clause", "else_clause"}]
        yield condition, [c for c in inside if c not in clauses]
        for clause in clauses:
            yield from _branches(clause)
    elif node.type == "case_statement":
        for item in node.named_children:
            if item.type == "case_item":
                labels = item.children_by_field_name("value")
                body = [c for c in _statements(item) if c not in labels]
                yield " ".join(map(_text, labels)), body
    elif node.type in _BLOCKS:
        yield "", _statements(node)
    elif node.type in _LOOPS and (do := node.child_by_field_name("body")) is not None:
        yield "", _statements(do)


def _asks(node: Node) -> bool:
    if node.type == "list":
        return _asks(node.children[0]) or _asks(node.children[2])
    return _is_question(node)


def _is_question(node: Node) -> bool:
    if node.type == "negated_command":
        return True
    return node.type == "test_command" or (
        node.type == "command" and _QUESTION.match(_text(node)) is not None
    )


def _exits(file: File, statements: list[Node], *, always: bool) -> Iterator[Finding]:
    for node in statements:
        words = _text(node).split()
        if node.type == "command" and words[0] == "exit":
            yield _ends_all(file, node, words[1:], always=always)
        elif node.type == "list":
            yield from _exits(file, [node.children[0], node.children[2]], always=False)
        for _, body in _branches(node):
            block = always and node.type in _BLOCKS
            yield from _exits(file, body, always=block)


def _ends_false(file: File, node: Node, *, sure: bool) -> Finding:
    text = _text(node).splitlines()[0]
    certain = sure and bool(_MODE.search(text)) and file.inside.endswith("plugin.sh")
    return Finding(
        code="DSR202",
        severity=Severity.ERROR if certain else Severity.WARNING,
        path=file.path,
        line=node.start_point.row + 1,
        message=f"the file ends with a condition; where it is false, the run ends: {text}",
        fix="write it with if …; then …; fi, which is true when it does nothing",
    )


def _ends_all(file: File, node: Node, status: list[str], *, always: bool) -> Finding:
    fails = bool(status) and status[0] != "0"
    guarded = Severity.NOTE if fails else Severity.WARNING
    return Finding(
        code="DSR203",
        severity=Severity.ERROR if always else guarded,
        path=file.path,
        line=node.start_point.row + 1,
        message="exit ends DevStack itself, which sources this file, and says nothing of why",
        fix='die $LINENO "what is wrong"' if fails else "return 0   # which ends this file only",
    )


def _text(node: Node) -> str:
    return (node.text or b"").decode()
