"""Making an image from another one: a container of it, what is done in that, a commit.

The engine's builder does this, too, but it mounts nothing: what was downloaded for one image would
be downloaded for the next again, and what it is told (an index's password) would stay in the image.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from msgspec import Struct

from runner import labels
from runner.engine import Container, ContainerSpec, Engine, Mount
from runner.engine.frames import Stream
from runner.errors import TimeLimit
from runner.outcome.observer import plain
from runner.resources import CONTAINER, INSIDE

_INIT = "/usr/lib/systemd/systemd"
_TAIL = 20


class Ended(Struct, frozen=True, kw_only=True):
    """How a command ended: its exit code, its last lines, and what it printed to stderr."""

    code: int
    tail: tuple[str, ...]
    stderr: str


class LayerMaker(Struct, frozen=True, kw_only=True):
    """Makes images for one job; the deadline is in monotonic seconds."""

    engine: Engine
    owner: Mapping[str, str]  # labels that say whose the container is
    on_text: Callable[[str], None]  # is told what commands print, line by line
    deadline: float | None = None

    @contextmanager
    def begin(self, parent: str, *mounts: Mount) -> Iterator[Container]:
        """A container of an image, not started yet; at the end it is removed."""
        spec = ContainerSpec(
            image=parent,
            name=None,
            command=["/bin/sleep", "infinity"],
            labels=labels.for_object("layer", **self.owner),
            mounts=(Mount(target=INSIDE, source=CONTAINER), *mounts),
            makes_system=True,
        )
        with self.engine.create(spec) as container:
            yield container

    def execute(
        self,
        container: Container,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        stdin: bytes = b"\n",
    ) -> Ended:
        """Run a command, which reads a line first; nothing of its environment is kept.

        Raises:
            EngineError: the engine refuses, or is gone.
            TimeLimit: the deadline has passed.

        """
        output = _Output(self.on_text)
        code = container.execute(
            command,
            reader=output,
            environment={**self.engine.configured_proxies(), **environment},
            stdin=stdin,
            tick=self._check_time,
        )
        output.end()
        return Ended(code=code, tail=tuple(output.tail), stderr=output.stderr)

    def finish(
        self,
        container: Container,
        tag: str,
        *,
        marks: Mapping[str, str],
        changes: Sequence[str] = (),
    ) -> None:
        """Make the image of what is there: with these labels, and instructions of a Dockerfile."""
        container.kill()
        self._check_time()
        of_nobody = {labels.RUN: "", labels.STATE: "", labels.JOB: "", labels.KIND: "image"}
        container.commit(tag, labels={**of_nobody, **marks}, command=[_INIT], changes=changes)

    def _check_time(self) -> None:
        if self.deadline is not None and time.monotonic() >= self.deadline:
            raise TimeLimit(
                "making the image: the time limit was reached",
                hint="--timeout gives it more; the build log shows what it was at",
            )


class _Output:
    """Takes both channels of a command: stdout line by line, stderr as a whole."""

    def __init__(self, on_text: Callable[[str], None]) -> None:
        self._on_text = on_text
        self._begun = bytearray()
        self._stderr = bytearray()
        self.tail: list[str] = []

    def __call__(self, stream: Stream, data: bytes, /) -> None:
        if stream is Stream.STDERR:
            self._stderr += data
            return
        self._begun += data
        *lines, rest = bytes(self._begun).split(b"\n")
        self._begun[:] = rest
        for line in lines:
            self._hand_on(line)

    def end(self) -> None:
        """Hand on the line begun."""
        if self._begun:
            self._hand_on(bytes(self._begun))
            self._begun.clear()

    @property
    def stderr(self) -> str:
        return self._stderr.decode(errors="replace")

    def _hand_on(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip("\r")
        if plain(text):
            self.tail.append(plain(text))
            del self.tail[:-_TAIL]
        self._on_text(text)
