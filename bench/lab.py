"""Building a job's image from nothing: without the lab, with its caches empty, and with them full.

A plugin with a dozen distribution packages and two Python requirements; before each build its
images are gone, and the runner's own cache is a new one. What is loaded from outside is what this
machine's network interface received, with all else that uses the network meanwhile; beside it is
what the lab's containers received, which is their clients' requests and what they loaded. The lab
is one of its own, started by compose from this checkout and removed at the end.

    python bench/lab.py [DISTRO]...
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from runner import labels

ROOT = Path(__file__).resolve().parents[1]
RUNNER = [sys.executable, "-m", "runner"]
NAME = f"lab-bench-{os.getpid()}"
SERVICES = ("packages", "python")
PACKAGES = (
    *("apache2", "bind9-dnsutils", "dnsmasq", "haproxy", "ipset", "jq", "keepalived"),
    *("memcached", "qemu-utils", "socat", "sqlite3", "vlan"),
)
REQUIREMENTS = ("oslo.config", "keystonemiddleware")


def main() -> None:
    distros = sys.argv[1:] or ["debian-12", "debian-13"]
    with tempfile.TemporaryDirectory() as folder:
        write_plugin(Path(folder) / "labbench")
        bases = {distro: base_of(distro, Path(folder)) for distro in distros}
        for distro in distros:
            row(distro, "without the lab", *build(Path(folder), distro, bases[distro], "off"))
            with lab(Path(folder)):
                for round_ in ("caches empty", "caches full"):
                    row(distro, round_, *build(Path(folder), distro, bases[distro], "on"))


def row(distro: str, what: str, seconds: float, machine: int, caches: int) -> None:
    megabytes = f"{machine / 1e6:7.1f} MB by the machine  {caches / 1e6:7.1f} MB by the lab"
    print(f"{distro:<12} {what:<16} {seconds:6.1f} s  {megabytes}", flush=True)


def write_plugin(checkout: Path) -> None:
    lists = checkout / "devstack" / "files" / "debs"
    lists.mkdir(parents=True)
    (checkout / "devstack" / "plugin.sh").write_text(":\n")
    (lists / checkout.name).write_text("".join(f"{name}\n" for name in PACKAGES))
    project = f'[project]\nname = "{checkout.name}"\nversion = "1"\n'
    names = json.dumps(REQUIREMENTS)
    (checkout / "pyproject.toml").write_text(f"{project}dependencies = {names}\n")


def base_of(distro: str, folder: Path) -> str:
    """The distro's base image, made where it is not there."""
    said = runner("build", "-d", distro, "-p", "labbench=./labbench", "--dry-run", folder=folder)
    found = re.search(r"^\S+ on (\S+)$", said, re.MULTILINE)
    if found is None:
        raise SystemExit(said)
    return found[1]


def build(folder: Path, distro: str, base: str, use: str) -> tuple[float, int, int]:
    """Build on an image that nothing has been built on; seconds, and bytes received."""
    new = f"devstack-runner-bench:{time.time_ns()}"
    docker("build", "--tag", new, "-", stdin=f"FROM {base}\nLABEL bench={new}\n".encode())
    options = ("-d", distro, "-p", "labbench=./labbench", "--base-image", f"{distro}={new}")
    with tempfile.TemporaryDirectory() as cache:
        environment = {"LAB_NAME": NAME, "XDG_CACHE_HOME": cache}
        command = ("build", *options, "--lab", use)
        images = re.findall(
            r"devstack-runner/\S+:\S+",
            runner(*command, "--dry-run", folder=folder, more=environment),
        )
        try:
            begun, machine, caches = time.monotonic(), received_bytes(), received_by_lab()
            runner(*command, folder=folder, more=environment)
            seconds = time.monotonic() - begun
            return seconds, received_bytes() - machine, received_by_lab() - caches
        finally:
            for image in dict.fromkeys((*images, new)):
                subprocess.run(["docker", "rmi", image], capture_output=True, check=False)


@contextlib.contextmanager
def lab(folder: Path) -> Iterator[None]:
    """A lab with empty caches."""
    ports = {f"LAB_{service.upper()}_PORT": str(free_port()) for service in SERVICES}
    environment = {**os.environ, **ports, "LAB_NAME": NAME}
    settings = folder / "lab.env"
    settings.write_text(runner("lab", folder=folder))
    program = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    compose = [*program, "--project-name", NAME, "--env-file", str(settings)]

    def call(*arguments: str) -> None:
        subprocess.run(
            [*compose, *arguments], cwd=ROOT, env=environment, capture_output=True, check=True
        )

    try:
        call("up", "--detach", "--build", *SERVICES)
        yield
    finally:
        call("down", "--volumes", "--rmi", "all")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def received_bytes() -> int:
    """What the interface of the default route has received."""
    routes = [line.split() for line in Path("/proc/net/route").read_text().splitlines()[1:]]
    interface = next(route[0] for route in routes if route[1] == "00000000")
    counters = dict(
        line.strip().split(":", 1)
        for line in Path("/proc/net/dev").read_text().splitlines()
        if ":" in line
    )
    return int(counters[interface].split()[0])


def received_by_lab() -> int:
    running = docker("ps", "--quiet", "--filter", f"label={labels.PREFIX}.lab={NAME}").split()
    counter = "/sys/class/net/eth0/statistics/rx_bytes"
    return sum(int(docker("exec", container, "cat", counter)) for container in running)


def runner(*arguments: str, folder: Path, more: Mapping[str, str] | None = None) -> str:
    state = str(folder / "state")
    environment = {**os.environ, "NO_COLOR": "1", "XDG_STATE_HOME": state, **(more or {})}
    done = subprocess.run(
        [*RUNNER, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def docker(*arguments: str, stdin: bytes = b"") -> str:
    command = ["docker", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout.decode()


if __name__ == "__main__":
    main()
