"""Nothing leaks: what an interrupted or killed run leaves, and what `gc` makes of it.

All of it on an engine of our own, where every container, volume and image can be counted.
"""

import signal
import time
from collections.abc import Iterator

import pytest

from runner import labels
from runner.phases import Phase, Status
from runner.result import RunResult, from_json
from tests.container.harness import Runner, write_conf
from tests.container.lab import VICTIM, Lab, open_lab
from tests.container.private_engine import obstacle

EMPTY_TAR = bytes(1024)

pytestmark = pytest.mark.skipif(bool(obstacle()), reason=obstacle() or "possible here")


@pytest.fixture(scope="module")
def lab(shared_runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(shared_runner, tmp_path_factory.mktemp("e") / "d") as made:
        yield made


@pytest.fixture
def before(lab: Lab) -> Iterator[set[str]]:
    """What is on the engine before the test; in the end no container stays."""
    yield lab.engine.objects()
    lab.engine.remove_containers()


@pytest.fixture
def foreign(lab: Lab) -> Iterator[set[str]]:
    """A container that somebody made from an image of ours, and a volume of somebody's."""
    with lab.engine.api() as api:
        made = api.create_container("offline:1", ["true"], name="foreign")
        api.create_volume("foreign")
    yield {f"container {made['Id']}", "volume foreign"}
    with lab.engine.api() as api:  # `before` sees to the container
        api.remove_volume("foreign")


def last_result(lab: Lab) -> RunResult:
    return from_json((lab.runner.state / "last" / "result.json").read_bytes())


def containers(objects: set[str]) -> set[str]:
    return {one for one in objects if not one.startswith("image ")}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
@pytest.mark.parametrize("keep", ["--rm", "--keep"])
def test_interrupted_phase_tidies_up_and_saves_what_was_done(
    number: signal.Signals, keep: str, lab: Lab, before: set[str]
) -> None:
    with lab.started("run", "-v", keep, *VICTIM) as run:
        run.until("begun")
        run.send(number)
        assert run.end() == 130, run.said
    assert "interrupted: tidying up" in run.said
    assert "Traceback" not in run.said
    assert lab.engine.objects() == before
    (job,) = last_result(lab).jobs
    statuses = {p.phase: p.status for p in job.phases}
    assert statuses[Phase.PRE_INSTALL] is Status.PASSED
    assert statuses[Phase.INSTALL] is Status.ERROR
    assert statuses[Phase.EXTRA] is Status.NOT_RUN


def names(lab: Lab) -> set[str]:
    """What the images that somebody would be shown are called, without their hashes."""
    with lab.engine.api() as api:
        tags = [tag for image in api.images() for tag in image.get("RepoTags") or ["<none>"]]
    return {tag.partition(":")[0] for tag in tags}


def test_interrupted_build_leaves_no_container_and_gc_removes_the_rest(
    lab: Lab, before: set[str]
) -> None:
    named = names(lab)
    with lab.started(*lab.building("slow-package"), "-v") as run:
        run.until("begun")
        run.send(signal.SIGINT)
        assert run.end() == 130, run.said
    assert "Traceback" not in run.said
    lab.engine.until_only(before)
    assert lab("gc").code == 0
    assert containers(lab.engine.objects()) <= before
    finished = {"devstack-runner/system", "devstack-runner/environment"}
    assert names(lab) - named <= finished, "what other jobs will be built on"


def test_interrupted_evaluation_of_local_conf_leaves_nothing(lab: Lab, before: set[str]) -> None:
    conf = write_conf(lab.runner.folder, "enable_plugin victim ./victim\nsleep 50")
    with lab.started("run", "-d", "debian-12", "-c", str(conf)) as run:
        end = time.monotonic() + 30
        while lab.engine.objects() == before and time.monotonic() < end:
            time.sleep(0.1)
        run.send(signal.SIGINT)
        assert run.end() == 130, run.said
    assert lab.engine.objects() == before


def test_second_interrupt_stops_at_once(lab: Lab, before: set[str]) -> None:
    with lab.started("run", "-v", *VICTIM) as run:
        run.until("begun")
        run.send(signal.SIGINT)
        run.until("(once more to stop now)")
        begun = time.monotonic()
        run.send(signal.SIGINT)
        assert run.end() == 130, run.said
    assert time.monotonic() - begun < 2
    lab("gc")
    assert lab.engine.objects() == before


def test_gc_finds_all_of_a_killed_run_and_nothing_else(
    lab: Lab, before: set[str], foreign: set[str]
) -> None:
    lab("stack", "--json", *VICTIM, "-e", "QUICK=1")
    kept = lab.engine.objects()
    with lab.started("run", "-v", "--rm", *VICTIM) as run:
        run.until("begun")
        assert lab("gc").stdout == "nothing to remove\n"  # it is at work
        run.send(signal.SIGKILL)
        assert run.end() == -9
    left = lab.engine.objects() - kept
    assert {one.partition(" ")[0] for one in left} == {"container", "volume"}
    said = lab("gc", "--dry-run").stdout
    assert said.startswith("would remove container devstack-runner-debian-12-victim-")
    assert lab.engine.objects() == kept | left
    assert lab("gc").code == 0
    assert lab.engine.objects() == kept
    lab("down", "--all")
    assert containers(lab.engine.objects()) == containers(before) | foreign


def test_gc_leaves_a_build_that_is_at_work_alone(lab: Lab, before: set[str]) -> None:
    with lab.started(*lab.building("slow-package"), "-v") as run:
        run.until("begun")
        at_work = containers(lab.engine.objects()) - containers(before)
        assert at_work, "the builder's container"
        assert lab("gc").stdout == "nothing to remove\n"
        assert containers(lab.engine.objects()) - containers(before) == at_work
        run.send(signal.SIGKILL)
        run.end()
    lab.engine.until_only(before)
    lab("gc")
    assert lab.engine.objects() <= before


def test_a_run_that_passed_leaves_nothing_but_its_image(lab: Lab, before: set[str]) -> None:
    conf = write_conf(lab.runner.folder, "enable_plugin victim ./victim\nNEW=1")
    for command in (["run", *VICTIM], ["run", "-d", "debian-12", "-c", str(conf)]):
        assert lab(*command, "-e", "QUICK=1").code == 0
        assert containers(lab.engine.objects()) == containers(before)


def test_all_that_is_on_the_engine_carries_our_labels(lab: Lab, before: set[str]) -> None:
    lab("stack", "--json", *VICTIM, "-e", "QUICK=1")
    run = last_result(lab).run
    with lab.engine.api() as api:
        made = [row for row in api.containers(all=True) if f"container {row['Id']}" not in before]
        volumes = api.volumes()["Volumes"] or []
        images = api.images()
    assert [row["Labels"][labels.RUN] for row in made] == [run]
    assert [row["Labels"][labels.RUN] for row in volumes] == [run]
    assert all(labels.KIND in (row["Labels"] or {}) for row in images)
    lab("down", "debian-12-victim")
    assert lab.engine.objects() == before


def test_interrupted_stack_leaves_the_kept_container_with_nothing_running(
    lab: Lab, before: set[str]
) -> None:
    lab("stack", "--json", *VICTIM, "-e", "QUICK=1")
    kept = lab.engine.objects()
    with lab.started("stack", "-v", *VICTIM) as run:
        run.until("begun")
        run.send(signal.SIGINT)
        assert run.end() == 130, run.said
    assert lab.engine.objects() == kept
    running = lab("exec", "ps", "-e", "-o", "args=").stdout
    assert "sleep 600" not in running
    assert "stack.sh" not in running
    assert lab("down").code == 0


def test_gc_images_spares_what_a_stack_uses_and_what_is_not_ours(
    lab: Lab, before: set[str]
) -> None:
    lab("stack", "--json", *VICTIM, "-e", "QUICK=1")
    (job,) = last_result(lab).jobs
    assert job.image
    with lab.engine.api() as api:
        api.import_image_from_data(EMPTY_TAR, repository="foreign", tag="2")
    said = lab("gc", "--images", "--dry-run").stdout
    assert "would remove image devstack-runner/base:" in said
    assert job.image.reference not in said
    assert "foreign:2" not in said
    lab("down")
    assert job.image.reference in lab("gc", "--images", "--dry-run").stdout
