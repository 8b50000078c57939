import ast
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNNER = ROOT / "runner"
NO_ROOMS = {"container", "devstack", "__pycache__", "_data"}
ROOMS = sorted(p.name for p in RUNNER.iterdir() if p.is_dir() and p.name not in NO_ROOMS)
FILES = [p for p in RUNNER.rglob("*.py") if p.relative_to(RUNNER).parts[0] not in NO_ROOMS]
TREE = [
    path for path in (RUNNER / "devstack").rglob("*") if path.is_file() and path.suffix != ".pyc"
]
MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 50


def test_the_map_shows_the_rooms_in_the_order_of_their_imports() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = (c["layers"] for c in contracts["contracts"] if c["type"] == "layers")
    (table,) = re.findall(r"\| room \|.*\n((?:\|.*\n)+)", (ROOT / "docs/design.md").read_text())
    shown = [re.findall(r"`(\w+)`", row.split("|")[1]) for row in table.splitlines()[1:]]
    assert [sorted(row) for row in shown] == [sorted(re.findall(r"\w+", row)) for row in layers]
    assert set(ROOMS) <= set(chain.from_iterable(shown))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is_for(room: str) -> None:
    text = (RUNNER / room / "__init__.py").read_text()
    assert 1 <= len((ast.get_docstring(ast.parse(text)) or "").splitlines()) <= 6


@pytest.mark.parametrize("room", ROOMS)
def test_tests_stand_in_the_room_of_what_they_test(room: str) -> None:
    assert (ROOT / "tests/unit" / room).is_dir()


def test_a_file_has_one_subject_and_a_function_one_job() -> None:
    long = [
        f"{path.relative_to(ROOT)}"
        for path in (*FILES, *TREE)
        if path.read_text().count("\n") > MOST_LINES
    ]
    long += [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and _lines(node) > MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []


def _lines(node: ast.FunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
