"""The cache: mirrors that are updated, and checkouts that stand alone."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from runner.errors import SourceError
from runner.sources.fetch import Sources
from runner.sources.plugin import Plugin, parse_plugin_option

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


def run(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "safe.directory=*", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, text: str) -> str:
    (folder / "devstack" / "settings").write_text(text)
    run(folder, "add", "--all")
    run(folder, "commit", "-q", "-m", text)
    return run(folder, "rev-parse", "HEAD")


@pytest.fixture
def upstream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = me\n\temail = me@h\n")
    folder = tmp_path / "up" / "foo"
    (folder / "devstack").mkdir(parents=True)
    run(folder.parent, "init", "-q", "-b", "main", "foo")
    commit(folder, "one")
    run(folder, "tag", "-a", "-m", "release", "1.0")
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def fetch(cache: Path, location: str, said: list[str] | None = None) -> Plugin:
    announce = (said if said is not None else []).append
    return Sources(cache=cache, announce=announce).fetch(parse_plugin_option(f"foo={location}"))


def test_a_checkout_is_complete_and_stands_alone(upstream: Path, cache: Path) -> None:
    plugin = fetch(cache, f"file://{upstream}@main")
    (pack,) = plugin.folder.glob(".git/objects/pack/*.pack")
    assert pack.stat().st_nlink == 2  # no second copy
    shutil.rmtree(cache / "mirrors")
    assert run(plugin.folder, "status", "--short", "--branch") == "## HEAD (no branch)"
    assert run(plugin.folder, "describe") == "1.0"
    assert run(plugin.folder, "config", "remote.origin.url") == f"file://{upstream}"
    assert not (plugin.folder / ".git" / "objects" / "info" / "alternates").exists()
    run(plugin.folder, "fsck", "--strict")


def test_what_borrows_objects_is_copied_whole(upstream: Path, cache: Path, tmp_path: Path) -> None:
    run(tmp_path, "clone", "-q", "--shared", str(upstream), "borrower")
    plugin = fetch(cache, f"{tmp_path}/borrower@main")
    assert not list(cache.rglob("alternates"))
    shutil.rmtree(upstream)
    run(plugin.folder, "fsck", "--strict")


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_checkout_is_readable_whatever_the_umask(upstream: Path, cache: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        plugin = fetch(cache, f"file://{upstream}@main")
    finally:
        os.umask(before)
    for path in (plugin.folder, *plugin.folder.rglob("*")):
        assert path.stat().st_mode & 0o004, path
    assert cache.joinpath("checkouts").stat().st_mode & 0o077 == 0


@AS_ROOT
def test_of_root_the_stack_user_gets_the_checkout(upstream: Path, cache: Path) -> None:
    (upstream / "link").symlink_to("/etc/passwd")
    commit(upstream, "link")
    owners = {path: path.lstat().st_uid for path in upstream.rglob("*")}
    plugin = fetch(cache, f"{upstream}@main")
    for path in (plugin.folder, *plugin.folder.rglob("*")):
        shared = path.lstat().st_nlink > 1 and path.is_file()
        assert path.lstat().st_uid == (0 if shared else 1000), path
    assert owners == {path: path.lstat().st_uid for path in upstream.rglob("*")}
    assert Path("/etc/passwd").stat().st_uid == 0


def test_a_branch_is_updated_and_its_old_checkout_stays(upstream: Path, cache: Path) -> None:
    old = fetch(cache, f"file://{upstream}@main")
    run(upstream, "commit", "-q", "--amend", "--allow-empty", "-m", "rewritten")
    run(upstream, "branch", "topic")
    run(upstream, "branch", "topic2/x")
    new = fetch(cache, f"file://{upstream}@main")
    assert (old.sha, new.sha) == (
        run(old.folder, "rev-parse", "HEAD"),
        run(upstream, "log", "-1", "--format=%H"),
    )
    assert old.sha != new.sha
    run(upstream, "branch", "-D", "topic", "topic2/x")
    run(upstream, "branch", "topic/y")  # would not fit beside "topic"
    assert fetch(cache, f"file://{upstream}@topic/y").sha == new.sha
    with pytest.raises(SourceError, match="no branch"):
        fetch(cache, f"file://{upstream}@topic2/x")


def test_a_change_that_moves_is_fetched_again(upstream: Path, cache: Path) -> None:
    run(upstream, "update-ref", "refs/pull/1/head", "main")
    fetch(cache, f"file://{upstream}@refs/pull/1/head")
    new = commit(upstream, "two")
    run(upstream, "update-ref", "refs/pull/1/head", "main")
    assert fetch(cache, f"file://{upstream}@refs/pull/1/head").sha == new


def test_a_full_commit_id_that_is_here_needs_no_network(upstream: Path, cache: Path) -> None:
    old = run(upstream, "rev-parse", "HEAD")
    commit(upstream, "two")
    first = fetch(cache, f"file://{upstream}@main")
    shutil.rmtree(upstream)
    said: list[str] = []
    assert fetch(cache, f"file://{upstream}@{first.sha}", said).folder == first.folder
    assert fetch(cache, f"file://{upstream}@{old}", said).sha == old
    assert said == []


@pytest.mark.parametrize("damage", ["refs/heads/main.lock", "HEAD", "objects"])
def test_a_damaged_mirror_is_made_anew(upstream: Path, cache: Path, damage: str) -> None:
    fetch(cache, f"file://{upstream}@main")
    (mirror,) = cache.glob("mirrors/*.git")
    if damage.endswith(".lock"):
        (mirror / damage).parent.mkdir(parents=True, exist_ok=True)
        (mirror / damage).touch()
    elif damage == "objects":
        shutil.rmtree(mirror / damage)
    else:
        (mirror / damage).unlink()
    new = commit(upstream, "two")
    assert fetch(cache, f"file://{upstream}@main").sha == new
