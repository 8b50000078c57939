"""Making an image with more Python packages: a container, the script in it, a commit.

The engine's builder cannot mount a cache, and what a Dockerfile says would stay in the image. So
the downloads are in a folder of the host that all builds share, and what pip and uv are told of
indexes (passwords, too) comes with the command's environment, of which nothing is kept.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runner import labels
from runner.engine import Container, ContainerSpec, Engine, Mount
from runner.engine.archive import tar_of
from runner.engine.container import Stream
from runner.errors import TimeLimit
from runner.imagechain import LAYER_SCRIPT, UV_VERSION, PythonLink
from runner.pipconfig import PipConfig
from runner.pythonlists import PythonList
from runner.resources import CONTAINER, INSIDE
from runner.workspace import share

GLOBAL_VENV = "/opt/stack/data/venv"
_CACHE = "/srv/devstack-runner/uv"
_INIT = "/usr/lib/systemd/systemd"


class InstallFailed(Exception):
    """Some packages could not be installed: whose they were, and what was printed last."""

    def __init__(self, lists: Sequence[PythonList], tail: Sequence[str]) -> None:
        super().__init__(lists[0].title)
        self.lists = tuple(lists)
        self.tail = tuple(tail)


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonLayers:
    """Makes such images for one job; the deadline is in monotonic seconds."""

    engine: Engine
    cache: Path
    owner: Mapping[str, str]  # labels that say whose the container is
    pip: PipConfig
    proxies: Mapping[str, str]
    on_text: Callable[[str], None]
    deadline: float | None = None

    def make(
        self,
        link: PythonLink,
        *,
        parent: str,
        tag: str,
        failed: Callable[[InstallFailed], None],
    ) -> None:
        """Make the image `tag` from `parent`. `failed` is told of what cannot be installed: it may
        raise, and then there is no image, or return, and then the image lacks it.

        Raises:
            EngineError: the engine refuses, or its disk is full.
            TimeLimit: the deadline has passed; nothing is left.

        """
        folder = share(self.cache / "uv")
        spec = ContainerSpec(
            image=parent,
            name=None,
            command=["/bin/sleep", "infinity"],
            labels=labels.for_object("layer", **self.owner),
            mounts=(
                Mount(target=INSIDE, source=CONTAINER),
                Mount(target=_CACHE, source=folder, read_only=False),
            ),
        )
        names: set[str] = set()
        whole = True
        with self.engine.create(spec) as container:
            container.start()
            for group in link.groups:
                try:
                    names.update(self._install(container, link, group))
                except InstallFailed as failure:
                    failed(failure)
                    whole = False
            container.kill()
            self._check_time()
            marks = {
                **dict.fromkeys((labels.RUN, labels.STATE), ""),
                labels.KIND: "image",
                **link.labels_for(parent, sorted(names) if whole else None),
            }
            container.commit(tag, labels=marks, command=[_INIT])

    def _install(
        self, container: Container, link: PythonLink, group: tuple[PythonList, ...]
    ) -> tuple[str, ...]:
        """Install a group, and return the names of all that is there then."""
        files = {f"list{n}": _text(one.requirements) for n, one in enumerate(group)}
        constraints = {"constraints.txt": link.constraints.text.encode()}
        output = _Output(self.on_text)
        venv = group[0].venv or (GLOBAL_VENV if link.global_venv else "")
        code = container.execute(
            [f"{INSIDE}/{LAYER_SCRIPT}", UV_VERSION, venv, *files],
            reader=output,
            environment={
                **self.proxies,
                **self.pip.pip_environment(),
                **self.pip.uv_environment(),
            },
            stdin=b"\n" + tar_of(files | (constraints if link.constraints.text else {})).getvalue(),
            tick=self._check_time,
        )
        output.end()
        if code:
            raise InstallFailed(group, output.tail)
        return output.names

    def _check_time(self) -> None:
        if self.deadline is not None and time.monotonic() >= self.deadline:
            raise TimeLimit(
                "installing Python packages: the time limit was reached",
                hint="--timeout gives it more; the build log shows what it was at",
            )


class _Output:
    """Takes both channels of the script: what is printed, line by line, and names."""

    def __init__(self, on_text: Callable[[str], None]) -> None:
        self._on_text = on_text
        self._begun = bytearray()
        self._names = bytearray()
        self.tail: list[str] = []

    def __call__(self, stream: Stream, data: bytes, /) -> None:
        if stream is Stream.STDERR:
            self._names += data
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
    def names(self) -> tuple[str, ...]:
        return tuple(self._names.decode(errors="replace").split())

    def _hand_on(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip("\r")
        self.tail.append(text)
        del self.tail[:-20]
        self._on_text(text)


def _text(requirements: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in requirements).encode()
