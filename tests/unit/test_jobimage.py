"""Building a job's image: when, why, and who is to blame when it fails."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Self, cast

import docker
import pytest

from runner import labels
from runner.baseimage import BaseImage, Origin
from runner.distro import read_distros
from runner.dockerfile import Layer, Recipe
from runner.engine import BuildFailure, BuildLine, ContainerSpec, Engine, Found
from runner.engine.container import Reader, Stream
from runner.engine.images import build_image, is_output, plain
from runner.errors import EngineError, TimeLimit
from runner.imagechain import references
from runner.jobimage import Builder, PackagesFailed, describe
from runner.observer import Silent
from runner.pipconfig import PipConfig
from runner.plan import Plan
from runner.pythonlists import Constraints, PythonList
from runner.requirements import Requirements
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
        self._printed = printed
        self._fails_at = fails_at

    def find_image(self, reference: str) -> str | None:
        return self.built.get(reference)

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
        return "sha256:new"


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    (tmp_path / "job").mkdir()
    return JobFolder(path=tmp_path / "job")


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


def test_an_unchanged_job_builds_nothing(folder: JobFolder) -> None:
    engine = FakeEngine("hello")
    first, second = ensure(engine, folder), ensure(engine, folder)
    assert (first.built, first.reason) == (True, "its first build")
    assert (second.built, second.reason) == (False, "")
    assert folder.dockerfile.read_text() == PLAN.dockerfile
    assert folder.build_log.read_text() == "hello\nhello\n", "of the system, of the job"


def test_a_changed_list_says_why_it_is_built_again(folder: JobFolder) -> None:
    engine = FakeEngine()
    ensure(engine, folder)
    more = replace(FOO, packages=(*FOO.packages, "libnew-dev"))
    changed = replace(PLAN, recipe=replace(PLAN.recipe, layers=(more,)))
    assert ensure(engine, folder, changed).reason == f"{FOO.title} changed (+libnew-dev)"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (replace(PLAN, base=replace(PLAN.base, image_id="sha256:2")), "the base image changed"),
        (replace(PLAN, certificates={"a.crt": b"b"}), "the certificates changed"),
    ],
    ids=["base", "certificates"],
)
def test_what_is_below_the_dockerfile_is_a_reason_too(
    changed: Plan, reason: str, folder: JobFolder
) -> None:
    engine = FakeEngine()
    ensure(engine, folder)
    assert ensure(engine, folder, changed).reason.startswith(reason)


def test_an_image_that_is_gone_is_made_again(folder: JobFolder) -> None:
    engine = FakeEngine()
    ensure(engine, folder)
    del engine.built[references(PLAN)[-1]]
    made = ensure(engine, folder)
    assert (made.built, made.reason) == (True, "an image of it is gone")


def test_a_package_that_does_not_exist_is_its_lists_fault(folder: JobFolder) -> None:
    said = ("Reading package lists...", "\033[91mE: Unable to locate package libfoo-dev\033[0m")
    with pytest.raises(PackagesFailed) as caught:
        ensure(FakeEngine(*said, fails_at="libfoo-dev"), folder)
    assert (caught.value.layer, caught.value.exit_code) == (FOO, 100)
    assert caught.value.failure.command == "E: Unable to locate package libfoo-dev"
    assert len(caught.value.failure.tail) == 2


def test_a_mirror_that_is_away_is_nobodys_fault(folder: JobFolder) -> None:
    said = ("E: Failed to fetch http://deb/x  Could not resolve 'deb'",)
    with pytest.raises(EngineError, match="Failed to fetch"):
        ensure(FakeEngine(*said, fails_at="libfoo-dev"), folder)


def test_a_full_disk_is_the_hosts_fault_with_a_hint(folder: JobFolder) -> None:
    said = ("E: Write error - write (28: No space left on device)",)
    with pytest.raises(EngineError, match="No space left") as caught:
        ensure(FakeEngine(*said, fails_at="libfoo-dev"), folder)
    assert "gc --images" in (caught.value.hint or "")


def test_a_failing_base_is_not_the_plugins_fault(folder: JobFolder) -> None:
    with pytest.raises(EngineError, match="building the image of debian-12-foo") as caught:
        ensure(FakeEngine("bang", fails_at="useradd"), folder)
    assert str(folder.build_log) in (caught.value.hint or "")


def test_a_dry_run_says_what_would_be_built() -> None:
    engine = FakeEngine()
    text = "\n".join(describe(PLAN, cast("Engine", engine)))
    assert "debian-12-foo on debian:12" in text
    assert "would be built" in text
    assert "gcc libfoo-dev" in text
    engine.built[references(PLAN)[-1]] = "sha256:x"
    assert "is there" in "\n".join(describe(PLAN, cast("Engine", engine)))


SIX = PythonList(
    title="plugin foo: requirements.txt", requirements=("six",), source="x", plugin="foo"
)
KEYSTONE = PythonList(title="list keystone", requirements=("keystone",), source="python/keystone")
GENERAL = PythonList(title="list general", requirements=("pbr",), source="python/general")
NO_NETWORK = "error: Failed to fetch: `https://pypi.org/simple/six/`"
NO_SOLUTION = (
    "  \N{MULTIPLICATION SIGN} No solution found when resolving dependencies:",
    "  ╰─▶ Because six was not found and you require",
    "      six, your requirements are unsatisfiable.",
)


class PythonEngine(FakeEngine):
    """An engine in whose containers pip packages that contain a word cannot be installed."""

    def __init__(self, *said: str, lacks: str = "nothing") -> None:
        super().__init__()
        self.spec: ContainerSpec | None = None
        self.variables: Mapping[str, str] = {}
        self.labels: Mapping[str, str] = {}
        self.removed = False
        self._said = said
        self._lacks = lacks

    def create(self, spec: ContainerSpec) -> "PythonEngine":
        self.spec = spec
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.removed = True

    def start(self) -> None: ...
    def kill(self) -> None: ...

    def execute(
        self,
        command: Sequence[str],  # noqa: ARG002
        *,
        reader: Reader,
        environment: Mapping[str, str],
        stdin: bytes,
        tick: Callable[[], None],
    ) -> int:
        self.variables = environment
        tick()
        if self._lacks.encode() in stdin:
            reader(Stream.STDOUT, "\n".join(self._said).encode())
            return 1
        reader(Stream.STDERR, b"pip\nsix\n")
        return 0

    def commit(self, tag: str, *, labels: Mapping[str, str], command: Sequence[str]) -> str:
        assert command == ["/usr/lib/systemd/systemd"]
        self.built[tag] = "sha256:python"
        self.labels = labels
        return "sha256:python"


def with_python(*tree: PythonList, plugin: PythonList | None = SIX) -> Plan:
    required = (plugin,) if plugin else ()
    return replace(PLAN, recipe=replace(PLAN.recipe, python=tree, requirements=required))


def test_python_packages_are_installed_in_a_container_of_ours(folder: JobFolder) -> None:
    engine = PythonEngine()
    image = ensure(engine, folder, with_python(KEYSTONE))
    assert image.id == "sha256:python"
    assert [*engine.built] == list(references(with_python(KEYSTONE)))
    assert engine.removed
    assert engine.labels[labels.PYTHON_NAMES] == "pip six"
    assert not engine.labels[labels.RUN], "the image belongs to no run"
    assert ensure(engine, folder, with_python(KEYSTONE)).built is False


def test_passwords_of_an_index_are_not_in_what_is_committed(folder: JobFolder) -> None:
    engine = PythonEngine()
    pip = PipConfig({"index-url": ("https://me:secret@index/simple",)})
    ensure(engine, folder, with_python(KEYSTONE), pip=pip)
    assert engine.variables["UV_DEFAULT_INDEX"] == "https://me:secret@index/simple"
    assert "secret" not in repr(engine.spec)
    assert "secret" not in repr(engine.labels)


@pytest.mark.parametrize("said", [(NO_NETWORK,), NO_SOLUTION])
def test_a_service_that_cannot_be_installed_is_an_error(
    said: tuple[str, ...], folder: JobFolder
) -> None:
    with pytest.raises(EngineError, match=r"Python packages: (Failed|error|Because)"):
        ensure(PythonEngine(*said, lacks="keystone"), folder, with_python(GENERAL, KEYSTONE))


def test_a_plugins_requirement_that_does_not_exist_is_for_its_own_pip(folder: JobFolder) -> None:
    engine = PythonEngine(*NO_SOLUTION, lacks="six")
    image = ensure(engine, folder, with_python(KEYSTONE))
    (note,) = image.notes
    assert note.startswith(
        "plugin foo: requirements.txt: cannot be installed in the image: Because"
    )
    assert "six, your requirements are unsatisfiable." in note
    assert ensure(engine, folder, with_python(KEYSTONE)).built is False, "not tried each time"


@pytest.mark.parametrize(
    ("lacks", "plan", "left"),
    [("six", with_python(KEYSTONE), 3), ("pbr", with_python(GENERAL, plugin=None), 2)],
    ids=["plugin", "general"],
)
def test_what_the_network_denied_is_left_out_and_tried_again(
    lacks: str, plan: Plan, left: int, folder: JobFolder
) -> None:
    engine = PythonEngine(NO_NETWORK, lacks=lacks)
    image = ensure(engine, folder, plan)
    assert image.id
    assert "not in the image, for now: error: Failed to fetch" in image.notes[0]
    assert len(engine.built) == left
    engine._lacks = "nothing"
    assert ensure(engine, folder, plan).reference != image.reference


def test_a_full_disk_is_no_plugins_fault(folder: JobFolder) -> None:
    engine = PythonEngine("error: write failed: No space left on device", lacks="six")
    with pytest.raises(EngineError, match="No space left") as caught:
        ensure(engine, folder, with_python(KEYSTONE))
    assert "gc --images" in (caught.value.hint or "")


def test_the_deadline_holds_while_python_packages_are_installed(folder: JobFolder) -> None:
    engine = PythonEngine()
    with pytest.raises(TimeLimit):
        ensure(engine, folder, with_python(KEYSTONE), deadline=time.monotonic())
    assert engine.removed


def test_constraints_that_say_the_same_build_nothing(folder: JobFolder) -> None:
    class Labelled(PythonEngine):
        def images(self, **_: str) -> tuple[Found, ...]:
            return tuple(
                Found(kind="image", id=id_, name=tag, labels=self.all_labels[tag])
                for tag, id_ in self.built.items()
                if tag in self.all_labels
            )

        def commit(self, tag: str, *, labels: Mapping[str, str], command: Sequence[str]) -> str:
            self.all_labels[tag] = labels
            return super().commit(tag, labels=labels, command=command)

        @cached_property
        def all_labels(self) -> dict[str, Mapping[str, str]]:
            return {}

    def under(text: str) -> Plan:
        constraints = Requirements(constraints=Constraints(text))
        return replace(with_python(KEYSTONE), requirements=constraints)

    engine = Labelled()
    first = ensure(engine, folder, under("six===1\nother===1\n"))
    again = ensure(engine, folder, under("six===1\nother===2\n"))
    assert (again.built, again.reference) == (False, first.reference)
    other = ensure(engine, folder, under("six===2\nother===2\n"))
    assert other.built
    assert other.reason.startswith("upper-constraints.txt changed")


class Api:
    """docker-py's build: a stream of messages."""

    def __init__(self, *messages: Mapping[str, object]) -> None:
        self._messages = messages

    def build(self, **_: object) -> tuple[Mapping[str, object], ...]:
        return self._messages


def built(*messages: Mapping[str, object]) -> tuple[str, list[BuildLine]]:
    lines: list[BuildLine] = []
    image = build_image(
        cast("docker.APIClient", Api(*messages)),
        context={"Dockerfile": b""},
        tag="x:1",
        build_args={},
        on_line=lines.append,
    )
    return image, lines


def test_steps_are_counted_and_the_id_is_returned() -> None:
    image, lines = built(
        {"stream": "Step 1/2 : FROM x\n"},
        {"stream": " ---> Using cache\n"},
        {"stream": "Step 2/2 : RUN y\nhello\n"},
        {"aux": {"ID": "sha256:new"}},
    )
    assert image == "sha256:new"
    assert [(line.step, line.instruction) for line in lines] == [
        (1, "FROM x"),
        (1, ""),
        (2, "RUN y"),
        (2, ""),
    ]


@pytest.mark.parametrize("text", ["Step one : x", "Step 1 : x", "Step 1/x : y", "Step by step", ""])
def test_what_a_package_prints_is_no_step(text: str) -> None:
    _, lines = built({"stream": "Step 1/2 : RUN y\n"}, {"stream": f"{text}\n"})
    assert [(line.step, line.steps) for line in lines] == [(1, 2)] * 2


def test_a_line_that_comes_in_pieces_is_one_line() -> None:
    """The engine colours what comes on stderr, piece by piece."""
    _, lines = built(
        {"stream": "Step 1/2 : RUN y\n"},
        {"stream": "\033[91mE\033[0m"},
        {"stream": "\033[91m: Unable to locate package\n\033[0m"},
        {"stream": "Step 2/2 : RUN z\n"},
        {"stream": "no line end"},
    )
    said = [plain(line.text) for line in lines if plain(line.text)]
    assert said[1:3] == ["E: Unable to locate package", "Step 2/2 : RUN z"]
    assert said[-1] == "no line end"
    assert lines[-1].step == 2


def test_a_step_that_exits_non_zero_is_a_build_failure() -> None:
    with pytest.raises(BuildFailure) as caught:
        built(
            {"stream": "Step 3/4 : RUN y\n"},
            {"errorDetail": {"code": 100, "message": "'y' returned a non-zero code: 100"}},
        )
    assert (caught.value.step, caught.value.exit_code) == (3, 100)


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ({"message": "write /x: no space left on device"}, "disk is full"),
        ({"code": 1, "message": "copy: No space left on device"}, "disk is full"),
        ({"message": "unknown instruction"}, ""),
    ],
)
def test_other_build_errors_are_the_engines(error: Mapping[str, object], hint: str) -> None:
    with pytest.raises(EngineError, match="building x:1") as caught:
        built({"errorDetail": error})
    assert hint in (caught.value.hint or "")


def test_output_is_told_from_the_builders_chatter() -> None:
    assert is_output("\033[91mE: bad\033[0m")
    assert plain(" \033[91mE: bad\033[0m \n") == "E: bad"
    for chatter in ("Step 1/2 : x", " ---> abc", "Successfully built x", "\033[0m", ""):
        assert not is_output(chatter)
