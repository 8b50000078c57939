"""The local lab: started by compose, used by a build and a run, and gone without a trace."""

import os
import re
import shutil
import socket
import socketserver
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from runner import labels
from runner.engine import Engine, Found
from runner.errors import EngineError
from tests.container.harness import Runner, forget_images, job_name, write_plugin

ROOT = Path(__file__).parents[2]
_NAME = f"lab-test-{os.getpid()}"
_PORTS = ("LAB_PACKAGES_PORT", "LAB_PYTHON_PORT", "LAB_GIT_PORT", "LAB_REGISTRY_PORT")
# Small, and needed by nothing else that the image has.
_DEB, _WHEEL = "hexer", "iniconfig"
_JOB = job_name("labguest")
_PLUGIN = """\
if [[ "$1 $2" == "stack install" ]]; then
    pip config list
    pip download --quiet --no-deps --no-cache-dir --dest /tmp toposort
fi
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compose:
    """The lab of this test, beside any other."""

    program: tuple[str, ...]
    engine: Engine
    runner: Runner
    environment: dict[str, str]

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self.program, "--project-name", _NAME, "--env-file", self.settings, *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    @property
    def settings(self) -> str:
        return str(self.runner.folder / "lab.env")

    def port(self, service: str) -> str:
        return self.environment[f"LAB_{service.upper()}_PORT"]

    def run(self, *arguments: str) -> list[str]:
        return [*arguments, "-d", "debian-12", "-p", "labguest=./labguest", "--json"]

    def files(self, service: str) -> str:
        """The names of all files that the service has kept."""
        (found,) = self.engine.containers(kind="lab", lab=_NAME, service=service)
        return docker("exec", found.id, "find", f"/srv/{service}", "-type", "f")

    def objects(self) -> list[Found]:
        """What the engine has of it."""
        there = (*self.engine.containers(), *self.engine.volumes(), *self.engine.images())
        return [
            found
            for found in there
            if found.labels.get(f"{labels.PREFIX}.lab") == _NAME or f"/{_NAME}:" in found.name
        ]


def find_compose() -> tuple[str, ...]:
    if shutil.which("docker-compose"):
        return ("docker-compose",)
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    if plugin.returncode == 0:
        return ("docker", "compose")
    if os.geteuid() or not shutil.which("apt-get"):
        pytest.skip("compose is not installed, and only root can install it, where there is apt")
    for command in (["update"], ["install", "--yes", "docker-compose"]):
        done = subprocess.run(["apt-get", "--quiet", *command], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("compose is not installed, and apt-get cannot install it")
    return ("docker-compose",)


@pytest.fixture(scope="module")
def compose(shared_runner: Runner, engine: Engine) -> Iterator[Compose]:
    """The lab, up."""
    program = find_compose()
    dangling = {image.id for image in engine.images(kind="lab")}
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in _PORTS]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        ports = [str(each.getsockname()[1]) for each in sockets]
    lab = Compose(
        program=program,
        engine=engine,
        runner=shared_runner,
        environment={"LAB_NAME": _NAME, **dict(zip(_PORTS, ports, strict=True))},
    )
    write_guest(shared_runner.folder)
    Path(lab.settings).write_text(shared_runner.passes("lab").stdout)
    try:
        lab("up", "--detach", "--build")
        yield lab
    finally:
        lab("down", "--volumes", "--rmi", "all")
        for image in engine.images(kind="lab"):
            if not image.name and image.id not in dangling:
                engine.remove_image(image.id)  # a stage that is in no service's image
        forget_images(engine, _JOB)
    assert lab.objects() == []


def write_guest(folder: Path) -> None:
    checkout = write_plugin(folder, "labguest", plugin=_PLUGIN)
    lists = checkout / "devstack" / "files" / "debs"
    lists.mkdir(parents=True)
    (lists / "labguest").write_text(f"{_DEB}\n")
    (checkout / "pyproject.toml").write_text(
        f'[project]\nname = "labguest"\nversion = "1"\ndependencies = ["{_WHEEL}"]\n'
    )


def test_a_lab_that_is_not_up_is_an_error_only_where_it_is_needed(runner: Runner) -> None:
    write_guest(runner.folder)
    command = ["build", "--dry-run", "-d", "debian-12", "-p", "labguest=./labguest"]
    outcome = runner(*command, "--lab", "on", env={"LAB_NAME": "nobody"})
    assert outcome.code == 5
    assert "error: --lab on: the lab is not up on this engine" in outcome.stderr
    assert "devstack-runner lab >.env && docker compose up" in outcome.stderr
    runner.passes(*command, env={"LAB_NAME": "nobody"})


def test_a_build_fills_the_caches_and_its_image_knows_nothing_of_them(compose: Compose) -> None:
    image = compose.runner.passes(
        *compose.run("build"), "--lab", "on", env=compose.environment
    ).job.image
    assert image
    assert image.built
    assert f"/{_DEB}_" in compose.files("packages")
    assert f"/{_WHEEL}-" in compose.files("python")

    outside = compose.runner.passes(*compose.run("build"), "--lab", "off").job.image
    assert outside
    assert (outside.reference, outside.built) == (image.reference, False)
    ports = f":({compose.port('packages')}|{compose.port('python')})"
    script = (
        f"env; grep -rlE '{ports}' /etc /opt /root /var/log /var/lib/dpkg || echo nothing found"
    )
    inside = docker("run", "--rm", image.reference, "bash", "-c", script)
    assert "nothing found" in inside
    assert "proxy" not in inside.lower()
    assert not re.search(ports, docker("history", "--no-trunc", image.reference))


def test_pip_in_a_run_asks_the_lab(compose: Compose) -> None:
    outcome = compose.runner.passes(*compose.run("run", "--rm"), env=compose.environment)
    log = compose.runner.log(_JOB)
    assert f":{compose.port('python')}/index/" in log, outcome.stderr
    assert "/toposort-" in compose.files("python")


def test_the_mirrors_can_be_read_and_not_written(compose: Compose, tmp_path: Path) -> None:
    mirrors = compose.runner.cache / "devstack-runner" / "mirrors"
    subprocess.run(["git", "init", "--quiet", "--bare", mirrors / "probe.git"], check=True)
    url = f"git://127.0.0.1:{compose.port('git')}/probe.git"
    subprocess.run(["git", "clone", "--quiet", url, tmp_path / "probe"], check=True)
    here = [
        "git",
        "-C",
        str(tmp_path / "probe"),
        "-c",
        "user.name=p",
        "-c",
        "user.email=p@localhost",
    ]
    subprocess.run([*here, "commit", "--quiet", "--allow-empty", "--message=one"], check=True)
    pushed = subprocess.run([*here, "push", "origin", "HEAD"], capture_output=True, check=False)
    assert pushed.returncode != 0


@pytest.fixture
def pushed(compose: Compose) -> str:
    """What an image is called in the registry, without the registry; the engine has it not."""
    name = f"127.0.0.1:{compose.port('registry')}/probe:1"
    empty = subprocess.run(["tar", "-c", "--files-from=/dev/null"], capture_output=True, check=True)
    docker("import", "-", name, stdin=empty.stdout)
    try:
        docker("push", name)
    finally:
        docker("rmi", name)
    return "probe:1"


def test_the_registry_takes_images_and_gives_them(compose: Compose, pushed: str) -> None:
    name = f"127.0.0.1:{compose.port('registry')}/{pushed}"
    docker("pull", name)
    docker("rmi", name)


def test_a_pull_that_is_cut_off_is_tried_again(compose: Compose, pushed: str) -> None:
    with cut_off_at_first(int(compose.port("registry"))) as (port, cut):
        name = f"127.0.0.1:{port}/{pushed}"
        compose.engine.pull(name)
        docker("rmi", name)
        assert cut
        with pytest.raises(EngineError, match="nowhere"):
            compose.engine.pull(f"127.0.0.1:{port}/nowhere:1")


@contextmanager
def cut_off_at_first(port: int, *, seconds: float = 0.5) -> Iterator[tuple[int, list[str]]]:
    """A way to the port that breaks all connections for a while after the first has come: where
    it is, and those it broke.
    """
    cut: list[str] = []
    until = 0.0

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            nonlocal until
            until = until or time.monotonic() + seconds
            if time.monotonic() < until:
                self.request.recv(1)
                cut.append(self.client_address[0])
                # closing it then resets the connection
                self.request.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
                return
            with socket.create_connection(("127.0.0.1", port)) as server:
                back = threading.Thread(target=pump, args=(server, self.request))
                back.start()
                pump(self.request, server)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as way:
        way.daemon_threads = True
        threading.Thread(target=way.serve_forever, daemon=True).start()
        try:
            yield way.server_address[1], cut
        finally:
            way.shutdown()


def pump(source: socket.socket, target: socket.socket) -> None:
    """Hand on what comes until it ends."""
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def docker(*arguments: str, stdin: bytes = b"") -> str:
    done = subprocess.run(["docker", *arguments], input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()
