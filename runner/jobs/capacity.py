"""How many jobs this machine can run at once."""

import os
import shutil
from pathlib import Path

from msgspec import Struct

# What one job takes of each: a stack with a database, a queue and Keystone (README, Measured).
JOB_MEMORY = 1 << 30
JOB_DISK = 2 << 30


class Capacity(Struct, frozen=True, kw_only=True):
    """Jobs that fit, by cores, by memory, by disk."""

    cores: int
    memory: int
    disk: int

    @property
    def jobs(self) -> int:
        """So many at once: what is scarcest decides, and one is always tried."""
        return max(1, min(self.cores, self.memory, self.disk))

    def __str__(self) -> str:
        return f"cores allow {self.cores}, memory {self.memory}, disk {self.disk}"


def measure(disk: Path, *, meminfo: Path = Path("/proc/meminfo")) -> Capacity:
    """What there is now; `disk` is a folder on the disk that the engine writes to.

    A job waits a good part of its time (for downloads, daemons, a plugin's `sleep`), so there is
    room for one more than there are cores.
    """
    return Capacity(
        cores=len(os.sched_getaffinity(0)) + 1,
        memory=_available_memory(meminfo) // JOB_MEMORY,
        disk=shutil.disk_usage(disk).free // JOB_DISK,
    )


def _available_memory(meminfo: Path) -> int:
    for line in meminfo.read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) * 1024
    return JOB_MEMORY
