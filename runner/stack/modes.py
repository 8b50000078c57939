"""Modes run in a container: `./stack.sh`, `./unstack.sh`, `./clean.sh`, within their limits."""

import contextlib
import time
from collections.abc import Mapping, Sequence

from msgspec import Struct

from runner.engine import START_HINT, Container
from runner.errors import EngineError, TimeLimit
from runner.host.proxies import proxy_variables
from runner.host.workspace import JobFolder
from runner.outcome.collect import Collector
from runner.outcome.events import Event, PhaseBegin, PhaseEnd, phase_name
from runner.outcome.observer import Observer
from runner.outcome.phases import Mode
from runner.resources import INSIDE
from runner.stack.output import Output

TOP_DIR = "/opt/stack/devstack"
_BY_SIGNAL = 128


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
