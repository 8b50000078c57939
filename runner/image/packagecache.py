"""Packages of distributions that were downloaded for an image, kept on the host for the next ones.

A package manager locks its cache, removes from it and trusts what is in it. So each build has a
folder of its own, with links to what is kept; what it adds is kept when all went well.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from runner.host.workspace import days_since

_KINDS = (".deb", ".rpm")
_DAYS = 30  # then it is downloaded again, if it is still asked for


class Lent(Struct, frozen=True, kw_only=True):
    """A build's own folder, and what is kept of the distro."""

    folder: Path
    kept: Path

    def keep(self) -> None:
        """Keep what is in the folder, at the same place below; what cannot be kept is not."""
        for path in _packages(self.folder):
            place = self.kept / path.relative_to(self.folder)
            if not place.exists():
                with suppress(OSError):
                    place.parent.mkdir(parents=True, exist_ok=True)
                    os.utime(path)  # counts the days; it was the mirror's
                    path.replace(place)


@contextmanager
def lend(cache: Path, distro: str) -> Iterator[Lent]:
    """A folder with the distro's packages, for one build; it is removed at the end."""
    place = cache / "packages"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)  # nobody else may change a package
    kept = place / distro
    for path in place.glob(".lent-*"):
        if days_since(path) > 1:  # of a build that was killed
            shutil.rmtree(path, ignore_errors=True)
    with tempfile.TemporaryDirectory(
        prefix=".lent-", dir=place, ignore_cleanup_errors=True
    ) as name:
        folder = Path(name)
        folder.chmod(0o755)  # apt downloads as a user of its own
        for path in _packages(kept):
            link = folder / path.relative_to(kept)
            with suppress(OSError):  # it is downloaded, then
                if days_since(path) > _DAYS:
                    path.unlink()
                    continue
                link.parent.mkdir(parents=True, exist_ok=True)
                link.hardlink_to(path)
        yield Lent(folder=folder, kept=kept)


def _packages(folder: Path) -> Iterator[Path]:
    """The packages that are whole: apt has the others in `partial`."""
    for path in folder.rglob("*"):
        if path.suffix in _KINDS and path.parent.name != "partial" and path.is_file():
            yield path
