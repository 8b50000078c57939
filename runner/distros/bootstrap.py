"""Make a distro's root file system from its packages, where no registry can be reached."""

import collections
import contextlib
import fcntl
import functools
import getpass
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from runner.distros.distro import Distro, Dnf, Family, Mmdebstrap, Zypper
from runner.distros.machine import Announce, become_root, can_become_root, install_packages
from runner.errors import HostError

# Documentation and translations are left out of the base; later packages bring theirs.
_LEFT_OUT = ("/usr/share/man/*", "/usr/share/info/*", "/usr/share/doc/*", "/usr/share/locale/*")
_KEPT = ("/usr/share/doc/*/copyright", "/usr/share/locale/locale.alias")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def bootstrap_command(
    distro: Distro, target: str, *, mode: str = "root", mirrors: Mapping[str, str] | None = None
) -> list[str]:
    """The command that fills `target`: a folder, or for mmdebstrap `-`, an archive on stdout.

    `mirrors` replaces a Debian archive's addresses, by what a suite's name has after the codename
    (nothing, `-updates`, `-security`).
    """
    match distro.bootstrap:
        case Mmdebstrap() as recipe:
            return _mmdebstrap(distro, recipe, target, mode=mode, mirrors=mirrors or {})
        case Dnf() as recipe:
            return _dnf(distro, recipe, target)
        case Zypper() as recipe:
            return _zypper(distro, recipe, target)
        case None:
            raise HostError(f"{distro.name} has no bootstrap recipe")


def recipe_hash(distro: Distro) -> str:
    """Changes when the file system that a bootstrap makes would change, mirrors aside."""
    text = json.dumps(bootstrap_command(distro, "-"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def obstacle(distro: Distro) -> str | None:
    """Why this machine cannot bootstrap the distro, as far as can be told without the network."""
    recipe = distro.bootstrap
    if recipe is None:
        return "it has no bootstrap recipe"
    apt = shutil.which("apt-get") is not None
    if not shutil.which(recipe.program):
        if not (apt and isinstance(recipe, Mmdebstrap)):
            return f"{recipe.program} is not installed"
        if not can_become_root():
            return f"{recipe.program} is not installed, and installing it needs root"
    if isinstance(recipe, Mmdebstrap) and not Path(recipe.keyring).exists():
        package = recipe.keyring_package
        if not (apt and _apt_offers(package) and can_become_root()):
            return f"{recipe.keyring} (package {package}) is missing"
    if not (can_become_root() or (isinstance(recipe, Mmdebstrap) and _can_unshare())):
        return "it needs root"
    return None


def make_archive(distro: Distro, archive: Path, announce: Announce) -> None:
    """Bootstrap the distro into a tar archive, which appears when it is whole."""
    recipe = distro.bootstrap
    if recipe is None:
        raise HostError(f"{distro.name} has no bootstrap recipe")
    _provide_tools(recipe, announce)
    announce(f"bootstrapping {distro.name} with {recipe.program} (about half a minute)")
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=archive.parent, prefix=".new-", delete=False) as part:
        try:
            if isinstance(recipe, Mmdebstrap):
                _archive_from_stdout(distro, part, announce)
            else:
                _archive_from_folder(distro, part, announce)
            Path(part.name).rename(archive)
        finally:
            Path(part.name).unlink(missing_ok=True)


@contextlib.contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Let one process (or thread) at a time make the same base; the others wait for it."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def parse_mirrors(targets: str, distro: Distro) -> Mapping[str, str]:
    """The mirrors this machine uses for the distribution, from `apt-get indextargets` lines.

    A line is `URL SUITE CODENAME ORIGIN`; the key is what SUITE has after the release's name.
    """
    mirrors: dict[str, str] = {}
    for line in targets.splitlines():
        url, suite, codename, origin = (*line.split(), "", "", "", "")[:4]
        release = codename.partition("-")[0]
        if origin.lower() == distro.id and url.startswith(("http://", "https://")):
            mirrors.setdefault(suite.removeprefix(release), url.rstrip("/"))
    return mirrors


def _mmdebstrap(
    distro: Distro, recipe: Mmdebstrap, target: str, *, mode: str, mirrors: Mapping[str, str]
) -> list[str]:
    sources = [(recipe.suite, recipe.mirror), *((p.suite, p.mirror) for p in recipe.pockets)]
    components = " ".join(recipe.components)
    return [
        "mmdebstrap",
        "--variant=minbase",
        f"--mode={mode}",
        "--format=tar",
        f"--keyring={recipe.keyring}",
        f"--include={','.join(sorted({*distro.packages, *recipe.packages}))}",
        '--aptopt=Acquire::Languages "none"',
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in _LEFT_OUT),
        *(f"--dpkgopt=path-include={pattern}" for pattern in _KEPT),
        # Gone again: a later package is installed whole, as in the distribution's own image.
        '--customize-hook=rm "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap"',
        recipe.suite,
        target,
        *(
            f"deb [signed-by={recipe.keyring}] "
            f"{mirrors.get(suite.removeprefix(recipe.suite), mirror)} {suite} {components}"
            for suite, mirror in sources
        ),
    ]


def _dnf(distro: Distro, recipe: Dnf, target: str) -> list[str]:
    command = [
        "dnf",
        "--assumeyes",
        f"--installroot={target}",
        f"--releasever={distro.release}",
        "--setopt=reposdir=/dev/null",
        "--setopt=*.skip_if_unavailable=0",
        "--setopt=install_weak_deps=False",
        "--setopt=tsflags=nodocs",
    ]
    for repository in recipe.repositories:
        name = repository.id
        command += [f"--repofrompath={name},{repository.url}", f"--repo={name}"]
        if repository.key:
            command += [f"--setopt={name}.gpgcheck=1", f"--setopt={name}.gpgkey={repository.key}"]
    return [*command, "install", *sorted({*distro.packages, *recipe.packages})]


def _zypper(distro: Distro, recipe: Zypper, target: str) -> list[str]:
    command = ["zypper", f"--root={target}", "--non-interactive", "--gpg-auto-import-keys"]
    command += [f"--plus-repo={repository.url}" for repository in recipe.repositories]
    packages = sorted({*distro.packages, *recipe.packages})
    return [*command, "install", "--no-recommends", "--auto-agree-with-licenses", *packages]


def _provide_tools(recipe: Mmdebstrap | Dnf | Zypper, announce: Announce) -> None:
    missing = []
    if not shutil.which(recipe.program):
        if not isinstance(recipe, Mmdebstrap):
            raise HostError(f"{recipe.program} is not installed")
        missing.append(recipe.program)
    if isinstance(recipe, Mmdebstrap) and not Path(recipe.keyring).exists():
        missing.append(recipe.keyring_package)
    if missing:
        install_packages({Family.DEBIAN: missing}, announce)


def _archive_from_stdout(distro: Distro, part: IO[bytes], announce: Announce) -> None:
    """Stream mmdebstrap's archive: as root, else without any rights, else through sudo."""
    unshare = os.geteuid() != 0 and _can_unshare()
    prefix = [] if unshare else become_root(f"bootstrapping {distro.name}")
    mode = "unshare" if unshare else "root"
    command = bootstrap_command(distro, "-", mode=mode, mirrors=_host_mirrors(distro))
    _run("mmdebstrap", [*prefix, *_environment(), *command], part, announce)


def _archive_from_folder(distro: Distro, part: IO[bytes], announce: Announce) -> None:
    root = become_root(f"bootstrapping {distro.name}")
    folder = tempfile.mkdtemp(prefix="devstack-runner-base-")
    try:
        command = bootstrap_command(distro, folder)
        _run(command[0], [*root, *_environment(), *command], None, announce)
        tar = ["tar", "--numeric-owner", "--exclude=./var/cache/*/*", "-C", folder, "-c", "."]
        _run("tar", [*root, *tar], part, announce)
    finally:
        subprocess.run([*root, "rm", "-rf", "--one-file-system", folder], check=False)


def _run(name: str, command: Sequence[str], output: IO[bytes] | None, announce: Announce) -> None:
    """Run a tool that reports on stderr (or, without `output`, on both); stop it with us."""
    report = subprocess.PIPE
    tail: collections.deque[str] = collections.deque(maxlen=8)
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output or report,
        stderr=report if output else subprocess.STDOUT,
    ) as process:
        try:
            for raw in (process.stderr if output else process.stdout) or ():
                line = raw.decode(errors="replace").rstrip()
                tail.append(line)
                if line.startswith("I: ") and not line.endswith("..."):
                    continue
                announce(f"  {line.removeprefix('I: ')}")
        except BaseException:
            with contextlib.suppress(PermissionError):  # sudo is root's, but Ctrl-C reaches it
                process.terminate()
            raise
    if process.returncode:
        lines = "\n".join(tail)
        raise HostError(f"{name} failed with status {process.returncode}:\n{lines}")


def _environment() -> list[str]:
    """Carry the proxies through sudo; where only apt knows one, take it from there."""
    proxies = {name: os.environ[name] for name in _PROXIES if os.environ.get(name)}
    if "http_proxy" not in proxies and shutil.which("apt-config"):
        found = _ask("apt-config", "dump", "--format=%v", "Acquire::http::Proxy").strip()
        if found.startswith("http"):
            proxies["http_proxy"] = found
    return ["env", "LC_ALL=C.UTF-8", *(f"{name}={value}" for name, value in proxies.items())]


def _host_mirrors(distro: Distro) -> Mapping[str, str]:
    """A machine of the same distribution knows which mirror is near."""
    form = "$(REPO_URI) $(RELEASE) $(CODENAME) $(ORIGIN)"
    text = _ask("apt-get", "indextargets", "--format", form, "Created-By: Packages")
    return parse_mirrors(text, distro)


@functools.cache
def _apt_offers(package: str) -> bool:
    return "Package: " in _ask("apt-cache", "show", "--no-all-versions", package)


def _can_unshare() -> bool:
    """Say whether mmdebstrap can map root to a user's subordinate ids."""
    try:
        entries = Path("/etc/subuid").read_text().splitlines()
    except OSError:
        return False
    if not any(entry.startswith(f"{getpass.getuser()}:") for entry in entries):
        return False
    if not (shutil.which("newuidmap") and shutil.which("unshare")):
        return False
    probe = subprocess.run(["unshare", "--user", "true"], capture_output=True, check=False)
    return probe.returncode == 0


def _ask(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
