"""Package lists and bindep.txt: the vectors of the contract, and names that are safe in a shell."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.distros.distro import Distro, Family, read_distros
from runner.errors import ConfigError
from runner.plan.packages import (
    _GRAMMAR,
    check_names,
    parse_package_list,
    quote,
    read_bindep_packages,
    read_plugin_lists,
    read_plugin_packages,
    read_tree_packages,
    select_list_names,
)
from runner.resources import IMAGES

DISTROS = read_distros(IMAGES)
DEBIAN = DISTROS["debian-12"]
FEDORA = DISTROS["fedora-44"]
LEAP = DISTROS["opensuse-leap-15.6"]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        pytest.param("apt1", "apt1", id="PF-1"),
        pytest.param("apt2  # trailing comment", "apt2", id="PF-2"),
        pytest.param("apt3 # NOPRIME", "", id="PF-3"),
        pytest.param("apt4 # dist:bookworm", "apt4", id="PF-4"),
        pytest.param("apt5 # dist:trixie,bookworm", "apt5", id="PF-5"),
        pytest.param("apt6 # dist:jammy", "", id="PF-6"),
        pytest.param("apt7 # not:bookworm", "", id="PF-7"),
        pytest.param("apt8 # not:jammy,noble", "apt8", id="PF-8"),
        pytest.param("apt10 # dist: bookworm", "", id="PF-9"),
        pytest.param("apt11 apt12", "apt11 apt12", id="PF-10"),
        pytest.param("  apt13", "apt13", id="PF-11"),
        pytest.param("apt14# dist:BOOKWORM", "apt14", id="PF-12"),
        pytest.param("apt16 # dist:jammy not:bookworm", "", id="PF-13a"),
        pytest.param("apt17 # dist:bookworm not:bookworm", "", id="PF-13b"),
        pytest.param("apt18 # testonly", "apt18", id="PF-14"),
        pytest.param("apt19 # dist:jammy,bookworm for foo", "apt19", id="PF-15"),
        pytest.param("NOPRIME-pkg", "", id="PF-16"),
        pytest.param("# comment", "", id="PF-17a"),
        pytest.param("", "", id="PF-17b"),
        pytest.param("\ta\t b ", "a b", id="tabs"),
        pytest.param("a a", "a a", id="duplicates are kept"),
    ],
)
def test_a_line_on_bookworm(line: str, names: str) -> None:
    assert parse_package_list(line, codename="bookworm") == tuple(names.split())
    assert parse_package_list(f"x\n{line}\ny\n", codename="bookworm") == ("x", *names.split(), "y")


def test_the_codename_may_be_a_part_of_a_listed_name() -> None:
    assert parse_package_list("a # dist:rhel10", codename="rhel1") == ("a",)
    assert parse_package_list("a # dist:rhel1", codename="rhel10") == ()


@given(st.text(alphabet="ab# \t\n:,NOPRIMEdistno", max_size=200))
def test_parsing_takes_any_text_and_gives_words_before_the_comment(text: str) -> None:
    names = parse_package_list(text, codename="bookworm")
    words = [word for line in text.split("\n") for word in line.partition("#")[0].split()]
    assert all(name in words and "NOPRIME" not in name for name in names)


@pytest.mark.parametrize(
    ("services", "names"),
    [
        pytest.param("n-api", "n-api nova glance os-brick", id="PS-1"),
        pytest.param("n-cpu", "n-cpu nova os-brick", id="PS-2"),
        pytest.param("c-api", "c-api cinder os-brick", id="PS-3a"),
        pytest.param("c-vol", "c-vol cinder os-brick", id="PS-3b"),
        pytest.param(
            "s-proxy g-api key ir-api",
            "s-proxy swift g-api glance key keystone ir-api ironic",
            id="PS-4",
        ),
        pytest.param("q-svc neutron-api", "q-svc neutron-common neutron-api", id="PS-5"),
        pytest.param("q-agt", "q-agt neutron-common", id="PS-6"),
        pytest.param("neutron rabbit", "neutron rabbit", id="PS-7"),
        pytest.param("n-cpu n-api", "n-cpu nova os-brick n-api glance", id="PS-8"),
        pytest.param("c-api n-cpu", "c-api cinder os-brick n-cpu nova", id="PS-9"),
        pytest.param("../x a/b", "", id="no paths"),
    ],
)
def test_services_select_lists(services: str, names: str) -> None:
    assert select_list_names(services.split()) == tuple(names.split())


@pytest.mark.parametrize(
    ("files", "services", "packages"),
    [
        pytest.param("nova glance os-brick", "n-api", "nova glance os-brick", id="PS-1"),
        pytest.param("n-cpu nova os-brick", "n-cpu", "n-cpu nova os-brick", id="PS-2"),
        pytest.param("c-api cinder os-brick", "c-api", "c-api cinder os-brick", id="PS-3a"),
        pytest.param("c-api cinder os-brick", "c-vol", "cinder os-brick", id="PS-3b"),
        pytest.param("neutron-common", "q-svc,neutron-api", "neutron-common", id="PS-5"),
        pytest.param("q-agt neutron-common", "q-agt", "q-agt neutron-common", id="PS-6"),
        pytest.param("nova", "neutron,rabbit", "", id="PS-7"),
        pytest.param(
            "n-cpu nova os-brick glance", "n-cpu,n-api", "n-cpu nova os-brick glance", id="PS-8"
        ),
        pytest.param(
            "c-api cinder os-brick n-cpu nova",
            "c-api,n-cpu",
            "c-api cinder os-brick n-cpu nova",
            id="PS-9",
        ),
        pytest.param("general key keystone", "key", "general key keystone", id="general is first"),
        pytest.param("general", "", "general", id="no service"),
    ],
)
def test_tree_lists(tmp_path: Path, files: str, services: str, packages: str) -> None:
    (tmp_path / "debs").mkdir()
    for name in files.split():
        (tmp_path / "debs" / name).write_text(f"{name}\n")
    assert read_tree_packages(tmp_path, services, DEBIAN) == tuple(packages.split())


def write(folder: Path, name: str, text: str) -> None:
    file = folder / "devstack/files" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_plugins_own_list_is_the_only_one_ps_11(tmp_path: Path) -> None:
    write(tmp_path, "debs/p", "one two\nthree # dist:noble\n")
    write(tmp_path, "debs/other", "four\n")
    write(tmp_path, "rpms/p", "five # dist:f44\n")
    found = read_plugin_packages(tmp_path, "p", DEBIAN)
    assert (found.names, found.file) == (("one", "two"), Path("devstack/files/debs/p"))
    assert read_plugin_packages(tmp_path, "p", FEDORA).names == ("five",)
    assert read_plugin_packages(tmp_path, "p", LEAP).names == ()


def test_all_lists_of_a_plugin_come_without_the_empty_ones(tmp_path: Path) -> None:
    assert read_plugin_lists(tmp_path, "p", DEBIAN) == ()
    write(tmp_path, "debs/p", "one\n")
    write(tmp_path, "bindep.txt", "two [platform:dpkg]\nthree [platform:rpm]\n")
    found = {str(each.file): each.names for each in read_plugin_lists(tmp_path, "p", DEBIAN)}
    assert found == {"devstack/files/debs/p": ("one",), "devstack/files/bindep.txt": ("two",)}
    assert [each.names for each in read_plugin_lists(tmp_path, "p", FEDORA)] == [("three",)]


def test_a_bad_name_is_refused_with_plugin_file_and_line(tmp_path: Path) -> None:
    write(tmp_path, "debs/p", "good\n# x\ngood2 $(reboot)\n")
    message = r"plugin p: devstack/files/debs/p, line 3: '\$\(reboot\)' is not a package name"
    with pytest.raises(ConfigError, match=message):
        read_plugin_packages(tmp_path, "p", DEBIAN)


def test_a_bad_name_for_another_distro_does_not_matter(tmp_path: Path) -> None:
    write(tmp_path, "debs/p", "Bad_Name # dist:noble\ngood\n")
    assert read_plugin_packages(tmp_path, "p", DEBIAN).names == ("good",)


def test_crlf_and_removals_get_a_hint(tmp_path: Path) -> None:
    write(tmp_path, "debs/p", "good\r\n")
    with pytest.raises(ConfigError, match=r"line 1: .good.*r. is not a") as crlf:
        read_plugin_packages(tmp_path, "p", DEBIAN)
    assert "sed -i" in str(crlf.value.hint)
    write(tmp_path, "debs/p", "systemd-\n")
    with pytest.raises(ConfigError, match="'systemd-'") as removal:
        read_plugin_packages(tmp_path, "p", DEBIAN)
    assert "remove" in str(removal.value.hint)


def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "debs/p", "")
    (tmp_path / "devstack/files/debs/p").write_bytes(b"caf\xe9\n")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_plugin_packages(tmp_path, "p", DEBIAN)


BINDEP = """\
# test
git
gcc [compile test]
libpq-dev [platform:dpkg]  # comment
libpq-devel [platform:rpm]
postgresql-devel [platform:suse]
redhat-rpm-config [platform:redhat]
qemu-img [test] >=2.1
python3-all [platform:base-py3 !platform:rpm]
only-noble [platform:ubuntu-noble]
only-12 [platform:debian-bookworm]
not-f44 [platform:rpm !platform:fedora-44]
ovmf >=1.0,<3
git [platform:dpkg]
"""


@pytest.mark.parametrize(
    ("distro", "names"),
    [
        (DEBIAN, "git libpq-dev python3-all only-12 ovmf"),
        (FEDORA, "git libpq-devel redhat-rpm-config ovmf"),
        (LEAP, "git libpq-devel postgresql-devel not-f44 ovmf"),
    ],
)
def test_bindep_gives_the_containers_names(tmp_path: Path, distro: Distro, names: str) -> None:
    write(tmp_path, "bindep.txt", BINDEP)
    assert read_bindep_packages(tmp_path, "p", distro).names == tuple(names.split())


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "foo [platform:gentoo]"])
def test_bindep_without_names_for_us_is_empty(tmp_path: Path, text: str) -> None:
    write(tmp_path, "bindep.txt", text)
    assert read_bindep_packages(tmp_path, "p", DEBIAN).names == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("foo\nbar [\n", 2),
        ("foo [platform:dpkg] # c\n\n  # x\nfoo bar\nbaz\n", 4),
        ("b@d", 1),
        ("foo\r\nbar\r\n", 1),
    ],
)
def test_bindep_that_cannot_be_read_names_its_line(tmp_path: Path, text: str, line: int) -> None:
    write(tmp_path, "bindep.txt", "")
    (tmp_path / "devstack/files/bindep.txt").write_bytes(text.encode())
    with pytest.raises(ConfigError, match=rf"plugin p: .*/bindep\.txt, line {line}: bindep"):
        read_bindep_packages(tmp_path, "p", DEBIAN)


def test_bindep_names_must_fit_the_family_too(tmp_path: Path) -> None:
    write(tmp_path, "bindep.txt", "git\n/usr/bin/nc\n")
    with pytest.raises(ConfigError, match=r"bindep\.txt, line 2: '/usr/bin/nc'"):
        read_bindep_packages(tmp_path, "p", DEBIAN)
    assert read_bindep_packages(tmp_path, "p", FEDORA).names == ("git", "/usr/bin/nc")


GOOD = {
    Family.DEBIAN: "git g++ libstdc++6 python3.11-dev libfoo:i386 foo=1:2.3-4+deb12u1~bpo foo=1.2*"
    " foo/bookworm-backports 7zip linux-headers-6.1.0-18-amd64",
    Family.REDHAT: "git gcc-c++ python3-devel NetworkManager perl(JSON::XS) pkgconfig(gtk+-3.0)"
    " libfoo.so.1()(64bit) /usr/bin/nc @development-tools @nodejs:18/minimal foo-1:1.2~rc1-3.el9",
    Family.SUSE: "git libmysqlclient-devel perl(JSON) /usr/sbin/ip pattern:devel_basis",
}
BAD = {
    Family.DEBIAN: "git- foo=1.2- -y --purge Foo foo_bar a foo^ foo;id $(id) `id` foo&x foo|x"
    " foo>x perl(JSON) /usr/bin/nc @x *",
    Family.REDHAT: "-y --nogpgcheck foo;id $(id) `id` foo* (x) foo( ../x 'x' \"x\" {a,b} !x ~x",
    Family.SUSE: "@devel -y !foo ~foo +foo foo;id $x foo>1",
}


@pytest.mark.parametrize("family", Family)
def test_names_people_write_are_taken(family: Family) -> None:
    numbered = enumerate(GOOD[family].split(), start=1)
    check_names(numbered, family=family, file=Path("f"), plugin="p")


@pytest.mark.parametrize(
    ("family", "name"),
    [(family, name) for family, names in BAD.items() for name in [*names.split(), "", "a\n", "é"]],
)
def test_names_that_do_more_than_name_are_refused(family: Family, name: str) -> None:
    with pytest.raises(ConfigError, match=f"plugin p: f, line 7: {re.escape(repr(name))} is"):
        check_names([(7, name)], family=family, file=Path("f"), plugin="p")


@pytest.mark.parametrize("family", Family)
@given(data=st.data())
def test_an_accepted_name_is_one_word_without_shell_characters(
    family: Family, data: st.DataObject
) -> None:
    pattern = _GRAMMAR[family]
    name = data.draw(st.from_regex(pattern, fullmatch=True) | st.text(max_size=8))
    if not pattern.fullmatch(name):
        return
    assert not name.startswith("-")
    assert shlex.split(quote(name)) == [name]
    assert not set(name) & set("\"'`$\\;&|<>!{} \t\n\r\0")
    if quote(name) == name:
        assert re.fullmatch(r"[A-Za-z0-9@%+=:,./_-]+", name)


def test_bash_gets_the_names_as_they_are() -> None:
    names = [name for each in GOOD.values() for name in each.split()]
    command = f"printf '%s\\n' {' '.join(quote(name) for name in names)}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:-1] == names
