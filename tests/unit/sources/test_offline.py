"""How much of the network a job may use."""

import pytest

from runner.sources.offline import Network


@pytest.mark.parametrize(
    ("variables", "network"),
    [
        ({}, Network.FREE),
        ({"OFFLINE": "False", "ERROR_ON_CLONE": ""}, Network.FREE),
        ({"OFFLINE": "True"}, Network.CUT),
        ({"OFFLINE": "yes", "ERROR_ON_CLONE": "True"}, Network.CUT),
        ({"ERROR_ON_CLONE": "1"}, Network.NO_CLONE),
        ({"OFFLINE": "tRUE"}, Network.FREE),  # DevStack takes that for no truth value
    ],
)
def test_the_variables_of_local_conf_say_it(variables: dict[str, str], network: Network) -> None:
    assert Network.of(variables) is network
