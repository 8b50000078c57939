"""Jobs one after the other and side by side: wall clock, and the memory that they take.

    python bench/matrix.py [--services]

Two of five jobs run on Debian 12 and 13; the others on the same bases under the names of other
distros of the family, as no more can be had everywhere. The plugin is the sample `greeter`; with
`--services` each stack has Keystone, MariaDB and RabbitMQ as well. Images are built first.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import docker

ROOT = Path(__file__).parent.parent
DISTROS = {
    "debian-12": "debian-12",
    "debian-13": "debian-13",
    "ubuntu-22.04": "debian-12",
    "ubuntu-24.04": "debian-13",
    "ubuntu-26.04": "debian-13",
}
ALONE = """\
[[local|localrc]]
disable_all_services
{services}
enable_plugin greeter {root}/tests/samples/greeter
"""
SERVICES = """\
enable_service key mysql rabbit
ADMIN_PASSWORD=secretadmin
DATABASE_PASSWORD=secretdatabase
RABBIT_PASSWORD=secretrabbit
SERVICE_PASSWORD=secretservice"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--services", action="store_true")
    services = SERVICES if options.parse_args().services else ""
    with tempfile.TemporaryDirectory() as folder:
        conf = Path(folder, "local.conf")
        conf.write_text(ALONE.format(services=services, root=ROOT))
        run(folder, "build", conf, "-d", "debian-12", "-d", "debian-13")
        distros = options_for_all()
        run(folder, "build", conf, *distros)
        alone, _ = run(folder, "run", conf, *distros, "--rm", "-j", "1")
        together, memory = run(folder, "run", conf, *distros, "--rm", "-j", "auto")
    jobs = len(DISTROS)
    print(f"{jobs} jobs one after the other  {alone:6.1f} s")
    print(f"{jobs} jobs, -j auto             {together:6.1f} s   {together / alone:.2f} x")
    print(f"memory taken at most          {memory / 2**20:6.0f} MiB")


def options_for_all() -> list[str]:
    """The distros, four of them on bases of the other two."""
    tags = [tag for image in docker.from_env().images.list() for tag in image.tags]
    words = []
    for name, base in DISTROS.items():
        words += ["-d", name]
        if name != base:
            tag = next(t for t in tags if t.startswith(f"devstack-runner/base:{base}-"))
            words += ["--base-image", f"{name}={tag}"]
    return words


def run(folder: str, command: str, conf: Path, *options: str) -> tuple[float, int]:
    """Run it; seconds, and bytes of memory that were available before and not at the worst."""
    before = available()
    least = [before]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            least[0] = min(least[0], available())

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "runner", command, "-c", conf, *options],
        env={**os.environ, "XDG_STATE_HOME": folder},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - begun
    ended.set()
    watcher.join()
    if done.returncode:
        sys.exit(f"{command}: exit {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-2000:]}")
    print("\n".join(line for line in done.stderr.splitlines() if "at once" in line))
    return seconds, before - least[0]


def available() -> int:
    """Bytes of memory that programs could have."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
