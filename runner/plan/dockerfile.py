"""A job's Dockerfile: what it depends on, its text from its stages, and what changed in it.

It has a stage for each kind of image: `system`, `services`, and the job's. On what the tree needs
come the Python packages, which no Dockerfile installs, and on these the packages of the plugins.
"""

from collections.abc import Iterator
from textwrap import shorten

from msgspec import Struct

from runner.distros.distro import Distro
from runner.plan.pythonlists import PythonList


class Instruction(Struct, frozen=True):
    """One instruction of a Dockerfile, on one line; its title is the comment above it."""

    keyword: str
    text: str
    title: str


class Layer(Struct, frozen=True, kw_only=True):
    """One RUN that installs packages; `source` is the list they were read from."""

    title: str
    packages: tuple[str, ...]
    source: str
    plugin: str | None = None
    recommends: bool = True


class Recipe(Struct, frozen=True, kw_only=True):
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

    @property
    def of_services(self) -> tuple[Layer, ...]:
        """What the enabled services need more than any."""
        return tuple(layer for layer in self.layers if not layer.plugin)

    @property
    def of_plugins(self) -> tuple[Layer, ...]:
        """What the plugins' lists name."""
        return tuple(layer for layer in self.layers if layer.plugin)


class Stages(Struct, frozen=True, kw_only=True):
    """The texts of a Dockerfile's stages: on the distro only, of services, of the plugins."""

    system: str
    services: str
    job: str


def assemble(recipe: Recipe, stages: Stages) -> str:
    """The Dockerfile: all stages, with the Python packages as comments at their places."""
    return "".join(
        [
            f"# {recipe.job}\n",
            "# Rendered by devstack-runner. From what changes least to what changes most.\n",
            stages.system,
            *(["\n", stages.services] if recipe.of_services else []),
            *map(_comment, recipe.python),
            "\n# the job\n",
            stages.job,
            *map(_comment, recipe.requirements),
        ]
    )


def _comment(python: PythonList) -> str:
    lines = (f"#- {requirement}\n" for requirement in python.requirements)
    return "".join([f"\n# {python.title}\n", *lines])


def instructions(dockerfile: str) -> Iterator[Instruction]:
    """The instructions of a Dockerfile of ours, in order."""
    title = begun = ""
    for line in dockerfile.splitlines():
        if line.startswith("#") and not begun:
            title = line.removeprefix("# ")
        elif line.endswith("\\"):
            begun += line.removesuffix("\\")
        elif begun or line.strip():
            keyword, _, text = (begun + line).partition(" ")
            yield Instruction(keyword=keyword, text=text.strip(), title=title)
            title = begun = ""


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
