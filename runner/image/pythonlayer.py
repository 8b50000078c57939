"""Making an image with more Python packages, by the script that travels in the container.

The downloads are in a folder of the host that all builds share, and what pip and uv are told of
indexes (passwords, too) comes with the command's environment, of which nothing is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from runner.engine import Container, Mount
from runner.engine.archive import tar_of
from runner.host.pipconfig import PipConfig
from runner.host.workspace import share
from runner.image.chain import LAYER_SCRIPT, UV_VERSION, PythonLink
from runner.image.layer import LayerMaker
from runner.plan.pythonlists import PythonList
from runner.resources import INSIDE

GLOBAL_VENV = "/opt/stack/data/venv"
_CACHE = "/srv/devstack-runner/uv"


class InstallFailed(Exception):
    """Some packages could not be installed: whose they were, and what was printed last."""

    def __init__(self, lists: Sequence[PythonList], tail: Sequence[str]) -> None:
        super().__init__(lists[0].title)
        self.lists = tuple(lists)
        self.tail = tuple(tail)


class PythonLayers(Struct, frozen=True, kw_only=True):
    """Makes such images for one job."""

    maker: LayerMaker
    cache: Path
    pip: PipConfig
    proxies: Mapping[str, str]

    def make(
        self,
        link: PythonLink,
        *,
        parent: str,
        tag: str,
        failed: Callable[[InstallFailed], None],
        marks: Callable[[], Mapping[str, str]],
    ) -> None:
        """Make the image `tag` from `parent`, with labels that are asked for in the end. `failed`
        is told of what cannot be installed: it may raise, and then there is no image, or return,
        and then the image lacks it.

        Raises:
            EngineError: the engine refuses, or its disk is full.
            TimeLimit: the deadline has passed; nothing is left.

        """
        downloads = Mount(target=_CACHE, source=share(self.cache / "uv"), read_only=False)
        names: set[str] = set()
        whole = True
        with self.maker.begin(parent, downloads) as container:
            container.start()
            for group in link.groups:
                try:
                    names.update(self._install(container, link, group))
                except InstallFailed as failure:
                    failed(failure)
                    whole = False
            said = link.labels_for(parent, sorted(names) if whole else None)
            self.maker.finish(container, tag, marks={**said, **marks()})

    def _install(
        self, container: Container, link: PythonLink, group: tuple[PythonList, ...]
    ) -> Sequence[str]:
        """Install a group, and return the names of all that is there then."""
        files = {f"list{n}": _text(one.requirements) for n, one in enumerate(group)}
        constraints = {"constraints.txt": link.constraints.text.encode()}
        venv = group[0].venv or (GLOBAL_VENV if link.global_venv else "")
        ended = self.maker.execute(
            container,
            [f"{INSIDE}/{LAYER_SCRIPT}", UV_VERSION, venv, *files],
            environment={
                **self.proxies,
                **self.pip.pip_environment(),
                **self.pip.uv_environment(),
            },
            stdin=b"\n" + tar_of(files | (constraints if link.constraints.text else {})).getvalue(),
        )
        if ended.code:
            raise InstallFailed(group, ended.tail)
        return ended.stderr.split()


def _text(requirements: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in requirements).encode()
