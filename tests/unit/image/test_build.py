"""Building a job's image: when, why, and who is to blame when it fails."""

from typing import cast

import pytest
from msgspec.structs import replace

from runner import labels
from runner.distros.distro import read_distros
from runner.engine import Engine
from runner.errors import EngineError
from runner.host.workspace import JobFolder
from runner.image.chain import references
from runner.image.failure import PackagesFailed
from runner.image.search import describe
from runner.plan.plan import Plan
from runner.resources import IMAGES
from tests.unit.building import FOO, PLAN, FakeEngine, ensure, with_recipe


def test_an_unchanged_job_builds_nothing(folder: JobFolder) -> None:
    engine = FakeEngine("hello")
    first, second = ensure(engine, folder), ensure(engine, folder)
    assert (first.built, first.reason) == (True, "its first build")
    assert (second.built, second.reason) == (False, "")
    assert folder.dockerfile.read_text() == PLAN.dockerfile
    log = folder.build_log.read_text().splitlines()
    begun = [line.split()[0] for line in log if line.startswith("[")]
    assert begun == ["[1/3]", "[2/3]", "[3/3]", "[1/1]"], "of the system, of the job"
    assert log[1::2] == ["hello"] * 4


def test_a_changed_list_says_why_it_is_built_again(folder: JobFolder) -> None:
    engine = FakeEngine()
    ensure(engine, folder)
    more = replace(FOO, packages=(*FOO.packages, "libnew-dev"))
    changed = with_recipe(PLAN, layers=(more,))
    assert ensure(engine, folder, changed).reason == f"{FOO.title} changed (+libnew-dev)"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (replace(PLAN, base=replace(PLAN.base, image_id="sha256:2")), "the base image changed"),
        (replace(PLAN, certificates={"a.crt": b"b"}), "the certificates changed"),
    ],
    ids=["base", "certificates"],
)
def test_what_is_below_the_dockerfile_is_a_reason_too(
    changed: Plan, reason: str, folder: JobFolder
) -> None:
    engine = FakeEngine()
    ensure(engine, folder)
    assert ensure(engine, folder, changed).reason.startswith(reason)


def test_an_image_that_is_gone_is_made_again(folder: JobFolder) -> None:
    engine = FakeEngine()
    ensure(engine, folder)
    del engine.built[references(PLAN)[-1]]
    made = ensure(engine, folder)
    assert (made.built, made.reason) == (True, "an image of it is gone")


def test_a_package_that_does_not_exist_is_its_lists_fault(folder: JobFolder) -> None:
    said = ("Reading package lists...", "\033[91mE: Unable to locate package libfoo-dev\033[0m")
    with pytest.raises(PackagesFailed) as caught:
        ensure(FakeEngine(*said, fails_at="libfoo-dev"), folder)
    assert (caught.value.layer, caught.value.exit_code) == (FOO, 100)
    assert caught.value.failure.command == "E: Unable to locate package libfoo-dev"
    assert len(caught.value.failure.tail) == 2


def test_a_mirror_that_is_away_is_nobodys_fault(folder: JobFolder) -> None:
    said = ("E: Failed to fetch http://deb/x  Could not resolve 'deb'",)
    with pytest.raises(EngineError, match="Failed to fetch"):
        ensure(FakeEngine(*said, fails_at="libfoo-dev"), folder)


def test_a_full_disk_is_the_hosts_fault_with_a_hint(folder: JobFolder) -> None:
    said = ("E: Write error - write (28: No space left on device)",)
    with pytest.raises(EngineError, match="No space left") as caught:
        ensure(FakeEngine(*said, fails_at="libfoo-dev"), folder)
    assert "gc --images" in (caught.value.hint or "")


def test_a_failing_base_is_not_the_plugins_fault(folder: JobFolder) -> None:
    engine = FakeEngine("bang", fails_at="useradd")
    with pytest.raises(EngineError, match="building the image of debian-12-foo") as caught:
        ensure(engine, folder)
    assert str(folder.build_log) in (caught.value.hint or "")
    assert engine.removed


def test_commands_see_what_is_set_above_them_and_proxies_that_do_not_stay(
    folder: JobFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://near")
    engine = FakeEngine()
    image = ensure(engine, folder)
    assert engine.files == {"/usr/local/share/ca-certificates/a.crt": b"a"}
    said = {"http_proxy": "http://configured", "https_proxy": "http://near"}
    assert said.items() <= engine.variables.items()
    assert "http://" not in repr(engine.labels) + repr(engine.specs)
    assert engine.labels[image.reference][labels.RUN] == ""


@pytest.mark.parametrize(("distro", "noted"), [("fedora-44", True), ("debian-12", False)])
def test_a_scriptlet_that_dnf_lets_fail_is_noted(
    distro: str, *, noted: bool, folder: JobFolder
) -> None:
    engine = FakeEngine("warning: %post(foo-1-1.noarch) scriptlet failed, exit status 3")
    changed = replace(PLAN, distro=read_distros(IMAGES)[distro])
    notes = ensure(engine, folder, changed).notes
    text = "dnf went on when a scriptlet of foo-1-1.noarch failed: the package may not work"
    assert set(notes) == ({text} if noted else set())


def test_what_is_noted_of_an_image_is_told_to_all_who_find_it_made(folder: JobFolder) -> None:
    engine = FakeEngine('warning: %post(für"$HOME") scriptlet failed, exit status 3')
    fedora = replace(PLAN, distro=read_distros(IMAGES)["fedora-44"])
    first = ensure(engine, folder, fedora)
    assert first.notes == (
        'dnf went on when a scriptlet of für"$HOME" failed: the package may not work',
    )
    assert ensure(engine, folder, fedora).notes == first.notes
    other = with_recipe(fedora, layers=())
    assert ensure(engine, folder, other).notes == first.notes, "the system is the same"


def test_a_dry_run_says_what_would_be_built() -> None:
    engine = FakeEngine()
    text = "\n".join(describe(PLAN, cast("Engine", engine)))
    assert "debian-12-foo on debian:12" in text
    assert "would be built" in text
    assert "gcc libfoo-dev" in text
    engine.built[references(PLAN)[-1]] = "sha256:x"
    assert "is there" in "\n".join(describe(PLAN, cast("Engine", engine)))
