"""What plugins say of their order."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.lint.files import PluginText, make_file
from runner.lint.finding import Finding
from runner.lint.order import check_order
from tests.unit.linting import brief


def says(name: str, *lines: str) -> PluginText:
    text = "".join(f"{line}\n" for line in (f"define_plugin {name}", *lines))
    file = make_file(Path(name) / "settings", "devstack/settings", text.encode())
    return PluginText(name=name, folder=Path(name), files=(file,))


def order(names: str, *plugins: PluginText, complete: bool = False) -> list[Finding]:
    return list(check_order(names.split(), plugins, complete=complete))


A_AFTER_B = says("a", "plugin_requires a b")


def test_a_requirement_that_comes_later() -> None:
    (found,) = order("a b", A_AFTER_B, says("b"))
    assert brief([found]) == [("DSR602", "error", "settings", 2)]
    assert found.fix == "put the line of b above that of a"
    assert order("b a", A_AFTER_B, says("b")) == []


def test_a_wish_that_is_not_granted() -> None:
    after = says("a", "plugin_after a b")
    assert brief(order("a b", after, says("b"))) == [("DSR603", "warning", "settings", 2)]
    assert order("a", after, complete=True) == []
    assert order("b a", after, says("b")) == []


def test_a_requirement_that_is_missing_is_known_with_a_local_conf_only() -> None:
    assert brief(order("a", A_AFTER_B, complete=True)) == [("DSR604", "error", "settings", 2)]
    assert order("a", A_AFTER_B) == []


@pytest.mark.parametrize("names", ["a b c", "c b a"])
def test_a_circle_is_one_finding(names: str) -> None:
    plugins = (A_AFTER_B, says("b", "plugin_after b c"), says("c", "plugin_requires c a"))
    (found,) = order(names, *plugins)
    assert found.code == "DSR601"
    assert found.severity == "error"
    assert len(found.message.partition(": ")[2].split(" -> ")) == 4


@pytest.mark.parametrize("line", ["plugin_requires a a", "plugin_requires a", "plugin_after a $x"])
def test_lines_that_say_nothing_are_left_alone(line: str) -> None:
    assert order("a b", says("a", line), says("b"), complete=True) == []


@given(
    pairs=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5))),
    names=st.permutations(range(6)),
)
def test_an_order_without_findings_grants_every_wish(
    pairs: set[tuple[int, int]], names: list[int]
) -> None:
    wishes = sorted(pair for pair in pairs if pair[0] != pair[1])
    plugins = [
        says(f"p{n}", *(f"plugin_requires p{n} p{other}" for one, other in wishes if one == n))
        for n in range(6)
    ]
    found = check_order([f"p{n}" for n in names], plugins, complete=True)
    granted = all(names.index(other) < names.index(one) for one, other in wishes)
    assert (list(found) == []) is granted
