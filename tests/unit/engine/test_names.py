"""Podman's names of images, as its service (4.3.1) has given them, are ours above the engine."""

import pytest

from runner import labels
from runner.engine.client import read_container, read_image
from runner.engine.names import short_name
from runner.image.chain import PythonLink
from runner.plan.pythonlists import Constraints, PythonList

# From the list of images: one that was committed as devstack-runner/debian-12-tea:…
COMMITTED = {
    "Id": "sha256:2b7b235acece2e7a64f563712336cf563462d7a26a8ef22a882502c023eb5caa",
    "ParentId": "2d331eddf3aaf99f6589048022adad2304bea962f6fb0e7ac676c759b8847d5f",
    "RepoTags": ["docker.io/devstack-runner/debian-12-tea:ddcba8801d3a0e00"],
    "Created": 1796089703,
    "Size": 886104583,
    "SharedSize": 0,
    "VirtualSize": 886104583,
    "Labels": {
        "org.devstack-runner.distro": "debian-12",
        "org.devstack-runner.job": "debian-12-tea",
        "org.devstack-runner.kind": "image",
        "org.devstack-runner.run": "",
        "org.devstack-runner.state": "",
    },
    "Containers": 1,
    "Names": ["docker.io/devstack-runner/debian-12-tea:ddcba8801d3a0e00"],
}
# The tags of one that has two, the second by the podman command itself.
TAGS = ["localhost/devstack-runner/probe:three", "docker.io/devstack-runner/probe:two"]
# From the list of containers: one that was created from devstack-runner/probe:three.
CREATED = {
    "Id": "6532a52f178c6d6fe09e9064c3d767b8d73c845b14fdb9f1a23e260931f1674e",
    "Image": "localhost/devstack-runner/probe:three",
    "ImageID": "sha256:03e3ac2bb9a4cd3fab4804264c7a25d2589c70799f1c16f76c6e81b033205a36",
}


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ("docker.io/devstack-runner/system:a", "devstack-runner/system:a"),
        ("localhost/devstack-runner/system:a", "devstack-runner/system:a"),
        ("docker.io/library/debian:12", "debian:12"),
        ("devstack-runner/system:a", "devstack-runner/system:a"),
        ("quay.io/centos/centos:stream9", "quay.io/centos/centos:stream9"),
        ("localhost:5000/mine:1", "localhost:5000/mine:1"),
        ("sha256:2d33", "sha256:2d33"),
        ("", ""),
    ],
)
def test_a_registry_that_the_engine_put_before_a_name_is_taken_off(said: str, ours: str) -> None:
    assert short_name(said) == ours


def test_an_image_is_found_by_the_name_under_which_it_was_committed() -> None:
    found = read_image(COMMITTED)
    assert found.name == "devstack-runner/debian-12-tea:ddcba8801d3a0e00"
    assert (found.job, found.size) == ("debian-12-tea", 886104583)
    assert read_image({**COMMITTED, "RepoTags": TAGS}).name == "devstack-runner/probe:three"


def test_the_image_of_a_container_is_called_as_the_image_itself() -> None:
    image = read_image({**COMMITTED, "RepoTags": TAGS})
    assert read_container(CREATED).image == image.name


def test_an_image_made_under_other_constraints_is_found_among_podmans() -> None:
    link = PythonLink(
        repository="devstack-runner/environment",
        version="debian-12-",
        what="Python packages",
        groups=((PythonList(title="x", requirements=("pbr",), source="python/general"),),),
        constraints=Constraints("pbr===7.0\nflask===3.0\n"),
        global_venv=True,
        required=False,
    )
    row = {
        **COMMITTED,
        "RepoTags": ["docker.io/devstack-runner/environment:debian-12-e928b2bb20ed9f9d"],
        "Labels": {
            labels.KIND: "image",
            labels.PYTHON: link.key("sha256:parent"),
            labels.PYTHON_NAMES: "pbr",
            labels.CONSTRAINTS: link.constraints.digest(["pbr"]),
        },
    }
    found = link.find("sha256:parent", [read_image(row)])
    assert found == "devstack-runner/environment:debian-12-e928b2bb20ed9f9d"
