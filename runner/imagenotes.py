"""What is noted of an image when it is made: kept with it, for all who find it made."""

from collections.abc import Sequence
from urllib.parse import quote, unquote

from runner import labels
from runner.engine import Engine


def read(engine: Engine, image: str) -> tuple[str, ...]:
    """The notes of a local image and of those it is made from."""
    return tuple(unquote(engine.image_label(image, labels.NOTES)).splitlines())


def add(engine: Engine, image: str, notes: Sequence[str]) -> None:
    """Keep notes (of one line each) with a local image, behind those of what it is made from."""
    text = "\n".join([*read(engine, image), *notes])
    engine.relabel(image, labels.NOTES, quote(text))
