"""The engine's own network, on which builds and runs are."""

from collections.abc import Mapping
from ipaddress import ip_network
from itertools import islice
from typing import Any


def host_address(network: Mapping[str, Any]) -> str:
    """The address there of the engine's machine, or nothing; `network` is what `inspect` says.

    An engine that made the bridge itself names no gateway until it is started anew: it is the
    first address of the subnet then.
    """
    ranges = (network.get("IPAM") or {}).get("Config") or ()
    named = (str(one["Gateway"]) for one in ranges if one.get("Gateway"))
    firsts = (
        str(address)
        for one in ranges
        if one.get("Subnet")
        for address in islice(ip_network(str(one["Subnet"])).hosts(), 1)
    )
    return next(named, "") or next(firsts, "")
