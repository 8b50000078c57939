"""The command lines that bootstrap dnf and zypper systems, run by the real ones on the lab images.

Their repository has one package there, as the lab has no packages of a whole system; it is signed
as the real ones are.
"""

import shlex
import subprocess
from pathlib import Path

import msgspec
import pytest

from runner.distros.bootstrap import bootstrap_command
from runner.distros.distro import Dnf, Repository, Zypper, read_distros
from runner.engine import Engine
from runner.resources import IMAGES
from tests.lab.build import ensure

DNF, ZYPPER = "fedora-44", "opensuse-leap-16.0"
DISTROS = read_distros(IMAGES)
PACKAGES = {DNF: "fedora-release", ZYPPER: "Leap-release"}  # by the lab that has it
ALL = [
    *(pytest.param(name, DNF, id=f"{name}-on-the-dnf-lab") for name in (DNF, "rocky-9")),
    pytest.param(ZYPPER, ZYPPER, id=f"{ZYPPER}-on-the-zypper-lab"),
]
SIGN = """\
mkdir /srv/signed
cd /srv/signed
cp /srv/lab/repo/*-release.rpm .
export GNUPGHOME=/root/keys
mkdir -m 700 "$GNUPGHOME"
gpg --quiet --batch --passphrase '' --quick-gen-key lab rsa sign
rpmsign --define '_gpg_name lab' --define '__gpg /usr/bin/gpg' --addsign *.rpm
createrepo_c --quiet .
gpg --batch --detach-sign --armor repodata/repomd.xml
gpg --armor --export lab >repodata/repomd.xml.key
"""


class Bootstrapped:
    """What the command of a distro did on a lab image: exit code, what it said, what is there."""

    def __init__(self, distro: str, lab: str, image: str, *, repository: str, package: str) -> None:
        found = DISTROS[distro]
        assert isinstance(found.bootstrap, Dnf | Zypper)
        key = "file:///srv/signed/repodata/repomd.xml.key"
        recipe = msgspec.structs.replace(
            found.bootstrap,
            packages=(),
            repositories=(Repository(id="lab", url=f"file://{repository}", key=key),),
        )
        found = msgspec.structs.replace(found, packages=(package,), bootstrap=recipe)
        script = f"""\
({SIGN}) >&2
{shlex.join(bootstrap_command(found, "/target"))} </dev/null >&2
echo $?
rpm --root /target --query --queryformat '%{{NAME}}\\n' {PACKAGES[lab]} >&2 && ls /target/etc
"""
        done = subprocess.run(
            ["docker", "run", "--rm", "--interactive", image, "bash"],
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        code, *files = done.stdout.split()
        self.code, self.files, self.said = int(code), files, done.stderr


@pytest.fixture
def image(lab: str, engine: Engine, cache: Path) -> str:
    return ensure(lab, engine=engine, cache=cache, announce=print)


@pytest.mark.parametrize(("distro", "lab"), ALL)
def test_a_signed_repository_fills_the_folder(distro: str, lab: str, image: str) -> None:
    made = Bootstrapped(distro, lab, image, repository="/srv/signed", package=PACKAGES[lab])
    assert made.code == 0, made.said
    assert "os-release" in made.files


@pytest.mark.parametrize(("distro", "lab"), ALL)
@pytest.mark.parametrize(
    ("repository", "package"),
    [("/srv/signed", "nowhere"), ("/srv/lab/repo", ""), ("/srv/none", "")],
    ids=["a-package-that-is-not-there", "an-unsigned-repository", "no-repository"],
)
def test_anything_less_is_a_failure(
    distro: str, lab: str, image: str, repository: str, package: str
) -> None:
    made = Bootstrapped(distro, lab, image, repository=repository, package=package or PACKAGES[lab])
    assert made.code in {1, 104}, made.said
    assert made.files == []
