"""A warm `devstack-runner run` beside plain docker doing the same work, in turns.

Plain docker: cached `docker build`, `docker run` of the systemd container, wait for `running`,
one `docker exec` a phase, `docker rm -f`. Ours: one `devstack-runner run`, image unchanged. Then
four such jobs at once: plain docker four times side by side, and `devstack-runner run -j 4`, for
Debian 12 and 13 and the same bases under two more names.

    python bench/warm_run.py [ROUNDS]
"""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runner.host.certificates import read_certificates
from runner.outcome.phases import Phase

HERE = Path(__file__).resolve().parent
PLUGIN = HERE / "small"
RUNNER = [sys.executable, "-m", "runner"]
PHASES = [phase.value for phase in Phase if phase.file == "plugin.sh"]
IMAGE = "devstack-runner-bench:plain"
JOBS = 4
UNDER_ANOTHER_NAME = {"debian-12": "ubuntu-22.04", "debian-13": "ubuntu-24.04"}
SYSTEMD = [
    "--cap-add=SYS_ADMIN",
    "--cap-add=NET_ADMIN",
    "--security-opt=seccomp=unconfined",
    "--security-opt=apparmor=unconfined",
    "--cgroupns=private",
    "--tmpfs=/run:exec,mode=755",
    "--tmpfs=/run/lock",
]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        context = make_context(Path(folder))
        four = four_jobs()
        plain_docker(context)
        ours(*four)
        ours()
        plain, runner = take_turns(rounds, lambda: plain_docker(context), ours)
        plain4, runner4 = take_turns(rounds, lambda: at_once(context), lambda: ours(*four))
    docker("rmi", IMAGE)
    helped = [cpu_seconds([*RUNNER, "--help"]) for _ in range(5)]
    compare("plain docker", plain, "devstack-runner run", runner)
    compare("four at once, docker", plain4, "run -j 4, four jobs", runner4)
    print(f"--help: {min(helped) * 1000:.0f} ms of CPU time")
    print(f"memory: {printing_peak():.0f} MB while a plugin prints 1 GB")
    python = platform.python_version()
    print(f"machine: {os.cpu_count()} cores, {platform.platform()}, Python {python}")


def compare(name: str, plain: list[float], our_name: str, runner: list[float]) -> None:
    row(name, plain)
    row(our_name, runner)
    ratio = statistics.median(runner) / statistics.median(plain)
    print(f"ratio of medians: {ratio:.2f}   of minima: {min(runner) / min(plain):.2f}")


def row(name: str, seconds: list[float]) -> None:
    middle, least = statistics.median(seconds), min(seconds)
    print(f"{name:<20} median {middle:.2f} s   min {least:.2f} s   ({len(seconds)} rounds)")


def make_context(folder: Path) -> Path:
    rendered = output([*RUNNER, "render", "--plugin", f"small={PLUGIN}"])
    planned = json.loads(output([*RUNNER, "build", "--plugin", f"small={PLUGIN}", "--json"]))
    base = planned["jobs"][0]["image"]["base"]
    lines = [
        f"FROM {base} AS system" if line.endswith(" AS system") else line
        for line in rendered.splitlines()
    ]
    (folder / "Dockerfile").write_text("\n".join(lines) + "\n")
    for name, content in read_certificates().items():
        (folder / name).write_bytes(content)
    return folder


def take_turns(
    rounds: int, first: Callable[[], None], second: Callable[[], None]
) -> tuple[list[float], list[float]]:
    """Time both in each round, so that a noisy machine is as unkind to one as to the other."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for seconds, work in zip(times, (first, second), strict=True):
            begun = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - begun)
    return times


def plain_docker(context: Path) -> None:
    docker("build", "--quiet", "--tag", IMAGE, str(context))
    container = docker(
        "run", "--detach", *SYSTEMD, f"--volume={PLUGIN}:/opt/stack/small:ro", IMAGE
    ).strip()
    while True:
        state = subprocess.run(
            ["docker", "exec", container, "systemctl", "is-system-running", "--wait"],
            capture_output=True,
            text=True,
            check=False,
        )
        if state.stdout.strip() in {"running", "degraded"}:
            break
    for phase in PHASES:
        script = f"cd /opt/stack/small/devstack; . ./settings; . ./plugin.sh {phase}"
        docker("exec", "--user=stack", container, "bash", "-ec", script)
    docker("rm", "--force", "--volumes", container)


def at_once(context: Path) -> None:
    with ThreadPoolExecutor(JOBS) as threads:
        list(threads.map(plain_docker, [context] * JOBS))


def four_jobs() -> list[str]:
    """The options of four jobs; two distros are Debian under another name."""
    words = ["-j", str(JOBS)]
    for name, other in UNDER_ANOTHER_NAME.items():
        command = [*RUNNER, "build", "--plugin", f"small={PLUGIN}", "--distro", name, "--json"]
        base = json.loads(output(command))["jobs"][0]["image"]["base"]
        words += ["-d", name, "-d", other, "--base-image", f"{other}={base}"]
    return words


def ours(*options: str) -> None:
    output([*RUNNER, "run", "--plugin", f"small={PLUGIN}", "--rm", *options])


def printing_peak() -> float:
    """Peak memory (MB) of the runner while a plugin prints 1 GB."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "loud/devstack/plugin.sh")
        script.parent.mkdir(parents=True)
        script.write_text('[[ "$2" != install ]] || yes 0123456789 | head -c 1G\n')
        script.with_name("settings").write_text("")
        environment = {**os.environ, "XDG_STATE_HOME": folder}
        command = [*RUNNER, "run", "--plugin", f"loud={folder}/loud", "--rm"]
        subprocess.run(command, check=True, capture_output=True, env=environment)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def cpu_seconds(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def docker(*arguments: str) -> str:
    return output(["docker", *arguments])


def output(command: list[str]) -> str:
    environment = {**os.environ, "DOCKER_BUILDKIT": "0"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
