"""Building images, and telling what went wrong in a build."""

import io
import re
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import docker
import docker.errors

from runner.engine.translate import engine_errors, hint_for
from runner.errors import EngineError

_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_CHATTER = ("Step ", "---> ", "Removing intermediate container ", "Successfully ")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildLine:
    """One line of a build's output; `step` counts from 1, 0 before the first."""

    step: int
    steps: int
    text: str
    cached: bool = False


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
) -> str:
    """Build CONTEXT (name → content, with a `Dockerfile`) and return the image's id.

    Raises:
        BuildFailure: a RUN step failed.
        EngineError: the engine could not build (disk full, gone, syntax).

    """
    image = ""
    step = steps = 0
    with engine_errors(f"building {tag}"):
        stream = api.build(
            fileobj=_tar(context),
            custom_context=True,
            tag=tag,
            rm=True,
            forcerm=True,
            decode=True,
            buildargs=dict(build_args),
        )
        for message in stream:
            if error := message.get("errorDetail"):
                raise _failure(tag, step, error)
            if aux := message.get("aux"):
                image = aux.get("ID", image)
            for text in str(message.get("stream", "")).splitlines():
                if text.startswith("Step ") and " : " in text:
                    numbers = text.split(" : ", 1)[0].removeprefix("Step ").split("/")
                    step, steps = int(numbers[0]), int(numbers[1])
                cached = text.strip() == "---> Using cache"
                on_line(BuildLine(step=step, steps=steps, text=text, cached=cached))
    return image


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


def _tar(context: Mapping[str, bytes]) -> io.BytesIO:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, content in context.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o644
            tar.addfile(entry, io.BytesIO(content))
    archive.seek(0)
    return archive
