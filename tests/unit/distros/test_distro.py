from collections.abc import Mapping
from pathlib import Path

import bindep.depends
import distro as distro_library
import pytest

from runner.distros.distro import (
    Distro,
    Family,
    Mmdebstrap,
    find_distro,
    host_distro,
    parse_family,
    parse_os_release,
    read_distro,
    read_distros,
    select_distros,
)
from runner.errors import ConfigError
from runner.resources import IMAGES

GOOD = (IMAGES / "debian-12.toml").read_text()

OS_RELEASE = {
    "debian-12": 'ID=debian\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\n',
    "debian-13": 'ID=debian\nVERSION_ID="13"\nVERSION="13 (trixie)"\nVERSION_CODENAME=trixie\n',
    "ubuntu-22.04": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\n',
    "ubuntu-24.04": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n',
    "ubuntu-26.04": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="26.04"\nVERSION_CODENAME=resolute\n',
    "fedora-43": 'ID=fedora\nVERSION_ID=43\nVERSION_CODENAME=""\n',
    "fedora-44": 'ID=fedora\nVERSION_ID=44\nVERSION_CODENAME=""\n',
    "centos-stream-9": 'ID="centos"\nID_LIKE="rhel fedora"\nVERSION="9"\nVERSION_ID="9"\n',
    "centos-stream-10": 'ID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="10"\n',
    "rocky-9": 'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n',
    "rocky-10": 'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="10.0"\n',
    "almalinux-9": 'ID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n',
    "almalinux-10": 'ID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="10.0"\n',
    "openeuler-24.03": 'ID="openEuler"\nVERSION="24.03 (LTS-SP2)"\nVERSION_ID="24.03"\n',
    "linuxmint-22": 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\n'
    "VERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n",
    "sles-15.7": 'ID="sles"\nID_LIKE="suse"\nVERSION="15-SP7"\nVERSION_ID="15.7"\n',
    "sles-16.0": 'ID="sles"\nID_LIKE="suse"\nVERSION="16.0"\nVERSION_ID="16.0"\n',
    "opensuse-leap-15.6": 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"\n',
    "opensuse-leap-16.0": 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="16.0"\n',
    "opensuse-tumbleweed": 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n'
    'VERSION_ID="20260101"\n',
}


@pytest.fixture(scope="module")
def distros() -> Mapping[str, Distro]:
    return read_distros(IMAGES)


def test_every_distro_of_the_design_has_a_file(distros: Mapping[str, Distro]) -> None:
    assert set(distros) == set(OS_RELEASE)


def test_releases_are_listed_from_old_to_new(distros: Mapping[str, Distro]) -> None:
    names = [name for name in distros if name.startswith("centos")]
    assert names == ["centos-stream-9", "centos-stream-10"]


@pytest.mark.parametrize(
    ("name", "codename"),
    [
        ("debian-12", "bookworm"),
        ("ubuntu-26.04", "resolute"),
        ("fedora-44", "f44"),
        ("centos-stream-10", "rhel10"),
        ("rocky-9", "rhel9"),
        ("rocky-10", "rhel10"),
        ("almalinux-9", "rhel9"),
        ("almalinux-10", "rhel10"),
        ("openeuler-24.03", "openEuler-24.03"),
        ("linuxmint-22", "noble"),
        ("sles-15.7", "sle15"),
        ("sles-16.0", "sle16"),
        ("opensuse-leap-15.6", "opensuse-15.6"),
        ("opensuse-tumbleweed", "opensuse-tumbleweed"),
    ],
)
def test_codename_is_what_devstack_calls_the_distro(
    distros: Mapping[str, Distro], name: str, codename: str
) -> None:
    assert distros[name].codename == codename


def test_package_lists_are_sorted_and_without_repetition(distros: Mapping[str, Distro]) -> None:
    for distro in distros.values():
        assert list(distro.packages) == sorted(set(distro.packages)), distro.name


def test_distros_are_bootstrapped_with_the_tools_of_their_family(
    distros: Mapping[str, Distro],
) -> None:
    without = {distro.name for distro in distros.values() if distro.bootstrap is None}
    assert without == {"linuxmint-22", "sles-15.7", "sles-16.0"}  # whose files say why
    for distro in distros.values():
        is_debian = distro.family is Family.DEBIAN
        if distro.bootstrap:
            assert isinstance(distro.bootstrap, Mmdebstrap) == is_debian, distro.name


def test_families_name_their_package_lists() -> None:
    assert [family.package_lists for family in Family] == ["debs", "rpms", "rpms-suse"]


def test_reference_is_pinned_where_the_digest_is_known(tmp_path: Path) -> None:
    digest = "sha256:" + "0" * 64
    path = tmp_path / "debian-12.toml"
    path.write_text(f'digest = "{digest}"\n{GOOD}')
    assert read_distro(path).reference == f"debian:12@{digest}"


@pytest.fixture(scope="module")
def depends() -> bindep.depends.Depends:
    return bindep.depends.Depends("")  # slow: it compiles its grammar


@pytest.mark.parametrize("name", sorted(OS_RELEASE))
def test_bindep_would_find_our_profiles_in_the_container(
    name: str,
    distros: Mapping[str, Distro],
    depends: bindep.depends.Depends,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "os-release"
    inside = distros[name].inside  # Mint's image says that it is Ubuntu
    path.write_text(OS_RELEASE[f"{inside.id}-{inside.release}" if inside else name])
    container = distro_library.LinuxDistribution(
        include_lsb=False, include_uname=False, os_release_file=str(path), distro_release_file="/-"
    )
    monkeypatch.setattr(bindep.depends, "distro", container)
    found = {
        profile
        for profile in depends.platform_profiles()
        if not profile.endswith(("-", "9.4", "10.0", "20260101"))  # empty codename, minor releases
    }
    assert set(distros[name].bindep_profiles) == found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("codename", "codenam"), "unknown field `codenam`"),
        (('"debian"\nid', '"debain"\nid'), "Invalid enum value 'debain' - at `$.family`"),
        (("mirror", "miror"), "unknown field `miror` - at `$.bootstrap`"),
        (('"git"', '"git; reboot"'), "at `$.packages[3]`"),
        (('release = "12"', "release = 12"), "Expected `str`, got `int` - at `$.release`"),
        (("family =", 'name = "x"\nfamily ='), "`name` does not belong here"),
        (('"debian"', '"debian'), "at line 1"),
    ],
)
def test_a_mistake_is_reported_by_file_field_and_place(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    path = tmp_path / "debian-12.toml"
    path.write_text(GOOD.replace(*change, 1))
    with pytest.raises(ConfigError) as caught:
        read_distro(path)
    assert str(path) in caught.value.message
    assert message in caught.value.message


def test_a_file_that_cannot_be_read_is_an_error_of_configuration(tmp_path: Path) -> None:
    (tmp_path / "x.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_distros(tmp_path)


def test_unknown_distro_suggests_the_nearest(distros: Mapping[str, Distro]) -> None:
    with pytest.raises(ConfigError) as caught:
        find_distro("ubuntu-2404", distros)
    assert caught.value.message == "unknown distro 'ubuntu-2404'"
    assert (caught.value.hint or "").startswith("did you mean ubuntu-24.04")


def test_unknown_distro_like_none_of_ours_points_to_the_list(
    distros: Mapping[str, Distro],
) -> None:
    with pytest.raises(ConfigError) as caught:
        find_distro("zzz", distros)
    assert caught.value.hint == "`distros` lists what there is"


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (["debian-13"], ["debian-13"]),
        (["fedora-*", "debian-12"], ["fedora-43", "fedora-44", "debian-12"]),
        (["ubuntu"], ["ubuntu-22.04", "ubuntu-24.04", "ubuntu-26.04"]),
        (["opensuse-leap"], ["opensuse-leap-15.6", "opensuse-leap-16.0"]),
        (["sles", "openEuler"], ["sles-15.7", "sles-16.0", "openeuler-24.03"]),
        (["*-9", "rocky-9"], ["almalinux-9", "centos-stream-9", "rocky-9"]),
    ],
)
def test_distros_are_selected_by_name_glob_id_and_family(
    patterns: list[str], names: list[str], distros: Mapping[str, Distro]
) -> None:
    assert [distro.name for distro in select_distros(patterns, distros)] == names


def test_a_family_is_more_than_the_distribution_it_is_named_after(
    distros: Mapping[str, Distro],
) -> None:
    names = {distro.name for distro in select_distros(["debian"], distros)}
    assert {"debian-12", "ubuntu-24.04"} <= names


def test_a_pattern_that_selects_nothing_is_an_error(distros: Mapping[str, Distro]) -> None:
    with pytest.raises(ConfigError, match="unknown distro 'arch-\\*'"):
        select_distros(["debian-12", "arch-*"], distros)


@pytest.mark.parametrize("name", sorted(OS_RELEASE))
def test_each_distro_is_the_host_distro_of_itself(name: str, distros: Mapping[str, Distro]) -> None:
    assert host_distro(OS_RELEASE[name], distros).name == name


@pytest.mark.parametrize(
    ("os_release", "name"),
    [
        (
            "ID=linuxmint\nID_LIKE='ubuntu debian'\nVERSION_ID=21.3\nUBUNTU_CODENAME=jammy",
            "ubuntu-22.04",
        ),
        ("ID=debian\nVERSION_CODENAME=forky", "debian-13"),
        ("ID=ubuntu\nVERSION_ID=25.10\nVERSION_CODENAME=questing", "ubuntu-26.04"),
        ("ID=fedora\nVERSION_ID=45", "fedora-44"),
        ("ID=linuxmint\nID_LIKE='ubuntu debian'\nVERSION_ID=22.3", "linuxmint-22"),
        # which DevStack treats alike, unlike CentOS Stream
        ("ID=rhel\nID_LIKE=fedora\nVERSION_ID=10.1", "almalinux-10"),
        ("ID=sles\nID_LIKE=suse\nVERSION_ID=15.6", "sles-15.7"),
        ("ID=sles\nID_LIKE=suse\nVERSION_ID=16.1", "sles-16.0"),
        ("ID=openEuler\nVERSION_ID=22.03", "openeuler-24.03"),
        ("ID=arch", "debian-12"),
        ("", "debian-12"),
    ],
)
def test_other_hosts_get_their_nearest_relative(
    os_release: str, name: str, distros: Mapping[str, Distro]
) -> None:
    assert host_distro(os_release, distros).name == name


def test_os_release_is_unquoted_and_comments_ignored() -> None:
    text = '# ID=no\nNAME=\'Rocky Linux\'\nID="rocky"\n\nVERSION="9.4 (Blue Onyx)"\n'
    assert parse_os_release(text) == {
        "NAME": "Rocky Linux",
        "ID": "rocky",
        "VERSION": "9.4 (Blue Onyx)",
    }


def test_family_of_an_unknown_system_is_none() -> None:
    assert parse_family("ID=plan9") is None
