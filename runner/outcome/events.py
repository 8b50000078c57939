"""What the tree announces: JSON lines turned into values, whatever arrives.

A plugin shares the shell with the tree and may write anything anywhere, so nothing
that is read here raises: a line that makes no sense becomes an `Unknown`.
"""

import msgspec
from msgspec import Struct

from runner.outcome.phases import Mode, Phase, Status

LINE_LIMIT = 1_000_000
_SHOWN = 200


class _Event(Struct, frozen=True, kw_only=True, tag_field="event", rename={"exit_code": "exit"}):
    """What all events have; fields that this version does not know are ignored."""

    time: float = 0.0


class RunBegin(_Event, frozen=True, kw_only=True, tag="run-begin"):
    """`stack.sh`, `unstack.sh` or `clean.sh` has started."""

    mode: Mode


class RunEnd(_Event, frozen=True, kw_only=True, tag="run-end"):
    """The command is about to exit."""

    mode: Mode
    status: Status
    exit_code: int = 0
    seconds: float = 0.0


class _End(_Event, frozen=True, kw_only=True):
    """How it ended, and for a failure where."""

    status: Status
    seconds: float = 0.0
    exit_code: int = 0
    command: str = ""
    file: str = ""
    line: int = 0
    function: str = ""


class StageBegin(_Event, frozen=True, kw_only=True, tag="stage-begin"):
    """In-tree work between the phases has started."""

    stage: str


class StageEnd(_End, frozen=True, kw_only=True, tag="stage-end"):
    """In-tree work between the phases is over."""

    stage: str


class PhaseBegin(_Event, frozen=True, kw_only=True, tag="phase-begin"):
    """A plugin's file is about to be sourced."""

    mode: Mode
    phase: str
    plugin: str


class PhaseEnd(_End, frozen=True, kw_only=True, tag="phase-end"):
    """A plugin's file is done, or has ended the run."""

    mode: Mode
    phase: str
    plugin: str


class DeadUnit(_Event, frozen=True, kw_only=True, tag="dead-unit"):
    """A unit that the plugin has started (the tree, without one) does not run as it should."""

    mode: Mode
    plugin: str = ""
    unit: str
    state: str = ""
    log: str = ""


class Merge(_Event, frozen=True, kw_only=True, tag="merge"):
    """A group of local.conf has been merged into the configuration files."""

    group: str


class Note(_Event, frozen=True, kw_only=True, tag="note"):
    """Something the result should mention."""

    text: str


class Reason(_Event, frozen=True, kw_only=True, tag="reason"):
    """What is likely behind a failure: with `about`, behind one that has one of these words, or
    that ended with this exit code.
    """

    text: str
    about: str = ""
    exit_code: int = 0


class Unknown(Struct, frozen=True, kw_only=True):
    """A line that is no event we know; the text is cut."""

    text: str


KnownEvent = (
    RunBegin
    | RunEnd
    | StageBegin
    | StageEnd
    | PhaseBegin
    | PhaseEnd
    | DeadUnit
    | Merge
    | Note
    | Reason
)
Event = KnownEvent | Unknown
_DECODER: msgspec.json.Decoder[KnownEvent] = msgspec.json.Decoder(KnownEvent)


def phase_name(event: PhaseBegin | PhaseEnd) -> str:
    """The phase as people know it: `stack install`."""
    try:
        return Phase.of_event(event.mode, event.phase).value
    except ValueError:
        return f"{event.mode} {event.phase}"


def is_worth_showing(event: PhaseEnd) -> bool:
    """Whether people want to see it: not what unstack and clean only read again, if it passed."""
    if event.status.is_bad:
        return True
    return event.mode is Mode.STACK or event.phase in {Mode.UNSTACK, Mode.CLEAN}


def decode_event(line: bytes) -> Event:
    """Decode one line; bytes that are no UTF-8 are replaced, a command may contain them."""
    text = line.decode(errors="replace").strip()
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return Unknown(text=text[:_SHOWN])


class EventReader:
    """Cuts a stream of bytes into events; lines beyond LINE_LIMIT bytes are dropped."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._dropping = False

    def feed(self, data: bytes) -> list[Event]:
        """Return the events whose lines are complete with these bytes."""
        *complete, rest = data.split(b"\n")
        events = []
        for part in complete:
            self._keep(part)
            events += self.close()
        self._keep(rest)
        return events

    def close(self) -> list[Event]:
        """Return the event of the line begun, if it is one; the next bytes begin a new line."""
        line = bytes(self._pending)
        dropped, self._dropping = self._dropping, False
        self._pending.clear()
        return [] if dropped or not line.strip() else [decode_event(line)]

    def _keep(self, part: bytes) -> None:
        self._dropping = self._dropping or len(self._pending) + len(part) > LINE_LIMIT
        if self._dropping:
            self._pending.clear()
        else:
            self._pending += part
