"""The stages of a job's Dockerfile, kept by what they are rendered from.

An unchanged job needs no template engine, which would be a fifth of what all else of it takes here.
"""

import contextlib
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from runner import labels
from runner.host.files import write_whole
from runner.plan.dockerfile import Recipe, Stages
from runner.resources import TEMPLATES


class _Kept(Struct, frozen=True):
    """What was rendered for a job last, and from what, hashed."""

    key: str
    stages: Stages


def find_stages(recipe: Recipe, cache: Path) -> Stages:
    """The stages, rendered when anything they depend on is new."""
    kept = cache / "stages" / recipe.job
    key = _key(recipe)
    with contextlib.suppress(OSError, msgspec.DecodeError):
        last = msgspec.json.decode(kept.read_bytes(), type=_Kept)
        if last.key == key:
            return last.stages
    from runner.plan.templates import render_stages  # noqa: PLC0415 - it is what costs

    stages = render_stages(recipe)
    with contextlib.suppress(OSError):  # the disk may be full; they are rendered again then
        write_whole(kept, msgspec.json.encode(_Kept(key, stages)))
    return stages


def _key(recipe: Recipe) -> str:
    """A hash over the recipe, the templates and the labels, which is all that they read."""
    digest = sha256(msgspec.json.encode(recipe))
    for template in sorted(TEMPLATES.rglob("*.j2")):
        if "Dockerfile" in template.name or template.name == "commands.j2":
            digest.update(template.read_bytes())
    of_labels = sorted((name, value) for name, value in vars(labels).items() if name.isupper())
    digest.update(repr(of_labels).encode())
    return digest.hexdigest()
