"""A run of two plugins that passes: what it says, what it keeps, what it leaves alone."""

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from runner import labels
from runner.engine import Engine
from runner.host.workspace import STACK_ID
from runner.outcome.phases import SEQUENCE, Mode, Phase, Status
from tests.container.harness import Outcome, Runner, job_name, write_conf, write_plugin

JOB = job_name("vandal", "bystander")
# In its own checkout it does all that would show on the host.
VANDAL = """\
if [[ $1 == stack && $2 == install ]]; then
    cd "$DEST/vandal"
    echo changed >>README
    rm notes
    mkdir made
    echo made >made/file
    chmod 0600 tool
    mv old new
    sudo chown root README
    ln -s /etc/passwd link
    sed -i 's/^#.*/# edited/' devstack/settings
    touch devstack/plugin.sh
    find . | sort
fi
if [[ $1 == stack && $2 == extra ]]; then
    echo "TOLD=$TOLD PASSED_ON=$PASSED_ON"
fi
"""


def fingerprint(folder: Path) -> dict[str, tuple[object, ...]]:
    """All of a folder that a change could show in: kind, mode, owner, time, content."""
    found: dict[str, tuple[object, ...]] = {}
    for path in (folder, *sorted(folder.rglob("*"))):
        stat = path.lstat()
        what = (
            path.readlink()
            if path.is_symlink()
            else sha256(path.read_bytes()).hexdigest()
            if path.is_file()
            else ""
        )
        name = str(path.relative_to(folder))
        found[name] = (stat.st_mode, stat.st_uid, stat.st_gid, stat.st_mtime_ns, what)
    return found


def give_to_stack(folder: Path) -> None:
    """Have root's files look like an ordinary user's, whose uid the stack user has."""
    if os.getuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, STACK_ID, STACK_ID)


def write_vandal(folder: Path) -> Path:
    checkout = write_plugin(folder, "vandal", plugin=VANDAL, settings="# settings of the vandal\n")
    for name in ("README", "notes", "tool", "old/one", "old/two"):
        path = checkout / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"this is {name}\n")
    (checkout / "tool").chmod(0o755)
    give_to_stack(checkout)
    return checkout


@pytest.fixture(scope="module")
def vandal(shared_runner: Runner) -> Path:
    return write_vandal(shared_runner.folder)


@pytest.fixture(scope="module")
def before(vandal: Path) -> dict[str, tuple[object, ...]]:
    return fingerprint(vandal)


@pytest.fixture(scope="module")
def outcome(shared_runner: Runner, before: object) -> Outcome:
    """The run that the tests look at."""
    # nothing but a plugin.sh: no phase of other files is to be reported
    write_plugin(shared_runner.folder, "bystander", plugin=": nothing to do\n")
    conf = write_conf(
        shared_runner.folder, "enable_plugin vandal ./vandal\nenable_plugin bystander ./bystander"
    )
    return shared_runner(
        *("run", "--json", "-c", conf, "-e", "TOLD=one two", "-e", "PASSED_ON"),
        env={"PASSED_ON": "$from & here"},
    )


def test_run_goes_through_all_phases_in_order(outcome: Outcome) -> None:
    assert outcome.code == 0, outcome.stderr
    job = outcome.job
    assert (job.job, job.distro, job.status) == (JOB, "debian-12", Status.PASSED)
    seen = [(p.phase, p.plugin) for p in job.phases]
    assert seen == [
        (phase, plugin)
        for phase in SEQUENCE[1:]
        for plugin in ("vandal", "bystander")
        if (phase, plugin) != (Phase.SETTINGS, "bystander")
    ]
    assert {p.status for p in job.phases} == {Status.PASSED}
    assert {p.exit_code for p in job.phases} == {0}


def test_result_names_plugins_image_and_stages(outcome: Outcome, vandal: Path) -> None:
    job = outcome.job
    assert [(p.name, p.files) for p in job.plugins] == [
        ("vandal", ("settings", "plugin.sh")),
        ("bystander", ("plugin.sh",)),
    ]
    assert job.image
    assert job.image.reference.startswith(f"devstack-runner/{JOB}:")
    stages = {(s.mode, s.stage): s.status for s in job.stages}
    assert (Mode.STACK, "packages") in stages
    assert set(stages.values()) == {Status.PASSED}
    assert sum(p.seconds for p in job.phases) < job.seconds < 120


def test_host_checkout_is_byte_identical_after_a_run(
    outcome: Outcome, vandal: Path, before: dict[str, tuple[object, ...]], shared_runner: Runner
) -> None:
    assert outcome.code == 0, outcome.stderr
    log = shared_runner.log(JOB)
    assert "./made/file\n./new\n./new/one\n" in log, "the vandal did its work"
    assert fingerprint(vandal) == before


def test_variables_given_with_env_reach_the_plugin(outcome: Outcome, shared_runner: Runner) -> None:
    assert outcome.code == 0, outcome.stderr
    assert "TOLD=one two PASSED_ON=$from & here\n" in shared_runner.log(JOB)


def test_state_folder_keeps_the_run(outcome: Outcome, shared_runner: Runner) -> None:
    last = shared_runner.state / "last"
    assert last.resolve().name == outcome.run.run
    assert json.loads((last / "result.json").read_text()) == outcome.json
    folder = last / JOB
    assert "\nFROM " in (folder / "Dockerfile").read_text()
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    kinds = [e["event"] for e in events if e["event"].startswith("run-")]
    assert kinds == ["run-begin", "run-end"] * 3
    assert (folder / "log").read_text() == shared_runner.log(JOB)


def test_container_of_a_run_that_passed_is_gone(outcome: Outcome, engine: Engine) -> None:
    assert outcome.job.kept == ""
    assert not engine.containers(run=outcome.run.run)
    assert not [v for v in engine.volumes() if v.labels.get(labels.RUN) == outcome.run.run]


def test_second_run_builds_nothing(outcome: Outcome, shared_runner: Runner) -> None:
    second = shared_runner.passes("run", "--json", "-c", shared_runner.folder / "local.conf")
    assert second.job.image
    assert not second.job.image.built
    assert outcome.job.image
    assert second.job.image.id == outcome.job.image.id
    assert not (shared_runner.state / "last" / JOB / "build.log").exists()


def test_write_through_lets_the_plugin_write_on_the_host(runner: Runner) -> None:
    text = '[[ "$1 $2" != "stack install" ]] || echo new >"$DEST/scribe/written"\n'
    checkout = write_plugin(runner.folder, "scribe", plugin=text)
    give_to_stack(checkout)
    runner.passes("run", "--write-through", "-p", f"scribe={checkout}")
    assert (checkout / "written").read_text() == "new\n"


def test_run_without_options_takes_the_plugin_of_this_folder(runner: Runner) -> None:
    checkout = write_plugin(runner.folder, "herehere", plugin='echo "in $DEST/herehere"\n')
    (checkout / "devstack" / "settings").write_text("HERE=1\n")
    outcome = runner.passes("run", "--json", cwd=checkout)
    assert [p.name for p in outcome.job.plugins] == ["herehere"]
    assert outcome.job.plugins[0].url == str(checkout)


def test_output_away_from_a_terminal_is_plain_lines(runner: Runner) -> None:
    write_plugin(runner.folder, "plainly", plugin="echo spoken\n")
    outcome = runner.passes("run", "-p", "plainly=plainly")
    job = job_name("plainly")
    assert f"{job}  stack extra: plainly passed" in outcome.stdout
    assert "spoken" not in outcome.stdout
    assert "\033" not in outcome.stdout
    assert "1 job: 1 passed in " in outcome.stdout.splitlines()[-1]

    quiet = runner.passes("run", "--quiet", "-p", "plainly=plainly")
    assert "stack extra: plainly" not in quiet.stdout
    assert "1 passed" in quiet.stdout

    verbose = runner.passes("run", "--verbose", "-p", "plainly=plainly")
    assert verbose.stdout.count("\nspoken\n") == 8  # clean.sh unstacks again
