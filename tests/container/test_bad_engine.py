"""An engine that is stopped, killed or full while it is needed: tried on one of our own."""

import signal
from collections.abc import Iterator

import pytest

from runner.outcome.phases import Phase, Status
from tests.container.harness import Outcome, Runner, write_plugin
from tests.container.private_engine import containers, obstacle
from tests.container.started import begun, wait_for
from tests.container.trial_engine import VICTIM, Trial, offline, open_trial

pytestmark = pytest.mark.skipif(bool(obstacle()), reason=obstacle() or "possible here")


@pytest.fixture(scope="module")
def trial(shared_runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with open_trial(shared_runner, tmp_path_factory.mktemp("e") / "d") as made:
        yield made


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_engine_that_goes_away_in_a_phase_is_no_failure_of_the_plugin(
    number: signal.Signals, trial: Trial
) -> None:
    before = trial.engine.objects()
    with trial.started("run", "-v", *VICTIM) as run:
        run.until("begun")
        trial.engine.stop(number)
        assert run.end() == 5, run.said
    assert "Traceback" not in run.said
    assert "devstack-runner engine up" in run.said
    assert "the container is kept" not in run.said
    trial.engine.start()
    assert trial("gc").code == 0
    assert trial.engine.objects() == before


def test_what_was_done_before_the_engine_went_away_is_in_the_result(trial: Trial) -> None:
    with trial.started("run", "-v", *VICTIM) as run:
        run.until("begun")
        trial.engine.stop(signal.SIGKILL)
        assert run.end() == 5, run.said
    trial.engine.start()
    trial("gc")
    text = (trial.runner.state / "last" / "result.json").read_text()
    job = Outcome(code=5, stdout=text, stderr="").job
    assert job.problem
    statuses = {p.phase: p.status for p in job.phases}
    assert statuses[Phase.PRE_INSTALL] is Status.PASSED
    assert statuses[Phase.EXTRA] is Status.NOT_RUN


def test_jobs_that_had_ended_keep_their_results_when_the_engine_dies(trial: Trial) -> None:
    settings = trial.runner.folder / "devstack-runner.toml"
    settings.write_text('[overrides.debian-12]\nenv = { QUICK = "True" }\n')
    two = offline("debian-12", "ubuntu-22.04")
    with trial.started("run", "-p", "victim=./victim", *two, "-j", "1") as run:
        wait_for(begun(trial.runner, "ubuntu-22.04-victim"))
        trial.engine.stop(signal.SIGKILL)
        assert run.end() == 5, run.said
    settings.unlink()
    trial.engine.start()
    trial("gc")
    text = (trial.runner.state / "last" / "result.json").read_text()
    jobs = Outcome(code=5, stdout=text, stderr="").run.jobs
    assert [(job.distro, job.status) for job in jobs] == [
        ("debian-12", Status.PASSED),
        ("ubuntu-22.04", Status.ERROR),
    ]


@pytest.mark.parametrize("what", ["run", "build"])
def test_full_disk_before_a_build_is_said_with_a_hint(what: str, trial: Trial) -> None:
    before = trial.engine.objects()
    with trial.engine.disk_with_free(0):
        outcome = trial(what, "--json", *trial.building("full-before")[1:])
    assert outcome.code == 5, outcome.stderr
    problem = outcome.job.problem
    assert problem
    assert "no space left on device" in problem.message.lower()
    assert "\n" not in problem.message
    assert "devstack-runner gc --images" in (problem.hint or "")
    assert trial.engine.objects() == before


def test_disk_that_fills_up_in_a_plugins_layer_is_no_fault_of_the_plugin(trial: Trial) -> None:
    with trial.engine.disk_with_free(50_000_000):
        outcome = trial(*trial.building("huge-package"), "--json")
    assert outcome.code == 5, outcome.stderr
    problem = outcome.job.problem
    assert problem
    assert "no space left on device" in problem.message.lower()
    assert "devstack-runner gc --images" in (problem.hint or "")


def test_a_disk_that_fills_up_in_one_of_many_jobs_is_the_trouble_of_that_one(trial: Trial) -> None:
    checkout = write_plugin(trial.runner.folder, "greedy", plugin=":\n")
    lists = checkout / "devstack" / "files" / "debs"
    lists.mkdir(parents=True)
    (lists / "greedy").write_text("huge-package # dist:jammy\n")
    options = offline("debian-12", "ubuntu-22.04", "ubuntu-24.04")
    with trial.engine.disk_with_free(50_000_000):
        outcome = trial("run", "--json", "-p", "greedy=./greedy", *options, "-j", "1")
    assert outcome.code == 5, outcome.stderr
    assert [job.status for job in outcome.run.jobs] == [Status.PASSED, Status.ERROR, Status.PASSED]
    problem = outcome.run.jobs[1].problem
    assert problem
    assert "no space left on device" in problem.message.lower()


def test_time_limit_ends_a_build_that_never_ends(trial: Trial) -> None:
    before = trial.engine.objects()
    outcome = trial(*trial.building("slow-package"), "--json", "--timeout", "5s")
    assert outcome.code == 6, outcome.stderr
    assert outcome.job.problem
    assert "time limit" in outcome.job.problem.message
    assert containers(trial.engine.objects()) <= containers(before), "images below may be new"


def test_stack_commands_without_a_stack_say_how_to_make_one(trial: Trial) -> None:
    for command in (["unstack"], ["clean", "debian-12-x"], ["shell"], ["exec", "true"], ["down"]):
        outcome = trial(*command)
        assert outcome.code == 2, command
        assert outcome.stderr.splitlines() == [
            "error: no stack is kept",
            "hint: `devstack-runner stack` makes one",
        ]
