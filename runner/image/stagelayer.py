"""Making an image by a stage of the job's Dockerfile: its instructions, done one after the other.

Commands see the downloads of the stages before, in the folder that $PACKAGE_CACHE says.
"""

import shlex
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from runner.engine import Container, Mount
from runner.errors import EngineError
from runner.image import packagecache
from runner.image.chain import StageLink
from runner.image.layer import LayerMaker
from runner.outcome.observer import BuildLine
from runner.plan.dockerfile import Instruction, instructions

_PACKAGES = "/srv/devstack-runner/packages"
# What says something of the image, and does nothing. CMD and STOPSIGNAL are those of every layer.
_SETTINGS = ("LABEL", "ENV")
# As the engine's builder runs it, by the stage's SHELL.
_RUN = 'read -r _; exec /bin/bash -o pipefail -c "$1" </dev/null 2>&1'


class StageFailed(Exception):
    """A command of a stage failed: which, how, and what was printed last."""

    def __init__(self, instruction: Instruction, code: int, tail: tuple[str, ...]) -> None:
        super().__init__(f"{instruction.title or instruction.text}: exit code {code}")
        self.title = instruction.title
        self.code = code
        self.tail = tail


class StageLayers(Struct, frozen=True, kw_only=True):
    """Makes such images for one job."""

    maker: LayerMaker
    cache: Path
    proxies: Mapping[str, str]
    on_line: Callable[[BuildLine], None]  # is told of each command that begins

    def make(
        self, link: StageLink, *, parent: str, tag: str, marks: Callable[[], Mapping[str, str]]
    ) -> None:
        """Make the image `tag` from `parent`, with labels that are asked for in the end.

        Raises:
            StageFailed: a command failed; nothing is left.
            EngineError: the engine refuses, or its disk is full.
            TimeLimit: the deadline has passed; nothing is left.

        """
        steps = tuple(instructions(link.text))
        changes = [f"{one.keyword} {one.text}" for one in steps if one.keyword in _SETTINGS]
        with packagecache.lend(self.cache, link.distro) as lent:
            mount = Mount(target=_PACKAGES, source=lent.folder, read_only=False)
            with self.maker.begin(parent, mount) as container:
                if any(step.keyword == "RUN" for step in steps):
                    container.start()
                    try:
                        self._do(container, link, steps)
                    finally:
                        # they are root's, and the caller may be somebody else
                        with suppress(EngineError):
                            container.capture(["chmod", "--recursive", "a+rwX", _PACKAGES])
                    lent.keep()
                self.maker.finish(container, tag, marks=marks(), changes=changes)

    def _do(self, container: Container, link: StageLink, steps: tuple[Instruction, ...]) -> None:
        environment = {**self.proxies, "PACKAGE_CACHE": _PACKAGES}
        commands = sum(step.keyword == "RUN" for step in steps)
        number = 0
        for step in steps:
            if step.keyword == "ENV":
                environment |= dict(word.split("=", 1) for word in shlex.split(step.text))
            elif step.keyword == "COPY":
                *names, folder = shlex.split(step.text)
                container.capture(["mkdir", "-p", folder])
                container.put_files(folder, {name: link.files[name] for name in names})
            elif step.keyword == "RUN":
                number += 1
                self.on_line(
                    BuildLine(
                        step=number,
                        steps=commands,
                        text=f"[{number}/{commands}] {step.text}",
                        instruction=step.title or step.text,
                    )
                )
                ended = self.maker.execute(
                    container, ["/bin/bash", "-c", _RUN, "run", step.text], environment=environment
                )
                if ended.code:
                    raise StageFailed(step, ended.code, ended.tail)
