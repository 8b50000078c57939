"""Modes and phases for which plugin.sh asks."""

from pathlib import Path

import pytest

from runner.lint.finding import Finding
from runner.lint.moments import check_moments
from runner.outcome.phases import Phase
from tests.unit.linting import brief, plugin


def moments(folder: Path, text: str) -> list[Finding]:
    file = plugin(folder, {"plugin.sh": text}).file("devstack/plugin.sh")
    assert file is not None
    return list(check_moments(file))


def test_all_there_are_are_known(tmp_path: Path) -> None:
    lines = []
    for phase in Phase:
        if phase.file == "plugin.sh":
            mode, _, name = phase.value.partition(" ")
            lines.append(f'[[ "$1" == "{mode}" && "$2" == "{name}" ]] && :')
            lines.append(f'[[ "$1 $2" == "{mode} {name}" ]] && :')
            lines.append(f'case "$1-$2" in {mode}-{name}) : ;; esac')
    assert moments(tmp_path, "\n".join(lines)) == []


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ('if [[ "$1" == "stack" && "$2" == "postconfig" ]]; then :; fi', "post-config"),
        ('if [[ "$1" == "stack" && "$2" == "pre_install" ]]; then :; fi', "pre-install"),
        ('if [[ "$1" = "stack" && ${2} = Install ]]; then :; fi', "install"),
        ('if [ "${1:-}" = "un-stack" ]; then :; fi', "unstack"),
        ('case "$1" in stack) case "$2" in extras) : ;; esac ;; esac', "extra"),
        ('[[ "$1" != "stac" ]] || :', "stack"),
        ('[[ "$1/$2" == "stack/testconfig" ]] && :', "stack/test-config"),
    ],
)
def test_a_typing_error_is_named_with_what_is_near(tmp_path: Path, text: str, near: str) -> None:
    (found,) = moments(tmp_path, f"# a comment\n{text}\n")
    assert brief([found]) == [("DSR201", "error", "plugin.sh", 2)]
    assert found.fix == f"write {near!r}"


def test_what_is_near_nothing_is_a_warning(tmp_path: Path) -> None:
    (found,) = moments(tmp_path, '[[ "$1" == "deploy" ]] && :\n')
    assert brief([found]) == [("DSR201", "warning", "plugin.sh", 1)]
    assert found.fix == "there are: stack, unstack, clean"


def test_the_modes_of_extras_d_are_noted(tmp_path: Path) -> None:
    (found,) = moments(tmp_path, '[[ "$1" == "source" ]] && :\n')
    assert brief([found]) == [("DSR201", "note", "plugin.sh", 1)]


@pytest.mark.parametrize(
    "text",
    [
        'function f { [[ "$1" == "deploy" ]]; }',
        '# [[ "$1" == "deploy" ]]',
        'echo "$1" == "deploy"',
        '[[ "$10" == "deploy" || "$x" == "deploy" || "$3" == "deploy" ]]',
        '[[ "$1" == "" || -z "$2" || "$2" == post-* ]]',
        "awk '$1 == \"deploy\"' file",
        'case "$1" in *) : ;; esac',
    ],
)
def test_other_things_are_left_alone(tmp_path: Path, text: str) -> None:
    assert moments(tmp_path, f"{text}\n") == []
