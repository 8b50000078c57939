"""The flavors, networks and the router that every cloud of this tree has. A part of cloud.py."""

from collections.abc import Callable
from typing import Any

# id, name, MB of memory, GB of disk, processors
FLAVORS = (
    ("1", "m1.tiny", 512, 1, 1),
    ("2", "m1.small", 2048, 20, 1),
    ("3", "m1.medium", 4096, 40, 2),
    ("4", "m1.large", 8192, 80, 4),
    ("5", "m1.xlarge", 16384, 160, 8),
    ("c1", "cirros256", 256, 1, 1),
    ("d1", "ds512M", 512, 5, 1),
    ("d2", "ds1G", 1024, 10, 1),
    ("d3", "ds2G", 2048, 10, 2),
    ("d4", "ds4G", 4096, 20, 4),
)


class Network:
    """Neutron, as its admin: what has a name is found by it, or else made."""

    def __init__(self, ask: "Callable[..., dict[str, Any]]") -> None:
        self._ask = ask
        found = ask("GET", "network", "/v2.0/extensions")["extensions"]
        self.extensions = {one["alias"] for one in found}

    def make(self, kind: str, name: str, **attributes: object) -> str:
        """The id of a network, subnet or router."""
        found = self._ask("GET", "network", f"/v2.0/{kind}s?name={name}")[f"{kind}s"]
        if found:
            return str(found[0]["id"])
        body = {kind: dict(attributes, name=name)}
        made = self._ask("POST", "network", f"/v2.0/{kind}s", body)[kind]
        print(f"{kind} {name}: {made['id']}")
        return str(made["id"])

    def connect(self, router: str, subnet: str) -> None:
        """Give the router a port in the subnet, unless it has one."""
        ports = self._ask("GET", "network", f"/v2.0/ports?device_id={router}")["ports"]
        if all(ip["subnet_id"] != subnet for port in ports for ip in port["fixed_ips"]):
            path = f"/v2.0/routers/{router}/add_router_interface"
            self._ask("PUT", "network", path, {"subnet_id": subnet})


def make_flavors(ask: "Callable[..., dict[str, Any]]") -> None:
    """Make the flavors that are not there."""
    found = ask("GET", "compute", "/flavors/detail?is_public=None")["flavors"]
    known = {one["id"] for one in found} | {one["name"] for one in found}
    for identifier, name, ram, disk, vcpus in FLAVORS:
        if not known & {identifier, name}:
            wanted = {"id": identifier, "name": name, "ram": ram, "disk": disk, "vcpus": vcpus}
            ask("POST", "compute", "/flavors", {"flavor": wanted})
            print(f"flavor {name}: {identifier}")


def make_networks(ask: "Callable[..., dict[str, Any]]", settings: "dict[str, str]") -> None:
    """Make the network of the project demo, the public one, and the router between them."""
    neutron = Network(ask)
    projects = ask("GET", "identity", "/v3/projects?name=demo&domain_id=default")["projects"]
    owner = {"project_id": projects[0]["id"]} if projects else {}
    private = neutron.make("network", settings["private"], **owner)
    subnets = _subnets(neutron, private, "private", settings, owner)
    external = {
        "router:external": True,
        "provider:network_type": "flat",
        "provider:physical_network": settings["physical"],
    }
    if "auto-allocated-topology" in neutron.extensions:
        external["is_default"] = True
    public = neutron.make("network", settings["public"], **external)
    _subnets(neutron, public, "public", settings, {"enable_dhcp": False})
    if "router" in neutron.extensions:
        gateway = {"network_id": public}
        name = settings["router"]
        router = neutron.make("router", name, external_gateway_info=gateway, **owner)
        for subnet in subnets:
            neutron.connect(router, subnet)


def _subnets(
    neutron: Network,
    network: str,
    kind: str,
    settings: "dict[str, str]",
    attributes: "dict[str, Any]",
) -> "list[str]":
    made = []
    if "4" in settings["ip_version"]:
        gateway = settings[f"{kind}_gateway"]
        wanted = dict(attributes, network_id=network, ip_version=4, cidr=settings[f"{kind}_range"])
        if gateway:
            wanted["gateway_ip"] = gateway
        made.append(neutron.make("subnet", settings[f"{kind}_subnet"], **wanted))
    if "6" in settings["ip_version"]:
        cidr = settings[f"{kind}_range_v6"]
        wanted = dict(attributes, network_id=network, ip_version=6, cidr=cidr)
        if wanted.get("enable_dhcp", True):
            wanted.update(ipv6_address_mode="slaac", ipv6_ra_mode="slaac")
        made.append(neutron.make("subnet", settings[f"{kind}_subnet_v6"], **wanted))
    return made
