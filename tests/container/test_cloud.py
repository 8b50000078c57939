"""Glance, Cinder, Placement, Nova and Neutron for real, from their releases, without hypervisor."""

from pathlib import Path

import pytest

from tests.container.harness import Runner
from tests.container.lives import Life, Results, assert_passed

LIFE = Life(Path(__file__).with_name("cloud"), "tenant", ("stack", "unstack", "clean"))


@pytest.fixture(scope="module")
def results(shared_runner: Runner) -> Results:
    return LIFE.run(shared_runner)


@pytest.mark.parametrize(("command", "name"), LIFE.checks())
def test_cloud(command: str, name: str, results: Results) -> None:
    assert_passed(results, command, name)
