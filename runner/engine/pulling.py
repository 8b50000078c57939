"""How far a pull is, from what the engine says of each layer."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_EVERY = 5.0  # seconds between two reports
_MEGABYTE = 1e6


@dataclass(slots=True)
class PullProgress:
    """Tells `say` now and then how much of the layers known so far is here."""

    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _layers: dict[str, tuple[int, int]] = field(default_factory=dict)
    _next: float = field(init=False)

    def __post_init__(self) -> None:
        self._next = self.clock() + _EVERY

    def take(self, message: Mapping[str, Any]) -> None:
        """Take one of the engine's messages (`status`, `id`, `progressDetail`)."""
        layer, detail = str(message.get("id", "")), message.get("progressDetail") or {}
        status = message.get("status")
        if status == "Downloading" and detail.get("total"):
            self._layers[layer] = (int(detail.get("current", 0)), int(detail["total"]))
        elif status in {"Download complete", "Pull complete"} and layer in self._layers:
            total = self._layers[layer][1]
            self._layers[layer] = (total, total)
        self._report()

    def _report(self) -> None:
        now = self.clock()
        if now < self._next or not self._layers:
            return
        self._next = now + _EVERY
        here, whole = (sum(sizes) / _MEGABYTE for sizes in zip(*self._layers.values(), strict=True))
        self.say(f"{here:.0f} of {whole:.0f} MB")
