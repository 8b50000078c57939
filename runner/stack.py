"""A job's container: created, booted, its modes run in it, kept or removed."""

import contextlib
import hashlib
import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from msgspec import Struct

from runner import labels
from runner.collect import Collector
from runner.downloads import Downloads
from runner.engine import START_HINT, Container, ContainerSpec, Engine, Found, Mount
from runner.engine.archive import tar_of
from runner.engine.container import Stream
from runner.errors import EngineError, TimeLimit
from runner.events import Event, EventReader, PhaseBegin, PhaseEnd, phase_name
from runner.observer import Observer
from runner.phases import Mode
from runner.plan import Plan, Request
from runner.proxies import proxy_variables
from runner.requirements import NAME as REQUIREMENTS
from runner.resources import CONTAINER, INSIDE, TREE
from runner.sources import git_mirror_config
from runner.workspace import JobFolder, RunFolder

LOWER = "/srv/devstack-runner/lower"
UPPER = "/srv/devstack-runner/upper"
GIT_MIRROR = "/srv/devstack-runner/git"
TOP_DIR = "/opt/stack/devstack"
TAIL_LINES = 20
_PREFIX = "devstack-runner-"
_BY_SIGNAL = 128
_TAIL_BYTES = 1 << 14
_GIT_BASES = ("https://opendev.org", "https://github.com", "https://git.openstack.org")


def container_spec(
    plan: Plan,
    request: Request,
    *,
    image: str,
    run: RunFolder,
    downloads: Sequence[Downloads] = (),
) -> ContainerSpec:
    """How the job's container is created; its labels carry a hash over all but run and name."""
    mounts = (
        Mount(target=INSIDE, source=CONTAINER),
        Mount(target=f"{LOWER}/devstack", source=TREE),
        *(_plugin_mount(plugin.name, plugin.folder, request) for plugin in plan.plugins),
        Mount(target=UPPER),
        *([Mount(target=GIT_MIRROR, source=request.git_mirror)] if request.git_mirror else []),
        *_requirements_mount(plan),
        *(Mount(target=one.target, source=one.source, read_only=False) for one in downloads),
    )
    environment = {
        **request.lab.proxies(proxy_variables()),
        "container": "docker",
        **{one.variable: one.target for one in downloads},
    }
    content = json.dumps([image, [(m.target, str(m.source)) for m in mounts], request.privileged])
    spec = hashlib.sha256(content.encode()).hexdigest()[:16]
    return ContainerSpec(
        image=image,
        name=f"{_PREFIX}{plan.job}-{run.id[-6:]}",
        command=[f"{INSIDE}/init"],
        labels=labels.for_object(
            "job",
            job=plan.job,
            spec=spec,
            distro=plan.distro.name,
            project=str(request.project),
            plugins=" ".join(plugin.name for plugin in plan.plugins),
            **run.owner,
        ),
        mounts=mounts,
        environment=environment,
        systemd=True,
        privileged=request.privileged,
    )


def _requirements_mount(plan: Plan) -> list[Mount]:
    """The requirements repository, unless a plugin has its place."""
    folder = plan.requirements.folder
    if folder is None or any(plugin.name == REQUIREMENTS for plugin in plan.plugins):
        return []
    return [Mount(target=f"{LOWER}/{REQUIREMENTS}", source=folder)]


def _plugin_mount(name: str, folder: Path, request: Request) -> Mount:
    if request.write_through:
        return Mount(target=f"/opt/stack/{name}", source=folder, read_only=False)
    return Mount(target=f"{LOWER}/{name}", source=folder)


def kept_name(job: str, *, failed: bool = False) -> str:
    """The name of a container that is kept to work in; at work it has the run's in it, too.

    What a failed `run` leaves has a name of its own, so that it never takes a stack's place.
    """
    return f"{_PREFIX}{job}{'.failed' if failed else ''}"


def is_kept(found: Found) -> bool:
    """Whether a container was kept on purpose."""
    return found.name in {kept_name(found.job), kept_name(found.job, failed=True)}


def stack_name(container_name: str) -> str:
    """What people call it: the job's identifier, for a failed run's with `.failed` behind."""
    return container_name.removeprefix(_PREFIX)


def given_files(plan: Plan, request: Request) -> bytes:
    """What `enter` takes from stdin before a stack run: local.conf, passwords, settings."""
    files = {
        "local.conf": plan.conf.encode(),
        "passwords": plan.passwords().encode(),
        "pip.conf": request.pip.pip_conf_text().encode(),
    }
    if request.git_mirror:
        text = git_mirror_config(request.git_mirror, GIT_MIRROR, _GIT_BASES)
        files["gitconfig"] = text.encode()
    return b"files\n" + tar_of(files).getvalue()


class Output:
    """Takes both channels of a command: log and events to the job's folder and the observer."""

    def __init__(
        self,
        job: str,
        *,
        observer: Observer,
        folder: JobFolder,
        on_event: Callable[[Event], None],
    ) -> None:
        self._job = job
        self._observer = observer
        self._on_event = on_event
        self._log = folder.log.open("ab", buffering=0)
        self._events_file = folder.events.open("ab", buffering=0)
        self._events = EventReader()
        self._tail = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._log.close()
        self._events_file.close()

    def __call__(self, stream: Stream, data: bytes, /) -> None:
        """Take what came on one channel."""
        if stream is Stream.STDERR:
            self._events_file.write(data)
            for event in self._events.feed(data):
                self._on_event(event)
                self._observer.event(self._job, event)
            return
        self._log.write(data)
        self._tail += data[-_TAIL_BYTES:]
        del self._tail[:-_TAIL_BYTES]
        self._observer.output(self._job, data)

    def tail(self) -> tuple[str, ...]:
        """The last lines of the log."""
        lines = deque(self._tail.decode(errors="replace").splitlines(), maxlen=TAIL_LINES)
        return tuple(lines)


class Modes(Struct, frozen=True, kw_only=True):
    """Modes to run in a container one after the other, for these plugins."""

    modes: tuple[Mode, ...]
    job: str
    plugins: Sequence[str]
    environment: Mapping[str, str]
    deadline: float | None  # monotonic seconds
    phase_limit: float | None = None  # seconds
    stdin: bytes = b"\n"


class _Limits:
    """Follows the events on their way to the collector, and ends what takes too long."""

    def __init__(self, wanted: Modes, collector: Collector) -> None:
        self._wanted = wanted
        self._collector = collector
        self._phase: PhaseBegin | None = None
        self._since = 0.0

    def fold(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case PhaseBegin():
                self._phase, self._since = event, time.monotonic()
            case PhaseEnd():
                self._phase = None
        self._collector.fold(event)

    def check(self) -> None:
        """Raise TimeLimit when the phase at work or the job has had its time."""
        wanted, phase, now = self._wanted, self._phase, time.monotonic()
        if phase and wanted.phase_limit is not None and now - self._since > wanted.phase_limit:
            raise TimeLimit(
                f"{wanted.job}: {phase_name(phase)} of plugin {phase.plugin} took longer than "
                f"{wanted.phase_limit:g} s",
                hint="--phase-timeout gives it more; the log shows what it was waiting for",
            )
        if wanted.deadline is not None and now > wanted.deadline:
            mode = self._collector.current or wanted.modes[0]
            raise TimeLimit(
                f"{wanted.job}: the time limit was reached while {mode.script} was running",
                hint="--timeout gives it more; the log shows what it was waiting for",
            )


def run_modes(
    container: Container,
    wanted: Modes,
    *,
    collector: Collector,
    observer: Observer,
    folder: JobFolder,
) -> None:
    """Run `./stack.sh`, `./unstack.sh`, `./clean.sh` as wanted until one fails.

    One command in the container runs them all: starting it costs more than the shell does.
    The collector is told everything, also when we are torn away.

    Raises:
        TimeLimit: the deadline has passed; the command was ended.
        EngineError: the engine or the container went away.

    """
    limits = _Limits(wanted, collector)
    environment = {
        **proxy_variables(),
        "PLUGINS_IN_PLACE": " ".join(wanted.plugins),
        "FORCE": "yes",  # stack.sh refuses what upstream does not gate on: Fedora, openSUSE
        **wanted.environment,
    }
    code: int | None = None
    with Output(wanted.job, observer=observer, folder=folder, on_event=limits.fold) as output:
        try:
            code = container.execute(
                [f"{INSIDE}/enter", *(f"./{mode.script}" for mode in wanted.modes)],
                reader=output,
                environment=environment,
                stdin=wanted.stdin,
                tick=limits.check,
            )
            if code > _BY_SIGNAL:
                _check_still_up(container)
        except (TimeLimit, KeyboardInterrupt):
            end_command(container)
            raise
        finally:
            collector.close(exit_code=code, tail=output.tail(), now=time.time())


def _check_still_up(container: Container) -> None:
    """An engine that is stopped ends its containers first, while it still answers."""
    _, state = container.capture(["systemctl", "is-system-running"])
    if "stopping" in state:
        raise EngineError(f"{container.name} was stopped in the middle of the run", hint=START_HINT)


def end_command(container: Container) -> None:
    """End what `enter` runs in the container, with its children."""
    with contextlib.suppress(EngineError):
        container.execute([f"{INSIDE}/leave"], reader=lambda _stream, _data: None)


def find_stack(engine: Engine, plan: Plan, spec: ContainerSpec) -> tuple[Found | None, bool]:
    """The kept container of this job, and whether it is still what the job asks for."""
    name = kept_name(plan.job)
    found = next((f for f in engine.containers(job=plan.job) if f.name == name), None)
    return found, found is not None and found.labels.get(labels.SPEC) == spec.labels[labels.SPEC]
