"""Dockerfiles: the three families, the order of layers, and which layer a step belongs to."""

import shlex

import pytest
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from runner.distros.distro import Distro, read_distros
from runner.plan.dockerfile import Layer, Recipe, assemble, changed_layer, instructions
from runner.plan.pythonlists import PythonList
from runner.plan.templates import render_stages
from runner.resources import IMAGES

DISTROS = read_distros(IMAGES)
ONE_OF_EACH_FAMILY = ("debian-12", "fedora-44", "opensuse-leap-16.0")
TREE_LAYER = Layer(
    title="what the tree needs for the enabled services",
    packages=("curl", "python3-dev"),
    source="files/debs",
    recommends=False,
)
FOO = Layer(
    title="plugin foo: devstack/files/debs/foo",
    packages=("gcc", "libfoo-dev", "libstdc++6"),
    source="devstack/files/debs/foo",
    plugin="foo",
)
BAR = Layer(
    title="plugin bar: devstack/files/debs/bar",
    packages=("jq",),
    source="devstack/files/debs/bar",
    plugin="bar",
)
LAYERS = (TREE_LAYER, FOO, BAR)


def a_recipe(
    distro: Distro, *layers: Layer, certificates: tuple[str, ...] = (), uid: int = 1000
) -> Recipe:
    return Recipe(
        job=f"{distro.name}-foo-bar",
        distro=distro,
        base=distro.base,
        uid=uid,
        gid=uid,
        certificates=certificates,
        layers=layers,
    )


def render(recipe: Recipe) -> str:
    return assemble(recipe, render_stages(recipe))


def lines(dockerfile: str) -> list[str]:
    """Each instruction on one line, comments left out."""
    return [f"{one.keyword} {one.text}" for one in instructions(dockerfile)]


@pytest.mark.parametrize("name", ONE_OF_EACH_FAMILY)
def test_a_plugin_without_package_lists(name: str, snapshot: SnapshotAssertion) -> None:
    assert render(a_recipe(DISTROS[name])) == snapshot


@pytest.mark.parametrize("name", ONE_OF_EACH_FAMILY)
def test_package_lists_and_certificates(name: str, snapshot: SnapshotAssertion) -> None:
    assert render(a_recipe(DISTROS[name], *LAYERS, certificates=("a.crt", "b.crt"))) == snapshot


@pytest.mark.parametrize("name", DISTROS)
def test_every_distro_renders_whole_lines(name: str) -> None:
    text = render(a_recipe(DISTROS[name], *LAYERS, certificates=("a.crt",)))
    assert "\\\n\n" not in text
    known = {"FROM", "LABEL", "SHELL", "COPY", "RUN", "ENV", "STOPSIGNAL", "CMD"}
    assert {line.split()[0] for line in lines(text)} <= known
    assert text.endswith("\n")


@pytest.mark.parametrize("name", ONE_OF_EACH_FAMILY)
def test_layers_go_from_what_changes_least_to_what_changes_most(name: str) -> None:
    text = render(a_recipe(DISTROS[name], *LAYERS))
    places = [
        text.index(word) for word in ("\nFROM ", "systemd", "python3-dev", "libfoo-dev", "jq")
    ]
    assert places == sorted(places)
    assert text.index(TREE_LAYER.title) < text.index(FOO.title) < text.index(BAR.title)


def test_what_the_tree_needs_anyway_is_in_the_first_layer_each_package_once() -> None:
    recipe = a_recipe(DISTROS["debian-12"], TREE_LAYER, certificates=("a.crt",))
    steps = lines(render(replace(recipe, general=("zip", "systemd"))))
    first = next(step for step in steps if "apt-get install" in step).split()
    assert (first.count("zip"), first.count("systemd")) == (1, 1)
    assert first.index("systemd") < first.index("zip")


def test_another_jobs_layers_below_the_first_difference_are_the_same() -> None:
    """The job's name is not said before the end, so that jobs share layers."""
    one = lines(render(a_recipe(DISTROS["debian-12"], TREE_LAYER, FOO)))
    other = lines(render(a_recipe(DISTROS["debian-12"], TREE_LAYER, BAR)))
    same = [a == b for a, b in zip(one, other, strict=True)]
    assert same.index(False) == next(i for i, line in enumerate(one) if "libfoo-dev" in line)


@pytest.mark.parametrize("name", ONE_OF_EACH_FAMILY)
def test_a_package_name_is_one_word_to_the_shell(name: str) -> None:
    nasty = Layer(title="t", packages=("a;reboot", "$(reboot)", "b c"), source="s")
    (line,) = (i for i in lines(render(a_recipe(DISTROS[name], nasty))) if "reboot" in i)
    assert {"a;reboot", "$(reboot)", "b c"} <= {*shlex.split(line)}


def test_the_stack_user_has_the_callers_uid() -> None:
    text = render(a_recipe(DISTROS["debian-12"], uid=1234))
    assert "--uid 1234 --gid 1234" in " ".join(text.split())


@pytest.mark.parametrize("name", ONE_OF_EACH_FAMILY)
@pytest.mark.parametrize("certificates", [(), ("a.crt",)], ids=["plain", "certificates"])
def test_an_instruction_is_called_what_the_comment_above_it_says(
    name: str, certificates: tuple[str, ...]
) -> None:
    text = render(a_recipe(DISTROS[name], *LAYERS, certificates=certificates))
    titles = {
        layer: [one.title for one in instructions(text) if layer.packages[-1] in one.text.split()]
        for layer in LAYERS
    }
    assert titles == {layer: [layer.title] for layer in LAYERS}
    assert [one.title for one in instructions(text) if one.keyword == "ENV"][
        -1
    ] == "how it is started"
    assert all("\\" not in one.text[-1] for one in instructions(text))


def test_what_was_rebuilt_is_said_with_the_packages_that_changed() -> None:
    debian = DISTROS["debian-12"]
    more = Layer(title=FOO.title, packages=("gcc", "libnew-dev"), source=FOO.source, plugin="foo")
    before = render(a_recipe(debian, TREE_LAYER, FOO))
    said = changed_layer(before, render(a_recipe(debian, TREE_LAYER, more)))
    assert said.startswith(f"{FOO.title} changed (")
    assert {"+libnew-dev", "-libfoo-dev"} <= {*said.replace("(", " ").replace(")", " ").split()}


def test_python_packages_are_shown_where_they_come_and_said_when_they_change() -> None:
    tree = PythonList(title="the tree's list x", requirements=("pbr",), source="python/x")
    needed = PythonList(title="plugin foo: setup.cfg", requirements=("six",), source="setup.cfg")
    recipe = replace(
        a_recipe(DISTROS["debian-12"], *LAYERS), python=(tree,), requirements=(needed,)
    )
    text = render(recipe)
    places = [text.index(word) for word in ("python3-dev", "#- pbr\n", "libfoo-dev", "#- six\n")]
    assert places == sorted(places)
    assert lines(text) == lines(render(a_recipe(DISTROS["debian-12"], *LAYERS)))
    more = replace(recipe, requirements=(replace(needed, requirements=("six>1",)),))
    assert changed_layer(text, render(more)) == "plugin foo: setup.cfg changed (+six>1 -six)"
    assert changed_layer(text, render(replace(recipe, python=()))) == "the tree's list x is gone"


def test_a_new_list_and_one_that_is_gone_are_said() -> None:
    debian = DISTROS["debian-12"]
    less, more = render(a_recipe(debian, FOO)), render(a_recipe(debian, FOO, BAR))
    assert changed_layer(less, more) == f"{BAR.title} is new"
    assert changed_layer(more, less) == f"{BAR.title} is gone"
    assert changed_layer(more, more) == ""


@pytest.mark.parametrize("name", ONE_OF_EACH_FAMILY)
def test_modules_that_apache_needs_are_enabled_where_that_takes_its_time(name: str) -> None:
    recipe = replace(a_recipe(DISTROS[name]), general=("apache2", "curl"))
    assert ("a2enmod" in render(recipe)) is (name == "debian-12")
    assert "a2enmod" not in render(a_recipe(DISTROS[name]))
