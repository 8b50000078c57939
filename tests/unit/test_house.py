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
