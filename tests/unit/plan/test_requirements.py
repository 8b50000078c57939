"""Where upper-constraints.txt comes from: a file, a folder, a repository, or nowhere."""

import os
import subprocess
from pathlib import Path

import pytest

from runner.errors import ConfigError
from runner.plan.requirements import CONSTRAINTS, RANGES, find_requirements, read_requirements
from runner.sources.fetch import Sources
from runner.sources.offline import Network

NOWHERE = "https://nowhere.invalid"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A folder of mirrors that has the requirements, with two commits and a stable branch."""
    folder = tmp_path / "mirror" / "openstack" / "requirements"
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=stable/1")
    for text in ("pbr===1\n", "pbr===2\n"):
        (folder / CONSTRAINTS).write_text(text)
        (folder / RANGES).write_text("pbr\n")
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "--message=x")
        if text == "pbr===1\n":
            git(folder, "checkout", "--quiet", "-b", "master")
    return tmp_path / "mirror"


def a_change(mirror: Path, text: str) -> None:
    folder = mirror / "openstack" / "requirements"
    (folder / CONSTRAINTS).write_text(text)
    git(folder, "commit", "--quiet", "--all", "--message=x")


def test_the_repository_is_brought_with_its_history(mirror: Path, tmp_path: Path) -> None:
    found = find_requirements(Sources(cache=tmp_path / "c", git_mirror=mirror), {}, Network.FREE)
    assert found.constraints.text == "pbr===2\n"
    assert found.notes == ()
    assert found.folder
    log = ["git", "-C", str(found.folder), "rev-list", "--count", "HEAD"]
    trusted = {**os.environ, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
               "GIT_CONFIG_VALUE_0": "*"}  # fmt: skip
    assert subprocess.run(log, env=trusted, capture_output=True, check=True).stdout == b"2\n"


def test_local_conf_says_which_branch_and_repository(mirror: Path, tmp_path: Path) -> None:
    sources = Sources(cache=tmp_path / "c")
    place = {"REQUIREMENTS_REPO": str(mirror / "openstack" / "requirements")}
    for name in ("REQUIREMENTS_BRANCH", "TARGET_BRANCH"):
        found = find_requirements(sources, {**place, name: "stable/1"}, Network.FREE)
        assert found.constraints.text == "pbr===1\n"
    found = find_requirements(sources, {"GIT_BASE": str(mirror)}, Network.FREE)
    assert "openstack/requirements.git" in found.notes[0], "the name there is without .git"


def test_a_new_commit_is_seen(mirror: Path, tmp_path: Path) -> None:
    sources = Sources(cache=tmp_path / "c", git_mirror=mirror)
    first = find_requirements(sources, {}, Network.FREE)
    assert find_requirements(sources, {}, Network.FREE) == first
    a_change(mirror, "pbr===3\n")
    assert find_requirements(sources, {}, Network.FREE).constraints.text == "pbr===3\n"


def test_offline_what_is_in_the_cache_is_taken(mirror: Path, tmp_path: Path) -> None:
    sources = Sources(cache=tmp_path / "c", git_mirror=mirror)
    find_requirements(sources, {}, Network.FREE)
    found = find_requirements(sources, {}, Network.CUT)
    assert found.constraints.text == "pbr===2\n"


@pytest.mark.parametrize(
    ("variables", "network", "said"),
    [
        ({"GIT_BASE": NOWHERE}, Network.FREE, "Could not resolve host"),
        ({"GIT_BASE": NOWHERE}, Network.CUT, "OFFLINE is True"),
        ({"REQUIREMENTS_REPO": f"{NOWHERE}/x"}, Network.FREE, f"requirements {NOWHERE}/x: "),
        ({"REQUIREMENTS_REPO": "https://u:secret@nowhere.invalid/x"}, Network.FREE, NOWHERE),
    ],
)
def test_without_any_a_note_says_that_packages_are_the_newest(
    variables: dict[str, str], network: Network, said: str, tmp_path: Path
) -> None:
    found = find_requirements(Sources(cache=tmp_path), variables, network)
    assert (found.folder, found.constraints.text) == (None, "")
    (note,) = found.notes
    assert said in note
    assert "secret" not in note
    assert "the newest of PyPI" in note


def test_a_branch_that_is_not_there_is_said(mirror: Path, tmp_path: Path) -> None:
    sources = Sources(cache=tmp_path / "c", git_mirror=mirror)
    found = find_requirements(sources, {"TARGET_BRANCH": "stable/9"}, Network.FREE)
    assert "has no branch or tag 'stable/9'" in found.notes[0]


def test_without_network_the_copy_in_the_cache_is_taken_with_a_note(
    mirror: Path, tmp_path: Path
) -> None:
    sources = Sources(cache=tmp_path / "c")
    url = f"{NOWHERE}/openstack/requirements"
    copy = sources._mirror(url, Network.FREE).folder
    copy.parent.mkdir(parents=True)
    git(mirror, "clone", "--quiet", "--bare", "openstack/requirements", str(copy))
    found = find_requirements(sources, {"REQUIREMENTS_REPO": url}, Network.FREE)
    assert found.constraints.text == "pbr===2\n"
    (note,) = found.notes
    assert note.startswith(f"requirements {url}: Could not resolve host")
    assert note.endswith("using the copy in the cache, which may be old")


def test_a_repository_that_is_not_there_is_no_network_that_is_down(tmp_path: Path) -> None:
    place = {"REQUIREMENTS_REPO": f"file://{tmp_path}/none"}
    found = find_requirements(Sources(cache=tmp_path / "c"), place, Network.FREE)
    assert found.folder is None


def test_a_folder_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / CONSTRAINTS).write_text("pbr===1\n")
    found = read_requirements(tmp_path, tmp_path / "cache")
    assert (found.folder, found.constraints.text) == (tmp_path, "pbr===1\n")


def test_a_file_becomes_a_folder_of_its_content(tmp_path: Path) -> None:
    file = tmp_path / "limits.txt"
    file.write_text("pbr===1\n")
    first = read_requirements(file, tmp_path / "cache")
    assert first.folder
    assert (first.folder / CONSTRAINTS).read_text() == "pbr===1\n"
    assert (first.folder / RANGES).read_text() == ""
    assert read_requirements(file, tmp_path / "cache") == first
    file.write_text("pbr===2\n")
    assert read_requirements(file, tmp_path / "cache").folder != first.folder


def test_a_folder_without_constraints_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=CONSTRAINTS):
        read_requirements(tmp_path, tmp_path)
