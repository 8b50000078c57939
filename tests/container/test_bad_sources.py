"""Repositories and folders that hold no plugin, or are not there."""

import subprocess
from pathlib import Path

import pytest

from runner.engine import Engine
from tests.container.harness import Runner, write_conf, write_plugin
from tests.container.refusals import refusal


def write_repository(folder: Path, name: str, *, branch: str, plugin: bool = True) -> Path:
    """A repository whose only branch is this one."""
    checkout = folder / name
    if plugin:
        write_plugin(folder, name, plugin=":\n")
    else:
        checkout.mkdir()
        (checkout / "README").touch()
    identity = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    for command in (
        ["init", "--quiet", f"--initial-branch={branch}"],
        ["add", "."],
        ["commit", "--quiet", "--message=first"],
    ):
        subprocess.run(["git", *identity, *command], cwd=checkout, check=True)
    return checkout


def enabling(runner: Runner, *words: str) -> Path:
    return write_conf(runner.folder, " ".join(["enable_plugin", *words]))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:1/far.git", "http://127.0.0.1:1/far.git"),
        ("https://nowhere.invalid/far.git", "nowhere.invalid"),
        ("file:///nowhere/far.git", "/nowhere/far.git"),
    ],
)
def test_unreachable_repository_is_named(
    url: str, says: str, runner: Runner, engine: Engine
) -> None:
    answer = refusal(runner, engine, "-c", enabling(runner, "far", url))
    assert answer.code == 5
    assert answer.message.startswith("plugin far: ")
    assert says in answer.message


def test_password_in_a_url_is_not_shown(runner: Runner, engine: Engine) -> None:
    conf = enabling(runner, "far", "http://me:s3cret@127.0.0.1:1/far.git")
    outcome = runner("run", "--json", "-c", conf)
    assert outcome.code == 5
    assert "s3cret" not in outcome.stdout + outcome.stderr


def test_missing_master_names_the_default_branch(runner: Runner, engine: Engine) -> None:
    repository = write_repository(runner.folder, "modern", branch="trunk")
    answer = refusal(runner, engine, "-c", enabling(runner, "modern", f"file://{repository}"))
    assert answer.code == 5
    assert "master" in answer.message
    assert "trunk" in answer.message + answer.hint


def test_missing_ref_suggests_one_that_is_there(runner: Runner, engine: Engine) -> None:
    repository = write_repository(runner.folder, "modern", branch="stable/2025.1")
    conf = enabling(runner, "modern", f"file://{repository}", "stable/2025.2")
    answer = refusal(runner, engine, "-c", conf)
    assert answer.code == 5
    assert "stable/2025.2" in answer.message
    assert "stable/2025.1" in answer.message + answer.hint


def test_repository_without_a_plugin_is_refused(runner: Runner, engine: Engine) -> None:
    repository = write_repository(runner.folder, "library", branch="master", plugin=False)
    answer = refusal(runner, engine, "-c", enabling(runner, "library", f"file://{repository}"))
    assert answer.code == 2
    assert "plugin library: there is no devstack/ folder" in answer.message
    assert "devstack-runner init" in answer.hint


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("gone=./gone", "plugin gone: there is no folder"),
        ("empty=./empty", "plugin empty: there is no devstack/ folder"),
        ("file=./file", "file"),
        ("devstack=./empty", "'devstack' cannot be used"),
        ("../x=./empty", "there is no folder"),
        ("x=", "no folder and no URL"),
        ("x=ext::sh -c true", "makes git run a program"),
        ("x=https://localhost/x@-b", "'-b' is not a branch"),
    ],
)
def test_plugin_option_that_names_no_plugin_is_refused(
    option: str, says: str, runner: Runner, engine: Engine
) -> None:
    (runner.folder / "empty").mkdir()
    (runner.folder / "file").touch()
    answer = refusal(runner, engine, "-p", option)
    assert answer.code == 2
    assert says in answer.message


def test_two_plugins_of_one_name_are_refused(runner: Runner, engine: Engine) -> None:
    for folder in ("a", "b"):
        (runner.folder / folder).mkdir()
        write_plugin(runner.folder / folder, "same", plugin=":\n")
    answer = refusal(runner, engine, "-p", "./a/same", "-p", "./b/same")
    assert (answer.code, answer.message) == (2, "plugin same is enabled twice")
