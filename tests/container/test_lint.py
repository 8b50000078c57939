"""Lint with packages: Debian's own apt is asked, in its base image."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.container.harness import Runner, job_name, write_conf, write_plugin

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


def test_a_run_notes_in_the_same_words_what_devstack_then_does(runner: Runner) -> None:
    plugin = (
        'if [[ "$1 $2" == "stack extra" ]]; then\n'
        '    cat "$MILK_CONF"\n    echo others: "$DEST"/others.*\nfi\n'
    )
    write_plugin(runner.folder, "milk", plugin=plugin, settings="MILK_CONF=$DEST/milk.conf\n")
    sections = (
        "[[post-config|$MILK_CONF]]\n[DEFAULT]\ncups = 2 # two\n"
        "[[post-config|$MLIK_CONF]]\n[DEFAULT]\ncups = 3\n"
        "[[post-config|$DEST/others.conf]]\n[DEFAULT]\ncups = 4\n"
    )
    write_conf(runner.folder, "enable_plugin milk ./milk", rest=sections)
    ran = runner.passes("run", "--json", "--rm", "-d", "debian-12", "-c", "local.conf")
    linted = runner("lint", "-c", "local.conf", "--format", "json").json
    words = [f"local.conf:{f['line']}: {f['message']}; {f['fix']} ({f['code']})" for f in linted]
    assert [f["code"] for f in linted] == ["DSR709", "DSR716"]
    assert [note for note in ran.job.notes if "(DSR" in note] == words
    log = (runner.state / "last" / job_name("milk") / "log").read_text()
    assert "cups = 2 # two" in log
    assert "others.*" in log, "no file was made"
