"""Rendering a job's Dockerfile: values in, text out, nothing built."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten

import jinja2

from runner import labels
from runner.distro import Distro
from runner.resources import TEMPLATES


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
    layers: tuple[Layer, ...] = ()
    bindep: bool = False  # a plugin has a bindep.txt, which the tree reads too


def render(recipe: Recipe) -> str:
    """Render the Dockerfile; package names must have been checked before."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - a Dockerfile is not HTML; names are checked and quoted
    )
    environment.filters["quote"] = shlex.quote
    return environment.get_template("base.Dockerfile.j2").render(recipe=recipe, labels=labels)


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
    return line.strip().removesuffix("\\").strip()
