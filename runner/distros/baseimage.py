"""Where a distro's base image comes from: local, pulled, bootstrapped, or named by the user."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from runner import labels
from runner.distros.bootstrap import make_archive, obstacle, only_one, recipe_hash
from runner.distros.distro import Distro
from runner.distros.machine import Announce
from runner.errors import BaseImageError, EngineError, HostError

REPOSITORY = "devstack-runner/base"


class Images(Protocol):
    """What is asked of a container engine here."""

    def find_image(self, reference: str) -> str | None:
        """Look up the id of a local image."""

    def image_label(self, reference: str, name: str) -> str:
        """A label of a local image, or nothing."""

    def pull(self, reference: str, say: Announce) -> None:
        """Pull an image, saying how far it is, or raise EngineError."""

    def import_image(self, archive: Path, *, tag: str, labels: Mapping[str, str]) -> str:
        """Make a tagged image of a root file system and return its id."""


class Origin(StrEnum):
    """Where a base image came from."""

    LOCAL = "local"
    PULL = "pull"
    BOOTSTRAP = "bootstrap"
    OVERRIDE = "override"


class BaseImage(Struct, frozen=True, kw_only=True):
    """An image in the engine to build a distro's jobs on."""

    reference: str
    image_id: str
    origin: Origin
    stands_in: str = ""  # what it is called where it is not the distro's own


def acquire(
    distro: Distro,
    *,
    engine: Images,
    override: str | None,
    announce: Announce,
    cache: Path,
    offline: bool = False,
) -> BaseImage:
    """Get a distro's base image: the local one, else by pull, else by bootstrap.

    Offline it is the local one, or one bootstrapped before.
    """
    if offline:
        return _without_network(
            distro, engine=engine, override=override, announce=announce, cache=cache
        )
    if override:
        return _overridden(distro, override, engine=engine, announce=announce)
    if found := _local(distro, engine):
        return found
    attempts = [f"local: the engine has no {distro.reference}"]
    try:
        announce(f"pulling {distro.reference}")
        return _pulled(distro.reference, Origin.PULL, engine, announce)
    except EngineError as error:
        attempts.append(f"pull: {error.message}")
    try:
        return _bootstrapped(distro, engine=engine, announce=announce, cache=cache)
    except HostError as error:
        attempts.append(f"bootstrap: {error.message}")
    raise BaseImageError(
        "\n  ".join([f"no base image for {distro.name}:", *attempts]),
        hint=f"name an image of your own: --base-image {distro.name}=REFERENCE",
    )


def availability(distro: Distro, *, engine: Images | None, cache: Path) -> tuple[bool, str]:
    """Say whether a base is here or can be made here, and how; asks no network."""
    if engine and (found := _local(distro, engine)):
        return True, f"local image {found.reference}"
    if archive_path(distro, cache).exists():
        return True, "bootstrapped before, kept in the cache"
    if trouble := obstacle(distro):
        return False, f"has to be pulled ({distro.base}): no bootstrap here, {trouble}"
    program = distro.bootstrap.program if distro.bootstrap else ""
    return True, f"pulled, or bootstrapped with {program}"


def bootstrap_tag(distro: Distro) -> str | None:
    """What a bootstrapped base is called in the engine; another recipe, another tag."""
    if distro.bootstrap is None:
        return None
    return f"{REPOSITORY}:{distro.name}-{recipe_hash(distro)}"


def archive_path(distro: Distro, cache: Path) -> Path:
    """Where a bootstrapped root file system is kept, for the next engine."""
    tag = bootstrap_tag(distro) or f":{distro.name}"
    return cache / "bases" / f"{tag.partition(':')[2]}.tar"


def _local(distro: Distro, engine: Images) -> BaseImage | None:
    for reference in (distro.reference, bootstrap_tag(distro)):
        if reference and (image_id := engine.find_image(reference)):
            return BaseImage(reference=reference, image_id=image_id, origin=Origin.LOCAL)
    return None


def _without_network(
    distro: Distro, *, engine: Images, override: str | None, announce: Announce, cache: Path
) -> BaseImage:
    wanted = override or distro.reference
    if override and (found := _given(distro, override, engine)):
        return found
    if not override and (found := _local(distro, engine)):
        return found
    if not override and archive_path(distro, cache).exists():
        return _bootstrapped(distro, engine=engine, announce=announce, cache=cache)
    raise BaseImageError(
        f"OFFLINE is True, and the base image of {distro.name} ({wanted}) is not here",
        hint="run it once without OFFLINE, where there is a network; what is fetched is kept",
    )


def _overridden(distro: Distro, reference: str, *, engine: Images, announce: Announce) -> BaseImage:
    if found := _given(distro, reference, engine):
        return found
    try:
        announce(f"pulling {reference}")
        return _named(distro, _pulled(reference, Origin.OVERRIDE, engine, announce), engine)
    except EngineError as error:
        raise BaseImageError(
            f"the base image given for {distro.name}, {reference}, is not here and "
            f"cannot be pulled: {error.message}",
            hint="`docker image ls` lists the local ones",
        ) from error


def _given(distro: Distro, reference: str, engine: Images) -> BaseImage | None:
    """The local image that the user named, if it is there."""
    image_id = engine.find_image(reference)
    if image_id is None:
        return None
    base = BaseImage(reference=reference, image_id=image_id, origin=Origin.OVERRIDE)
    return _named(distro, base, engine)


def _named(distro: Distro, base: BaseImage, engine: Images) -> BaseImage:
    """The image that the user named, with what it is called where it is not the distro's own."""
    own = [name for name in (distro.reference, distro.base, bootstrap_tag(distro)) if name]
    # the name may be written in another way: docker.io/library/debian:12
    if base.reference in own or base.image_id in map(engine.find_image, own):
        return base
    return replace(
        base, stands_in=engine.image_label(base.reference, labels.TITLE) or base.reference
    )


def _pulled(reference: str, origin: Origin, engine: Images, announce: Announce) -> BaseImage:
    engine.pull(reference, announce)
    image_id = engine.find_image(reference)
    if image_id is None:
        raise EngineError(f"{reference} was pulled, but the engine does not have it")
    return BaseImage(reference=reference, image_id=image_id, origin=origin)


def _bootstrapped(distro: Distro, *, engine: Images, announce: Announce, cache: Path) -> BaseImage:
    tag = bootstrap_tag(distro)
    if tag is None:
        raise HostError("it has no bootstrap recipe")
    archive = archive_path(distro, cache)
    with only_one(archive.with_suffix(".lock")):
        if image_id := engine.find_image(tag):  # made while we waited
            return BaseImage(reference=tag, image_id=image_id, origin=Origin.LOCAL)
        if archive.exists():
            announce(f"importing the base of {distro.name} bootstrapped before")
        else:
            make_archive(distro, archive, announce)
        marks = labels.for_object("base", distro=distro.name)
        try:
            image_id = engine.import_image(archive, tag=tag, labels=marks)
        except EngineError:
            archive.unlink(missing_ok=True)  # a damaged archive must not stay in the way
            raise
    return BaseImage(reference=tag, image_id=image_id, origin=Origin.BOOTSTRAP)
