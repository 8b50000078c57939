"""Nothing leaks: what an interrupted or killed run leaves, and what `gc` makes of it.

All of it on an engine of our own, where every container, volume and image can be counted.
"""

import signal
import time
from collections.abc import Iterator

import pytest

from runner import labels
from runner.outcome.phases import Phase, Status
from runner.outcome.result import RunResult, from_json
from tests.container.harness import Runner, write_conf
from tests.container.private_engine import containers, obstacle
from tests.container.trial_engine import VICTIM, Trial, open_trial

EMPTY_TAR = bytes(1024)

pytestmark = pytest.mark.skipif(bool(obstacle()), reason=obstacle() or "possible here")


@pytest.fixture(scope="module")
def trial(shared_runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with open_trial(shared_runner, tmp_path_factory.mktemp("e") / "d") as made:
        yield made


@pytest.fixture
def before(trial: Trial) -> Iterator[set[str]]:
    """What is on the engine before the test; in the end no container stays."""
    yield trial.engine.objects()
    trial.engine.remove_containers()


@pytest.fixture
def foreign(trial: Trial) -> Iterator[set[str]]:
    """A container that somebody made from an image of ours, and a volume of somebody's."""
    with trial.engine.api() as api:
        made = api.create_container("offline:1", ["true"], name="foreign")
        api.create_volume("foreign")
    yield {f"container {made['Id']}", "volume foreign"}
    with trial.engine.api() as api:  # `before` sees to the container
        api.remove_volume("foreign")


def last_result(trial: Trial) -> RunResult:
    return from_json((trial.runner.state / "last" / "result.json").read_bytes())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
@pytest.mark.parametrize("keep", ["--rm", "--keep"])
def test_interrupted_phase_tidies_up_and_saves_what_was_done(
    number: signal.Signals, keep: str, trial: Trial, before: set[str]
) -> None:
    with trial.started("run", "-v", keep, *VICTIM) as run:
        run.until("begun")
        run.send(number)
        assert run.end() == 130, run.said
    assert "interrupted: tidying up" in run.said
    assert "Traceback" not in run.said
    assert trial.engine.objects() == before
    (job,) = last_result(trial).jobs
    statuses = {p.phase: p.status for p in job.phases}
    assert statuses[Phase.PRE_INSTALL] is Status.PASSED
    assert statuses[Phase.INSTALL] is Status.ERROR
    assert statuses[Phase.EXTRA] is Status.NOT_RUN


def names(trial: Trial) -> set[str]:
    """What the images that somebody would be shown are called, without their hashes."""
    with trial.engine.api() as api:
        tags = [tag for image in api.images() for tag in image.get("RepoTags") or ["<none>"]]
    return {tag.partition(":")[0] for tag in tags}


def test_interrupted_build_leaves_no_container_and_gc_removes_the_rest(
    trial: Trial, before: set[str]
) -> None:
    named = names(trial)
    with trial.started(*trial.building("slow-package"), "-v") as run:
        run.until("begun")
        run.send(signal.SIGINT)
        assert run.end() == 130, run.said
    assert "Traceback" not in run.said
    assert containers(trial.engine.objects()) == containers(before)
    assert trial("gc").code == 0
    finished = {"devstack-runner/system", "devstack-runner/environment"}
    assert names(trial) - named <= finished, "what other jobs will be built on"


def test_interrupted_evaluation_of_local_conf_leaves_nothing(
    trial: Trial, before: set[str]
) -> None:
    conf = write_conf(trial.runner.folder, "enable_plugin victim ./victim\nsleep 50")
    with trial.started("run", "-d", "debian-12", "-c", str(conf)) as run:
        end = time.monotonic() + 30
        while trial.engine.objects() == before and time.monotonic() < end:
            time.sleep(0.1)
        run.send(signal.SIGINT)
        assert run.end() == 130, run.said
    assert trial.engine.objects() == before


def test_second_interrupt_stops_at_once(trial: Trial, before: set[str]) -> None:
    with trial.started("run", "-v", *VICTIM) as run:
        run.until("begun")
        run.send(signal.SIGINT)
        run.until("(once more to stop now)")
        begun = time.monotonic()
        run.send(signal.SIGINT)
        assert run.end() == 130, run.said
    assert time.monotonic() - begun < 2
    trial("gc")
    assert trial.engine.objects() == before


def test_gc_finds_all_of_a_killed_run_and_nothing_else(
    trial: Trial, before: set[str], foreign: set[str]
) -> None:
    trial("stack", "--json", *VICTIM, "-e", "QUICK=1")
    kept = trial.engine.objects()
    with trial.started("run", "-v", "--rm", *VICTIM) as run:
        run.until("begun")
        assert trial("gc").stdout == "nothing to remove\n"  # it is at work
        run.send(signal.SIGKILL)
        assert run.end() == -9
    left = trial.engine.objects() - kept
    assert {one.partition(" ")[0] for one in left} == {"container", "volume"}
    said = trial("gc", "--dry-run").stdout
    assert said.startswith("would remove container devstack-runner-debian-12-victim-")
    assert trial.engine.objects() == kept | left
    assert trial("gc").code == 0
    assert trial.engine.objects() == kept
    trial("down", "--all")
    assert containers(trial.engine.objects()) == containers(before) | foreign


def test_gc_leaves_a_build_that_is_at_work_alone(trial: Trial, before: set[str]) -> None:
    with trial.started(*trial.building("slow-package"), "-v") as run:
        run.until("begun")
        at_work = containers(trial.engine.objects()) - containers(before)
        assert at_work, "the container of which the image will be made"
        assert trial("gc").stdout == "nothing to remove\n"
        assert containers(trial.engine.objects()) - containers(before) == at_work
        run.send(signal.SIGKILL)
        run.end()
    assert containers(trial.engine.objects()) - containers(before) == at_work
    trial("gc")
    assert trial.engine.objects() <= before


def test_a_run_that_passed_leaves_nothing_but_its_image(trial: Trial, before: set[str]) -> None:
    conf = write_conf(trial.runner.folder, "enable_plugin victim ./victim\nNEW=1")
    for command in (["run", *VICTIM], ["run", "-d", "debian-12", "-c", str(conf)]):
        assert trial(*command, "-e", "QUICK=1").code == 0
        assert containers(trial.engine.objects()) == containers(before)


def test_all_that_is_on_the_engine_carries_our_labels(trial: Trial, before: set[str]) -> None:
    trial("stack", "--json", *VICTIM, "-e", "QUICK=1")
    run = last_result(trial).run
    with trial.engine.api() as api:
        made = [row for row in api.containers(all=True) if f"container {row['Id']}" not in before]
        volumes = api.volumes()["Volumes"] or []
        images = api.images()
    assert [row["Labels"][labels.RUN] for row in made] == [run]
    assert [row["Labels"][labels.RUN] for row in volumes] == [run]
    assert all(labels.KIND in (row["Labels"] or {}) for row in images)
    trial("down", "debian-12-victim")
    assert trial.engine.objects() == before


def test_interrupted_stack_leaves_the_kept_container_with_nothing_running(
    trial: Trial, before: set[str]
) -> None:
    trial("stack", "--json", *VICTIM, "-e", "QUICK=1")
    kept = trial.engine.objects()
    with trial.started("stack", "-v", *VICTIM) as run:
        run.until("begun")
        run.send(signal.SIGINT)
        assert run.end() == 130, run.said
    assert trial.engine.objects() == kept
    running = trial("exec", "ps", "-e", "-o", "args=").stdout
    assert "sleep 600" not in running
    assert "stack.sh" not in running
    assert trial("down").code == 0


def test_gc_images_spares_what_a_stack_uses_and_what_is_not_ours(
    trial: Trial, before: set[str]
) -> None:
    trial("stack", "--json", *VICTIM, "-e", "QUICK=1")
    (job,) = last_result(trial).jobs
    assert job.image
    with trial.engine.api() as api:
        api.import_image_from_data(EMPTY_TAR, repository="foreign", tag="2")
    said = trial("gc", "--images", "--dry-run").stdout
    assert "would remove image devstack-runner/base:" in said
    assert job.image.reference not in said
    assert "foreign:2" not in said
    trial("down")
    assert job.image.reference in trial("gc", "--images", "--dry-run").stdout
