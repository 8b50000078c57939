import os
import subprocess
import tarfile
import threading
import time
from pathlib import Path

import msgspec
import pytest

from runner.distros.bootstrap import (
    bootstrap_command,
    make_archive,
    obstacle,
    only_one,
    parse_mirrors,
    recipe_hash,
)
from runner.distros.distro import Distro, Mmdebstrap, read_distros
from runner.errors import HostError
from runner.resources import IMAGES

DISTROS = read_distros(IMAGES)
DEBIAN = DISTROS["debian-12"]
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def with_keyring(distro: Distro, keyring: Path) -> Distro:
    recipe = distro.bootstrap
    assert isinstance(recipe, Mmdebstrap)
    changed = msgspec.structs.replace(recipe, keyring=str(keyring))
    return msgspec.structs.replace(distro, bootstrap=changed)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that come before the machine's own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program(folder, "sudo", '[ "$1" = -n ] && shift; exec "$@"')
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def test_mmdebstrap_gets_the_suites_the_packages_and_the_keyring() -> None:
    command = bootstrap_command(DEBIAN, "-")
    assert command[:4] == ["mmdebstrap", "--variant=minbase", "--mode=root", "--format=tar"]
    assert f"--keyring={KEYRING}" in command
    assert f"--include={','.join(DEBIAN.packages)}" in command
    assert command[-5:] == [
        "bookworm",
        "-",
        f"deb [signed-by={KEYRING}] http://deb.debian.org/debian bookworm main",
        f"deb [signed-by={KEYRING}] http://deb.debian.org/debian bookworm-updates main",
        f"deb [signed-by={KEYRING}] http://deb.debian.org/debian-security bookworm-security main",
    ]


def test_mmdebstrap_uses_the_mirrors_of_the_host() -> None:
    mirrors = {"": "http://near/debian", "-security": "http://near/security"}
    command = bootstrap_command(DISTROS["debian-13"], "-", mode="unshare", mirrors=mirrors)
    assert "--mode=unshare" in command
    assert [line.split()[2:4] for line in command[-3:]] == [
        ["http://near/debian", "trixie"],
        ["http://deb.debian.org/debian", "trixie-updates"],
        ["http://near/security", "trixie-security"],
    ]


def test_dnf_sees_only_the_repositories_of_the_file() -> None:
    command = bootstrap_command(DISTROS["centos-stream-10"], "/target")
    assert command[:3] == ["dnf", "--assumeyes", "--installroot=/target"]
    assert "--releasever=10" in command
    assert "--setopt=reposdir=/dev/null" in command
    assert "--repo=baseos" in command
    assert "--setopt=baseos.gpgcheck=1" in command
    names = command[command.index("install") + 1 :]
    assert {"dnf", "centos-stream-release", "systemd", "sudo"} <= set(names)


def test_zypper_sees_only_the_repositories_of_the_file() -> None:
    command = bootstrap_command(DISTROS["opensuse-leap-15.6"], "/target")
    assert command[:2] == ["zypper", "--root=/target"]
    plus = [word for word in command if word.startswith("--plus-repo=")]
    assert len(plus) == 4
    assert command.index(plus[-1]) < command.index("install")
    assert {"zypper", "python311", "sudo"} <= set(command[command.index("install") + 1 :])


def test_a_distro_without_recipe_cannot_be_bootstrapped(tmp_path: Path) -> None:
    distro = msgspec.structs.replace(DEBIAN, bootstrap=None)
    assert obstacle(distro) == "it has no bootstrap recipe"
    with pytest.raises(HostError, match="no bootstrap recipe"):
        make_archive(distro, tmp_path / "x.tar", print)


def test_the_hash_follows_the_recipe_and_nothing_else() -> None:
    described = msgspec.structs.replace(DEBIAN, base="debian:bookworm")
    richer = msgspec.structs.replace(DEBIAN, packages=(*DEBIAN.packages, "vim"))
    assert recipe_hash(described) == recipe_hash(DEBIAN)
    assert recipe_hash(richer) != recipe_hash(DEBIAN)


def test_mirrors_are_those_of_the_same_distribution() -> None:
    targets = (
        "http://near/debian/ bookworm bookworm Debian\n"
        "http://near/security/ bookworm-security bookworm-security Debian\n"
        "http://near/backports/ bookworm-backports bookworm-backports Debian Backports\n"
        "https://other/apt nodistro nodistro . nodistro\n"
        "file:/media/cdrom bookworm bookworm Debian\n"
        "http://never.fetched/debian trixie\n"
    )
    assert parse_mirrors(targets, DEBIAN) == {
        "": "http://near/debian",
        "-security": "http://near/security",
        "-backports": "http://near/backports",
    }
    assert parse_mirrors(targets, DISTROS["ubuntu-24.04"]) == {}


def test_an_archive_appears_when_it_is_whole(tools: Path, tmp_path: Path) -> None:
    program(tools, "mmdebstrap", 'echo "I: extracting archives..." >&2; tar -c -C / etc/hostname')
    keyring = tmp_path / "keyring"
    keyring.touch()
    archive, lines = tmp_path / "bases" / "x.tar", list[str]()
    make_archive(with_keyring(DEBIAN, keyring), archive, lines.append)
    with tarfile.open(archive) as content:
        assert content.getnames() == ["etc/hostname"]
    assert lines[0].startswith("bootstrapping debian-12 with mmdebstrap")
    assert lines[1:] == ["  extracting archives..."]


def test_a_bootstrap_that_fails_leaves_nothing_and_shows_its_last_lines(
    tools: Path, tmp_path: Path
) -> None:
    program(tools, "mmdebstrap", 'echo half; echo "E: apt-get update failed" >&2; exit 25')
    keyring = tmp_path / "keyring"
    keyring.touch()
    with pytest.raises(HostError) as caught:
        make_archive(with_keyring(DEBIAN, keyring), tmp_path / "bases" / "x.tar", print)
    assert caught.value.message == "mmdebstrap failed with status 25:\nE: apt-get update failed"
    assert list((tmp_path / "bases").iterdir()) == []


def test_a_root_folder_becomes_an_archive_and_goes_away(tools: Path, tmp_path: Path) -> None:
    program(
        tools,
        "dnf",
        "for word; do case $word in --installroot=*) root=${word#*=};; esac; done\n"
        'mkdir -p "$root/etc" "$root/var/cache/dnf/x"; echo "$root" >"$root/etc/root"\n'
        "echo Complete!",
    )
    lines: list[str] = []
    make_archive(DISTROS["fedora-44"], tmp_path / "x.tar", lines.append)
    with tarfile.open(tmp_path / "x.tar") as content:
        file = content.extractfile("./etc/root")
        assert file is not None
        root = file.read().decode().strip()
        assert "./var/cache/dnf/x" not in content.getnames()
    assert not Path(root).exists()
    assert lines[-1] == "  Complete!"


def test_proxies_reach_the_tool(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    program(tools, "mmdebstrap", 'echo "$http_proxy" >"$0.proxy"')
    keyring = tmp_path / "keyring"
    keyring.touch()
    make_archive(with_keyring(DEBIAN, keyring), tmp_path / "x.tar", print)
    assert (tools / "mmdebstrap.proxy").read_text() == "http://proxy:3128\n"


def test_a_missing_keyring_is_an_obstacle(tools: Path, tmp_path: Path) -> None:
    program(tools, "mmdebstrap", "exit 0")
    program(tools, "apt-cache", "exit 100")
    program(tools, "apt-get", "exit 0")
    trouble = obstacle(with_keyring(DEBIAN, tmp_path / "none.gpg"))
    assert trouble == f"{tmp_path}/none.gpg (package debian-archive-keyring) is missing"


def test_one_at_a_time_makes_a_base(tmp_path: Path) -> None:
    events: list[str] = []

    def work(name: str) -> None:
        with only_one(tmp_path / "bases" / "x.lock"):
            events.append(f"{name} in")
            time.sleep(0.05)
            events.append(f"{name} out")

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.split()[1] for event in events] == ["in", "out", "in", "out"]


def test_the_tool_is_stopped_when_we_are_interrupted(tools: Path, tmp_path: Path) -> None:
    program(tools, "mmdebstrap", 'echo $$ >"$0.pid"; echo "I: one..." >&2; exec sleep 60')
    keyring = tmp_path / "keyring"
    keyring.touch()

    def interrupt(line: str) -> None:
        if "one" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_archive(with_keyring(DEBIAN, keyring), tmp_path / "bases" / "x.tar", interrupt)
    pid = (tools / "mmdebstrap.pid").read_text().strip()
    assert subprocess.run(["ps", "-p", pid], capture_output=True, check=False).returncode == 1
    assert list((tmp_path / "bases").iterdir()) == []
