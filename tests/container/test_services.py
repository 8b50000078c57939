"""Services for real: the check list of the contract, around four small plugins that use them.

The plugins in `services` make the calls that plugins of OpenStack make, in their order. After
each command the bats file of its name in `services/checks` is run inside.
"""

from pathlib import Path

import pytest

from tests.container.harness import Runner
from tests.container.lives import Life, Results, assert_passed

# a second stack finds all that the first one has left
LIFE = Life(
    Path(__file__).with_name("services"),
    "inspector",
    ("stack", "stack again", "unstack", "clean"),
)


@pytest.fixture(scope="module")
def results(shared_runner: Runner) -> Results:
    return LIFE.run(shared_runner)


@pytest.mark.parametrize(("command", "name"), LIFE.checks())
def test_services(command: str, name: str, results: Results) -> None:
    assert_passed(results, command, name)
