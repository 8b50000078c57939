"""What unit tests share: fixtures, and patience.

Properties are tried without a limit of time: a machine that is busy is no fault of ours.
"""

from pathlib import Path

import pytest
from hypothesis import settings

from runner.workspace import JobFolder

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    (tmp_path / "job").mkdir()
    return JobFolder(path=tmp_path / "job")
