"""Downloaded packages: lent to a build, kept for the next one, and not for ever."""

import os
import time
from pathlib import Path

from runner.image.packagecache import lend

DEB = "bc_1_amd64.deb"
RPM = "fedora-1/packages/bc-1.rpm"


def test_what_a_build_downloads_the_next_one_has(tmp_path: Path) -> None:
    with lend(tmp_path, "debian-12") as lent:
        assert not list(lent.folder.iterdir())
        for name in (DEB, RPM, "lock", f"partial/{DEB}.deb", "repodata/primary.xml"):
            (lent.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (lent.folder / name).write_text(name)
        lent.keep()
    assert not lent.folder.exists()
    with lend(tmp_path, "debian-12") as lent:
        assert {path.relative_to(lent.folder).as_posix() for path in lent.folder.rglob("*.*")} == {
            DEB,
            RPM,
        }
        (lent.folder / DEB).unlink()  # as zypper does when it is done
        lent.keep()
    with lend(tmp_path, "debian-12") as lent:
        assert (lent.folder / DEB).read_text() == DEB
    with lend(tmp_path, "debian-13") as lent:
        assert not list(lent.folder.iterdir())


def test_what_a_build_that_failed_has_is_not_kept(tmp_path: Path) -> None:
    with lend(tmp_path, "debian-12") as lent:
        (lent.folder / DEB).touch()
    with lend(tmp_path, "debian-12") as lent:
        assert not list(lent.folder.iterdir())


def test_two_builds_do_not_see_each_other(tmp_path: Path) -> None:
    with lend(tmp_path, "debian-12") as one, lend(tmp_path, "debian-12") as other:
        for lent in (one, other):
            (lent.folder / DEB).touch(exist_ok=False)
            lent.keep()
    with lend(tmp_path, "debian-12") as lent:
        assert (lent.folder / DEB).exists()


def test_a_package_of_long_ago_is_downloaded_again(tmp_path: Path) -> None:
    with lend(tmp_path, "debian-12") as lent:
        (lent.folder / DEB).touch()
        os.utime(lent.folder / DEB, (0, 0))  # the mirror's time does not count
        lent.keep()
    with lend(tmp_path, "debian-12") as lent:
        assert (lent.folder / DEB).exists()
    month_ago = time.time() - 31 * 86400
    os.utime(tmp_path / "packages" / "debian-12" / DEB, (month_ago, month_ago))
    with lend(tmp_path, "debian-12") as lent:
        assert not (lent.folder / DEB).exists()


def test_the_folder_of_a_build_that_was_killed_is_removed_in_the_end(tmp_path: Path) -> None:
    for name, age in ((".lent-old", 2), (".lent-at-work", 0)):
        (tmp_path / "packages" / name / "partial").mkdir(parents=True)
        before = time.time() - age * 86400
        os.utime(tmp_path / "packages" / name, (before, before))
    with lend(tmp_path, "debian-12") as lent:
        left = {path.name for path in (tmp_path / "packages").glob(".lent-*")}
    assert left == {".lent-at-work", lent.folder.name}


def test_nobody_else_can_change_a_package(tmp_path: Path) -> None:
    with lend(tmp_path, "debian-12") as lent:
        assert (tmp_path / "packages").stat().st_mode & 0o077 == 0
        assert lent.folder.stat().st_mode & 0o777 == 0o755, "apt's user reads there"
