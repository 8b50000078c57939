"""Stacks: containers that were kept, found by their job's identifier."""

import contextlib
import difflib
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence

from runner.engine import Container, Engine, Found
from runner.errors import ConfigError, EngineError, HostError
from runner.jobs.pipeline import STOPPERS, Pipeline, problem_of
from runner.outcome.collect import Collector
from runner.outcome.phases import Mode
from runner.outcome.result import JobResult, PluginInfo
from runner.resources import INSIDE
from runner.stack.kept import is_kept, stack_name
from runner.stack.modes import TOP_DIR, Modes, run_modes
from runner.stack.units import Report, parse_report


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

    def reports(self, *parts: str) -> Iterator[tuple[Found, str, Report]]:
        """Each stack with its address and what it says of itself; one may go in the meantime."""
        for found in self.all():
            try:
                yield found, self.address(found), self.report(found, *parts)
            except EngineError:
                if found.id in {each.id for each in self.all()}:
                    raise

    def report(self, found: Found, *parts: str) -> Report:
        """What it says of itself; nothing when it is stopped."""
        if found.state != "running":
            return Report()
        _, text = self._engine.container(found).capture([f"{INSIDE}/report", *parts])
        return parse_report(text)

    def address(self, found: Found) -> str:
        """Its address, which this machine reaches, and no other."""
        return self._engine.container(found).address() if found.state == "running" else ""


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
            f"{INSIDE}/bypass",
            *command,
        ],
    )
