"""Stacks: containers that were kept, found by their job's identifier."""

import contextlib
import difflib
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence

from runner import labels
from runner.collect import Collector
from runner.engine import Container, Engine, Found
from runner.errors import ConfigError, EngineError, HostError
from runner.phases import Mode
from runner.pipeline import STOPPERS, Pipeline, problem_of
from runner.result import JobResult, PluginInfo, pretty_json
from runner.stack import INSIDE, TOP_DIR, Modes, is_kept, run_modes, stack_name


class Stacks:
    """The kept containers on one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> tuple[Found, ...]:
        """All of them, by identifier."""
        found = (f for f in self._engine.containers(kind="job") if is_kept(f))
        return tuple(sorted(found, key=lambda f: f.name))

    def find(self, job: str | None) -> Found:
        """The stack of this job, or the only one.

        Raises:
            ConfigError: there is none, or several and no name was given.

        """
        stacks = self.all()
        names = [stack_name(found.name) for found in stacks]
        if not stacks:
            raise ConfigError("no stack is kept", hint="`devstack-runner stack` makes one")
        if job is None:
            if len(stacks) > 1:
                raise ConfigError(
                    "which stack? There are several", hint=f"one of: {', '.join(names)}"
                )
            return stacks[0]
        for found in stacks:
            if job == stack_name(found.name):
                return found
        for found in stacks:
            if job == found.job:
                return found
        near = difflib.get_close_matches(job, names, n=1, cutoff=0.3)
        raise ConfigError(
            f"no stack is called {job}",
            hint=f"did you mean {near[0]}?" if near else f"there is {', '.join(names)}",
        )

    def container(self, found: Found) -> Container:
        """The stack's container, started if it was stopped."""
        container = self._engine.container(found)
        if found.state != "running":
            container.start()
        return container

    def refresh(self, found: Found) -> None:
        """Start it if need be, and let edits on the host show up in it."""
        code, said = self.container(found).capture([f"{INSIDE}/refresh"])
        if code:
            raise EngineError(f"{found.name} cannot be prepared: {said.strip()}")

    def remove(self, found: Found) -> None:
        """Remove it with all it holds."""
        self._engine.container(found).remove()

    def units(self, found: Found) -> tuple[str, ...]:
        """`NAME STATE` of the units that the tree and the plugins have started."""
        if found.state != "running":
            return ()
        _, text = self._engine.container(found).capture(
            ["systemctl", "list-units", "devstack@*", "--all", "--plain", "--no-legend"]
        )
        rows = (line.split() for line in text.splitlines())
        return tuple(f"{row[0]} {row[3]}" for row in rows if len(row) > 3)  # noqa: PLR2004

    def ports(self, found: Found) -> tuple[str, ...]:
        """`ADDRESS:PORT` of what listens in it, as reached from this machine only."""
        if found.state != "running":
            return ()
        container = self._engine.container(found)
        _, text = container.capture(["ss", "--listening", "--tcp", "--numeric", "--no-header"])
        local = (line.split()[3].rpartition(":") for line in text.splitlines() if line.strip())
        open_ports = {int(port) for host, _, port in local if not host.startswith("127.")}
        address = container.address()
        return tuple(f"{address}:{port}" for port in sorted(open_ports))


@contextlib.contextmanager
def open_stacks() -> Iterator[Stacks]:
    """Connect to the engine."""
    engine = Engine.connect()
    try:
        yield Stacks(engine)
    finally:
        engine.close()


def run_in_stack(stacks: Stacks, found: Found, mode: Mode, *, pipeline: Pipeline) -> JobResult:
    """Run one mode in a kept container, which stays."""
    begun = time.monotonic()
    collector = Collector(plugins=[PluginInfo(name=name) for name in found.plugins], modes=[mode])
    pipeline.observer.job_started(found.job)
    timeout = pipeline.request.timeout
    problem = None
    try:
        run_modes(
            stacks.container(found),
            Modes(
                modes=(mode,),
                job=found.job,
                plugins=found.plugins,
                environment=pipeline.request.environment,
                deadline=begun + timeout if timeout else None,
            ),
            collector=collector,
            observer=pipeline.observer,
            folder=pipeline.run.job(found.job),
        )
    except STOPPERS as error:
        problem = problem_of(error)
    result = collector.finish(
        job=found.job,
        distro=found.distro,
        seconds=time.monotonic() - begun,
        problem=problem,
    )
    pipeline.observer.job_finished(found.job, result)
    return result


def enter_stack(found: Found, command: Sequence[str], *, interactive: bool) -> None:
    """Become `docker exec` in the container, as the stack user in the tree's folder."""
    docker = shutil.which("docker") or shutil.which("podman")
    if docker is None:
        raise HostError(
            "no docker command on PATH, which gives the terminal to the container",
            hint="install it (docker-cli), or use `devstack-runner status` and `logs`",
        )
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if interactive and not terminal:
        raise ConfigError("a shell needs a terminal", hint="`devstack-runner exec` does not")
    variables = {
        "HOME": "/opt/stack",
        "USER": "stack",
        "LOGNAME": "stack",
        "PLUGINS_IN_PLACE": " ".join(found.plugins),
        "FORCE": "yes",
        "DEVSTACK_BEFORE_RUN": f"sudo {INSIDE}/refresh",
    }
    options = [f"--env={name}={value}" for name, value in variables.items()]
    os.execv(  # noqa: S606 - the terminal is handed over for good
        docker,
        [
            "docker",
            "exec",
            "--interactive",
            *(["--tty"] if terminal else []),
            "--user=stack",
            f"--workdir={TOP_DIR}",
            *options,
            found.id,
            *command,
        ],
    )


def print_status(stacks: Stacks, *, as_json: bool) -> None:
    """The kept containers with their units and ports, as text or JSON."""
    rows = [
        {
            "stack": stack_name(found.name),
            "job": found.job,
            "distro": found.distro,
            "container": found.name,
            "state": found.state,
            "plugins": list(found.plugins),
            "project": found.labels.get(labels.PROJECT, ""),
            "units": list(stacks.units(found)),
            "ports": list(stacks.ports(found)),
        }
        for found in stacks.all()
    ]
    if as_json:
        print(pretty_json(rows))
        return
    if not rows:
        print("no stack is kept; `devstack-runner stack` makes one")
    for row in rows:
        print(f"{row['stack']}  {row['state']}  {row['container']}  ({row['project']})")
        for kind in ("units", "ports"):
            for value in row[kind]:
                print(f"  {value}")
