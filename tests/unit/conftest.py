"""What unit tests share: fixtures, and patience.

Properties are tried without a limit of time: a machine that is busy is no fault of ours.
"""

from pathlib import Path

import pytest
from hypothesis import settings

from runner.host.workspace import JobFolder

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    (tmp_path / "job").mkdir()
    return JobFolder(path=tmp_path / "job")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with state of its own and an engine that does not answer."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
