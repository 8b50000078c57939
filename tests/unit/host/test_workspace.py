"""State and cache folders, and the lock that says whether a run lives."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.errors import ConfigError, HostError
from runner.host.workspace import KEPT_RUNS, Workspace

OWNER = """
import sys, time
from runner.host.workspace import Workspace
run = Workspace.open().new_run()
print(run.id, flush=True)
time.sleep(60)
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Workspace.open()


def old_run(workspace: Workspace, number: int) -> Path:
    path = workspace.runs / f"20200101-0000{number:02}-abcdef"
    path.mkdir()
    (path / "lock").touch()
    return path


def test_folders_are_where_xdg_says(workspace: Workspace, tmp_path: Path) -> None:
    assert workspace.state == tmp_path / "state" / "devstack-runner"
    assert workspace.cache == tmp_path / "cache" / "devstack-runner"
    assert workspace.runs.is_dir()
    assert workspace.cache.is_dir()


def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file" / "state"))
    with pytest.raises(HostError, match=str(tmp_path / "file")) as caught:
        Workspace.open()
    assert "XDG_STATE_HOME" in (caught.value.hint or "")


def test_last_points_at_the_newest_run(workspace: Workspace) -> None:
    first, second = workspace.new_run(), workspace.new_run()
    assert workspace.last_run().id == second.id
    assert (workspace.state / "last").readlink() == Path("runs", second.id)
    for run in (first, second):
        run.close()


def test_runs_of_one_second_are_in_their_order(workspace: Workspace) -> None:
    made = []
    for _ in range(8):
        time.sleep(0.002)  # an id knows milliseconds
        made.append(workspace.new_run())
    assert [run.id for run in workspace.all_runs()] == [run.id for run in made]
    for run in made:
        run.close()


def test_without_a_run_there_is_no_last(workspace: Workspace) -> None:
    with pytest.raises(ConfigError, match="no run yet"):
        workspace.last_run()


def test_a_run_not_to_be_remembered_is_gone_when_closed(workspace: Workspace) -> None:
    kept = workspace.new_run()
    passing = workspace.new_run(remember=False)
    assert passing.path.is_dir()
    passing.close()
    assert not passing.path.exists()
    assert workspace.last_run().id == kept.id
    kept.close()


def test_a_run_lives_until_it_is_closed(workspace: Workspace) -> None:
    run = workspace.new_run()
    again = workspace.run(run.id)
    assert again is not None
    assert again.is_alive()
    run.close()
    assert not again.is_alive()


def test_the_lock_of_a_killed_process_says_that_it_is_dead(workspace: Workspace) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    with owner:
        assert owner.stdout is not None
        run = workspace.run(owner.stdout.readline().strip())
        assert run is not None
        assert run.is_alive()
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        assert not run.is_alive()


def test_a_child_of_a_run_does_not_hold_its_lock(workspace: Workspace) -> None:
    """Else a git process that outlives us would make us look alive."""
    run = workspace.new_run()
    with subprocess.Popen(["sleep", "60"], close_fds=False) as child:
        run.close()
        assert not run.is_alive()
        child.kill()


def test_a_run_without_a_lock_is_dead(workspace: Workspace) -> None:
    (old_run(workspace, 1) / "lock").unlink()
    assert [run.is_alive() for run in workspace.all_runs()] == [False]


@pytest.mark.parametrize("name", ["", ".", "..", "../state", "20200101-000000-xyz", "/etc"])
def test_what_is_no_run_id_is_not_looked_up(workspace: Workspace, name: str) -> None:
    assert workspace.run(name) is None


def test_the_oldest_runs_are_dropped_but_not_a_living_one(workspace: Workspace) -> None:
    mine = workspace.new_run()
    mine.path.rename(workspace.runs / "20190101-000000-abcdef")  # the oldest, and alive
    for number in range(KEPT_RUNS + 5):
        old_run(workspace, number)
    (workspace.runs / "notes.txt").touch()
    newest = workspace.new_run()
    names = [run.id for run in workspace.all_runs()]
    assert names[0] == "20190101-000000-abcdef"
    assert names[-1] == newest.id
    assert len(names) == KEPT_RUNS + 1
    assert (workspace.runs / "notes.txt").exists()
    for run in (mine, newest):
        run.close()


def test_a_jobs_files_are_in_a_folder_of_its_name(workspace: Workspace) -> None:
    run = workspace.new_run()
    job = run.job("debian-12-foo")
    assert job.path == run.path / "debian-12-foo"
    files = (job.log, job.events, job.dockerfile, job.build_log)
    assert {path.parent for path in files} == {job.path}
    assert len({*files}) == 4
    assert run.job("debian-12-foo") == job
    assert run.jobs() == ("debian-12-foo",)
    run.close()
