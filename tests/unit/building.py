"""A job to build, and an engine that says what a test wants it to say."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, cast

from msgspec.structs import replace

from runner.distros.baseimage import BaseImage, Origin
from runner.distros.distro import read_distros
from runner.engine import ContainerSpec, Engine, Found
from runner.engine.frames import Reader, Stream
from runner.host.pipconfig import PipConfig
from runner.host.workspace import JobFolder
from runner.image.build import ensure_image
from runner.image.workshop import Workshop
from runner.outcome.observer import Silent
from runner.outcome.result import ImageInfo
from runner.plan.dockerfile import Layer, Recipe
from runner.plan.plan import Plan
from runner.plan.templates import render_stages
from runner.resources import IMAGES

DEBIAN = read_distros(IMAGES)["debian-12"]
FOO = Layer(
    title="plugin foo: devstack/files/debs/foo",
    packages=("gcc", "libfoo-dev"),
    source="devstack/files/debs/foo",
    plugin="foo",
)
RECIPE = Recipe(
    job="debian-12-foo",
    distro=DEBIAN,
    base="debian:12",
    uid=1,
    gid=1,
    certificates=("a.crt",),
    layers=(FOO,),
)
PLAN = Plan(
    job="debian-12-foo",
    distro=DEBIAN,
    base=BaseImage(reference="debian:12", image_id="sha256:1", origin=Origin.LOCAL),
    conf="",
    plugins=(),
    recipe=RECIPE,
    stages=render_stages(RECIPE),
    certificates={"a.crt": b"a"},
)


def with_recipe(plan: Plan, **changes: Any) -> Plan:
    """The plan with another recipe, and the stages that belong to it."""
    recipe = replace(plan.recipe, **changes)
    return replace(plan, recipe=recipe, stages=render_stages(recipe))


class FakeEngine:
    """An engine, and the one container on it, where commands print these lines and fail when there
    is a word in them, and Python packages cannot be installed when there is another.
    """

    def __init__(self, *printed: str, fails_at: str = "nothing", lacks: str = "nothing") -> None:
        self.built: dict[str, str] = {}
        self.labels: dict[str, Mapping[str, str]] = {}  # by image
        self.specs: list[ContainerSpec] = []
        self.commands: list[str] = []
        self.variables: Mapping[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.removed = False
        self.lacks = lacks
        self._printed = printed
        self._fails_at = fails_at

    def find_image(self, reference: str) -> str | None:
        return self.built.get(reference)

    def image_label(self, reference: str, name: str) -> str:
        return self.labels.get(reference, {}).get(name, "")

    def images(self, **_: str) -> tuple[Found, ...]:
        return tuple(
            Found(kind="image", id=id_, name=tag, labels=self.labels[tag])
            for tag, id_ in self.built.items()
        )

    def configured_proxies(self) -> Mapping[str, str]:
        return {"http_proxy": "http://configured"}

    def create(self, spec: ContainerSpec) -> "FakeEngine":
        self.specs.append(spec)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.removed = True

    def start(self) -> None: ...
    def kill(self) -> None: ...

    def put_files(self, folder: str, files: Mapping[str, bytes]) -> None:
        self.files |= {f"{folder}{name}": content for name, content in files.items()}

    def capture(self, command: Sequence[str]) -> tuple[int, str]:
        self.commands.append(" ".join(command))
        return 0, ""

    def execute(
        self,
        command: Sequence[str],
        *,
        reader: Reader,
        environment: Mapping[str, str],
        stdin: bytes,
        tick: Callable[[], None],
    ) -> int:
        tick()
        self.variables = environment
        self.commands.append(command[-1])
        printed = "\n".join(self._printed).encode()
        if command[0] != "/bin/bash":  # what installs Python packages
            fails = self.lacks.encode() in stdin
            reader(*((Stream.STDOUT, printed) if fails else (Stream.STDERR, b"pip\nsix\n")))
            return int(fails)
        reader(Stream.STDOUT, printed)
        return 100 if self._fails_at in command[-1] else 0

    def commit(
        self,
        tag: str,
        *,
        labels: Mapping[str, str],
        command: Sequence[str],
        changes: Sequence[str],
    ) -> str:
        assert command == ["/usr/lib/systemd/systemd"]
        assert {change.split()[0] for change in changes} <= {"LABEL", "ENV", "CMD"}
        self.labels[tag] = {**self.labels.get(self.specs[-1].image, {}), **labels}
        self.built[tag] = f"sha256:{len(self.built)}"
        return self.built[tag]


def ensure(
    engine: FakeEngine,
    folder: JobFolder,
    plan: Plan = PLAN,
    *,
    pip: PipConfig | None = None,
    deadline: float | None = None,
) -> ImageInfo:
    workshop = Workshop(
        engine=cast("Engine", engine),
        observer=Silent(),
        folder=folder,
        cache=folder.path.parent / "cache",
        pip=pip or PipConfig(),
        deadline=deadline,
    )
    return ensure_image(plan, workshop)
