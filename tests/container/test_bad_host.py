"""A machine that gives no room: for the state, for the output."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.engine import Engine
from tests.container.harness import Runner, write_conf, write_plugin
from tests.container.refusals import left_by
from tests.container.started import started

_MEGABYTE = 1_000_000
TALKER = 'if [[ "$*" == "stack install" ]]; then seq 200000; fi\n'


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder that holds next to nothing."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "small", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_full_disk_below_the_state_folder_is_said(
    runner: Runner, engine: Engine, small_disk: Path
) -> None:
    write_plugin(runner.folder, "talker", plugin=TALKER)
    outcome = runner("run", "--rm", "-p", "./talker", env={"XDG_STATE_HOME": str(small_disk)})
    assert "Traceback" not in outcome.stderr
    assert outcome.code == 5
    assert "No space left on device" in outcome.stdout + outcome.stderr
    assert left_by(runner, engine) == []


def test_state_folder_that_cannot_be_made_is_said(runner: Runner) -> None:
    (runner.folder / "file").touch()
    write_plugin(runner.folder, "talker", plugin=TALKER)
    state = str(runner.folder / "file" / "state")
    outcome = runner("run", "-p", "./talker", env={"XDG_STATE_HOME": state})
    assert outcome.code == 5
    message, hint = outcome.stderr.splitlines()
    assert message.startswith("error: cannot make ")
    assert "XDG_STATE_HOME" in hint


def test_reader_of_our_output_that_goes_away_is_no_trouble_of_the_engine(
    runner: Runner, engine: Engine
) -> None:
    write_plugin(runner.folder, "talker2", plugin=TALKER)
    words = runner.command("run", "-v", "--rm", "-p", "./talker2")
    done = subprocess.run(
        ["bash", "-c", '"$@" | head -n 300 >/dev/null', "pipe", *words],
        cwd=runner.folder,
        env=runner.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "engine" not in done.stderr
    assert left_by(runner, engine) == []


def test_output_that_cannot_be_written_is_no_crash(runner: Runner, engine: Engine) -> None:
    write_plugin(runner.folder, "talker3", plugin=TALKER)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            runner.command("run", "--rm", "-p", "./talker3"),
            cwd=runner.folder,
            env=runner.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert "Traceback" not in done.stderr
    assert left_by(runner, engine) == []


def test_localrc_that_prints_a_lot_is_not_kept_in_memory(runner: Runner) -> None:
    write_plugin(runner.folder, "talker4", plugin=":\n")
    # in one line, and of a letter: the engine would write a NUL with six
    flood = "head -c 100000000 /dev/zero | tr '\\0' x >&2"
    conf = write_conf(runner.folder, f"enable_plugin talker4 ./talker4\n{flood}\ndie $LINENO sorry")
    with started(runner, "run", "--rm", "-c", conf) as run:
        assert run.end() == 2
    assert "line 5: sorry" in run.said
    assert run.peak < 80 * _MEGABYTE
