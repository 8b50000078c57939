"""Rendering a job's Dockerfile: values in, text out, nothing built.

It has two stages. `system` is shared by all jobs that agree on it; on it come the Python packages,
which no Dockerfile installs, and on these the stage of the job: the packages of its plugins.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from textwrap import shorten

import jinja2

from runner import labels
from runner.distro import Distro
from runner.pythonlists import PythonList
from runner.resources import TEMPLATES

_SYSTEM = "FROM system\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One RUN that installs packages; `source` is the list they were read from."""

    title: str
    packages: tuple[str, ...]
    source: str
    plugin: str | None = None
    recommends: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that a Dockerfile depends on."""

    job: str
    distro: Distro
    base: str
    uid: int
    gid: int
    certificates: tuple[str, ...] = ()
    general: tuple[str, ...] = ()  # packages that the tree needs whatever is enabled
    layers: tuple[Layer, ...] = ()
    python: tuple[PythonList, ...] = ()  # the tree's
    requirements: tuple[PythonList, ...] = ()  # the plugins'


def render(recipe: Recipe) -> str:
    """Render both stages, with the Python packages as comments at their places.

    Package names must have been checked before.
    """
    return "".join(
        [
            f"# {recipe.job}\n",
            "# Rendered by devstack-runner. From what changes least to what changes most.\n",
            render_system(recipe),
            *map(_comment, recipe.python),
            "\n# the job\n",
            _rendered("job", recipe),
            *map(_comment, recipe.requirements),
        ]
    )


def render_system(recipe: Recipe) -> str:
    """Render the stage that does not depend on the plugins."""
    return _rendered("base", recipe)


def render_job(recipe: Recipe, parent: str) -> str:
    """Render the stage of the job, to be built on an image."""
    return _rendered("job", recipe).replace(_SYSTEM, f"FROM {parent}\n", 1)


@cache
def _environment() -> jinja2.Environment:
    """The templates, compiled once: a job renders them several times."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - a Dockerfile is not HTML; names are checked and quoted
    )
    environment.filters["quote"] = shlex.quote
    return environment


def _rendered(template: str, recipe: Recipe) -> str:
    source = _environment().get_template(f"{template}.Dockerfile.j2")
    text = source.render(recipe=recipe, labels=labels)
    return text.lstrip("\n")


def _comment(python: PythonList) -> str:
    lines = (f"#- {requirement}\n" for requirement in python.requirements)
    return "".join([f"\n# {python.title}\n", *lines])


def layer_of_step(dockerfile: str, step: int, layers: Sequence[Layer]) -> Layer | None:
    """The package layer that step number STEP (from 1) of a Dockerfile installs, if it is one."""
    title = ""
    count = 0
    continued = False
    for line in dockerfile.splitlines():
        if line.startswith("# ") and not continued:
            title = line.removeprefix("# ")
        elif line.strip():
            count += not continued
            if count == step:
                return next((layer for layer in layers if layer.title == title), None)
            continued = line.rstrip().endswith("\\")
            if not continued:
                title = ""
    return None


def changed_layer(before: str, after: str) -> str:
    """Which section of a Dockerfile changed first and by what; empty when none did."""
    old, new = _sections(before), _sections(after)
    for title, lines in new.items():
        if title not in old:
            return f"{title} is new"
        added = [f"+{_word(line)}" for line in lines if line not in old[title]]
        gone = [f"-{_word(line)}" for line in old[title] if line not in lines]
        if added or gone:
            return f"{title} changed ({shorten(' '.join(added + gone), 60, placeholder=' …')})"
    return next((f"{title} is gone" for title in old if title not in new), "")


def _sections(text: str) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    title = ""
    for line in text.splitlines()[2:]:
        if line.startswith("# "):
            title = line.removeprefix("# ")
        sections.setdefault(title, []).append(line)
    return sections


def _word(line: str) -> str:
    return line.strip().removeprefix("#- ").removesuffix("\\").strip()
