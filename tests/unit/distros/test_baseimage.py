import tarfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from runner.distros.baseimage import (
    BaseImage,
    Origin,
    acquire,
    archive_path,
    availability,
    bootstrap_tag,
)
from runner.distros.distro import Distro, read_distros
from runner.distros.machine import Announce
from runner.errors import BaseImageError, EngineError
from runner.resources import IMAGES

DISTROS = read_distros(IMAGES)
DEBIAN = DISTROS["debian-12"]
TAG = bootstrap_tag(DEBIAN) or ""


class FakeEngine:
    """Images by reference; `registry` is what can be pulled."""

    def __init__(self, *local: str, registry: tuple[str, ...] = (), accepts: bool = True) -> None:
        self.images = {reference: f"sha256:{reference}" for reference in local}
        self.registry = registry
        self.accepts = accepts
        self.pulls: list[str] = []
        self.labels: Mapping[str, str] = {}

    def find_image(self, reference: str) -> str | None:
        return self.images.get(reference)

    def image_label(self, reference: str, name: str) -> str:
        return "a tea pot" if "titled" in reference and name.endswith(".title") else ""

    def pull(self, reference: str, say: Announce) -> None:  # noqa: ARG002
        self.pulls.append(reference)
        if reference not in self.registry:
            raise EngineError(f"pulling {reference}: no such host")
        self.images[reference] = f"sha256:{reference}"

    def import_image(self, archive: Path, *, tag: str, labels: Mapping[str, str]) -> str:
        if not self.accepts:
            raise EngineError(f"importing {archive.name}: unexpected EOF")
        with tarfile.open(archive) as content:
            content.getnames()
        self.labels = labels
        self.images[tag] = f"sha256:{tag}"
        return self.images[tag]


def get(
    engine: FakeEngine,
    cache: Path,
    *,
    override: str | None = None,
    distro: Distro = DEBIAN,
    offline: bool = False,
) -> tuple[BaseImage, list[str]]:
    lines: list[str] = []
    image = acquire(
        distro,
        engine=engine,
        override=override,
        announce=lines.append,
        cache=cache,
        offline=offline,
    )
    return image, lines


def keep_archive(cache: Path, distro: Distro = DEBIAN) -> Path:
    archive = archive_path(distro, cache)
    archive.parent.mkdir(parents=True)
    with tarfile.open(archive, "w") as content:
        content.add(__file__, "etc/file")
    return archive


@pytest.mark.parametrize("reference", ["debian:12", TAG])
def test_a_local_image_is_used_without_a_word(tmp_path: Path, reference: str) -> None:
    engine = FakeEngine(reference)
    image, lines = get(engine, tmp_path)
    assert image == BaseImage(
        reference=reference, image_id=f"sha256:{reference}", origin=Origin.LOCAL
    )
    assert (engine.pulls, lines) == ([], [])


def test_what_is_not_local_is_pulled(tmp_path: Path) -> None:
    image, lines = get(FakeEngine(registry=("debian:12",)), tmp_path)
    assert (image.reference, image.origin) == ("debian:12", Origin.PULL)
    assert lines == ["pulling debian:12"]


def test_a_pinned_distro_is_pulled_by_digest(tmp_path: Path) -> None:
    reference = f"debian:12@sha256:{'1' * 64}"
    distro = msgspec.structs.replace(DEBIAN, digest=f"sha256:{'1' * 64}")
    image, _ = get(FakeEngine(registry=(reference,)), tmp_path, distro=distro)
    assert image.reference == reference


def test_a_base_bootstrapped_before_comes_back_from_the_cache(tmp_path: Path) -> None:
    engine = FakeEngine()
    keep_archive(tmp_path)
    image, lines = get(engine, tmp_path)
    assert (image.reference, image.origin) == (TAG, Origin.BOOTSTRAP)
    assert lines == ["pulling debian:12", "importing the base of debian-12 bootstrapped before"]
    assert engine.labels == {
        "org.devstack-runner.kind": "base",
        "org.devstack-runner.distro": "debian-12",
    }


def test_an_archive_the_engine_refuses_is_not_kept(tmp_path: Path) -> None:
    archive = keep_archive(tmp_path)
    with pytest.raises(EngineError, match="unexpected EOF"):
        get(FakeEngine(accepts=False), tmp_path)
    assert not archive.exists()


def test_the_error_lists_the_three_attempts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # a machine without dnf
    with pytest.raises(BaseImageError) as caught:
        get(FakeEngine(), tmp_path, distro=DISTROS["rocky-9"])
    assert caught.value.message.splitlines() == [
        "no base image for rocky-9:",
        "  local: the engine has no rockylinux/rockylinux:9",
        "  pull: pulling rockylinux/rockylinux:9: no such host",
        "  bootstrap: dnf is not installed",
    ]
    assert caught.value.hint == "name an image of your own: --base-image rocky-9=REFERENCE"


def test_a_distro_without_recipe_says_so(tmp_path: Path) -> None:
    distro = msgspec.structs.replace(DEBIAN, bootstrap=None)
    with pytest.raises(BaseImageError, match="bootstrap: it has no bootstrap recipe"):
        get(FakeEngine(), tmp_path, distro=distro)


def test_an_override_wins_over_the_local_base(tmp_path: Path) -> None:
    image, _ = get(FakeEngine("debian:12", "mine:1"), tmp_path, override="mine:1")
    assert (image.reference, image.origin) == ("mine:1", Origin.OVERRIDE)


def test_what_stands_in_for_the_distros_own_is_named(tmp_path: Path) -> None:
    engine = FakeEngine("debian:12", "mine:1", "titled:1", TAG)
    named = {
        reference: get(engine, tmp_path, override=reference)[0].stands_in
        for reference in engine.images
    }
    assert named == {"debian:12": "", "mine:1": "mine:1", "titled:1": "a tea pot", TAG: ""}


def test_the_distros_own_image_by_a_longer_name_stands_in_for_nothing(tmp_path: Path) -> None:
    engine = FakeEngine("debian:12", "mine:1")
    engine.images["docker.io/library/debian:12"] = engine.images["debian:12"]
    image, _ = get(engine, tmp_path, override="docker.io/library/debian:12")
    assert (image.origin, image.stands_in) == (Origin.OVERRIDE, "")


def test_an_override_that_is_not_local_is_pulled(tmp_path: Path) -> None:
    image, lines = get(FakeEngine(registry=("mine:1",)), tmp_path, override="mine:1")
    assert (image.origin, lines) == (Origin.OVERRIDE, ["pulling mine:1"])


def test_an_override_that_cannot_be_had_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(BaseImageError, match="given for debian-12, mine:1, is not here"):
        get(FakeEngine("debian:12"), tmp_path, override="mine:1")


def test_availability_of_a_local_image(tmp_path: Path) -> None:
    engine = FakeEngine("debian:12")
    found = availability(DEBIAN, engine=engine, cache=tmp_path)
    assert found == (True, "local image debian:12")
    assert engine.pulls == []


def test_availability_of_a_kept_archive_needs_no_engine(tmp_path: Path) -> None:
    keep_archive(tmp_path)
    found = availability(DEBIAN, engine=None, cache=tmp_path)
    assert found == (True, "bootstrapped before, kept in the cache")


def test_availability_says_why_there_is_no_bootstrap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    available, reason = availability(DISTROS["fedora-44"], engine=None, cache=tmp_path)
    assert not available
    assert reason.endswith("no bootstrap here, dnf is not installed")


def test_the_tag_names_distro_and_recipe() -> None:
    assert TAG.startswith("devstack-runner/base:debian-12-")
    other = msgspec.structs.replace(DEBIAN, packages=(*DEBIAN.packages, "vim"))
    assert bootstrap_tag(other) != TAG


@pytest.mark.parametrize("override", [None, "mine:1"])
def test_offline_what_is_not_here_is_neither_pulled_nor_made(
    override: str | None, tmp_path: Path
) -> None:
    engine = FakeEngine(registry=("debian:12", "mine:1"))
    with pytest.raises(BaseImageError, match="OFFLINE is True") as caught:
        get(engine, tmp_path, override=override, offline=True)
    assert (override or "debian:12") in caught.value.message
    assert caught.value.hint
    assert engine.pulls == []


def test_offline_what_is_here_is_used(tmp_path: Path) -> None:
    local, _ = get(FakeEngine("debian:12"), tmp_path, offline=True)
    assert local.reference == "debian:12"
    given, _ = get(FakeEngine("mine:1"), tmp_path, override="mine:1", offline=True)
    assert given.origin is Origin.OVERRIDE
    keep_archive(tmp_path)
    made, _ = get(FakeEngine(), tmp_path, offline=True)
    assert made.origin is Origin.BOOTSTRAP
