"""The local lab of compose.yaml: caches that builds and runs use while it is up on the engine.

What they are told of it comes with commands and build arguments, of which nothing stays in an
image; so an image is the same, and has the same name, with the lab and without it.
"""

import os
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from runner import labels
from runner.engine import Engine, Found
from runner.errors import ConfigError, HostError
from runner.host.pipconfig import PipConfig
from runner.host.proxies import is_loopback

START = "in a checkout: devstack-runner lab >.env && docker compose up -d --build"
_PATIENCE = 30.0  # seconds, for services that are just starting
_INDEX = ("index-url", "extra-index-url")
_DEFAULT_NAME = "lab"


class Use(StrEnum):
    """Whether the lab is used."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class Lab(Struct, frozen=True, kw_only=True):
    """Where containers reach the services that are up; empty for those that are not."""

    packages: str = ""  # an HTTP proxy for deb and rpm
    python: str = ""  # an index for pip and uv
    upstream: str = ""  # a hash over the indexes that it asks; empty for PyPI alone

    @property
    def services(self) -> Sequence[str]:
        """The names of those that builds and runs use."""
        found = {"packages": self.packages, "python": self.python}
        return [name for name, url in found.items() if url]

    def package_proxies(self, variables: Mapping[str, str]) -> Mapping[str, str]:
        """The environment's proxies for a package manager, with the lab's as that for http."""
        if not self.packages:
            return variables
        kept = {name: value for name, value in variables.items() if name != "HTTP_PROXY"}
        return {**kept, "http_proxy": self.packages}

    def proxies(self, variables: Mapping[str, str]) -> Mapping[str, str]:
        """The environment's proxies for what asks the index, which is asked without any."""
        excepted = variables.get("no_proxy") or variables.get("NO_PROXY") or ""
        if not (self.python and variables) or excepted.strip() == "*":
            return variables
        host = urlsplit(self.python).hostname or ""
        joined = ",".join(part for part in (excepted, host) if part)
        return {**variables, "no_proxy": joined, "NO_PROXY": joined}

    def pip(self, config: PipConfig) -> PipConfig:
        """What pip and uv are told: the lab's index in place of those that it asks itself.

        It is left as it is when the lab was started for other indexes, or pip may ask none.
        """
        options = config.options
        if not self.python or "no-index" in options or upstream(config) != self.upstream:
            return config
        kept = {name: v for name, v in options.items() if name not in {*_INDEX, "proxy"}}
        host = urlsplit(self.python).hostname or ""
        trusted = (*options.get("trusted-host", ()), host)
        return PipConfig({"index-url": (self.python,), **kept, "trusted-host": trusted})


def parse_use(text: str) -> Use:
    """What `--lab` says.

    Raises:
        ConfigError: none of the three words.

    """
    try:
        return Use(text)
    except ValueError as error:
        words = ", ".join(Use)
        raise ConfigError(f"--lab {text}: not one of {words}", hint="--lab auto") from error


def upstream(config: PipConfig) -> str:
    """A hash over the indexes of pip's configuration; empty when it names none."""
    said = [url for name in _INDEX for url in (name, *config.options.get(name, ()))]
    if len(said) == len(_INDEX):
        return ""
    return sha256("\n".join(said).encode()).hexdigest()[:16]


def find_lab(engine: Engine, use: Use, environment: Mapping[str, str] = os.environ) -> Lab:
    """The lab's services that work on this engine; `LAB_NAME` tells one lab from another.

    Raises:
        HostError: with `Use.ON`, when none is up or one of them does not work.

    """
    if use is Use.OFF:
        return Lab()
    name = environment.get("LAB_NAME") or _DEFAULT_NAME
    found = engine.containers(kind="lab", lab=name)
    if use is Use.ON:
        found = _wait_for_all(engine, found, name)
    return lab_of(found)


def lab_of(containers: Sequence[Found]) -> Lab:
    """What these containers offer."""
    lab = Lab()
    for each in containers:
        address = _address(each)
        if not (address and _works(each)):
            continue
        match each.labels.get(labels.SERVICE):
            case "packages":
                lab = replace(lab, packages=f"http://{address}")
            case "python":
                of = each.labels.get(labels.UPSTREAM, "")
                lab = replace(lab, python=f"http://{address}/index/", upstream=of)
    return lab


def _wait_for_all(engine: Engine, found: Sequence[Found], name: str) -> tuple[Found, ...]:
    """The lab's containers, when all of them work; those that are starting are given time."""
    deadline = time.monotonic() + _PATIENCE
    while any(each.health == "starting" for each in found) and time.monotonic() < deadline:
        time.sleep(0.2)
        found = engine.containers(kind="lab", lab=name)
    if not found:
        raise HostError("--lab on: the lab is not up on this engine", hint=START)
    if bad := [each for each in found if not _works(each)]:
        states = ", ".join(f"{each.name} is {each.health or each.state}" for each in bad)
        raise HostError(
            f"--lab on: not all of the lab works: {states}",
            hint=f"`docker logs {bad[0].name}` says why; to start it again: docker compose up -d",
        )
    return tuple(found)


def _works(found: Found) -> bool:
    return found.state == "running" and found.health in {"", "healthy"}


def _address(found: Found) -> str:
    """Where other containers reach it: not at the engine's loopback."""
    return next((a for a in found.published if not is_loopback(a)), "")
