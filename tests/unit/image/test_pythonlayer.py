"""Python packages in a job's image: installed in a container of ours, or whose fault it is."""

import time

import pytest
from msgspec.structs import replace

from runner import labels
from runner.errors import EngineError, TimeLimit
from runner.host.pipconfig import PipConfig
from runner.host.workspace import JobFolder
from runner.image.chain import references
from runner.plan.plan import Plan
from runner.plan.pythonlists import Constraints, PythonList
from runner.plan.requirements import Requirements
from tests.unit.building import PLAN, FakeEngine, ensure, with_recipe

SIX = PythonList(
    title="plugin foo: requirements.txt", requirements=("six",), source="x", plugin="foo"
)
KEYSTONE = PythonList(title="list keystone", requirements=("keystone",), source="python/keystone")
GENERAL = PythonList(title="list general", requirements=("pbr",), source="python/general")
NO_NETWORK = "error: Failed to fetch: `https://pypi.org/simple/six/`"
NO_SOLUTION = (
    "  \N{MULTIPLICATION SIGN} No solution found when resolving dependencies:",
    "  ╰─▶ Because six was not found and you require",
    "      six, your requirements are unsatisfiable.",
)


def with_python(*tree: PythonList, plugin: PythonList | None = SIX) -> Plan:
    required = (plugin,) if plugin else ()
    return with_recipe(PLAN, python=tree, requirements=required)


def test_python_packages_are_installed_in_a_container_of_ours(folder: JobFolder) -> None:
    engine = FakeEngine()
    image = ensure(engine, folder, with_python(KEYSTONE))
    assert [*engine.built] == list(references(with_python(KEYSTONE)))
    assert engine.removed
    marks = engine.labels[image.reference]
    assert marks[labels.PYTHON_NAMES] == "pip six"
    assert not marks[labels.RUN], "the image belongs to no run"
    assert ensure(engine, folder, with_python(KEYSTONE)).built is False


def test_passwords_of_an_index_are_not_in_what_is_committed(folder: JobFolder) -> None:
    engine = FakeEngine()
    pip = PipConfig({"index-url": ("https://me:secret@index/simple",)})
    ensure(engine, folder, with_python(KEYSTONE), pip=pip)
    assert engine.variables["UV_DEFAULT_INDEX"] == "https://me:secret@index/simple"
    assert "secret" not in repr(engine.specs)
    assert "secret" not in repr(engine.labels)


@pytest.mark.parametrize("said", [(NO_NETWORK,), NO_SOLUTION])
def test_a_service_that_cannot_be_installed_is_an_error(
    said: tuple[str, ...], folder: JobFolder
) -> None:
    with pytest.raises(EngineError, match=r"Python packages: (Failed|error|Because)"):
        ensure(FakeEngine(*said, lacks="keystone"), folder, with_python(GENERAL, KEYSTONE))


def test_a_plugins_requirement_that_does_not_exist_is_for_its_own_pip(folder: JobFolder) -> None:
    engine = FakeEngine(*NO_SOLUTION, lacks="six")
    image = ensure(engine, folder, with_python(KEYSTONE))
    (note,) = image.notes
    assert note.startswith(
        "plugin foo: requirements.txt: cannot be installed in the image: Because"
    )
    assert "six, your requirements are unsatisfiable." in note
    again = ensure(engine, folder, with_python(KEYSTONE))
    assert again.built is False, "not tried each time"
    assert again.notes == image.notes, "but said each time"


@pytest.mark.parametrize(
    ("lacks", "plan", "left"),
    [("six", with_python(KEYSTONE), 3), ("pbr", with_python(GENERAL, plugin=None), 2)],
    ids=["plugin", "general"],
)
def test_what_the_network_denied_is_left_out_and_tried_again(
    lacks: str, plan: Plan, left: int, folder: JobFolder
) -> None:
    engine = FakeEngine(NO_NETWORK, lacks=lacks)
    image = ensure(engine, folder, plan)
    assert image.id
    assert "not in the image, for now: error: Failed to fetch" in image.notes[0]
    assert len(engine.built) == left
    engine.lacks = "nothing"
    assert ensure(engine, folder, plan).reference != image.reference


def test_a_full_disk_is_no_plugins_fault(folder: JobFolder) -> None:
    engine = FakeEngine("error: write failed: No space left on device", lacks="six")
    with pytest.raises(EngineError, match="No space left") as caught:
        ensure(engine, folder, with_python(KEYSTONE))
    assert "gc --images" in (caught.value.hint or "")


def test_the_deadline_holds_while_python_packages_are_installed(folder: JobFolder) -> None:
    engine = FakeEngine()
    with pytest.raises(TimeLimit):
        ensure(engine, folder, with_python(KEYSTONE), deadline=time.monotonic())
    assert engine.removed


def test_constraints_that_say_the_same_build_nothing(folder: JobFolder) -> None:
    def under(text: str) -> Plan:
        constraints = Requirements(constraints=Constraints(text))
        return replace(with_python(KEYSTONE), requirements=constraints)

    engine = FakeEngine()
    first = ensure(engine, folder, under("six===1\nother===1\n"))
    again = ensure(engine, folder, under("six===1\nother===2\n"))
    assert (again.built, again.reference) == (False, first.reference)
    other = ensure(engine, folder, under("six===2\nother===2\n"))
    assert other.built
    assert other.reason.startswith("upper-constraints.txt changed")
