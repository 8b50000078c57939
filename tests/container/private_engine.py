"""A dockerd of the tests' own, to be filled up, stopped and killed: the machine's is not touched.

It runs in a network namespace of its own, because a daemon takes the bridge and the packet filter
for itself; so its containers reach no network, and images come from the machine's engine.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import docker

from tests.signals import afresh

_START_SECONDS = 60
_STOP_SECONDS = 60
_DISK = "4g"  # twice that of the images, while they are loaded


def obstacle() -> str:
    """Why there can be none here; empty when there can."""
    if os.geteuid() != 0:
        return "a second dockerd needs root"
    if shutil.which("dockerd") is None:
        return "dockerd is not installed"
    probe = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    return "" if probe.returncode == 0 else "no network namespace can be made here"


@dataclass(slots=True, kw_only=True)
class PrivateEngine:
    """One dockerd and its folder."""

    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "s"

    @property
    def environment(self) -> Mapping[str, str]:
        """What makes a command use it; no container there reaches an index, however often."""
        return {"DOCKER_HOST": f"unix://{self.socket}", "PIP_RETRIES": "0"}

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [
            *("unshare", "--net", "dockerd"),
            f"--host=unix://{self.socket}",
            f"--data-root={self.folder}/data",
            f"--exec-root={self.folder}/exec",
            f"--pidfile={self.folder}/pid",
            *("--iptables=false", "--ip6tables=false"),
            *("--containerd-namespace=private", "--containerd-plugins-namespace=private-plugins"),
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                afresh(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + _START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.1)

    def answers(self) -> bool:
        """Whether it is up."""
        if not self.socket.exists():
            return False
        with contextlib.suppress(Exception), self.api() as api:
            return bool(api.ping())
        return False

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it by its process id, and wait."""
        if self.process is None:
            return
        pid_file = self.folder / "exec" / "containerd" / "containerd.pid"
        below = int(pid_file.read_text()) if pid_file.exists() else 0
        self.process.send_signal(number)
        self.process.wait(_STOP_SECONDS)
        self.process = None
        while below and Path(f"/proc/{below}").exists():  # it dies with its parent, a little later
            time.sleep(0.05)
        for leftover in (pid_file, self.folder / "pid", self.socket):
            leftover.unlink(missing_ok=True)

    @contextlib.contextmanager
    def api(self) -> Iterator[docker.APIClient]:
        """A connection to it."""
        api = docker.APIClient(base_url=f"unix://{self.socket}", version="1.41", timeout=120)
        try:
            yield api
        finally:
            api.close()

    def take_images(self, *references: str) -> None:
        """Copy images of the machine's engine."""
        load = ["docker", "--host", self.environment["DOCKER_HOST"], "load", "--quiet"]
        with subprocess.Popen(["docker", "save", *references], stdout=subprocess.PIPE) as saved:
            subprocess.run(load, stdin=saved.stdout, stdout=subprocess.DEVNULL, check=True)
        assert saved.returncode == 0

    @contextlib.contextmanager
    def disk_with_free(self, size: int) -> Iterator[None]:
        """Let its disk have only so many bytes left, for a while."""
        left = os.statvfs(self.folder)
        used = (left.f_blocks - left.f_bfree) * left.f_frsize
        _resize(self.folder, str(used + size))
        yield
        _resize(self.folder, _DISK)

    def objects(self) -> set[str]:
        """The ids of all containers, volumes and images, whoever made them."""
        with self.api() as api:
            return {
                *(f"container {row['Id']}" for row in api.containers(all=True)),
                *(f"volume {row['Name']}" for row in api.volumes()["Volumes"] or ()),
                *(f"image {row['Id']}" for row in api.images(all=True)),
            }

    def remove_containers(self) -> None:
        """Remove every container with its volumes: they are all of the tests."""
        with self.api() as api:
            for row in api.containers(all=True):
                api.remove_container(row["Id"], force=True, v=True)


@contextlib.contextmanager
def private_engine(folder: Path, *, images: Sequence[str]) -> Iterator[PrivateEngine]:
    """A running one on a disk in memory, with copies of images of the machine's engine.

    When it was stopped or killed in between it is started again, to remove its containers.
    """
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tests", folder], check=True)
    engine = PrivateEngine(folder=folder)
    try:
        engine.start()
        engine.take_images(*images)
        yield engine
        if not engine.answers():
            engine.start()
        engine.remove_containers()
    finally:
        engine.stop()
        _unmount(folder)


def containers(objects: set[str]) -> set[str]:
    """Those of `PrivateEngine.objects` that are no images: containers and volumes."""
    return {one for one in objects if not one.startswith("image ")}


def _resize(folder: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", folder], check=True)


def _unmount(folder: Path) -> None:
    """Unmount what is mounted below the folder, last the folder itself."""
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for mount in reversed(mounts):
        if Path(mount).is_relative_to(folder):
            subprocess.run(["umount", "--lazy", mount], check=False)
