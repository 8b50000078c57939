"""Where containers reach the engine's machine, by what `docker network inspect bridge` says."""

import pytest

from runner.engine.bridge import host_address


@pytest.mark.parametrize(
    ("ranges", "address"),
    [
        ([{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}], "172.17.0.1"),
        ([{"Subnet": "10.9.8.0/24", "Gateway": "10.9.8.5"}], "10.9.8.5"),
        # docker0 was made by this very engine, and not started anew since
        ([{"Subnet": "172.17.0.0/16"}], "172.17.0.1"),
        ([{"Subnet": "fd00::/64"}, {"Subnet": "10.9.8.0/24", "Gateway": "10.9.8.1"}], "10.9.8.1"),
        ([], ""),
        (None, ""),
    ],
)
def test_the_machines_address(ranges: list[dict[str, str]] | None, address: str) -> None:
    assert host_address({"IPAM": {"Config": ranges}}) == address


def test_a_network_without_addresses() -> None:
    assert host_address({"IPAM": None}) == ""
