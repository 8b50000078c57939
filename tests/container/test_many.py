"""Many jobs at once: which run, what each failure does to the others, what is left."""

import signal

import pytest

from runner.engine import Engine
from runner.outcome.phases import Phase, Status
from tests.container.harness import Outcome, Runner, write_plugin
from tests.container.refusals import left_by
from tests.container.started import begun, started, wait_for

# fails on Debian 13 where it is told to; else waits where it is told to
PLUGIN = """\
if [[ "$1 $2" == "stack install" ]]; then
    GetDistro
    echo "begun on $os_CODENAME"
    if [[ ${FAILS_ON:-} == "$os_CODENAME" ]]; then
        failing_command --on "$os_CODENAME"
    fi
    if [[ ${WAITS_ON:-} == *"$os_CODENAME"* ]]; then sleep 300; fi
fi
"""
BOTH = ("-d", "debian-12", "-d", "debian-13")
JOBS = ("debian-12-many", "debian-13-many")


@pytest.fixture
def many(runner: Runner) -> Runner:
    write_plugin(runner.folder, "many", plugin=PLUGIN)
    return runner


def run(runner: Runner, *options: str) -> Outcome:
    return runner("run", "--json", "--rm", "-p", "./many", *BOTH, "-j", "2", *options)


def test_jobs_run_side_by_side_and_end_in_one_table(many: Runner) -> None:
    outcome = many("run", "--rm", "-p", "./many", *BOTH)
    assert outcome.code == 0, outcome.stderr
    assert "2 jobs, 2 at once (-j auto: " in outcome.stderr
    lines = outcome.stdout.splitlines()
    for job in JOBS:
        mine = [number for number, line in enumerate(lines) if line.startswith(f"{job}  ")]
        assert mine == [*range(mine[0], mine[0] + len(mine))], "the lines of a job are together"
    (head,) = (line for line in lines if line.split() == ["debian-12", "debian-13"])
    table = lines[lines.index(head) + 1 :]
    assert table[0] == "many"
    assert [line.split()[-3] for line in table if "stack install" in line] == ["passed"]
    assert lines[-1].startswith("2 jobs: 2 passed in ")


def test_a_failure_is_its_jobs_own_and_can_be_run_again_alone(many: Runner, engine: Engine) -> None:
    outcome = run(many, "-e", "FAILS_ON=trixie")
    assert outcome.code == 1
    assert [job.status for job in outcome.run.jobs] == [Status.PASSED, Status.FAILED]
    said = outcome.stderr
    assert "debian-13-many  failed: stack install of plugin many: failing_command" in said
    assert said.index("debian-12-many  passed in ") < said.index("debian-13-many  starting")
    assert "failing_command --on" in said
    assert left_by(many, engine) == []
    again = many("run", "--last-failed", "--list", "-p", "./many", *BOTH)
    assert again.stdout == "debian-13-many\n"
    assert run(many, "--last-failed").run.jobs[0].job == "debian-13-many"
    none = run(many, "--last-failed")
    assert none.code == 3
    assert "of these jobs none failed in the last run" in none.stderr


def test_the_first_failure_ends_the_others_when_asked_to(many: Runner, engine: Engine) -> None:
    outcome = run(many, "--fail-fast", "-e", "FAILS_ON=trixie", "-e", "WAITS_ON=bookworm")
    assert outcome.code == 1
    waiting, failed = outcome.run.jobs
    assert failed.status is Status.FAILED
    assert waiting.status is Status.SKIPPED
    assert waiting.skipped == "debian-13-many failed, and --fail-fast ends the others"
    assert left_by(many, engine) == []


def test_a_failure_that_the_project_allows_changes_no_exit_code(many: Runner) -> None:
    (many.folder / "devstack-runner.toml").write_text('allowed-failures = ["debian-13-*"]\n')
    outcome = run(many, "-e", "FAILS_ON=trixie")
    assert outcome.code == 0
    assert outcome.run.jobs[1].may_fail
    (many.folder / "devstack-runner.toml").unlink()


def test_a_phase_that_takes_too_long_ends_its_job_only(many: Runner, engine: Engine) -> None:
    outcome = run(many, "--phase-timeout", "3", "-e", "WAITS_ON=trixie")
    assert outcome.code == 6
    passed, late = outcome.run.jobs
    assert passed.status is Status.PASSED
    assert late.problem
    said = late.problem.message
    assert said == "debian-13-many: stack install of plugin many took longer than 3 s"
    assert {p.phase: p.status for p in late.phases}[Phase.PRE_INSTALL] is Status.PASSED
    assert left_by(many, engine) == []


def test_shards_share_the_jobs(many: Runner) -> None:
    listed = [
        many("run", "--list", "--shard", f"{part}/2", "-p", "./many", *BOTH).stdout.split()[0]
        for part in (1, 2)
    ]
    assert sorted(listed) == sorted(JOBS)


def four(many: Runner) -> list[str]:
    """Options for four jobs, two of them under names of distros that are not to be had here.

    These are on the images of the other two, in which nothing is left to install.
    """
    built = many.passes("build", "--json", "-p", "./many", *BOTH).run.jobs
    images = [job.image.reference for job in built if job.image]
    bases = dict(zip(("ubuntu-22.04", "ubuntu-24.04"), images, strict=True))
    options = [word for name, base in bases.items() for word in ("--base-image", f"{name}={base}")]
    return [*BOTH, *(word for name in bases for word in ("-d", name)), *options, "-j", "4"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_in_the_middle_of_four_jobs_leaves_nothing(
    many: Runner, engine: Engine, number: signal.Signals
) -> None:
    options = four(many)
    names = [options[at + 1] for at, word in enumerate(options) if word == "-d"]
    waits = "WAITS_ON=bookworm trixie"
    with started(many, "run", "-p", "./many", *options, "-e", waits) as at_work:
        for name in names:
            wait_for(begun(many, f"{name}-many"))
        at_work.send(number)
        assert at_work.end() == 130, at_work.said
    assert "Traceback" not in at_work.said
    assert at_work.said.count("error: interrupted") + at_work.said.count(": interrupted") >= 4
    assert left_by(many, engine) == []


def test_jobs_of_a_command_that_was_killed_tidy_up(many: Runner, engine: Engine) -> None:
    with started(many, "run", "-p", "./many", *BOTH, "-e", "WAITS_ON=trixie") as at_work:
        wait_for(begun(many, JOBS[1]))
        at_work.send(signal.SIGKILL)
        at_work.end()
    wait_for(lambda: left_by(many, engine) == [])
