"""What the tree's tools/cloud_defaults.py makes in a cloud."""

from typing import Any

from tests.unit.treetools import load_tool

SETTINGS = {
    "private": "private",
    "public": "public",
    "router": "router1",
    "ip_version": "4+6",
    "physical": "phys",
    "private_subnet": "private-subnet",
    "private_range": "10.0.0.0/22",
    "private_gateway": "",
    "private_subnet_v6": "ipv6-private-subnet",
    "private_range_v6": "fd00::/64",
    "public_subnet": "public-subnet",
    "public_range": "172.24.4.0/24",
    "public_gateway": "172.24.4.9",
    "public_subnet_v6": "ipv6-public-subnet",
    "public_range_v6": "2001:db8::/64",
}


DEFAULTS = load_tool("cloud_defaults")


class Cloud:
    """A cloud that keeps what it is sent; an id is the name with the kind before it."""

    def __init__(self, *extensions: str) -> None:
        self.made: dict[str, list[dict[str, Any]]] = {"flavors": []}
        self.ports: list[dict[str, Any]] = []
        self.extensions = [{"alias": name} for name in extensions]

    def ask(self, method: str, _service: str, path: str, body: Any = None) -> dict[str, Any]:
        path, _, query = path.removeprefix("/v2.0").removeprefix("/v3").partition("?")
        kind = path.split("/")[1]
        asked = dict(each.split("=") for each in query.split("&") if each)
        if method == "GET" and kind == "extensions":
            return {"extensions": self.extensions}
        if method == "GET" and kind == "projects":
            return {"projects": [{"id": "id-of-demo"}]}
        if method == "GET" and kind == "ports":
            return {"ports": [port for port in self.ports if port["router"] == asked["device_id"]]}
        if method == "GET":
            found = self.made.get(kind, [])
            name = asked.get("name")
            return {kind: [each for each in found if name in (None, each["name"])]}
        if method == "PUT":
            ips = [{"subnet_id": body["subnet_id"]}]
            self.ports.append({"router": path.split("/")[2], "fixed_ips": ips})
            return {}
        (one,) = body.values()
        self.made.setdefault(kind, []).append({"id": f"id-of-{one['name']}", **one})
        return {kind[:-1]: self.made[kind][-1]}

    def one(self, kind: str, name: str) -> dict[str, Any]:
        (found,) = [each for each in self.made[kind] if each["name"] == name]
        return {key: value for key, value in found.items() if key not in ("id", "name")}


def names(cloud: Cloud, kind: str) -> list[str]:
    return [each["name"] for each in cloud.made[kind]]


def test_the_flavors_of_the_contract_are_made_once() -> None:
    cloud = Cloud()
    DEFAULTS.make_flavors(cloud.ask)
    DEFAULTS.make_flavors(cloud.ask)
    made = {each["id"]: each["name"] for each in cloud.made["flavors"]}
    small = {"1": "m1.tiny", "2": "m1.small", "3": "m1.medium", "4": "m1.large", "5": "m1.xlarge"}
    more = {"c1": "cirros256", "d1": "ds512M", "d2": "ds1G", "d3": "ds2G", "d4": "ds4G"}
    assert made == small | more
    assert len(cloud.made["flavors"]) == len(made)


def test_a_flavor_of_the_name_is_left_alone() -> None:
    cloud = Cloud()
    cloud.made["flavors"] = [{"id": "42", "name": "m1.tiny"}]
    DEFAULTS.make_flavors(cloud.ask)
    assert names(cloud, "flavors").count("m1.tiny") == 1


def test_networks_and_the_router_between_them() -> None:
    cloud = Cloud("router")
    DEFAULTS.make_networks(cloud.ask, SETTINGS)
    assert cloud.one("networks", "private") == {"project_id": "id-of-demo"}
    assert cloud.one("networks", "public") == {
        "router:external": True,
        "provider:network_type": "flat",
        "provider:physical_network": "phys",
    }
    assert cloud.one("subnets", "private-subnet") == {
        "project_id": "id-of-demo",
        "network_id": "id-of-private",
        "ip_version": 4,
        "cidr": "10.0.0.0/22",
    }
    assert cloud.one("subnets", "public-subnet") == {
        "network_id": "id-of-public",
        "ip_version": 4,
        "cidr": "172.24.4.0/24",
        "gateway_ip": "172.24.4.9",
        "enable_dhcp": False,
    }
    assert cloud.one("subnets", "ipv6-private-subnet")["ipv6_ra_mode"] == "slaac"
    assert "ipv6_ra_mode" not in cloud.one("subnets", "ipv6-public-subnet")
    assert cloud.one("routers", "router1") == {
        "project_id": "id-of-demo",
        "external_gateway_info": {"network_id": "id-of-public"},
    }
    joined = [port["fixed_ips"][0]["subnet_id"] for port in cloud.ports]
    assert joined == ["id-of-private-subnet", "id-of-ipv6-private-subnet"]


def test_networks_are_made_once() -> None:
    cloud = Cloud("router")
    DEFAULTS.make_networks(cloud.ask, SETTINGS)
    made = {kind: len(found) for kind, found in cloud.made.items()} | {"ports": len(cloud.ports)}
    DEFAULTS.make_networks(cloud.ask, SETTINGS)
    again = {kind: len(found) for kind, found in cloud.made.items()} | {"ports": len(cloud.ports)}
    assert again == made == {"flavors": 0, "networks": 2, "subnets": 4, "routers": 1, "ports": 2}


def test_only_the_versions_of_ip_that_are_wanted() -> None:
    cloud = Cloud("router")
    DEFAULTS.make_networks(cloud.ask, SETTINGS | {"ip_version": "6"})
    assert names(cloud, "subnets") == ["ipv6-private-subnet", "ipv6-public-subnet"]


def test_without_the_extension_there_is_no_router() -> None:
    cloud = Cloud()
    DEFAULTS.make_networks(cloud.ask, SETTINGS)
    assert "routers" not in cloud.made


def test_the_public_network_is_the_default_one_where_that_means_something() -> None:
    cloud = Cloud("router", "auto-allocated-topology")
    DEFAULTS.make_networks(cloud.ask, SETTINGS)
    assert cloud.one("networks", "public")["is_default"] is True
