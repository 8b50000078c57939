import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import docker
import msgspec
import pytest

from runner.engine.setup import How, Setup, Started, down, explicit_endpoint, process_begun, up
from runner.errors import EngineError, HostError

NOBODY_HOME = {"HOME": "/nonexistent"}

# A daemon that listens as dockerd does: enough to be asked, started and stopped.
LISTENER = """#!/usr/bin/env python3
import signal, socket, sys, time
print("listening", flush=True)
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
signal.pause()
"""


def unreachable() -> bool:
    return False


def connects(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    script(folder, "sudo", '[ "$1" = -n ] && shift; exec "$@"')
    return folder


def script(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def setup_for(tmp_path: Path, *, systemd: bool = False, patience: float = 10.0) -> Setup:
    path = tmp_path / "s"
    return Setup(
        state=tmp_path / "state",
        answers=lambda: connects(path),
        environment=NOBODY_HOME,
        options=(str(path),),
        socket=path,
        systemd=systemd,
        patience=patience,
    )


def test_an_engine_that_answers_is_left_alone(tmp_path: Path) -> None:
    lines: list[str] = []
    setup = Setup(state=tmp_path / "state", answers=lambda: True, environment=NOBODY_HOME)
    assert up(setup, lines.append) is False
    assert lines == ["a container engine answers already: nothing to do"]
    assert not (tmp_path / "state").exists()


def test_nothing_is_started_beside_a_chosen_engine(tmp_path: Path) -> None:
    chosen = {"DOCKER_HOST": "tcp://build:2376"}
    setup = Setup(state=tmp_path / "state", answers=unreachable, environment=chosen)
    with pytest.raises(EngineError) as caught:
        up(setup, print)
    assert caught.value.message == (
        "the container engine of DOCKER_HOST=tcp://build:2376 does not answer"
    )
    assert caught.value.hint is not None
    assert not (tmp_path / "state").exists()


def test_a_docker_context_is_a_choice_too(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"currentContext": "remote"}))
    configured = {"DOCKER_CONFIG": str(tmp_path)}
    assert explicit_endpoint(configured) == "docker context remote"
    assert explicit_endpoint({"DOCKER_CONTEXT": "x", **configured}) == "docker context x"
    assert explicit_endpoint({"DOCKER_CONTEXT": "default"}) is None


@pytest.mark.parametrize("text", ["{}", "[]", "not json", '{"currentContext": "default"}'])
def test_other_docker_configuration_is_no_choice(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    assert explicit_endpoint({"DOCKER_CONFIG": str(tmp_path)}) is None
    assert explicit_endpoint(NOBODY_HOME) is None


def test_a_daemon_is_started_in_a_session_of_its_own_and_stopped(
    tools: Path, tmp_path: Path
) -> None:
    script(tools, "dockerd", LISTENER)
    setup, lines = setup_for(tmp_path), list[str]()
    assert up(setup, lines.append) is True
    assert lines[-1] == "the container engine answers"
    record = msgspec.json.decode(setup.record.read_bytes(), type=Started)
    assert record.how is How.PROCESS
    assert record.begun == process_begun(record.pid)
    assert os.getsid(record.pid) != os.getsid(0)
    outputs = {str(Path(f"/proc/{record.pid}/fd/{number}").readlink()) for number in (0, 1, 2)}
    assert outputs == {"/dev/null", str(setup.log)}

    assert up(setup, print) is False
    assert down(setup, lines.append) is True
    assert process_begun(record.pid) is None
    assert not setup.record.exists()
    assert down(setup, lines.append) is False
    assert lines[-1] == "no container engine was started by us: nothing to stop"


def test_a_daemon_that_ends_at_once_is_reported_with_its_last_lines(
    tools: Path, tmp_path: Path
) -> None:
    script(tools, "dockerd", "echo 'failed to start daemon: no space left on device' >&2; exit 1")
    setup = setup_for(tmp_path)
    with pytest.raises(EngineError) as caught:
        up(setup, lambda _line: None)
    assert caught.value.message == (
        "the container engine ended before it answered:\n"
        "failed to start daemon: no space left on device"
    )
    assert caught.value.hint == "the disk that holds the engine's data is full"
    assert not setup.record.exists()


def test_a_daemon_that_never_answers_is_stopped_again(tools: Path, tmp_path: Path) -> None:
    script(tools, "dockerd", 'echo $$ >"$0.pid"; exec sleep 60')
    setup = setup_for(tmp_path, patience=0.3)
    with pytest.raises(EngineError, match="did not answer within"):
        up(setup, lambda _line: None)
    assert process_begun(int((tools / "dockerd.pid").read_text())) is None


def test_another_process_with_the_same_number_is_not_stopped(tmp_path: Path) -> None:
    setup, lines = setup_for(tmp_path), list[str]()
    setup.state.mkdir()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        record = Started(how=How.PROCESS, pid=stranger.pid, begun=1)
        setup.record.write_bytes(msgspec.json.encode(record))
        assert down(setup, lines.append) is True
        assert stranger.poll() is None
        stranger.kill()
    assert lines == ["the container engine we started is gone already"]


def test_a_damaged_record_stops_nothing(tmp_path: Path) -> None:
    setup = setup_for(tmp_path)
    setup.state.mkdir()
    setup.record.write_text("{")
    assert down(setup, print) is False


def test_systemd_starts_and_stops_its_service(tools: Path, tmp_path: Path) -> None:
    script(tools, "dockerd", "exit 1")
    script(tools, "systemctl", f'echo "$*" >>"{tmp_path}/calls"; touch "{tmp_path}/running"')
    setup = Setup(
        state=tmp_path / "state",
        answers=(tmp_path / "running").exists,
        environment=NOBODY_HOME,
        socket=tmp_path / "s",
        systemd=True,
    )
    assert up(setup, print) is True
    assert down(setup, print) is True
    assert (tmp_path / "calls").read_text().splitlines() == [
        "start docker",
        "stop docker.socket docker.service",
    ]


def test_a_service_that_does_not_start_is_not_remembered(tools: Path, tmp_path: Path) -> None:
    script(tools, "dockerd", "exit 1")
    script(tools, "systemctl", "echo 'Job for docker.service failed.' >&2; exit 1")
    setup = setup_for(tmp_path, systemd=True)
    with pytest.raises(HostError, match=r"Job for docker\.service failed"):
        up(setup, print)
    assert not setup.record.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may use every socket")
def test_an_engine_closed_to_the_user_says_what_to_do(tmp_path: Path) -> None:
    setup = setup_for(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(setup.socket))
        server.listen()
        setup.socket.chmod(0)
        closed = Setup(
            state=tmp_path, answers=unreachable, environment=NOBODY_HOME, socket=setup.socket
        )
        with pytest.raises(EngineError) as caught:
            up(closed, print)
    assert "usermod -aG docker" in (caught.value.hint or "")


def test_processes_that_ended_have_no_beginning() -> None:
    with subprocess.Popen(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert process_begun(process.pid) is None  # a zombie
    assert process_begun(process.pid) is None
    assert process_begun(os.getpid()) is not None


def may_start_a_second_engine() -> bool:
    """Only in a network of its own: `--bridge=none` deletes docker0, the main engine's bridge."""
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        return False
    probe = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    return probe.returncode == 0


@pytest.fixture
def second_engine(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setup]:
    """A real dockerd beside the machine's own, sharing nothing with it, the network included."""
    script(tools, "dockerd", f'exec unshare --net {shutil.which("dockerd")} "$@"')
    folder = tmp_path_factory.mktemp("d")
    path = folder / "s"

    def answers() -> bool:
        if not connects(path):  # docker-py forgets to close a socket that cannot connect
            return False
        client = docker.APIClient(base_url=f"unix://{path}", version="1.41")
        try:
            return bool(client.ping())
        except (docker.errors.DockerException, OSError):
            return False
        finally:
            client.close()

    options = (
        f"--host=unix://{path}",
        f"--data-root={folder}/data",
        f"--exec-root={folder}/exec",
        f"--pidfile={folder}/pid",
        "--bridge=none",
        "--iptables=false",
        "--ip6tables=false",
    )
    setup = Setup(
        state=folder / "state",
        answers=answers,
        environment=NOBODY_HOME,
        options=options,
        socket=path,
        systemd=False,
    )
    yield setup
    down(setup, print)


@pytest.mark.skipif(
    not may_start_a_second_engine(), reason="needs root, dockerd and a network namespace"
)
def test_a_real_engine_comes_up_and_goes_down(second_engine: Setup) -> None:
    assert up(second_engine, print) is True
    assert second_engine.answers()
    record = msgspec.json.decode(second_engine.record.read_bytes(), type=Started)
    assert Path(f"/proc/{record.pid}/comm").read_text() == "dockerd\n"
    network = Path(f"/proc/{record.pid}/ns/net").readlink()
    assert network != Path("/proc/self/ns/net").readlink()
    assert down(second_engine, print) is True
    assert not second_engine.answers()
    assert process_begun(record.pid) is None
