"""The whole life of a stack with a real plugin, step by step: wall clock and the container's CPU.

    python bench/services.py --git-mirror FOLDER [--plugin barbican]

FOLDER has `openstack/NAME.git` for the plugin and for `requirements`. Beside each figure stands
upstream's own for the same local.conf (key, mysql, rabbit and barbican), measured once on a
machine of this kind (2 cores, Debian 12 container, local git mirrors, its downloads included), so
the ratio compares with another day. Without images of ours on the engine the first line is the
build from nothing.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import docker

JOB = "debian-12-{plugin}"
LOCAL_CONF = """\
[[local|localrc]]
disable_all_services
enable_service key mysql rabbit
ADMIN_PASSWORD=secretadmin
DATABASE_PASSWORD=secretdatabase
RABBIT_PASSWORD=secretrabbit
SERVICE_PASSWORD=secretservice
{settings}
enable_plugin {plugin} https://opendev.org/openstack/{plugin}
"""
SETTINGS = {"zaqar": "ZAQAR_BACKEND=redis"}
# step: wall seconds and the container's CPU seconds
UPSTREAM = {
    "first stack": (243.6, 290.0),
    "unstack": (11.9, 6.0),
    "stack again": (162.0, 205.0),
    "clean": (22.5, 15.0),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--git-mirror", required=True)
    options.add_argument("--plugin", default="barbican")
    given = options.parse_args()
    job = JOB.format(plugin=given.plugin)
    with tempfile.TemporaryDirectory() as folder:
        settings = SETTINGS.get(given.plugin, "")
        conf = Path(folder, "local.conf")
        conf.write_text(LOCAL_CONF.format(plugin=given.plugin, settings=settings))
        runner = Runner(Path(folder), ["-c", str(conf), "--git-mirror", given.git_mirror])
        measure(runner, job)


class Runner:
    """The command line with a state of its own, so that it disturbs nobody's stacks."""

    def __init__(self, folder: Path, what: list[str]) -> None:
        self._what = what
        self._environment = {**os.environ, "XDG_STATE_HOME": str(folder)}

    def __call__(self, command: str, *arguments: str) -> float:
        """Run a command; the seconds that it took."""
        what = self._what if command in {"build", "stack"} else []
        if command == "stack":
            what = [*what, "--allow-dead-services"]
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "runner", command, *what, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(
                f"{command}: exit {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
            )
        return time.monotonic() - begun


def measure(runner: Runner, job: str) -> None:
    print(f"{'step':14} {'wall s':>7} {'CPU s':>7}   against upstream: wall, CPU")
    show("build", runner("build", "-d", "debian-12"))
    engine = docker.from_env()
    before = 0.0
    try:
        for step in ("first stack", "unstack", "stack again", "clean"):
            command = step.split()[0] if step != "first stack" else "stack"
            wall = runner(command, *(["-d", "debian-12"] if command == "stack" else [job]))
            used = engine.containers.get(f"devstack-runner-{job}").stats(stream=False)
            total = used["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9
            show(step, wall, total - before, UPSTREAM[step])
            before = total
            if step == "stack again":
                peak = used["memory_stats"].get("max_usage", used["memory_stats"]["usage"])
                print(f"{'':14} memory at most {peak / 2**20:.0f} MiB, page cache included")
    finally:
        runner("down", job)
        engine.close()


def show(
    step: str, wall: float, cpu: float | None = None, upstream: tuple[float, float] | None = None
) -> None:
    line = f"{step:14} {wall:7.1f}"
    if cpu is not None and upstream is not None:
        line += f" {cpu:7.1f}   {wall / upstream[0]:.2f} {cpu / upstream[1]:.2f}"
    print(line, flush=True)


if __name__ == "__main__":
    main()
