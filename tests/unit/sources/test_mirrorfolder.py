"""A folder of mirrors: which repository serves a URL, on the host and in the container."""

import os
import subprocess
from pathlib import Path

import pytest

from runner.errors import ConfigError, SourceError
from runner.sources.mirrorfolder import find_repository, git_mirror_config


def repository(folder: Path, *options: str) -> Path:
    folder.mkdir(parents=True)
    git = ["git", "-c", "user.name=me", "-c", "user.email=me@h"]
    subprocess.run([*git, "init", "-q", *options, str(folder)], check=True)
    if not options:
        commit = ["commit", "-q", "--allow-empty", "-m", "one"]
        subprocess.run([*git, "-C", str(folder), *commit], check=True)
    return folder


@pytest.mark.parametrize(
    "place", ["org/foo.git", "org/foo", "org+foo.git", "org+foo", "foo.git", "foo"]
)
@pytest.mark.parametrize("options", [(), ("--bare",)])
def test_a_repository_is_found_where_people_keep_it(
    tmp_path: Path, place: str, options: tuple[str, ...]
) -> None:
    expected = repository(tmp_path / place, *options)
    for url in ("https://h/org/foo", "https://h/org/foo.git", "git@h:org/foo", "ssh://h/org/foo/"):
        assert find_repository(tmp_path, url) == expected


def test_the_newest_git_directory_below_org_plus_name_is_found(tmp_path: Path) -> None:
    old = repository(tmp_path / "org+foo" / "0a1b", "--bare")
    new = repository(tmp_path / "org+foo" / "ffff", "--bare")
    os.utime(old, (1, 1))
    assert find_repository(tmp_path, "https://h/org/foo") == new


def test_deeper_paths_and_the_organization_come_before_the_bare_name(tmp_path: Path) -> None:
    repository(tmp_path / "foo", "--bare")
    other = repository(tmp_path / "other" / "foo", "--bare")
    deep = repository(tmp_path / "a" / "b" / "foo", "--bare")
    assert find_repository(tmp_path, "https://h/other/foo") == other
    assert find_repository(tmp_path, "https://h/a/b/foo") == deep


def test_what_is_not_there_is_an_error_that_says_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "org" / "foo").mkdir(parents=True)
    with pytest.raises(SourceError, match="https://h/org/foo is not in the mirror") as raised:
        find_repository(tmp_path, "https://me:secret@h/org/foo")
    assert "org/foo.git, org/foo, org+foo.git, org+foo, foo.git, foo" in str(raised.value.hint)
    assert "secret" not in raised.value.message


def test_a_url_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    repository(tmp_path / "outside", "--bare")
    (tmp_path / "mirror").mkdir()
    with pytest.raises(SourceError):
        find_repository(tmp_path / "mirror", "https://h/../outside")


def test_a_folder_of_mirrors_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        find_repository(tmp_path / "no", "https://h/org/foo")
    with pytest.raises(ConfigError, match="does not exist"):
        git_mirror_config(tmp_path / "no", "/inside", ["https://h"])


def test_git_is_served_from_the_folder_by_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = tmp_path / 'mir"ror %41'
    for place in ("org/foo", "org/foo-specs", "org+baz", "alone.git"):
        repository(mirror / place)
    bare = str(mirror / "org+bar" / "0a1b")
    subprocess.run(["git", "clone", "-q", "--bare", str(mirror / "org+baz"), bare], check=True)
    text = git_mirror_config(mirror, str(mirror), ["https://h.invalid/", "https://i.invalid"])
    config = tmp_path / "config"
    config.write_text(text)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    for path in ("org/foo", "org/foo.git", "org/foo-specs", "org/bar.git", "org/baz", "alone"):
        for base in ("https://h.invalid", "https://i.invalid"):
            command = ["git", "ls-remote", "--exit-code", f"{base}/{path}", "HEAD"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def test_any_owner_is_trusted_inside(tmp_path: Path) -> None:
    repository(tmp_path / "org" / "foo", "--bare")
    assert git_mirror_config(tmp_path, "/srv/git/", ["https://opendev.org"]) == (
        "[safe]\n\tdirectory = *\n"
        '[url "file:///srv/git/org/foo"]\n'
        '\tinsteadOf = "https://opendev.org/org/foo"\n'
        '\tinsteadOf = "https://opendev.org/org/foo.git"\n'
    )
