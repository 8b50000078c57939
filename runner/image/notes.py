"""What is noted of an image when it is made: kept with it, for all who find it made."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote

from runner import labels
from runner.engine import Engine


def read_notes(engine: Engine, image: str) -> tuple[str, ...]:
    """The notes of a local image."""
    return tuple(unquote(engine.image_label(image, labels.NOTES)).splitlines())


def note_labels(notes: Sequence[str]) -> Mapping[str, str]:
    """The labels that keep notes, of one line each."""
    return {labels.NOTES: quote("\n".join(notes))}
