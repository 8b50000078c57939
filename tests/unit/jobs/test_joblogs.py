"""`logs`: the newest run's log, also while it grows."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.errors import ConfigError
from runner.host.workspace import RunFolder, Workspace
from runner.jobs.joblogs import print_log


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunFolder]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run = Workspace.open().new_run()
    run.job("debian-12-foo").log.write_bytes(b"hello \xff\n")
    yield run
    run.close()


def test_the_log_is_copied_byte_by_byte(
    run: RunFolder, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    print_log(None, follow=False)
    assert capfdbinary.readouterr().out == b"hello \xff\n"


def test_a_job_of_an_older_run_is_found(
    run: RunFolder, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    newer = RunFolder(run.path.with_name("29991231-235959-abcdef"))
    newer.path.mkdir()
    newer.job("debian-12-bar").log.write_bytes(b"bar\n")
    print_log("debian-12-foo", follow=False)
    assert capfdbinary.readouterr().out == b"hello \xff\n"


def test_an_unknown_job_suggests_the_nearest(run: RunFolder) -> None:
    with pytest.raises(ConfigError, match="no run of a job called debian-12-fo") as caught:
        print_log("debian-12-fo", follow=False)
    assert caught.value.hint == "did you mean debian-12-foo?"


def test_a_job_without_a_log_prints_nothing(
    run: RunFolder, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run.job("debian-12-bar")
    print_log("debian-12-bar", follow=False)
    assert capfdbinary.readouterr().out == b""


def test_following_ends_with_the_run_and_misses_nothing(
    run: RunFolder, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    def work() -> None:
        with run.job("debian-12-foo").log.open("ab") as log:
            for number in range(3):
                log.write(b"%d\n" % number)
                log.flush()
                time.sleep(0.1)
            log.write(b"last\n")
        run.close()

    worker = threading.Thread(target=work)
    worker.start()
    print_log("debian-12-foo", follow=True)
    worker.join()
    assert capfdbinary.readouterr().out == b"hello \xff\n0\n1\n2\nlast\n"
