"""Podman's service as the engine: what was imported there is found, whatever it is called there."""

import io
import os
import resource
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner import labels
from runner.distros.baseimage import bootstrap_tag
from runner.distros.distro import read_distros
from runner.engine import Engine
from runner.resources import IMAGES
from tests.container.harness import Runner

_START_SECONDS = 30
_FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
# To raise limits takes a right that not every machine gives; the runtime is one that is not told of
# parts of cgroups that the host does not have.
_SETTINGS = f"""\
[containers]
default_ulimits = ["nofile={_FILES}:{_FILES}"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


def podman(folder: Path, *arguments: str) -> list[str]:
    """A command line of Podman with storage of its own, which needs nothing of the kernel's."""
    places = ("--root", f"{folder}/root", "--runroot", f"{folder}/run", "--storage-driver", "vfs")
    return ["podman", *places, "--network-config-dir", f"{folder}/net", *arguments]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a service that answers for as long as the test takes."""
    if shutil.which("podman") is None:
        pytest.skip("podman is not installed")
    if os.geteuid() != 0:
        pytest.skip("podman with storage of its own needs root here")
    with tempfile.TemporaryDirectory(prefix="podman-") as name:  # it takes no long path
        folder = Path(name)
        (folder / "net").mkdir()
        (folder / "containers.conf").write_text(_SETTINGS)
        (folder / "registries.conf").write_text('unqualified-search-registries = ["docker.io"]\n')
        monkeypatch.setenv("CONTAINERS_CONF", str(folder / "containers.conf"))
        monkeypatch.setenv("CONTAINERS_REGISTRIES_CONF", str(folder / "registries.conf"))
        monkeypatch.setenv("DOCKER_HOST", f"unix://{folder}/s")
        with (folder / "log").open("wb") as log:
            command = podman(folder, "system", "service", "--time=0", f"unix://{folder}/s")
            with subprocess.Popen(command, stdout=log, stderr=log) as process:
                try:
                    _wait(folder, process)
                    yield folder
                finally:
                    process.terminate()
                    process.wait()


def _wait(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not (folder / "s").exists():
        log = (folder / "log").read_text()
        assert process.poll() is None, log
        assert time.monotonic() < deadline, log
        time.sleep(0.05)


def small_archive(folder: Path) -> Path:
    """A root file system of one file."""
    path = folder / "small.tar"
    with tarfile.open(path, "w") as tar:
        tar.addfile(tarfile.TarInfo("file"), io.BytesIO())
    return path


def test_what_was_imported_is_found_by_our_name(service: Path, runner: Runner) -> None:
    tag = bootstrap_tag(read_distros(IMAGES)["debian-12"])
    assert tag
    engine = Engine.connect()
    try:
        marks = {labels.KIND: "base", labels.DISTRO: "debian-12"}
        made = engine.import_image(small_archive(service), tag=tag, labels=marks)
        assert engine.find_image(tag) == made
        for prefix in ("docker.io", "localhost"):
            subprocess.run(podman(service, "tag", made, f"{prefix}/{tag}"), check=True)
            subprocess.run(podman(service, "untag", made), check=True)
            subprocess.run(podman(service, "tag", made, f"{prefix}/{tag}"), check=True)
            assert engine.find_image(tag) == made
            found = engine.images(kind="base", distro="debian-12")
            assert [image.name for image in found] == [tag]
            said = runner.passes("distros").stdout
            assert f"local image {tag}\n" in said
            would = runner.passes("gc", "--images", "--dry-run").stdout
            assert f"would remove image {tag} " in would
        engine.remove_image(tag)
        assert engine.find_image(tag) is None
    finally:
        engine.close()
