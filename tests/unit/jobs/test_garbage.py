"""What `gc` takes for a leftover, and what it leaves alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace

from runner import labels
from runner.engine import Engine, Found
from runner.host.workspace import RunFolder, Workspace
from runner.jobs.garbage import _leftovers
from runner.stack.kept import kept_name

DEAD = "20260101-000000-dddddd"
JOB = "debian-12-foo"


class Held:
    """An engine that holds these objects of ours."""

    def __init__(self, *found: Found) -> None:
        self._found = found

    def containers(self) -> tuple[Found, ...]:
        return tuple(found for found in self._found if found.kind == "container")

    def volumes(self) -> tuple[Found, ...]:
        return tuple(found for found in self._found if found.kind == "volume")

    def images(self) -> tuple[Found, ...]:
        return tuple(found for found in self._found if found.kind == "image")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "state" / "runs" / DEAD).mkdir(parents=True)
    (tmp_path / "state" / "runs" / DEAD / "lock").touch()
    return Workspace(state=tmp_path / "state", cache=tmp_path / "cache")


@pytest.fixture
def alive(workspace: Workspace) -> Iterator[RunFolder]:
    run = workspace.new_run()
    yield run
    run.close()


def container(name: str, *, run: str = "", job: str = JOB, image: str = "") -> Found:
    found = {labels.KIND: "job", labels.RUN: run, labels.JOB: job}
    return Found(kind="container", id=name, name=name, labels=found, image=image)


def volume(name: str, *, run: str) -> Found:
    return Found(kind="volume", id=name, name=name, labels={labels.RUN: run})


def image(name: str, *, id_: str = "") -> Found:
    return Found(kind="image", id=id_ or f"sha256:{name}", name=name, labels={})


def chosen(workspace: Workspace, *held: Found, images: bool = False) -> set[str]:
    ours = {labels.STATE: str(workspace.state)}
    labelled = (replace(one, labels={**ours, **one.labels}) for one in held)
    found = _leftovers(cast("Engine", Held(*labelled)), workspace, images=images)
    return {one.name or one.id for one in found}


def test_a_dead_runs_container_and_volume_go(workspace: Workspace) -> None:
    held = (container("c", run=DEAD), volume("v", run=DEAD))
    assert chosen(workspace, *held) == {"c", "v"}


def test_a_run_that_has_no_folder_any_more_is_dead(workspace: Workspace) -> None:
    assert chosen(workspace, container("c", run="20200101-000000-eeeeee")) == {"c"}


def test_what_belongs_to_another_state_folder_stays(workspace: Workspace) -> None:
    theirs = {labels.STATE: "/home/somebody/.local/state/devstack-runner"}
    held = (container("c", run=DEAD), volume("v", run=DEAD))
    elsewhere = (replace(one, labels={**one.labels, **theirs}) for one in held)
    assert chosen(workspace, *elsewhere) == set()


def test_a_living_runs_objects_stay(workspace: Workspace, alive: RunFolder) -> None:
    held = (container("c", run=alive.id), volume("v", run=alive.id))
    assert chosen(workspace, *held, images=True) == set()


def test_a_kept_container_stays_with_its_volume(workspace: Workspace) -> None:
    held = (container(kept_name(JOB), run=DEAD), volume("v", run=DEAD))
    assert chosen(workspace, *held) == set()


def test_an_evaluation_is_no_stack(workspace: Workspace) -> None:
    assert chosen(workspace, container("stray", run=DEAD, job="")) == {"stray"}


def test_a_container_that_no_run_has_made_stays(workspace: Workspace) -> None:
    """It has the image's labels: the builder's, or one that somebody made by hand."""
    assert chosen(workspace, container("by-hand", run="")) == set()
    assert chosen(workspace, container("build-step", run="", job="")) == set()


def test_half_built_images_go_and_whole_ones_stay(workspace: Workspace) -> None:
    held = (image("", id_="sha256:half"), image("devstack-runner/x:1"))
    assert chosen(workspace, *held) == {"sha256:half"}


def test_images_goes_for_those_that_no_container_uses(workspace: Workspace) -> None:
    used = image("devstack-runner/x:1")
    by_id = image("devstack-runner/y:1", id_="sha256:y")
    held = (
        container(kept_name("x"), run=DEAD, job="x", image=used.name),
        container(kept_name("y"), run=DEAD, job="y", image=by_id.id),
        container("dead", run=DEAD, job="z", image="devstack-runner/z:1"),
        used,
        by_id,
        image("devstack-runner/z:1"),
    )
    assert chosen(workspace, *held, images=True) == {"dead", "devstack-runner/z:1"}


def test_no_image_goes_while_a_run_may_be_building(workspace: Workspace, alive: RunFolder) -> None:
    held = (image("", id_="sha256:half"), image("devstack-runner/x:1"))
    assert chosen(workspace, *held, images=True) == set()
