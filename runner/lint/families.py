"""Packages that are installed on one family of distributions only."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from runner.lint.bash import parse
from runner.lint.files import File
from runner.lint.finding import Finding
from runner.lint.lists import ONLY_RPM
from runner.localconf.remark import Severity

_FEDORA = re.compile(r"\bis_fedora\b")
_OTHERS = re.compile(r"\bis_(ubuntu|debian|suse)\b|\bos_PACKAGE\b|\bDISTRO\b")


def check_families(file: File) -> Iterator[Finding]:
    """Find `if is_fedora` around install_package where no other family is asked for."""
    if "is_fedora" not in file.text or "install_package" not in file.text:
        return
    waiting = [(parse(file.text), file.text)]
    while waiting:
        node, scope = waiting.pop()
        if node.type == "function_definition":
            scope = _text(node)
        if _is_lonely(node) and not _OTHERS.search(scope):
            yield Finding(
                code="DSR306",
                severity=Severity.NOTE,
                path=file.path,
                line=node.start_point.row + 1,
                message="packages are installed where is_fedora is true; Debian, Ubuntu and SUSE "
                "get none",
                fix="elif is_ubuntu; then …, elif is_suse; then …, or a list in devstack/files/",
            )
        waiting += [(child, scope) for child in node.children]


def _is_lonely(node: Node) -> bool:
    if node.type != "if_statement" or any(c.type == "else_clause" for c in node.children):
        return False
    condition, _, body = _text(node).partition("then")
    installs = re.findall(r"\binstall_package\b(.*)", body)
    only_rpm = all(ONLY_RPM.search(names) for names in installs)
    asks = _FEDORA.search(condition) and not re.search(rf"!\s*{_FEDORA.pattern}", condition)
    return bool(asks) and bool(installs) and not only_rpm


def _text(node: Node) -> str:
    return (node.text or b"").decode()
