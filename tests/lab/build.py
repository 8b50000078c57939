"""The lab images: Debian's programs under the real rpm with the real dnf or zypper (README.md).

python -m tests.lab.build [fedora-44|opensuse-leap-16.0]...
"""

import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docker
import platformdirs

from runner.distros.baseimage import acquire
from runner.distros.bootstrap import only_one
from runner.distros.distro import Distro, Family, read_distros
from runner.distros.machine import Announce
from runner.engine import Engine
from runner.engine.archive import tar_of
from runner.host.proxies import proxy_variables
from runner.resources import IMAGES

# Outside `devstack-runner/`: the container tests leave them to the next session.
REPOSITORY = "devstack-runner-test/lab"
DISTROS = ("fedora-44", "opensuse-leap-16.0")

_BASE = "debian-12"
_TOOLS = {Family.REDHAT: "dnf dnf-plugins-core", Family.SUSE: "zypper"}
_HERE = Path(__file__).parent
_NOT_BUILT_OF = {"README.md", "__init__.py", "build.py"}


def ensure(name: str, *, engine: Engine, cache: Path, announce: Announce) -> str:
    """The reference of the lab image that stands for a distro; it is built when it is absent."""
    distros = read_distros(IMAGES)
    distro = distros[name]
    base = acquire(distros[_BASE], engine=engine, override=None, announce=announce, cache=cache)
    context = _context(distro.family)
    reference = f"{REPOSITORY}-{distro.family}:{_hash(distro, base.reference, context)}"
    with only_one(cache / "locks" / f"lab-{distro.family}.lock"):
        if engine.find_image(reference) is None:
            _build(distro, base.reference, context, reference, announce)
    return reference


def title(family: Family) -> str:
    """What reports call the image of a family."""
    return f"{_TOOLS[family].split()[0]} on the lab image"


def _build(
    distro: Distro,
    base: str,
    context: Mapping[str, bytes],
    reference: str,
    announce: Announce,
) -> None:
    announce(f"building {reference}")
    begun = time.monotonic()
    arguments = {
        "BASE": base,
        "FAMILY": distro.family.value,
        "RELEASE": distro.release,
        "TOOLS": _TOOLS[distro.family],
        "TITLE": title(distro.family),
    }
    build_image(context, reference, {**proxy_variables(), **arguments}, announce)
    announce(f"{reference}: {time.monotonic() - begun:.0f} seconds")


def build_image(
    context: Mapping[str, bytes],
    tag: str,
    arguments: Mapping[str, str] | None = None,
    announce: Announce = lambda _: None,
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Build an image of these files, of which one is the Dockerfile; steps are announced.

    The environment says by which engine.
    """
    said: list[str] = []
    client = docker.from_env(environment=environment)
    with contextlib.closing(client):
        for message in client.api.build(
            fileobj=tar_of(context),
            custom_context=True,
            tag=tag,
            rm=True,
            forcerm=True,
            decode=True,
            buildargs=dict(arguments or {}),
        ):
            said.append(str(message.get("stream", "")))
            if said[-1].startswith("Step "):
                announce(f"  {said[-1].strip()}")
            assert "error" not in message, f"{''.join(said[-40:])}\n{message['error']}"


def _context(family: Family) -> Mapping[str, bytes]:
    """The files of the recipe that count for the family, in order of their names."""
    others = {f"{kind}.{other}" for kind in ("files", "names") for other in Family} - {
        f"files.{family}",
        f"names.{family}",
    }
    found: dict[str, bytes] = {}
    for file in sorted(_HERE.rglob("*")):
        path = file.relative_to(_HERE)
        top = path.parts[0]
        if file.is_file() and not (
            top in _NOT_BUILT_OF or top.removesuffix(".tsv") in others or "__pycache__" in top
        ):
            found[path.as_posix()] = file.read_bytes()
    return found


def _hash(distro: Distro, base: str, context: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(f"{distro.family}\0{distro.release}\0{base}\0".encode())
    for name, content in context.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def _main() -> None:
    names = sys.argv[1:] or DISTROS
    with ThreadPoolExecutor(len(names)) as pool:
        for reference in pool.map(_ensure_alone, names):
            print(reference)


def _ensure_alone(name: str) -> str:
    """The same with a connection of its own, as several are built at once."""
    cache = platformdirs.user_cache_path("devstack-runner")
    with contextlib.closing(Engine.connect()) as engine:
        return ensure(name, engine=engine, cache=cache, announce=lambda s: print(f"{name}  {s}"))


if __name__ == "__main__":
    _main()
