"""Services for real: the check list of the contract, around four small plugins that use them.

The plugins in `services` make the calls that plugins of OpenStack make, in their order. After
each command the bats file of its name in `services/checks` is run inside.
"""

from pathlib import Path

import pytest

from tests.container.harness import Runner
from tests.container.lives import Life, Results, assert_passed

# a second stack finds all that the first one has left
_SUITE = Path(__file__).with_name("services")
LIFE = Life(_SUITE, "inspector", ("stack", "stack again", "unstack", "clean"))
COMPARED = Life(_SUITE, "inspector", ("stack", "identity"))


@pytest.fixture(scope="module")
def results(shared_runner: Runner) -> Results:
    return LIFE.run(shared_runner)


@pytest.mark.parametrize(("command", "name"), LIFE.checks())
def test_services(command: str, name: str, results: Results) -> None:
    assert_passed(results, command, name)


@pytest.mark.slow  # some 250 calls of the client
def test_identity_helpers_do_what_the_client_does(runner: Runner) -> None:
    results = COMPARED.run(runner)
    for command, name in COMPARED.checks():
        assert_passed(results, command, name)
