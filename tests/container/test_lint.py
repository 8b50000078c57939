"""Lint with packages: Debian's own apt is asked, in its base image."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.container.harness import Runner, write_plugin

LISTS = {
    # real, virtual with one package behind it, not for this release, left to plugin.sh
    "debs/tea": "cowsay\nlibz-dev git\npython-mysqldb # not:bookworm\nnowhere # NOPRIME\n",
    "rpms/tea": "",
    "rpms-suse/tea": "",
}
WRONG = "cowsay\n\ncowsey python3-nowhere # dist:bookworm\nmail-transport-agent\n"


@pytest.fixture
def tea(runner: Runner) -> Path:
    """A plugin with good lists for all families."""
    checkout = write_plugin(runner.folder, "tea", plugin=":\n")
    for name, text in LISTS.items():
        path = checkout / "devstack" / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return checkout


def found(runner: Runner, *arguments: str, exits: int = 0) -> list[tuple[Any, ...]]:
    outcome = runner("lint", "-p", "tea=./tea", "-d", "debian-12", "--format", "json", *arguments)
    assert outcome.code == exits, outcome.stdout + outcome.stderr
    keys = ("code", "file", "line", "message")
    return [tuple(finding[key] for key in keys) for finding in json.loads(outcome.stdout)]


def test_names_that_apt_can_install_are_fine(runner: Runner, tea: Path) -> None:
    assert found(runner) == []


def test_names_that_apt_does_not_know_are_errors_with_their_lines(
    runner: Runner, tea: Path
) -> None:
    (tea / "devstack" / "files" / "debs" / "tea").write_text(WRONG)
    (tea / "devstack" / "files" / "bindep.txt").write_text("git\nnot-there [platform:debian]\n")
    lists, bindep = "tea/devstack/files/debs/tea", "tea/devstack/files/bindep.txt"
    assert found(runner, exits=1) == [
        ("DSR303", bindep, 2, "debian-12 has no package 'not-there'"),
        ("DSR303", lists, 3, "debian-12 has no package 'cowsey'"),
        ("DSR303", lists, 3, "debian-12 has no package 'python3-nowhere'"),
        # provided by many: apt wants to be told which
        ("DSR303", lists, 4, "debian-12 has no package 'mail-transport-agent'"),
    ]
    assert found(runner, "--no-packages") == []


def test_an_answer_is_kept(runner: Runner, tea: Path) -> None:
    (tea / "devstack" / "files" / "debs" / "tea").write_text("cowsay\nfortune-nowhere\n")
    arguments = ("lint", "-p", "tea=./tea", "-d", "debian-12")
    first, second = runner(*arguments), runner(*arguments)
    assert "asking debian-12 for 2 packages" in first.stderr
    assert "asking" not in second.stderr
    assert first.code == second.code == 1
    assert first.stdout == second.stdout


def test_a_distro_that_cannot_answer_is_a_note(runner: Runner, tea: Path) -> None:
    nowhere = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    (tea / "devstack" / "files" / "debs" / "tea").write_text("cowsay\nfortune\n")
    outcome = runner("lint", "-p", "tea=./tea", "-d", "debian-12", env=nowhere)
    assert outcome.code == 0
    assert "note DSR304: packages were not looked up on debian-12" in outcome.stdout
