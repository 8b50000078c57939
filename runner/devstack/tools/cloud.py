#!/usr/bin/env python3
"""Ask and change the cloud as its admin, without the second that a client takes to start.

cloud.py facts                  what tempest.conf wants to know, a line "<name> <value>" each
cloud.py volume-type NAME       make a volume type for the backend of that name, unless it is there
cloud.py flavors                make the flavors that are not there
cloud.py networks NAME=VALUE... make the networks and the router, named and numbered like that

Who and where is in the environment: CLOUD_AUTH_URL, CLOUD_REGION, CLOUD_PASSWORD, CLOUD_CACERT,
for facts also CLOUD_IMAGE and CLOUD_NETWORK, the names of the default image and of the public
network. Runs with the oldest Python 3 there is on a supported distribution: 3.6.
"""

import json
import os
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

SECONDS = 60


class Cloud:
    """The admin's session: a token, and the public endpoints of the region."""

    def __init__(self, environment: "dict[str, str]") -> None:
        cacert = environment.get("CLOUD_CACERT") or None
        context = ssl.create_default_context(cafile=cacert)
        # the cloud is this machine: no proxy leads to it
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        domain = {"id": "default"}
        user = {"name": "admin", "domain": domain, "password": environment["CLOUD_PASSWORD"]}
        auth = {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": "admin", "domain": domain}},
        }
        url = environment["CLOUD_AUTH_URL"] + "/v3/auth/tokens"
        self._token = ""
        with self._open("POST", url, {"auth": auth}) as answer:
            self._token = answer.headers["X-Subject-Token"]
            catalog = json.load(answer)["token"]["catalog"]
        self._urls = {
            service["type"]: endpoint["url"].rstrip("/")
            for service in catalog
            for endpoint in service["endpoints"]
            if (endpoint["interface"], endpoint["region"])
            == ("public", environment["CLOUD_REGION"])
        }

    def has(self, service: str) -> bool:
        """Whether there is an endpoint of that type."""
        return service in self._urls

    def ask(self, method: str, service: str, path: str, body: object = None) -> "dict[str, Any]":
        """Send a request to a service, and decode its answer; an error status raises."""
        with self._open(method, self._urls[service] + path, body) as answer:
            decoded: dict[str, Any] = json.loads(answer.read() or b"{}")
        return decoded

    def _open(self, method: str, url: str, body: object) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._token:
            headers["X-Auth-Token"] = self._token
        # where to is this run's own setting
        request = urllib.request.Request(  # noqa: S310
            url, data=data, headers=headers, method=method
        )
        return self._opener.open(request, timeout=SECONDS)


def facts(cloud: Cloud, image: str, network: str) -> "Iterator[str]":
    """What services say of images, flavors and networks; one that does not answer: nothing."""
    for service, find in (("image", images), ("compute", flavors), ("network", networks)):
        try:
            if cloud.has(service):
                yield from find(cloud, network if service == "network" else image)
        except (OSError, ValueError, KeyError) as error:
            print(f"{service}: {error}", file=sys.stderr)


def images(cloud: Cloud, name: str) -> "Iterator[str]":
    """Two images that can be used, the default one first; the same twice when there is one."""
    found = cloud.ask("GET", "image", "/v2/images?status=active&limit=100")["images"]
    bootable = [one for one in found if one["disk_format"] not in ("aki", "ari")]
    chosen = sorted(bootable, key=lambda one: (one["name"] != name, one["created_at"]))
    if chosen:
        yield f"image {chosen[0]['id']}"
        yield f"image_alt {chosen[min(1, len(chosen) - 1)]['id']}"


def flavors(cloud: Cloud, _name: str) -> "Iterator[str]":
    """The two flavors that take the least."""
    found = cloud.ask("GET", "compute", "/flavors/detail")["flavors"]
    chosen = sorted(found, key=lambda one: (one["ram"], one["disk"]))
    if chosen:
        yield f"flavor {chosen[0]['id']}"
        yield f"flavor_alt {chosen[min(1, len(chosen) - 1)]['id']}"


def networks(cloud: Cloud, name: str) -> "Iterator[str]":
    """The public network's id, and which extensions there are."""
    for one in cloud.ask("GET", "network", f"/v2.0/networks?name={name}")["networks"]:
        yield f"public_network {one['id']}"
    found = cloud.ask("GET", "network", "/v2.0/extensions")["extensions"]
    yield "network_extensions " + ",".join(sorted(one["alias"] for one in found))


def make_volume_type(cloud: Cloud, name: str) -> None:
    """Make a public volume type, unless there is one of that name."""
    found = cloud.ask("GET", "block-storage", "/types?is_public=None")["volume_types"]
    if any(one["name"] == name for one in found):
        return
    wanted = {"name": name, "extra_specs": {"volume_backend_name": name}}
    made = cloud.ask("POST", "block-storage", "/types", {"volume_type": wanted})["volume_type"]
    print(f"volume type {name}: {made['id']}")


def make_defaults(cloud: Cloud, kind: str, *settings: str) -> None:
    """Make the flavors or networks that every cloud has."""
    # the file beside this one
    import cloud_defaults  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415

    if kind == "flavors":
        cloud_defaults.make_flavors(cloud.ask)
    else:
        cloud_defaults.make_networks(cloud.ask, dict(each.split("=", 1) for each in settings))


def main(arguments: "list[str]") -> None:
    """Do what the first argument says."""
    environment = dict(os.environ)
    try:
        cloud = Cloud(environment)
        if arguments == ["facts"]:
            names = environment.get("CLOUD_IMAGE", ""), environment.get("CLOUD_NETWORK", "")
            for line in facts(cloud, *names):
                print(line)
        elif arguments[:1] == ["volume-type"] and arguments[1:]:
            make_volume_type(cloud, arguments[1])
        elif arguments[:1] in (["flavors"], ["networks"]):
            make_defaults(cloud, *arguments)
        else:
            sys.exit(__doc__)
    except urllib.error.HTTPError as error:
        sys.exit(f"{error.url}: {error.code} {error.read().decode(errors='replace')[:500]}")
    except OSError as error:
        sys.exit(f"{environment['CLOUD_AUTH_URL']}: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
