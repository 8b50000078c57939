"""Building a job's image: when, why, and who is to blame when it fails."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import docker
import pytest

from runner.baseimage import BaseImage, Origin
from runner.distro import read_distros
from runner.dockerfile import Layer, Recipe
from runner.engine import BuildFailure, BuildLine, Engine
from runner.engine.images import build_image, is_output, plain
from runner.errors import EngineError
from runner.jobimage import Builder, PackagesFailed, describe, image_reference
from runner.observer import Silent
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
        job="debian-12-foo", distro=DEBIAN, base="debian:12", uid=1, gid=1, layers=(FOO,)
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

    def build(
        self,
        *,
        context: Mapping[str, bytes],
        tag: str,
        build_args: Mapping[str, str],
        on_line: Callable[[BuildLine], None],
        deadline: float | None,
    ) -> str:
        assert deadline is None
        assert {"Dockerfile", "a.crt"} == {*context}
        assert isinstance(build_args, Mapping)
        for text in self._printed:
            on_line(BuildLine(step=1, steps=2, text=text))
        if self._fails_at:
            lines = context["Dockerfile"].decode().replace("\\\n", " ").splitlines()
            steps = [line for line in lines if line and not line.startswith("#")]
            step = next(n for n, line in enumerate(steps, 1) if self._fails_at in line)
            raise BuildFailure(step=step, exit_code=100, message="returned a non-zero code: 100")
        self.built[tag] = "sha256:new"
        return "sha256:new"


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    (tmp_path / "job").mkdir()
    return JobFolder(path=tmp_path / "job")


def ensure(engine: FakeEngine, folder: JobFolder, plan: Plan = PLAN) -> ImageInfo:
    builder = Builder(
        engine=cast("Engine", engine),
        observer=Silent(),
        folder=folder,
        cache=folder.path.parent / "cache",
    )
    return builder.ensure(plan)


def test_an_unchanged_job_builds_nothing(folder: JobFolder) -> None:
    engine = FakeEngine("hello")
    first, second = ensure(engine, folder), ensure(engine, folder)
    assert (first.built, first.reason) == (True, "its first build")
    assert (second.built, second.reason) == (False, "")
    assert folder.dockerfile.read_text() == PLAN.dockerfile
    assert folder.build_log.read_text() == "hello\n"


def test_a_changed_list_says_why_it_is_built_again(folder: JobFolder) -> None:
    engine = FakeEngine()
    ensure(engine, folder)
    more = replace(FOO, packages=(*FOO.packages, "libnew-dev"))
    changed = replace(PLAN, recipe=replace(PLAN.recipe, layers=(more,)))
    assert ensure(engine, folder, changed).reason == f"{FOO.title} changed (+libnew-dev)"


def test_the_image_depends_on_base_text_and_certificates() -> None:
    other_base = replace(PLAN, base=replace(PLAN.base, image_id="sha256:2"))
    other_trust = replace(PLAN, certificates={"a.crt": b"b"})
    references = {
        image_reference(plan, plan.dockerfile) for plan in (PLAN, other_base, other_trust)
    }
    assert len(references) == 3
    assert image_reference(PLAN, PLAN.dockerfile) in references


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
    engine.built[image_reference(PLAN, PLAN.dockerfile)] = "sha256:x"
    assert "is there" in "\n".join(describe(PLAN, cast("Engine", engine)))


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
