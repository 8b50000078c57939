"""Six jobs one after the other and side by side: wall clock, and the memory that they take.

    python bench/matrix.py [--services]

Debian 12 and 13, the dnf lab and the zypper lab (tests/lab), and the labs once more under other
names, as no more can be had everywhere. The plugin is the sample `greeter`; with
`--services` each stack has Keystone, MariaDB and RabbitMQ as well. Images are built first. Memory
is what was available before and not at the worst moment, so page cache does not count.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from runner.jobs.capacity import JOB_MEMORY

ROOT = Path(__file__).resolve().parents[1]
UNDER_ANOTHER_NAME = {"fedora-44": "fedora-43", "opensuse-leap-16.0": "opensuse-tumbleweed"}
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
        distros = six_distros()
        run(folder, "build", conf, *distros)
        alone, _, _ = run(folder, "run", conf, *distros, "--rm", "-j", "1")
        together, memory, said = run(folder, "run", conf, *distros, "--rm", "-j", "auto")
    at_once = int(said.split(" jobs, ")[1].split()[0])
    print(said)
    print(f"one after the other  {alone:6.1f} s")
    print(f"-j auto              {together:6.1f} s   {together / alone:.2f} x")
    promised = at_once * JOB_MEMORY
    print(f"memory at most       {memory / 2**20:6.0f} MiB   {promised / 2**20:.0f} promised")


def six_distros() -> list[str]:
    """The options that choose them."""
    bases = {}
    for name, other in UNDER_ANOTHER_NAME.items():
        command = [sys.executable, "-m", "tests.lab.build", name]
        built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        bases[name] = bases[other] = built.stdout.split()[-1]
    words = ["-d", "debian-12", "-d", "debian-13"]
    for name, base in bases.items():
        words += ["-d", name, "--base-image", f"{name}={base}"]
    return words


def run(folder: str, command: str, conf: Path, *options: str) -> tuple[float, int, str]:
    """Run it; seconds, bytes of memory that it took, and what it said of jobs at once."""
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
    said = next((line for line in done.stderr.splitlines() if "at once" in line), "")
    return seconds, before - least[0], said


def available() -> int:
    """Bytes of memory that programs could have."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
