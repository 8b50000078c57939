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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import docker

_START_SECONDS = 60
_STOP_SECONDS = 60


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
        """What makes a command use it."""
        return {"DOCKER_HOST": f"unix://{self.socket}"}

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [
            *("unshare", "--net", "dockerd"),
            f"--host=unix://{self.socket}",
            f"--data-root={self.folder}/data",
            f"--exec-root={self.folder}/exec",
            f"--pidfile={self.folder}/pid",
            *("--bridge=none", "--iptables=false", "--ip6tables=false"),
            *("--containerd-namespace=private", "--containerd-plugins-namespace=private-plugins"),
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
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
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(_STOP_SECONDS)
            self.process = None

    @contextlib.contextmanager
    def api(self) -> Iterator[docker.APIClient]:
        """A connection to it."""
        api = docker.APIClient(base_url=f"unix://{self.socket}", version="1.41", timeout=120)
        try:
            yield api
        finally:
            api.close()

    def take_images(self, archive: Path) -> None:
        """Load what `save_images` has written."""
        with self.api() as api, archive.open("rb") as file:
            for message in api.load_image(file):
                assert "error" not in message, message

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
def private_engine(folder: Path, *, images: Path) -> Iterator[PrivateEngine]:
    """A running one that has these images; when it is killed in between it is started again."""
    engine = PrivateEngine(folder=folder)
    engine.start()
    try:
        engine.take_images(images)
        yield engine
    finally:
        if not engine.answers():
            engine.stop(signal.SIGKILL)
            (folder / "pid").unlink(missing_ok=True)
            engine.start()
        engine.remove_containers()
        engine.stop()


def save_images(archive: Path, *references: str) -> None:
    """Write images of the machine's engine into an archive."""
    subprocess.run(["docker", "save", "--output", archive, *references], check=True)
