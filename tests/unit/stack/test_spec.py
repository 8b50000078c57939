"""How a job's container is created, and when a kept one can be used again."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace

from runner import labels
from runner.distros.baseimage import BaseImage, Origin
from runner.distros.distro import read_distros
from runner.engine import ContainerSpec, Engine, Found
from runner.engine.spec import host_options
from runner.host.workspace import RunFolder
from runner.plan.dockerfile import Recipe
from runner.plan.plan import Plan, Request, job_identifier
from runner.plan.requirements import Requirements
from runner.plan.templates import render_stages
from runner.resources import CONTAINER, IMAGES, INSIDE, TREE
from runner.sources.plugin import Plugin, PluginSource
from runner.stack import downloads
from runner.stack.kept import find_stack, kept_name
from runner.stack.spec import LOWER, UPPER, container_spec

DEBIAN = read_distros(IMAGES)["debian-12"]
REQUEST = Request(project=Path("/home/me/project"))


def a_plugin(name: str) -> Plugin:
    location = f"/src/{name}"
    return Plugin(
        name=name,
        source=PluginSource(name=name, location=location, live=True),
        folder=Path(location),
        sha=None,
        dirty=False,
        url=location,
    )


def a_plan(*names: str) -> Plan:
    job = job_identifier(DEBIAN, names)
    recipe = Recipe(job=job, distro=DEBIAN, base="debian:12", uid=1000, gid=1000)
    return Plan(
        job=job,
        distro=DEBIAN,
        base=BaseImage(reference="debian:12", image_id="sha256:1", origin=Origin.LOCAL),
        conf="",
        plugins=tuple(a_plugin(name) for name in names),
        recipe=recipe,
        stages=render_stages(recipe),
        certificates={},
    )


def spec_of(
    plan: Plan, request: Request = REQUEST, *, image: str = "image:1", run: str = "20260101-abcdef"
) -> ContainerSpec:
    return container_spec(plan, request, image=image, run=RunFolder(Path("/state/runs", run)))


def mounts_of(spec: ContainerSpec) -> Mapping[str, tuple[str, bool]]:
    return {m.target: (str(m.source or ""), m.read_only) for m in spec.mounts}


def test_checkouts_and_tree_are_mounted_read_only_below_the_views() -> None:
    mounts = mounts_of(spec_of(a_plan("foo", "bar")))
    assert mounts[f"{LOWER}/foo"] == ("/src/foo", True)
    assert mounts[f"{LOWER}/bar"] == ("/src/bar", True)
    assert mounts[f"{LOWER}/devstack"] == (str(TREE), True)
    assert mounts[INSIDE] == (str(CONTAINER), True)
    assert mounts[UPPER][0] == ""


def test_only_write_through_mounts_a_checkout_writable() -> None:
    mounts = mounts_of(spec_of(a_plan("foo"), replace(REQUEST, write_through=True)))
    assert mounts["/opt/stack/foo"] == ("/src/foo", False)
    assert f"{LOWER}/foo" not in mounts


def test_the_requirements_are_a_view_like_a_plugins_checkout() -> None:
    found = Requirements(folder=Path("/cache/requirements"))
    mounts = mounts_of(spec_of(replace(a_plan("foo"), requirements=found)))
    assert mounts[f"{LOWER}/requirements"] == ("/cache/requirements", True)
    assert f"{LOWER}/requirements" not in mounts_of(spec_of(a_plan("foo")))


def test_downloads_are_in_folders_of_the_host(tmp_path: Path) -> None:
    run = RunFolder(Path("/state/runs", "1"))
    spec = container_spec(
        a_plan("foo"), REQUEST, image="image:1", run=run, downloads=downloads.of_runs(tmp_path)
    )
    for variable, folder in (("PIP_CACHE_DIR", "pip"), ("_RUNNER_GIT_CACHE", "repositories")):
        assert mounts_of(spec)[spec.environment[variable]] == (str(tmp_path / folder), False)


def test_labels_name_job_run_plugins_and_project() -> None:
    spec = spec_of(a_plan("foo", "bar"))
    found = {name.removeprefix(f"{labels.PREFIX}."): value for name, value in spec.labels.items()}
    assert {**found, "spec": ""} == {
        "kind": "job",
        "job": "debian-12-foo-bar",
        "run": "20260101-abcdef",
        "state": "/state",
        "distro": "debian-12",
        "plugins": "foo bar",
        "project": "/home/me/project",
        "spec": "",
    }


def test_the_volume_carries_the_same_labels() -> None:
    spec = spec_of(a_plan("foo"))
    options = host_options(spec)
    mounts = cast("list[Mapping[str, object]]", options["mounts"])
    (volume,) = (m for m in mounts if m["Type"] == "volume")
    assert cast("Mapping[str, object]", volume["VolumeOptions"])["Labels"] == spec.labels


def test_a_container_is_privileged_only_when_asked_for() -> None:
    assert "privileged" not in host_options(spec_of(a_plan("foo")))
    asked = spec_of(a_plan("foo"), replace(REQUEST, privileged=True))
    assert host_options(asked)["privileged"] is True


def test_run_and_project_do_not_change_what_a_container_is() -> None:
    one = spec_of(a_plan("foo"))
    other = spec_of(a_plan("foo"), replace(REQUEST, timeout=5.0), run="20260102-fedcba")
    assert one.labels[labels.SPEC] == other.labels[labels.SPEC]
    assert one.name != other.name


@pytest.mark.parametrize(
    "other",
    [
        spec_of(a_plan("foo", "bar")),
        spec_of(a_plan("foo"), image="image:2"),
        spec_of(a_plan("foo"), replace(REQUEST, privileged=True)),
        spec_of(a_plan("foo"), replace(REQUEST, write_through=True)),
        spec_of(a_plan("foo"), replace(REQUEST, git_mirror=Path("/git"))),
        spec_of(replace(a_plan("foo"), requirements=Requirements(folder=Path("/r")))),
    ],
    ids=["plugins", "image", "privileged", "write-through", "git-mirror", "requirements"],
)
def test_what_it_is_made_from_does(other: ContainerSpec) -> None:
    assert spec_of(a_plan("foo")).labels[labels.SPEC] != other.labels[labels.SPEC]


@pytest.mark.parametrize(
    ("plugins", "identifier"),
    [
        ([], "debian-12-devstack"),
        (["heat"], "debian-12-heat"),
        (["a", "b", "c"], "debian-12-a-b-c"),
        (["a", "b", "c", "d"], "debian-12-a-and-3-more"),
    ],
)
def test_a_job_is_called_by_distro_and_plugins(plugins: list[str], identifier: str) -> None:
    assert job_identifier(DEBIAN, plugins) == identifier


class Containers:
    """An engine that holds these containers."""

    def __init__(self, *found: Found) -> None:
        self._found = found

    def containers(self, **wanted: str) -> tuple[Found, ...]:
        return tuple(f for f in self._found if wanted.get("job") == f.job)


def a_container(name: str, spec: ContainerSpec) -> Found:
    return Found(kind="container", id=name, name=name, labels=spec.labels, state="running")


def test_a_kept_container_is_found_by_its_name_and_compared() -> None:
    plan = a_plan("foo")
    spec = spec_of(plan)
    at_work = a_container(spec.name or "", spec)
    kept = a_container(kept_name(plan.job), spec)
    changed = spec_of(plan, image="image:2")
    for held, asked, expected in (
        ((), spec, (None, False)),
        ((at_work,), spec, (None, False)),
        ((at_work, kept), spec, (kept, True)),
        ((at_work, kept), changed, (kept, False)),
    ):
        assert find_stack(cast("Engine", Containers(*held)), plan, asked) == expected


def test_passwords_are_made_up_anew_and_the_users_own_win() -> None:
    plan = a_plan("foo")
    first, second = plan.passwords(), plan.passwords()
    assert first != second
    names = [line.partition("=")[0] for line in first.splitlines()]
    assert {"DATABASE_PASSWORD", "RABBIT_PASSWORD", "SERVICE_PASSWORD", "ADMIN_PASSWORD"} <= {
        *names
    }
    for name, line in zip(names, first.splitlines(), strict=True):
        assert line.startswith(f"{name}=${{{name}:-")
