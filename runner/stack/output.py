"""What a job's commands print: log and events, on their way to files and to who watches."""

from collections import deque
from collections.abc import Callable
from typing import Self

from runner.engine.frames import Stream
from runner.host.workspace import JobFolder
from runner.outcome.events import Event, EventReader
from runner.outcome.observer import Observer

TAIL_LINES = 20
_TAIL_BYTES = 1 << 14


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
