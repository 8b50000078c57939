"""A program that creates a container and holds it; a test interrupts it in the middle.

A test that interrupted its own process could be met by the signal before or after its own block.
"""

import sys
import time

from runner import labels
from runner.engine import ContainerSpec, Engine

WORD = "creating"
"""What it prints right before it asks the engine."""

_HOLD = 60  # seconds; the test interrupts it long before


def hold(image: str, job: str) -> None:
    """Create a container of the job and hold it; remove it at the end, whatever the end is."""
    engine = Engine.connect()
    spec = ContainerSpec(
        image=image,
        name=None,
        command=["/bin/sleep", "infinity"],
        labels=labels.for_object("layer", job=job),
    )
    print(WORD, flush=True)
    with engine.create(spec):
        time.sleep(_HOLD)


if __name__ == "__main__":
    hold(*sys.argv[1:])
