"""Modes and phases: names, order and which file each belongs to."""

import pytest

from runner.outcome.phases import SEQUENCE, Mode, Phase, Status, phases_of


def test_the_sequence_is_that_of_the_contract() -> None:
    assert [phase.value for phase in SEQUENCE] == [
        "override-defaults",
        "settings",
        "stack pre-install",
        "stack install",
        "stack post-config",
        "stack extra",
        "stack test-config",
        "unstack",
        "clean",
    ]


def test_the_modes_together_have_every_phase_once_and_in_order() -> None:
    assert [phase for mode in Mode for phase in phases_of(mode)] == list(SEQUENCE)


@pytest.mark.parametrize(
    ("mode", "name", "phase"),
    [
        ("stack", "pre-install", Phase.PRE_INSTALL),
        ("stack", "test-config", Phase.TEST_CONFIG),
        ("stack", "settings", Phase.SETTINGS),
        ("unstack", "settings", Phase.SETTINGS),
        ("unstack", "override-defaults", Phase.OVERRIDE_DEFAULTS),
        ("unstack", "unstack", Phase.UNSTACK),
        ("clean", "clean", Phase.CLEAN),
    ],
)
def test_the_name_in_an_event_finds_its_phase(mode: str, name: str, phase: Phase) -> None:
    assert Phase.of_event(mode, name) is phase


@pytest.mark.parametrize(("mode", "name"), [("stack", "source"), ("clean", "install"), ("", "")])
def test_a_name_without_a_phase_is_refused(mode: str, name: str) -> None:
    with pytest.raises(ValueError, match="not a valid Phase"):
        Phase.of_event(mode, name)


def test_each_phase_sources_one_file_of_the_plugin() -> None:
    assert [phase.file for phase in SEQUENCE[:3]] == ["override-defaults", "settings", "plugin.sh"]
    assert {phase.file for phase in SEQUENCE[2:]} == {"plugin.sh"}


def test_each_mode_is_a_script_of_the_tree() -> None:
    assert [mode.script for mode in Mode] == ["stack.sh", "unstack.sh", "clean.sh"]


def test_only_failed_and_error_are_bad() -> None:
    assert [status.value for status in Status if status.is_bad] == ["failed", "error"]
