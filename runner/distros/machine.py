"""Privileged actions on this machine: becoming root, installing packages."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from runner.distros.distro import Family, parse_family
from runner.errors import HostError

Announce = Callable[[str], None]

OS_RELEASE = Path("/etc/os-release")

_INSTALL: Mapping[Family, tuple[str, ...]] = {
    Family.DEBIAN: (
        "apt-get",
        "--option=DPkg::Lock::Timeout=120",
        "install",
        "--yes",
        "--no-install-recommends",
    ),
    Family.REDHAT: ("dnf", "--assumeyes", "--setopt=install_weak_deps=False", "install"),
    Family.SUSE: ("zypper", "--non-interactive", "install", "--no-recommends"),
}


def become_root(purpose: str = "this") -> list[str]:
    """What to put in front of a command to run it as root; asks nothing away from a terminal."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        raise HostError(
            f"{purpose} needs root, and sudo is not installed",
            hint="run it as root once, or install sudo",
        )
    probe = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    if probe.returncode == 0:
        return ["sudo", "-n"]
    if sys.stdin.isatty() and sys.stderr.isatty():
        return ["sudo"]
    raise HostError(
        f"{purpose} needs root, and there is no terminal for sudo to ask for a password on",
        hint="run it in a terminal, run it as root, or allow sudo without a password",
    )


def can_become_root() -> bool:
    """Say whether `become_root` would have an answer."""
    try:
        become_root()
    except HostError:
        return False
    return True


def read_family(os_release: Path = OS_RELEASE) -> Family:
    """The family of the machine we run on."""
    try:
        family = parse_family(os_release.read_text())
    except OSError:
        family = None
    if family is None:
        raise HostError(
            f"cannot tell this machine's package manager from {os_release}",
            hint="install what is missing by hand",
        )
    return family


def install_packages(
    names_by_family: Mapping[Family, Sequence[str]],
    announce: Announce,
    *,
    os_release: Path = OS_RELEASE,
) -> None:
    """Install packages with the machine's own package manager, saying so."""
    family = read_family(os_release)
    names = names_by_family.get(family, ())
    if not names:
        raise HostError(f"no package of the {family} family is known to provide what is missing")
    root = become_root(f"installing {' '.join(names)}")
    command = install_command(family, names)
    announce(f"installing on this machine: {' '.join(names)}")
    announce(f"  $ {' '.join([*root, *command])}")
    if family is Family.DEBIAN:
        _refresh_apt(root, announce)
    _run(root, command)


def install_command(family: Family, names: Sequence[str]) -> list[str]:
    """The package manager's command line, without `sudo`."""
    return [*_INSTALL[family], *names]


def last_lines(text: str, count: int = 5) -> str:
    """The end of a program's output, blank lines left out."""
    return "\n".join([line for line in text.splitlines() if line.strip()][-count:])


def _refresh_apt(root: Sequence[str], announce: Announce) -> None:
    """Fetch apt's indexes. A source of a third party that fails does not spoil the others."""
    status, _ = _execute(root, ["apt-get", "update", "--quiet"])
    if status:
        announce("  apt-get update failed for some sources; going on with the others")


def _run(root: Sequence[str], command: Sequence[str]) -> None:
    status, output = _execute(root, command)
    if status:
        raise HostError(
            f"{command[0]} failed with status {status}:\n{last_lines(output)}",
            hint=f"try it by hand: {' '.join([*root, *command])}",
        )


def _execute(root: Sequence[str], command: Sequence[str]) -> tuple[int, str]:
    """Run a package manager as root, both outputs in one text; sudo itself asks on the terminal.

    The output goes to a file: a daemon that a package starts may hold a pipe open for ever.
    """
    arguments = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", *command]
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(
                arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            )
        except OSError as error:
            raise HostError(f"cannot run {arguments[0]}: {error.strerror}") from error
        output.seek(0)
        return done.returncode, output.read().decode(errors="replace")
