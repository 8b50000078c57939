"""What is likely behind a failure: always what is sure, else what the failure has a word of."""

import pytest

from runner.outcome.events import Reason
from runner.outcome.phases import Mode, Status
from runner.outcome.reasons import attach_reasons
from runner.outcome.result import Failure, StageResult
from runner.outcome.steps import Step

NOTE = "enabled services that this tree does not provide yet: horizon n-cpu"
ABSENT = Reason(text=NOTE, about="horizon openstack_dashboard n-cpu nova-compute")
PLUGIN = "/opt/stack/tea/devstack/plugin.sh"


def attached(failure: Failure, *said: Reason, exit_code: int = 1) -> tuple[str, ...]:
    step = StageResult(
        mode=Mode.STACK, stage="x", status=Status.FAILED, exit_code=exit_code, failure=failure
    )
    steps: list[Step] = [step]
    attach_reasons(steps, said)
    assert steps[0].failure
    return steps[0].failure.reasons


def reasons(known: dict[str, object]) -> tuple[str, ...]:
    values = {"command": "false", "file": PLUGIN, "line": 1, **known}
    return attached(Failure(**values), ABSENT)  # type: ignore[arg-type]


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
    assert attached(Failure(), sure, ABSENT, sure) == ("settings:1: the line ends with CR LF",)


def test_an_exit_code_can_be_the_sign() -> None:
    lacking = Reason(text="start_x is a function", about="start_x", exit_code=127)
    failure = Failure(command="install_tea", tail=("plugin.sh: line 2: start_x is a function",))
    assert attached(failure, lacking, exit_code=127) == ("start_x is a function",)
    assert attached(failure, lacking, exit_code=1) == ()


def test_a_step_that_passed_has_no_reasons() -> None:
    steps: list[Step] = [StageResult(mode=Mode.STACK, stage="x", status=Status.PASSED)]
    attach_reasons(steps, [Reason(text="sure")])
    assert steps[0].failure is None
