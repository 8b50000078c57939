"""A job to build, and an engine that says what a test wants it to say."""

from collections.abc import Callable, Mapping
from typing import cast

from runner.baseimage import BaseImage, Origin
from runner.distro import read_distros
from runner.dockerfile import Layer, Recipe
from runner.engine import BuildFailure, BuildLine, Engine, Found
from runner.jobimage import Builder
from runner.observer import Silent
from runner.pipconfig import PipConfig
from runner.plan import Plan
from runner.resources import IMAGES
from runner.result import ImageInfo
from runner.workspace import JobFolder

DEBIAN = read_distros(IMAGES)["debian-12"]
FOO = Layer(
    title="plugin foo: devstack/files/debs/foo",
    packages=("gcc", "libfoo-dev"),
    source="devstack/files/debs/foo",
    plugin="foo",
)
PLAN = Plan(
    job="debian-12-foo",
    distro=DEBIAN,
    base=BaseImage(reference="debian:12", image_id="sha256:1", origin=Origin.LOCAL),
    conf="",
    plugins=(),
    recipe=Recipe(
        job="debian-12-foo",
        distro=DEBIAN,
        base="debian:12",
        uid=1,
        gid=1,
        certificates=("a.crt",),
        layers=(FOO,),
    ),
    certificates={"a.crt": b"a"},
)


class FakeEngine:
    """An engine whose builds print these lines and fail at the step that contains a word."""

    def __init__(self, *printed: str, fails_at: str = "") -> None:
        self.built: dict[str, str] = {}
        self.labels: dict[str, dict[str, str]] = {}  # by image
        self._printed = printed
        self._fails_at = fails_at

    def find_image(self, reference: str) -> str | None:
        return self.built.get(reference)

    def image_label(self, reference: str, name: str) -> str:
        return self.labels.get(reference, {}).get(name, "")

    def relabel(self, reference: str, name: str, value: str) -> None:
        self.labels[reference][name] = value

    def images(self, **_: str) -> tuple[Found, ...]:
        return ()

    def build(
        self,
        *,
        context: Mapping[str, bytes],
        tag: str,
        build_args: Mapping[str, str],
        on_line: Callable[[BuildLine], None],
        deadline: float | None,  # noqa: ARG002
    ) -> str:
        text = context["Dockerfile"].decode()
        assert ("a.crt" in context) == ("COPY a.crt" in text)
        assert isinstance(build_args, Mapping)
        for printed in self._printed:
            on_line(BuildLine(step=1, steps=2, text=printed))
        if self._fails_at in text and self._fails_at:
            lines = text.replace("\\\n", " ").splitlines()
            steps = [line for line in lines if line and not line.startswith("#")]
            step = next(n for n, line in enumerate(steps, 1) if self._fails_at in line)
            raise BuildFailure(step=step, exit_code=100, message="returned a non-zero code: 100")
        self.built[tag] = "sha256:new"
        parent = next(line for line in text.splitlines() if line.startswith("FROM ")).split()[1]
        self.labels[tag] = dict(self.labels.get(parent, {}))
        return "sha256:new"


def ensure(
    engine: FakeEngine,
    folder: JobFolder,
    plan: Plan = PLAN,
    *,
    pip: PipConfig | None = None,
    deadline: float | None = None,
) -> ImageInfo:
    builder = Builder(
        engine=cast("Engine", engine),
        observer=Silent(),
        folder=folder,
        cache=folder.path.parent / "cache",
        pip=pip or PipConfig(),
        deadline=deadline,
    )
    return builder.ensure(plan)
