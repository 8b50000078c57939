"""The images of a job: which there are, what each is called, and who shares which."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from runner import labels
from runner.distros.baseimage import BaseImage, Origin
from runner.distros.distro import read_distros
from runner.engine import Found
from runner.image.chain import PythonLink, links, references
from runner.plan.dockerfile import Layer, Recipe
from runner.plan.plan import Plan
from runner.plan.pythonlists import BINDEP, Constraints, PythonList
from runner.plan.requirements import Requirements
from runner.plan.templates import render_stages
from runner.resources import IMAGES

DEBIAN = read_distros(IMAGES)["debian-12"]
GENERAL = PythonList(title="general", requirements=("pbr",), source="python/general")
KEYSTONE = PythonList(title="keystone", requirements=("keystone",), source="python/keystone")
NEEDED = PythonList(
    title="plugin foo: requirements.txt",
    requirements=("six", "tooz>2"),
    source="requirements.txt",
    plugin="foo",
)
TREE_LAYER = Layer(title="tree", packages=("curl",), source="files/debs")
FOO_LAYER = Layer(title="plugin foo: debs", packages=("gcc",), source="x", plugin="foo")
MORE_LAYER = replace(FOO_LAYER, packages=("gcc", "g++"))
UPPER = "keystone===1\npbr===7\nsix===1\n"


def a_plan(
    name: str = "foo",
    *,
    layers: tuple[Layer, ...] = (TREE_LAYER, FOO_LAYER),
    python: tuple[PythonList, ...] = (GENERAL, KEYSTONE),
    required: tuple[PythonList, ...] = (NEEDED,),
    constraints: str = UPPER,
    base: str = "sha256:1",
    certificate: bytes = b"a",
) -> Plan:
    recipe = Recipe(
        job=f"debian-12-{name}",
        distro=DEBIAN,
        base="debian:12",
        uid=1,
        gid=1,
        certificates=("a.crt",),
        layers=layers,
        python=python,
        requirements=required,
    )
    return Plan(
        job=recipe.job,
        distro=DEBIAN,
        base=BaseImage(reference="debian:12", image_id=base, origin=Origin.LOCAL),
        conf="",
        plugins=(),
        recipe=recipe,
        stages=render_stages(recipe),
        certificates={"a.crt": certificate},
        requirements=Requirements(folder=Path("/r"), constraints=Constraints(constraints)),
    )


def names(plan: Plan) -> list[str]:
    """The images without their hashes."""
    hash_length = 16
    return [reference[:-hash_length] for reference in references(plan)]


def changed(plan: Plan) -> list[bool]:
    """Which of the images of `a_plan()` this one does not share."""
    return [a != b for a, b in zip(references(a_plan()), references(plan), strict=True)]


def test_each_image_is_made_from_the_one_before() -> None:
    assert names(a_plan()) == [
        "devstack-runner/system:debian-12-",
        "devstack-runner/services:debian-12-",
        "devstack-runner/environment:debian-12-",
        "devstack-runner/debian-12-foo:packages-",
        "devstack-runner/debian-12-foo:",
    ]
    assert references(a_plan()) == references(a_plan())


@pytest.mark.parametrize(
    ("layers", "required", "last"),
    [
        ((TREE_LAYER,), (NEEDED,), ["devstack-runner/debian-12-foo:"]),
        ((TREE_LAYER, FOO_LAYER), (), ["devstack-runner/debian-12-foo:"]),
        ((), (), ["devstack-runner/debian-12-foo:"]),
        ((), (replace(NEEDED, requirements=()),), ["devstack-runner/debian-12-foo:"]),
    ],
    ids=["no packages", "no requirements", "neither", "none stated"],
)
def test_what_a_job_does_not_need_is_no_image(
    layers: tuple[Layer, ...], required: tuple[PythonList, ...], last: list[str]
) -> None:
    assert names(a_plan(layers=layers, required=required))[-1:] == last


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (a_plan("bar"), [False] * 3 + [True] * 2),
        (a_plan(base="sha256:2"), [True] * 5),
        (a_plan(certificate=b"b"), [True] * 5),
        (a_plan(layers=(replace(TREE_LAYER, packages=("wget",)), FOO_LAYER)), [False] + [True] * 4),
        (a_plan(python=(GENERAL,)), [False] * 2 + [True] * 3),
        (a_plan(constraints="pbr===8\n"), [False] * 2 + [True] * 3),
        (a_plan(layers=(TREE_LAYER, MORE_LAYER)), [False] * 3 + [True] * 2),
        (a_plan(required=(replace(NEEDED, requirements=("six",)),)), [False] * 4 + [True]),
        (a_plan(required=(NEEDED, BINDEP)), [False] * 4 + [True]),
    ],
    ids=["plugin", "base", "certificate", "services", "lists", "constraints", "packages",
         "requirements", "bindep"],
)  # fmt: skip
def test_jobs_share_what_they_agree_on(plan: Plan, expected: list[bool]) -> None:
    assert changed(plan) == expected


def test_a_title_is_not_what_is_installed() -> None:
    assert changed(a_plan(required=(replace(NEEDED, title="x", source="y"),))) == [False] * 5


def python_link(plan: Plan, number: int) -> PythonLink:
    link = links(plan)[number]
    assert isinstance(link, PythonLink)
    return link


def test_the_trees_lists_are_installed_at_once_and_each_plugins_alone() -> None:
    other = replace(NEEDED, plugin="bar")
    plan = a_plan(required=(NEEDED, other, BINDEP))
    assert python_link(plan, 2).groups == ((GENERAL, KEYSTONE),)
    assert python_link(plan, 4).groups == ((NEEDED,), (other,), (BINDEP,))


def test_only_packages_of_a_service_have_to_be_there() -> None:
    assert python_link(a_plan(), 2).required
    assert not python_link(a_plan(python=(GENERAL,)), 2).required
    assert not python_link(a_plan(), 4).required


def an_image(link: PythonLink, parent: str, installed: tuple[str, ...] | None) -> Found:
    of = link.labels_for(parent, installed)
    return Found(kind="image", id="sha256:9", name=link.reference(parent), labels=of)


def test_constraints_may_change_in_what_is_not_installed() -> None:
    before, parent = python_link(a_plan(), 2), "system:1"
    image = an_image(before, parent, ("keystone", "pbr"))
    for constraints, same in ((f"{UPPER}new===1\n", True), ("keystone===2\npbr===7\n", False)):
        after = python_link(a_plan(constraints=constraints), 2)
        assert after.reference(parent) != image.name
        assert after.find(parent, [image]) == (image.name if same else None)


@pytest.mark.parametrize(
    ("plan", "parent"),
    [(a_plan(python=(GENERAL,)), "system:1"), (a_plan(), "system:2")],
    ids=["lists", "parent"],
)
def test_another_image_is_not_taken_for_it(plan: Plan, parent: str) -> None:
    image = an_image(python_link(a_plan(), 2), "system:1", ("pbr",))
    assert python_link(plan, 2).find(parent, [image]) is None


def test_an_image_that_lacks_something_is_for_its_constraints_only() -> None:
    image = an_image(python_link(a_plan(), 4), "packages:1", None)
    after = python_link(a_plan(constraints=f"{UPPER}new===1\n"), 4)
    assert after.find("packages:1", [image]) is None


def test_images_inherit_labels_so_the_name_has_to_fit_too() -> None:
    link = python_link(a_plan(), 2)
    image = an_image(link, "system:1", ("pbr",))
    child = replace(image, name="devstack-runner/debian-12-foo:packages-1")
    assert link.find("system:1", [child, image]) == image.name
    assert link.find("system:1", [child]) is None
    assert image.labels[labels.DISTRO] == "debian-12"
