"""Package lists: missing, not read, with names that are none."""

from pathlib import Path

import pytest

from runner.distros.distro import Family
from runner.lint.lists import check_lists, check_names
from tests.unit.linting import DISTROS, FAMILIES, brief, plugin


def test_lists_of_debian_only(tmp_path: Path) -> None:
    found = plugin(tmp_path, {"files/debs/tea": "cowsay\n"})
    assert brief(check_lists(found, FAMILIES)) == [
        ("DSR301", "warning", "tea", None),
        ("DSR301", "note", "tea", None),
    ]
    fixes = [finding.fix.partition(";")[0] for finding in check_lists(found, FAMILIES)]
    assert fixes == ["write devstack/files/rpms/tea", "write devstack/files/rpms-suse/tea"]


def test_only_the_families_asked_for_count(tmp_path: Path) -> None:
    found = plugin(tmp_path, {"files/debs/tea": "cowsay\n"})
    assert list(check_lists(found, {Family.DEBIAN})) == []
    assert len(list(check_lists(found, {Family.DEBIAN, Family.REDHAT}))) == 1


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"files/debs/tea": "cowsay\n", "files/rpms/tea": "", "files/rpms-suse/tea": "# none\n"},
        {"files/debs/tea": "cowsay\n", "files/bindep.txt": "cowsay\n"},
        {"files/rpms/tea": "selinux-policy-targeted # of RPM systems only\n"},
    ],
)
def test_lists_for_all_or_for_none_are_fine(tmp_path: Path, files: dict[str, str]) -> None:
    assert list(check_lists(plugin(tmp_path, files), FAMILIES)) == []


def test_a_list_of_another_name_is_not_read(tmp_path: Path) -> None:
    found = plugin(tmp_path, {"files/debs/coffee": "cowsay\n"})
    (finding,) = check_lists(found, {Family.DEBIAN})
    assert brief([finding]) == [("DSR305", "warning", "coffee", None)]
    debs = tmp_path / "tea/devstack/files/debs"
    assert finding.fix == f"mv {debs}/coffee {debs}/tea"


def test_a_further_list_and_the_name_of_define_plugin_are_fine(tmp_path: Path) -> None:
    both = plugin(tmp_path, {"files/debs/coffee": "x\n", "files/debs/tea": "y\n"})
    assert list(check_lists(both, {Family.DEBIAN})) == []
    files = {"files/debs/coffee": "x\n", "settings": "define_plugin coffee\n"}
    assert list(check_lists(plugin(tmp_path / "2", files), {Family.DEBIAN})) == []


def test_a_name_that_apt_would_not_take(tmp_path: Path) -> None:
    found = plugin(tmp_path, {"files/debs/tea": "good\nBad_Name # dist:bookworm\n"})
    assert brief(check_names(found, DISTROS["debian-12"])) == [("DSR302", "error", "tea", 2)]
    assert list(check_names(found, DISTROS["debian-13"])) == []


def test_a_bindep_that_cannot_be_read(tmp_path: Path) -> None:
    found = plugin(tmp_path, {"files/bindep.txt": "good\nbad [platform\n"})
    assert brief(check_names(found, DISTROS["debian-12"])) == [("DSR302", "error", "bindep.txt", 2)]
