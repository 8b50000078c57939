"""What it takes to make the images of one job."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from runner.engine import Engine
from runner.host.pipconfig import PipConfig
from runner.host.workspace import JobFolder
from runner.lab.lab import Lab
from runner.outcome.observer import Observer


class Workshop(Struct, frozen=True, kw_only=True):
    """The engine, the host's caches and settings, who is told; `deadline` in monotonic seconds."""

    engine: Engine
    observer: Observer
    folder: JobFolder
    cache: Path
    owner: Mapping[str, str] = field(default_factory=dict)
    pip: PipConfig = field(default_factory=PipConfig)
    lab: Lab = field(default_factory=Lab)
    deadline: float | None = None
