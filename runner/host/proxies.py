"""The proxy settings of the environment, which reach builds and runs."""

import ipaddress
import os
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from runner.urls import shown_url

_PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy")
_NAMES = (*_PROXIES, "no_proxy")
_LOOPBACK = {"localhost", "localhost.localdomain", "ip6-localhost"}


def proxy_variables(environment: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Those that are set, in the spelling they have."""
    values = os.environ if environment is None else environment
    names = (*_NAMES, *(name.upper() for name in _NAMES))
    return {name: values[name] for name in names if values.get(name)}


def unreachable_proxies(variables: Mapping[str, str]) -> Iterator[str]:
    """A warning for each proxy that is this machine's loopback, which in a container is another."""
    for name, value in variables.items():
        if name.lower() in _PROXIES and is_loopback(value):
            yield (
                f"{name} is {shown_url(value)}, which no container reaches: "
                "let the proxy listen on the engine's bridge, and name that address"
            )


def is_loopback(url: str) -> bool:
    """Whether the URL's host is the machine that asks."""
    try:
        host = urlsplit(url if "://" in url else f"http://{url}").hostname or ""
    except ValueError:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in _LOOPBACK or host.lower().endswith(".localhost")
