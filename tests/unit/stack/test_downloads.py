"""The folders in which runs keep what they download."""

import os
import time
from pathlib import Path

from runner.host.workspace import STACK_ID
from runner.stack import downloads

_MONTH_AND_MORE = 31 * 24 * 3600


def test_the_stack_user_can_write_there(tmp_path: Path) -> None:
    for found in downloads.of_runs(tmp_path):
        assert found.source.stat().st_uid == (os.getuid() or STACK_ID)


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "pip").write_text("in the way\n")
    assert [found.variable for found in downloads.of_runs(tmp_path)] == ["_RUNNER_GIT_CACHE"]


def test_a_repository_that_nobody_asks_for_goes(tmp_path: Path) -> None:
    for name, age in (("used", 0.0), ("forgotten", _MONTH_AND_MORE)):
        folder = tmp_path / "repositories" / f"{name}.git"
        (folder / "objects").mkdir(parents=True)
        os.utime(folder, (time.time() - age,) * 2)
    downloads.of_runs(tmp_path)
    assert [path.name for path in (tmp_path / "repositories").iterdir()] == ["used.git"]
