"""What is likely behind a failure: always what is sure, else what the failure has a word of."""

import pytest

from runner.outcome.events import Reason
from runner.outcome.reasons import with_reasons
from runner.outcome.result import Failure

NOTE = "enabled services that this tree does not provide yet: horizon n-cpu"
ABSENT = Reason(text=NOTE, about="horizon openstack_dashboard n-cpu nova-compute")
PLUGIN = "/opt/stack/tea/devstack/plugin.sh"


def reasons(known: dict[str, object]) -> tuple[str, ...]:
    values = {"command": "false", "file": PLUGIN, "line": 1, **known}
    return with_reasons(Failure(**values), [ABSENT]).reasons  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "known",
    [
        {"command": "cp $TEA_DIR/panel.py $HORIZON_DIR/enabled/"},
        {"command": "start_horizon"},
        {"tail": ("cp: cannot create '/opt/stack/horizon/x': No such file or directory",)},
        {"tail": ("Unit devstack@n-cpu.service not found.",)},
        {"function": "configure_horizon_panel"},
        {"file": "/opt/stack/tea/devstack/lib/horizon"},
        {"command": "ls", "tail": ("ls: cannot access 'openstack_dashboard'",)},
    ],
)
def test_a_failure_that_has_to_do_with_a_missing_service(
    known: dict[str, object],
) -> None:
    assert reasons(known) == (NOTE,)


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"command": "install_horizontal"},
        {"command": "echo en-cpu"},
        {"tail": ("+ plugin.sh:3:source  :  is_service_enabled horizon",)},
        {"tail": ("2026-01-01 10:00:00.123 | ++ lib:3:f :  echo horizon",)},
        {"tail": (f"WARNING: {NOTE}",)},
        {"file": "/opt/stack/horizon/devstack/plugin.sh"},
        {
            "file": "/opt/stack/n-cpu/devstack/plugin.sh",
            "tail": ("/opt/stack/n-cpu/devstack/plugin.sh: line 3: x: command not found",),
        },
    ],
)
def test_a_failure_that_has_nothing_to_do_with_it(known: dict[str, object]) -> None:
    assert reasons(known) == ()


def test_what_is_sure_is_always_said_and_nothing_twice() -> None:
    sure = Reason(text="settings:1: the line ends with CR LF")
    failure = with_reasons(Failure(), [sure, ABSENT, sure])
    assert failure.reasons == ("settings:1: the line ends with CR LF",)
