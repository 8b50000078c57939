"""Health of services: dead ones fail their plugin, status and logs show them, unstack ends all."""

import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.outcome.phases import Mode, Phase
from runner.outcome.result import StageResult
from tests.container.harness import Outcome, Runner, job_name, write_conf
from tests.container.started import started

JOB = job_name("first", "second")
PLUGINS = Path(__file__).with_name("health")
Stack = Callable[..., Outcome]


@pytest.fixture(scope="module")
def stack(shared_runner: Runner) -> Stack:
    """Stack with these services, in the one container of this file."""
    folder = shared_runner.folder
    for name in ("first", "second"):
        shutil.copytree(PLUGINS / name, folder / name)
    conf = write_conf(folder, "enable_plugin first ./first\nenable_plugin second ./second")

    def run(what: str, *options: str) -> Outcome:
        return shared_runner("stack", "--json", "-c", conf, "-e", f"WHAT={what}", *options)

    return run


@pytest.fixture
def unstacked(shared_runner: Runner, stack: Stack) -> None:
    """Nothing runs in the container, if there is one already."""
    shared_runner("unstack", JOB)


def log_of_run(runner: Runner) -> str:
    return runner.log(JOB)


def leftovers_of_units(runner: Runner) -> str:
    """Units that run, what is enabled, and processes of units."""
    return runner.inside(
        JOB,
        "systemctl list-units --no-legend 'devstack@*' | grep -v inactive;"
        " compgen -G '/etc/systemd/system/*.wants/devstack@*';"
        " grep -l devstack@ /proc/[0-9]*/cgroup 2>/dev/null; true",
    )


def stage(outcome: Outcome, name: str) -> StageResult:
    return next(s for s in outcome.job.stages if s.stage == name)


@pytest.mark.usefixtures("unstacked")
def test_healthy_services_pass_and_cost_no_fixed_wait(stack: Stack) -> None:
    done = stack("fine stopped once own")
    assert done.code == 0, done.stderr
    assert stage(done, "health").seconds < 5


def test_status_shows_units_ports_and_how_to_reach_them(
    stack: Stack, shared_runner: Runner
) -> None:
    (row,) = (r for r in shared_runner.passes("status", "--json").json if r["job"] == JOB)
    states = {unit["name"]: unit["state"] for unit in row["units"]}
    assert states["devstack@f-fine"] == "active"
    assert states["devstack@f-stopped"] == "inactive"
    (port,) = (p for p in row["ports"] if p["port"] == 8790)
    assert (port["process"], port["unit"]) == ("python3", "devstack@f-fine")
    text = shared_runner.passes("status").stdout
    assert re.search(r"^    devstack@f-fine +active +\d+ ", text, re.MULTILINE)
    assert re.search(r"^    8790 +devstack@f-fine +python3$", text, re.MULTILINE)
    assert f"reach them from this machine at {row['address']}" in text


def test_logs_of_a_unit_by_a_short_name(stack: Stack, shared_runner: Runner) -> None:
    for names in (["f-fine"], [JOB, "f-fine"], [JOB, "devstack@f-fine.service"]):
        said = shared_runner.passes("logs", *names, "-n", "1").stdout
        assert len(said.splitlines()) == 1
        assert "devstack@f-fine.service" in said
    unknown = shared_runner("logs", JOB, "f-fime")
    assert unknown.code == 2
    assert "has no unit called f-fime" in unknown.stderr
    assert "devstack@f-fine" in unknown.stderr.splitlines()[-1]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGKILL])
def test_following_a_unit_leaves_nothing_running(
    stack: Stack, shared_runner: Runner, by: signal.Signals
) -> None:
    followers = "pgrep -c journalctl || true"
    with started(shared_runner, "logs", JOB, "f-fine", "-n", "0", "-f") as follower:
        for _ in range(100):
            if shared_runner.inside(JOB, followers).strip() == "1":
                break
        shared_runner.inside(JOB, "curl -s --noproxy '*' http://127.0.0.1:8790/is-followed")
        follower.until('"GET /is-followed HTTP/1.1" 404 -')
        follower.send(by)
        follower.end()
    end = time.monotonic() + 5
    while (left := shared_runner.inside(JOB, followers).strip()) != "0":
        assert time.monotonic() < end, left


@pytest.mark.usefixtures("unstacked")
def test_dead_services_fail_extra_of_the_plugin_that_started_them(
    stack: Stack, shared_runner: Runner
) -> None:
    done = stack("fine import loop")
    assert done.code == 1
    first, second = (done.phase(Phase.EXTRA, name) for name in ("first", "second"))
    assert (first.status, second.status) == ("failed", "failed")
    assert first.failure
    assert second.failure
    assert first.failure.command == "devstack@f-import.service: failed: exit code 1"
    assert any("RuntimeError: there is no such option" in line for line in first.failure.tail)
    assert second.failure.command.startswith("devstack@s-loop.service: ")
    assert "restart" in second.failure.command
    assert any("going round" in line for line in second.failure.tail)
    assert done.statuses()["stack test-config", "first"] == "not-run"
    assert "devstack@f-import.service: failed: exit code 1" in done.stderr
    assert "devstack@s-loop.service: " in done.stderr
    assert "there is no such option" in log_of_run(shared_runner)


@pytest.mark.usefixtures("unstacked")
def test_dead_services_may_be_allowed(stack: Stack, shared_runner: Runner) -> None:
    done = stack("fine import own", "--allow-dead-services")
    assert done.code == 0
    notes = [note for note in done.job.notes if "devstack@" in note]
    assert notes == ["devstack@f-import.service (plugin first): failed: exit code 1"]
    assert "test-config was reached" in log_of_run(shared_runner)


def test_what_plugins_forget_to_stop_is_named_and_ended(
    stack: Stack, shared_runner: Runner
) -> None:
    done = shared_runner("unstack", JOB, "--json")
    assert done.code == 0
    left = [note for note in done.job.notes if "left devstack@" in note]
    assert sorted(left) == [
        "plugin first left devstack@f-fine.service running; it is stopped and disabled now",
        "plugin second left devstack@s-own.service running; it is stopped and disabled now",
    ]
    assert leftovers_of_units(shared_runner) == ""


@pytest.mark.usefixtures("unstacked")
def test_children_that_outlive_their_service_are_ended(stack: Stack, shared_runner: Runner) -> None:
    assert stack("parent").code == 0
    done = shared_runner("unstack", JOB, "--json")
    assert done.code == 0
    assert not [note for note in done.job.notes if "left devstack@" in note]
    assert "ending processes that outlived their units: sleep (" in log_of_run(shared_runner)
    assert leftovers_of_units(shared_runner) == ""


@pytest.mark.usefixtures("unstacked")
def test_a_service_that_does_not_start_fails_its_phase_with_its_own_words(stack: Stack) -> None:
    done = stack("silent")
    assert done.code == 1
    failed = done.phase(Phase.EXTRA, "first")
    assert failed.exit_code == 1
    assert failed.failure
    assert failed.failure.command.startswith("run_process f-silent ")
    tail = "\n".join(failed.failure.tail)
    assert "devstack@f-silent.service does not start: exit code 3" in tail
    assert "this server has no configuration" in tail


def test_after_clean_nothing_is_left(stack: Stack, shared_runner: Runner) -> None:
    assert stack("fine own").code == 0
    done = shared_runner("clean", JOB, "--json")
    assert done.code == 0
    assert {phase.mode for phase in done.job.phases} == {Mode.CLEAN}
    assert any("left devstack@s-own.service" in note for note in done.job.notes)
    assert leftovers_of_units(shared_runner) == ""
    files = "ls -d /etc/systemd/system/*devstack@* .units /opt/stack/data 2>/dev/null || true"
    assert shared_runner.inside(JOB, files) == ""
