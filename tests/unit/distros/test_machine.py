import os
import subprocess
from pathlib import Path

import pytest

from runner.distros import machine
from runner.distros.distro import Family
from runner.errors import HostError


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that come before the machine's own; each run is noted in `calls`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def program(folder: Path, name: str, script: str = "exit 0") -> None:
    (folder / name).write_text(f'#!/bin/sh\necho "{name} $*" >>"$(dirname "$0")/calls"\n{script}\n')
    (folder / name).chmod(0o755)


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def os_release(folder: Path, text: str) -> Path:
    path = folder / "os-release"
    path.write_text(text)
    return path


@pytest.fixture
def as_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def test_root_needs_nothing_in_front(as_root: None) -> None:
    assert machine.become_root() == []
    assert machine.can_become_root()


def test_sudo_without_a_password_is_used(tools: Path, as_user: None) -> None:
    program(tools, "sudo")
    assert machine.become_root() == ["sudo", "-n"]
    assert calls(tools) == ["sudo -n true"]


def test_sudo_that_would_ask_needs_a_terminal(tools: Path, as_user: None) -> None:
    program(tools, "sudo", "exit 1")
    assert not machine.can_become_root()
    with pytest.raises(HostError) as caught:
        machine.become_root("starting it")
    assert caught.value.message == (
        "starting it needs root, and there is no terminal for sudo to ask for a password on"
    )
    assert caught.value.hint is not None


def test_sudo_may_ask_on_a_terminal(
    tools: Path, as_user: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tools, "sudo", "exit 1")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert machine.become_root() == ["sudo"]


def test_no_sudo_is_one_clear_message(
    as_user: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError, match="this needs root, and sudo is not installed"):
        machine.become_root()


@pytest.mark.parametrize(
    ("family", "start"),
    [
        (Family.DEBIAN, "apt-get --option=DPkg::Lock::Timeout=120 install --yes --no-install-reco"),
        (Family.REDHAT, "dnf --assumeyes --setopt=install_weak_deps=False install a b"),
        (Family.SUSE, "zypper --non-interactive install --no-recommends a b"),
    ],
)
def test_each_family_installs_with_its_own_manager(family: Family, start: str) -> None:
    assert " ".join(machine.install_command(family, ("a", "b"))).startswith(start)


def test_packages_are_installed_though_a_source_fails(
    tools: Path, tmp_path: Path, as_root: None
) -> None:
    program(tools, "apt-get", 'case "$*" in update*) exit 100;; esac')
    lines: list[str] = []
    machine.install_packages(
        {Family.DEBIAN: ("hello",)}, lines.append, os_release=os_release(tmp_path, "ID=debian")
    )
    assert [line.split()[1] for line in calls(tools)] == [
        "update",
        "--option=DPkg::Lock::Timeout=120",
    ]
    assert lines[0] == "installing on this machine: hello"
    assert lines[1].startswith("  $ apt-get ")
    assert lines[2].startswith("  apt-get update failed for some sources")


def test_packages_are_installed_through_sudo_without_questions(
    tools: Path, tmp_path: Path, as_user: None
) -> None:
    program(tools, "sudo", 'shift; exec "$@"')
    program(tools, "apt-get", '[ "$DEBIAN_FRONTEND" = noninteractive ] || exit 1')
    machine.install_packages(
        {Family.DEBIAN: ("hello",)}, print, os_release=os_release(tmp_path, "ID=debian")
    )
    assert calls(tools)[-1].endswith("install --yes --no-install-recommends hello")


def test_a_failed_installation_shows_the_last_lines_and_the_command(
    tools: Path, tmp_path: Path, as_root: None
) -> None:
    program(tools, "dnf", "echo; echo 'No match for argument: hello' >&2; exit 1")
    with pytest.raises(HostError) as caught:
        machine.install_packages(
            {Family.REDHAT: ("hello",)}, print, os_release=os_release(tmp_path, "ID=fedora")
        )
    assert caught.value.message == "dnf failed with status 1:\nNo match for argument: hello"
    assert (caught.value.hint or "").startswith("try it by hand: dnf --assumeyes")


def test_a_daemon_started_by_a_package_does_not_hold_us(
    tools: Path, tmp_path: Path, as_root: None
) -> None:
    program(tools, "zypper", 'sleep 30 & echo $! >"$(dirname "$0")/pid"')
    machine.install_packages(
        {Family.SUSE: ("hello",)}, print, os_release=os_release(tmp_path, "ID=opensuse-leap")
    )
    subprocess.run(["kill", (tools / "pid").read_text().strip()], check=True)


def test_a_family_without_the_package_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="no package of the suse family"):
        machine.install_packages(
            {Family.DEBIAN: ("x",)}, print, os_release=os_release(tmp_path, "ID_LIKE=suse")
        )


@pytest.mark.parametrize("text", ["ID=plan9", ""])
def test_an_unknown_machine_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(HostError, match="cannot tell this machine's package manager"):
        machine.read_family(os_release(tmp_path, text))


def test_a_machine_without_os_release_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="cannot tell"):
        machine.read_family(tmp_path / "none")


def test_last_lines_skips_blank_ones() -> None:
    assert machine.last_lines("a\n\nb\n \nc\n", 2) == "b\nc"
