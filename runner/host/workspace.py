"""The folders we keep: state (one folder a run, `last` points at the newest) and cache."""

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Self

import platformdirs
from msgspec import Struct

from runner.errors import ConfigError, HostError

KEPT_RUNS = 50
STACK_ID = 1000  # the stack user's uid and gid when root runs us
_SECONDS_OF_A_DAY = 86400
_RANDOM_BITS = 14  # which leave milliseconds room in six hexadecimal digits
_RUN_ID = re.compile(r"^\d{8}-\d{6}-[0-9a-f]{6}$")


class JobFolder(Struct, frozen=True, kw_only=True):
    """A job's files in the folder of its run."""

    path: Path

    @property
    def log(self) -> Path:
        """All that the job's commands printed."""
        return self.path / "log"

    @property
    def events(self) -> Path:
        """What the tree announced, JSON lines."""
        return self.path / "events.jsonl"

    @property
    def dockerfile(self) -> Path:
        """The Dockerfile of the job's image."""
        return self.path / "Dockerfile"

    @property
    def build_log(self) -> Path:
        """What the build printed, when there was one."""
        return self.path / "build.log"


class RunFolder:
    """One run's folder, locked as long as the process that made it lives."""

    def __init__(self, path: Path, lock: BinaryIO | None = None, *, remember: bool = True) -> None:
        self.path = path
        self._lock = lock
        self._remember = remember

    @property
    def id(self) -> str:
        """The run's identifier: time and a random part."""
        return self.path.name

    @property
    def state(self) -> Path:
        """The state folder it is in, which tells its owner from others on the same engine."""
        return self.path.parent.parent

    @property
    def owner(self) -> Mapping[str, str]:
        """The labels that say whose an object on the engine is, by name."""
        return {"run": self.id, "state": str(self.state)}

    @property
    def result(self) -> Path:
        """The result, JSON."""
        return self.path / "result.json"

    @property
    def answers(self) -> Path:
        """Which commits refs of repositories were, for all jobs of the run."""
        return self.path / "commits"

    def jobs(self) -> tuple[str, ...]:
        """The identifiers of the jobs that have a folder here."""
        return tuple(sorted(entry.name for entry in self.path.iterdir() if entry.is_dir()))

    def job(self, job: str) -> JobFolder:
        """The folder of one job, made when missing."""
        folder = self.path / job
        folder.mkdir(exist_ok=True)
        return JobFolder(path=folder)

    def is_alive(self) -> bool:
        """Whether the process that owns this run still lives (a lock cannot outlive it)."""
        try:
            with (self.path / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        """Let go of the run: it is over."""
        if self._lock is not None:
            self._lock.close()
        if not self._remember:
            shutil.rmtree(self.path, ignore_errors=True)


class Workspace(Struct, frozen=True, kw_only=True):
    """Where state and cache are."""

    state: Path
    cache: Path

    @classmethod
    def open(cls) -> Self:
        """The user's folders, as XDG_STATE_HOME and XDG_CACHE_HOME say."""
        folders = platformdirs.PlatformDirs("devstack-runner", appauthor=False)
        workspace = cls(state=folders.user_state_path, cache=folders.user_cache_path)
        try:
            workspace.runs.mkdir(parents=True, exist_ok=True)
            workspace.cache.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HostError(
                f"cannot make {error.filename}: {error.strerror}",
                hint="XDG_STATE_HOME and XDG_CACHE_HOME say where these folders are",
            ) from error
        return workspace

    @property
    def runs(self) -> Path:
        """The folder of all runs."""
        return self.state / "runs"

    def new_run(self, *, remember: bool = True) -> RunFolder:
        """Make the folder of a new run, lock it, point `last` at it, drop the oldest runs.

        One not to be remembered is gone when it is closed.
        """
        path = self.runs / _new_id(datetime.now(UTC))
        path.mkdir()
        lock = (path / "lock").open("wb")
        fcntl.flock(lock, fcntl.LOCK_EX)
        if remember:
            self._point_last_at(path)
            self._drop_old_runs()
        return RunFolder(path, lock, remember=remember)

    def run(self, run_id: str) -> RunFolder | None:
        """The folder of a run, if it is (still) here."""
        path = self.runs / run_id
        return RunFolder(path) if _RUN_ID.match(run_id) and path.is_dir() else None

    def all_runs(self) -> list[RunFolder]:
        """Every run that has a folder, oldest first."""
        names = sorted(entry.name for entry in self.runs.iterdir())
        return [RunFolder(self.runs / name) for name in names if _RUN_ID.match(name)]

    def last_run(self) -> RunFolder:
        """The newest run."""
        target = self.state / "last"
        if not target.exists():
            raise ConfigError("there is no run yet", hint="`devstack-runner run` makes one")
        return RunFolder(target.resolve())

    def _point_last_at(self, path: Path) -> None:
        link = self.state / f".last-{path.name}"
        link.symlink_to(path.relative_to(self.state))
        link.replace(self.state / "last")

    def _drop_old_runs(self) -> None:
        for folder in self.all_runs()[:-KEPT_RUNS]:
            if not folder.is_alive():
                with contextlib.suppress(OSError):
                    shutil.rmtree(folder.path)


def _new_id(now: datetime) -> str:
    """Time and a random part; by their names runs are in their order, also within a second."""
    rest = (now.microsecond // 1000 << _RANDOM_BITS) + secrets.randbits(_RANDOM_BITS)
    return f"{now:%Y%m%d-%H%M%S}-{rest:06x}"


def share(folder: Path) -> Path:
    """Make a folder for downloads into which the stack user of containers may write."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0 and folder.stat().st_uid != STACK_ID:
        os.chown(folder, STACK_ID, STACK_ID)
    return folder


def days_since(path: Path) -> float:
    """How long ago a file or folder was last changed; 0 when somebody else has removed it."""
    with contextlib.suppress(OSError):
        return (time.time() - path.stat().st_mtime) / _SECONDS_OF_A_DAY
    return 0
