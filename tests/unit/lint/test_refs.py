"""Branches and tags of enable_plugin lines, asked of real repositories."""

import subprocess
from pathlib import Path

import pytest

from runner.lint.conf import read_conf
from runner.lint.finding import Finding
from runner.lint.refs import check_refs
from tests.unit.linting import brief


@pytest.fixture
def repository(tmp_path: Path) -> str:
    """A repository whose default branch is main, with a tag."""
    folder = tmp_path / "tea"
    git = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "one"], check=True)
    subprocess.run([*git, "tag", "1.0"], check=True)
    return folder.as_uri()


def found(folder: Path, localrc: str) -> list[Finding]:
    path = folder / "local.conf"
    path.write_text(f"[[local|localrc]]\n{localrc}\n")
    return list(check_refs(read_conf(path), path))


def test_without_a_ref_it_is_master(tmp_path: Path, repository: str) -> None:
    (one,) = found(tmp_path, f"enable_plugin tea {repository}")
    assert brief([one]) == [("DSR729", "error", "local.conf", 2)]
    assert one.message.endswith("has no branch or tag master, which is meant when no ref is given")
    assert one.fix == f"enable_plugin tea {repository} main"


@pytest.mark.parametrize("ref", ["main", "1.0", "refs/heads/main", "1a2b3c4", "$REF"])
def test_refs_that_are_there_or_that_cannot_be_asked_for(
    tmp_path: Path, repository: str, ref: str
) -> None:
    assert found(tmp_path, f"enable_plugin tea {repository} {ref}") == []


def test_a_ref_that_is_not_there(tmp_path: Path, repository: str) -> None:
    (one,) = found(tmp_path, f"enable_plugin tea {repository} stable/2025.1")
    assert "has no branch or tag stable/2025.1" in one.message


def test_a_repository_that_does_not_answer_is_a_note(tmp_path: Path) -> None:
    (one,) = found(tmp_path, f"enable_plugin tea file://{tmp_path}/nowhere")
    assert brief([one]) == [("DSR729", "note", "local.conf", 2)]


def test_nothing_is_asked_offline_nor_of_folders(tmp_path: Path, repository: str) -> None:
    assert found(tmp_path, f"OFFLINE=True\nenable_plugin tea {repository}") == []
    assert found(tmp_path, "enable_plugin tea ./tea\nenable_plugin milk $GIT_BASE/milk") == []
