"""Building images, and telling what went wrong in a build."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import docker
import docker.errors

from runner.engine.archive import tar_of
from runner.engine.translate import engine_errors, hint_for
from runner.errors import EngineError, TimeLimit

_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_STEP = re.compile(r"Step (\d+)/(\d+) : (.*)")
_CHATTER = ("Step ", "---> ", "Removing intermediate container ", "Successfully ")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildLine:
    """One line of a build's output; `step` counts from 1, 0 before the first.

    `instruction` is what the step does, on the line that begins it.
    """

    step: int
    steps: int
    text: str
    instruction: str = ""


class BuildFailure(Exception):
    """A build step exited non-zero: `step` of the Dockerfile (from 1), and its command."""

    def __init__(self, *, step: int, exit_code: int, message: str) -> None:
        super().__init__(message)
        self.step = step
        self.exit_code = exit_code
        self.message = message


def build_image(
    api: docker.APIClient,
    *,
    context: Mapping[str, bytes],
    tag: str,
    build_args: Mapping[str, str],
    on_line: Callable[[BuildLine], None],
    deadline: float | None = None,
) -> str:
    """Build CONTEXT (name → content, with a `Dockerfile`) and return the image's id.

    Raises:
        BuildFailure: a RUN step failed.
        EngineError: the engine could not build (disk full, gone, syntax).
        TimeLimit: the deadline (monotonic seconds) has passed; the engine gives up the build.

    """
    try:
        with engine_errors(f"building {tag}"):
            stream = api.build(
                fileobj=tar_of(context),
                custom_context=True,
                tag=tag,
                rm=True,
                forcerm=True,
                decode=True,
                buildargs=dict(build_args),
                # for each read: a step that prints nothing must not outlive the deadline
                timeout=_seconds_left(deadline),
            )
            return _follow(stream, tag=tag, on_line=on_line, deadline=deadline)
    except EngineError as error:
        if deadline is not None and time.monotonic() >= deadline:
            raise _too_late(tag) from error
        raise


def _follow(
    stream: Iterable[Mapping[str, Any]],
    *,
    tag: str,
    on_line: Callable[[BuildLine], None],
    deadline: float | None,
) -> str:
    image = ""
    lines = _Lines(on_line)
    for message in stream:
        if deadline is not None and time.monotonic() >= deadline:
            raise _too_late(tag)
        if error := message.get("errorDetail"):
            lines.end()
            raise _failure(tag, lines.step, error)
        if aux := message.get("aux"):
            image = aux.get("ID", image)
        lines.take(str(message.get("stream", "")))
    lines.end()
    return image


class _Lines:
    """Puts a build's messages together to lines: a message may be half of one, or many."""

    def __init__(self, on_line: Callable[[BuildLine], None]) -> None:
        self._on_line = on_line
        self._pending = ""
        self._steps = 0
        self.step = 0

    def take(self, text: str) -> None:
        """Hand on the lines that are complete with this text."""
        *lines, self._pending = (self._pending + text).split("\n")
        for line in lines:
            self._hand_on(line)

    def end(self) -> None:
        """Hand on the line begun."""
        if self._pending:
            self._hand_on(self._pending)
            self._pending = ""

    def _hand_on(self, text: str) -> None:
        instruction = ""
        if found := _STEP.fullmatch(plain(text)):
            self.step, self._steps, instruction = int(found[1]), int(found[2]), found[3]
        self._on_line(
            BuildLine(
                step=self.step,
                steps=self._steps,
                text=text,
                instruction=instruction,
            )
        )


def _seconds_left(deadline: float | None) -> float | None:
    return None if deadline is None else max(1.0, deadline - time.monotonic())


def _too_late(tag: str) -> TimeLimit:
    return TimeLimit(
        f"building {tag}: the time limit was reached",
        hint="--timeout gives it more; the build log shows what it was at",
    )


def plain(text: str) -> str:
    """A line of output without colours and blanks at its ends."""
    return _ESCAPES.sub("", text).strip()


def is_output(text: str) -> bool:
    """Whether a line was printed by a command, not said by the builder about its work."""
    text = plain(text)
    return bool(text) and not text.startswith(_CHATTER)


def _failure(tag: str, step: int, error: Mapping[str, object]) -> Exception:
    message = " ".join(str(error.get("message", error)).split())
    code = error.get("code")
    disk_full = "no space left on device" in message.lower()
    if isinstance(code, int) and code and not disk_full:
        return BuildFailure(step=step, exit_code=code, message=message)
    return EngineError(f"building {tag}: {message}", hint=hint_for(message))
