"""Start a Docker engine on this machine where none answers, and stop the one we started."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct, field

from runner.distros.distro import Family
from runner.distros.machine import Announce, become_root, install_packages, last_lines
from runner.errors import EngineError, HostError

PACKAGES: Mapping[Family, tuple[str, ...]] = {
    Family.DEBIAN: ("docker.io",),
    Family.REDHAT: ("moby-engine",),
    Family.SUSE: ("docker",),
}

_HINTS = (
    ("iptables", "the engine cannot set up its network: is iptables installed and permitted?"),
    ("permission denied", "the machine does not let root do it: is this itself a container?"),
    ("operation not permitted", "the machine does not let root do it: is this a container?"),
    ("no space left", "the disk that holds the engine's data is full"),
    ("pid file", "another dockerd is, or was, running: look for its process"),
)

# The shell becomes dockerd, so the number it writes is dockerd's, with sudo in between or not.
_LAUNCH = 'echo $$ >"$1"; log=$2; shift 2; exec "$@" >>"$log" 2>&1 </dev/null'


class How(StrEnum):
    """How an engine was started, which is how it is to be stopped."""

    SYSTEMD = "systemd"
    PROCESS = "process"


class Started(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The engine `up` started; `begun` tells its process from a later one of the same number."""

    how: How
    pid: int = 0
    begun: int = 0


class Setup(Struct, frozen=True, kw_only=True):
    """Where an engine is started and how long it may take; the defaults are the machine's own."""

    state: Path
    answers: Callable[[], bool]
    environment: Mapping[str, str]
    options: Sequence[str] = ()
    socket: Path = Path("/var/run/docker.sock")
    patience: float = 60.0
    systemd: bool = field(default_factory=Path("/run/systemd/system").is_dir)

    @property
    def record(self) -> Path:
        """The file that remembers what we started."""
        return self.state / "engine.json"

    @property
    def log(self) -> Path:
        """What dockerd prints when we started it ourselves."""
        return self.state / "dockerd.log"

    @property
    def pid_file(self) -> Path:
        """The process number of the dockerd we started."""
        return self.state / "dockerd.pid"


def up(setup: Setup, announce: Announce) -> bool:
    """See to it that an engine answers; True when we had to start one."""
    if setup.answers():
        announce("a container engine answers already: nothing to do")
        return False
    if chosen := explicit_endpoint(setup.environment):
        raise EngineError(
            f"the container engine of {chosen} does not answer",
            hint="start that engine, or unset the choice to use this machine's own",
        )
    _refuse_closed(setup)
    setup.state.mkdir(parents=True, exist_ok=True)
    root = become_root("no container engine answers; starting one")
    if not shutil.which("dockerd", path=_search_path()):
        install_packages(PACKAGES, announce)
        if not shutil.which("dockerd", path=_search_path()):
            raise HostError("the packages are installed, but there is no dockerd")
    if setup.systemd:
        _start_service(setup, root, announce)
    elif not _started_by_package(setup):
        _start_process(setup, root, announce)
    _refuse_closed(setup)
    announce("the container engine answers")
    return True


def down(setup: Setup, announce: Announce) -> bool:
    """Stop the engine that `up` started, and no other; True when there was one."""
    started = _read_record(setup)
    if started is None:
        announce("no container engine was started by us: nothing to stop")
        return False
    if started.how is How.SYSTEMD:
        announce("stopping the container engine (docker.service)")
        _run_root(["systemctl", "stop", "docker.socket", "docker.service"])
    elif process_begun(started.pid) == started.begun:
        announce(f"stopping the container engine (dockerd, process {started.pid})")
        _run_root(["kill", "-TERM", str(started.pid)])
        _wait_gone(started)
    else:
        announce("the container engine we started is gone already")
    setup.record.unlink(missing_ok=True)
    setup.pid_file.unlink(missing_ok=True)
    return True


def explicit_endpoint(environment: Mapping[str, str]) -> str | None:
    """The engine the user chose by DOCKER_HOST or a docker context, if they did."""
    if host := environment.get("DOCKER_HOST"):
        return f"DOCKER_HOST={host}"
    context = environment.get("DOCKER_CONTEXT")
    if not context:
        home = Path(environment.get("HOME", "/"))
        folder = Path(environment.get("DOCKER_CONFIG", home / ".docker"))
        try:
            context = json.loads((folder / "config.json").read_text()).get("currentContext")
        except (OSError, ValueError, AttributeError):
            return None
    return f"docker context {context}" if context and context != "default" else None


def process_begun(pid: int) -> int | None:
    """When a process began, in clock ticks since boot; None when it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def _refuse_closed(setup: Setup) -> None:
    """Stop where an engine runs that the user has no right to use."""
    if _closed_to_us(setup.socket):
        raise EngineError(
            f"a container engine is running, but you may not use {setup.socket}",
            hint="sudo usermod -aG docker $USER, then log in again (or: newgrp docker)",
        )


def _closed_to_us(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except PermissionError:
            return True
        except OSError:
            return False
    return False


def _start_service(setup: Setup, root: Sequence[str], announce: Announce) -> None:
    announce("starting the container engine (systemctl start docker)")
    setup.record.write_bytes(msgspec.json.encode(Started(how=How.SYSTEMD)))
    try:
        _run_root(["systemctl", "start", "docker"], root)
        _wait_answer(setup, lambda: True, lambda: "see: journalctl -u docker")
    except (EngineError, HostError):
        setup.record.unlink(missing_ok=True)
        raise


def _started_by_package(setup: Setup) -> bool:
    """Say whether the package's own scripts started the engine, and remember it if so."""
    if not setup.answers():
        return False
    pid = _read_pid(Path("/var/run/docker.pid"))
    _write_record(setup, pid)
    return True


def _start_process(setup: Setup, root: Sequence[str], announce: Announce) -> None:
    announce(f"starting the container engine (dockerd, log in {setup.log})")
    setup.log.write_bytes(b"")
    setup.pid_file.unlink(missing_ok=True)
    daemon = ["dockerd", *setup.options]
    paths = [str(setup.pid_file), str(setup.log)]
    path = f"PATH={_search_path()}"
    # --fork: a session of its own, without our terminal and our pipes, that outlives us.
    launch = [*root, "setsid", "--fork", "env", path, "sh", "-c", _LAUNCH, "sh", *paths, *daemon]
    null = subprocess.DEVNULL
    subprocess.run(launch, stdin=null, stdout=null, stderr=null, check=False)
    limit = time.monotonic() + 5
    while not (pid := _read_pid(setup.pid_file)) and time.monotonic() < limit:
        time.sleep(0.02)
    _write_record(setup, pid)
    try:
        _wait_answer(
            setup,
            lambda: process_begun(pid) is not None,
            lambda: last_lines(setup.log.read_text(errors="replace")),
        )
    except EngineError:
        down(setup, lambda _line: None)
        raise


def _wait_answer(setup: Setup, alive: Callable[[], bool], explanation: Callable[[], str]) -> None:
    limit = time.monotonic() + setup.patience
    while not (setup.answers() or _closed_to_us(setup.socket)):
        if not alive():
            text = explanation()
            raise EngineError(
                f"the container engine ended before it answered:\n{text}", hint=_hint(text)
            )
        if time.monotonic() > limit:
            raise EngineError(
                f"the container engine did not answer within {setup.patience:.0f} s:\n"
                f"{explanation()}",
                hint=f"its log: {setup.log}" if setup.log.exists() else None,
            )
        time.sleep(0.1)


def _wait_gone(started: Started) -> None:
    limit = time.monotonic() + 30
    while process_begun(started.pid) == started.begun:
        if time.monotonic() > limit:
            raise HostError(f"process {started.pid} (dockerd) does not end")
        time.sleep(0.05)


def _write_record(setup: Setup, pid: int) -> None:
    begun = process_begun(pid) or 0
    setup.record.write_bytes(msgspec.json.encode(Started(how=How.PROCESS, pid=pid, begun=begun)))


def _read_record(setup: Setup) -> Started | None:
    try:
        return msgspec.json.decode(setup.record.read_bytes(), type=Started)
    except (OSError, msgspec.MsgspecError):
        return None


def _read_pid(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0


def _run_root(command: Sequence[str], root: Sequence[str] | None = None) -> None:
    arguments = [*(become_root() if root is None else root), *command]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HostError(f"{' '.join(arguments)} failed: {last_lines(done.stderr, 2)}")


def _search_path() -> str:
    """PATH with the system's own folders, which a user's may lack."""
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:/usr/local/sbin"


def _hint(text: str) -> str | None:
    return next((hint for needle, hint in _HINTS if needle in text.lower()), None)
