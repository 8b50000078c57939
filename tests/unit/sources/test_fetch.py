"""Plugins' repositories and folders, with real ones of git."""

import os
import subprocess
from pathlib import Path

import pytest

from runner.errors import ConfigError, HostError, SourceError
from runner.sources.answers import Answers
from runner.sources.fetch import Sources
from runner.sources.plugin import PluginSource, parse_plugin_option

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


def run(folder: Path, *arguments: str) -> str:
    # As root, checkouts belong to the stack user.
    command = ["git", "-c", "safe.directory=*", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, text: str) -> str:
    (folder / "devstack" / "settings").write_text(text)
    run(folder, "add", "--all")
    run(folder, "commit", "-q", "-m", text)
    return run(folder, "rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = me\n\temail = me@h\n")


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """Branches main and stable/1, tag 1.0 on main, a change that no branch has."""
    folder = tmp_path / "up" / "foo"
    (folder / "devstack").mkdir(parents=True)
    run(folder.parent, "init", "-q", "-b", "main", "foo")
    commit(folder, "one")
    run(folder, "tag", "-a", "-m", "release", "1.0")
    run(folder, "checkout", "-q", "-b", "stable/1")
    commit(folder, "stable")
    run(folder, "checkout", "-q", "--detach", "main")
    change = commit(folder, "change")
    run(folder, "update-ref", "refs/changes/01/1/1", change)
    run(folder, "checkout", "-q", "main")
    return folder


class Fetcher:
    """Fetches from one upstream; what is announced is kept."""

    def __init__(self, upstream: Path, cache: Path) -> None:
        self.url = f"file://{upstream}"
        self.said: list[str] = []
        self.sources = Sources(cache=cache, announce=self.said.append)

    def __call__(self, ref: str | None, default: str = "master") -> tuple[str | None, Path]:
        source = PluginSource(name="foo", location=self.url, ref=ref)
        plugin = self.sources.fetch(source, default_ref=default)
        assert (plugin.source, plugin.url, plugin.dirty) == (source, self.url, False)
        return plugin.sha, plugin.folder


@pytest.fixture
def fetch(upstream: Path, tmp_path: Path) -> Fetcher:
    return Fetcher(upstream, tmp_path / "cache")


def test_the_jobs_of_a_run_have_one_commit_and_ask_the_origin_once(
    fetch: Fetcher, upstream: Path, tmp_path: Path
) -> None:
    def job() -> Fetcher:
        fetcher = Fetcher(upstream, tmp_path / "cache")
        fetcher.sources = Sources(
            cache=tmp_path / "cache",
            answers=Answers(tmp_path / "commits"),
            announce=fetcher.said.append,
        )
        return fetcher

    first = job()("main")
    after = commit(upstream, "two")
    second = job()
    assert second("main") == first
    assert second.said == []
    assert fetch("main")[0] == after  # of another run, which also moves the branch in the cache
    assert job()("main") == first
    (tmp_path / "commits").unlink()
    assert job()("main")[0] == after


def test_a_repository_that_is_no_plugin_is_asked_for_once_in_a_run(
    upstream: Path, tmp_path: Path
) -> None:
    def folder() -> Path:
        sources = Sources(cache=tmp_path / "cache", answers=Answers(tmp_path / "commits"))
        return sources.fetch_repository("foo", f"file://{upstream}", "main")[0]

    first = folder()
    upstream.rename(upstream.with_name("gone"))
    assert folder() == first


def live(folder: Path) -> PluginSource:
    return parse_plugin_option(f"foo={folder}")


def tree(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_is_used_as_it_is_and_left_as_it_is(upstream: Path, tmp_path: Path) -> None:
    sources = Sources(cache=tmp_path / "cache")
    clean = sources.fetch(live(upstream))
    assert (clean.folder, clean.url) == (upstream, str(upstream))
    assert (clean.sha, clean.dirty) == (run(upstream, "rev-parse", "main"), False)
    (upstream / "new").touch()
    (upstream / "devstack" / "settings").touch()  # git would note the new time in its index
    before = tree(upstream)
    assert sources.fetch(live(upstream)).dirty
    assert tree(upstream) == before
    assert not (tmp_path / "cache").exists()


def test_a_folder_without_git_or_without_commits_is_fine(tmp_path: Path) -> None:
    (tmp_path / "foo" / "devstack").mkdir(parents=True)
    plugin = Sources(cache=tmp_path / "cache").fetch(live(tmp_path / "foo"))
    assert (plugin.sha, plugin.dirty) == (None, False)
    run(tmp_path, "init", "-q", "foo")
    plugin = Sources(cache=tmp_path / "cache").fetch(live(tmp_path / "foo"))
    assert (plugin.sha, plugin.dirty) == (None, False)


def test_a_worktree_is_told_to_be_of_no_use_to_git_inside(upstream: Path, tmp_path: Path) -> None:
    run(upstream, "worktree", "add", "-q", str(tmp_path / "tree"), "stable/1")
    said: list[str] = []
    plugin = Sources(cache=tmp_path / "cache", announce=said.append).fetch(live(tmp_path / "tree"))
    assert plugin.sha == run(upstream, "rev-parse", "stable/1")
    assert "worktree" in said[0]


@AS_ROOT
def test_the_commit_of_a_foreign_folder_is_not_asked_for(upstream: Path, tmp_path: Path) -> None:
    os.chown(upstream, 1234, 1234)
    said: list[str] = []
    plugin = Sources(cache=tmp_path / "cache", announce=said.append).fetch(live(upstream))
    assert plugin.sha is None
    assert "dubious ownership" in said[0]


@pytest.mark.parametrize(
    ("name", "why"),
    [("no", "there is no folder"), ("file", "is not a folder"), ("empty", "no devstack/ folder")],
)
def test_a_folder_that_is_no_plugin_is_refused(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=why) as raised:
        Sources(cache=tmp_path / "cache").fetch(live(tmp_path / name))
    assert raised.value.hint


@pytest.mark.parametrize(
    ("ref", "commit"),
    [
        ("main", "main"),
        ("stable/1", "stable/1"),
        ("1.0", "1.0"),
        ("refs/heads/stable/1", "stable/1"),
        ("refs/tags/1.0", "1.0"),
        ("refs/changes/01/1/1", "refs/changes/01/1/1"),
        ("HEAD", "main"),
    ],
)
def test_a_ref_is_a_branch_a_tag_or_anything_below_refs(
    fetch: Fetcher, upstream: Path, ref: str, commit: str
) -> None:
    sha, folder = fetch(ref)
    assert sha == run(upstream, "rev-parse", f"{commit}^{{commit}}")
    assert run(folder, "rev-parse", "HEAD") == sha
    assert fetch(ref) == (sha, folder)


def test_a_ref_is_a_commit_full_or_short(fetch: Fetcher, upstream: Path) -> None:
    stable = run(upstream, "rev-parse", "stable/1")
    assert fetch(stable)[0] == stable
    assert fetch(stable[:8])[0] == stable
    assert fetch(run(upstream, "rev-parse", "refs/tags/1.0"))[0] == fetch("1.0")[0]


def test_a_commit_that_no_branch_has_is_asked_for(fetch: Fetcher, upstream: Path) -> None:
    change = run(upstream, "rev-parse", "refs/changes/01/1/1")
    assert fetch(change)[0] == change


def test_of_a_tag_and_a_branch_the_tag_wins_as_in_git(fetch: Fetcher, upstream: Path) -> None:
    run(upstream, "tag", "both", "main")
    run(upstream, "branch", "both", "stable/1")
    assert fetch("both")[0] == run(upstream, "rev-parse", "refs/tags/both")


def test_without_a_ref_the_default_is_taken(fetch: Fetcher, upstream: Path) -> None:
    assert fetch(None, default="stable/1")[0] == run(upstream, "rev-parse", "stable/1")


def test_without_master_the_default_branch_is_named(fetch: Fetcher) -> None:
    with pytest.raises(SourceError, match=r"'master'; its default branch is 'main'") as raised:
        fetch(None)
    assert f"-p foo={fetch.url}@main" in str(raised.value.hint)


def test_for_a_missing_ref_near_names_are_listed(fetch: Fetcher) -> None:
    with pytest.raises(SourceError, match=r"'stabel/1'; it has stable/1") as raised:
        fetch("stabel/1")
    assert f"enable_plugin foo {fetch.url} stable/1" in str(raised.value.hint)


@pytest.mark.parametrize("ref", ["a" * 40, "abcdef1", "refs/changes/9/9/9", "refs/heads/no"])
def test_other_missing_refs_are_told_too(fetch: Fetcher, ref: str) -> None:
    with pytest.raises(SourceError, match=f"has no branch, tag or commit '{ref}'"):
        fetch(ref)


def test_an_empty_repository_is_said_to_be_empty(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q", "--bare", "empty")
    with pytest.raises(SourceError, match="it is empty"):
        Fetcher(tmp_path / "empty", tmp_path / "cache")(None)


def test_a_repository_without_devstack_is_refused(fetch: Fetcher, upstream: Path) -> None:
    run(upstream, "rm", "-rq", "devstack")
    run(upstream, "commit", "-q", "-m", "gone")
    with pytest.raises(ConfigError, match="no devstack/ folder"):
        fetch("main")


def test_submodules_are_told_to_be_missing(fetch: Fetcher, upstream: Path) -> None:
    (upstream / ".gitmodules").write_text('[submodule "x"]\n\tpath = x\n\turl = https://h/x\n')
    commit(upstream, "two")
    fetch("main")
    assert "plugin foo: its git submodules are not fetched" in fetch.said


def test_rules_of_the_users_git_configuration_hold(upstream: Path, tmp_path: Path) -> None:
    with (tmp_path / ".gitconfig").open("a") as config:
        config.write(f'[url "file://{upstream.parent}/"]\n\tinsteadOf = https://h.invalid/org/\n')
    source = parse_plugin_option("https://h.invalid/org/foo@main")
    plugin = Sources(cache=tmp_path / "cache").fetch(source)
    assert plugin.url == "https://h.invalid/org/foo"
    assert run(plugin.folder, "config", "remote.origin.url") == plugin.url


def test_a_folder_of_mirrors_serves_urls_and_nothing_else_does(
    upstream: Path, tmp_path: Path
) -> None:
    run(tmp_path, "clone", "-q", "--mirror", str(upstream), str(tmp_path / "m" / "org" / "foo.git"))
    sources = Sources(cache=tmp_path / "cache", git_mirror=tmp_path / "m")
    plugin = sources.fetch(parse_plugin_option("https://h.invalid/org/foo@refs/changes/01/1/1"))
    assert plugin.sha == run(upstream, "rev-parse", "refs/changes/01/1/1")
    assert run(plugin.folder, "config", "remote.origin.url") == "https://h.invalid/org/foo"
    with pytest.raises(SourceError, match="org/bar is not in the mirror folder"):
        sources.fetch(parse_plugin_option("https://h.invalid/org/bar"))
    assert sources.fetch(parse_plugin_option(f"foo=file://{upstream}@main")).sha


def test_a_git_hook_that_runs_us_does_not_redirect_us(
    fetch: Fetcher, upstream: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    sha, _ = fetch("main")
    assert fetch.sources.fetch(live(upstream)).sha == sha


def test_a_cache_that_cannot_be_written_is_the_hosts_trouble(upstream: Path) -> None:
    fetch = Fetcher(upstream, upstream / "devstack" / "settings")
    with pytest.raises(HostError, match=r"cannot keep .* in the cache"):
        fetch("main")
