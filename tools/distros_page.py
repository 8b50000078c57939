"""Writes docs/distros.md: what there is in images/, and which of it was ever built."""

import sys
from collections.abc import Iterator
from pathlib import Path

from runner.distros.distro import Distro, read_distros

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "distros.md"

# What was done with a distro; all others were never built, by nobody.
TRIED = {
    "debian-12": "built and run, all tests",
    "debian-13": "built and run, many of the tests",
    "fedora-44": "on a lab image only: dnf, all phases, Keystone",
    "opensuse-leap-16.0": "on a lab image only: zypper, all phases, Keystone",
}

INTRODUCTION = """\
# Distros

A distro is a file in [images](../images), which says all that is different about it. This page is
made from these files by `make docs`. `devstack-runner distros` says which of them can be had on
your machine.

**DISTRO** is what DevStack calls it: package lists (`dist:noble`) and plugins ask for it. **Base
image** is what is pulled where the engine does not have it; `--base-image` names another. Where it
cannot be pulled, **bootstrap** makes one from the distribution's mirrors. **Tried** is what was
really done with it.
"""

NOTES = """\
- *Never built* means that: names, addresses and packages are as the distribution publishes them,
  the Dockerfile renders, the tree knows the system by its os-release, and nobody has seen it run.
  Expect a package that is called otherwise.
- A [lab image](../tests/lab/README.md) is the real package manager over Debian's programs.
- **Linux Mint** is taken for the Ubuntu that it is made from, as its image does by its os-release:
  `is_ubuntu`, DISTRO `noble`, vendor Ubuntu. DevStack itself ends on it. The image is what Mint
  builds its own packages in, for amd64 only.
- **SUSE Linux Enterprise** is the base container image (BCI), whose free repository has a part of
  the packages: for others the host has to be registered.
- **openEuler** is unknown to bindep, so profiles such as `platform:rpm` do not hold in a plugin's
  `bindep.txt` there.
- AlmaLinux has DevStack's virtual environment, CentOS Stream and Rocky have not: DevStack decides
  by the vendor's name.
- CRB, EPEL and RDO are enabled nowhere, also where DevStack itself would.
"""


def page() -> str:
    """The text of the page."""
    return "\n".join([INTRODUCTION, *_table(), "", NOTES])


def _table() -> Iterator[str]:
    yield "| distro | DISTRO | base image | bootstrap | tried |"
    yield "|---|---|---|---|---|"
    for distro in read_distros(ROOT / "images").values():
        yield _row(distro)


def _row(distro: Distro) -> str:
    bootstrap = distro.bootstrap.program if distro.bootstrap else "none"
    tried = TRIED.get(distro.name, "never built")
    return (
        f"| `{distro.name}` | `{distro.codename}` | `{distro.reference}` | {bootstrap} | {tried} |"
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["--print"]:
        sys.stdout.write(page())
    else:
        PAGE.write_text(page())
