"""Which containers stay after a run, and that runs at the same time do not meet."""

import subprocess
from pathlib import Path

from runner.engine import Engine
from tests.container.harness import Outcome, Runner, job_name, write_plugin


def write_chooser(folder: Path) -> str:
    """A plugin that passes or fails as the variable CHOICE says, in the form of `-p`."""
    text = '[[ $1 != stack || $2 != install ]] || "$CHOICE"\n'
    return f"chooser={write_plugin(folder, 'chooser', plugin=text)}"


def kept(engine: Engine) -> list[str]:
    return [found.name for found in engine.containers(job=job_name("chooser"))]


def test_failed_one_is_kept_unless_told_otherwise(runner: Runner, engine: Engine) -> None:
    plugin = write_chooser(runner.folder)
    name = f"devstack-runner-{job_name('chooser')}"

    def run(choice: str, *options: str) -> Outcome:
        return runner("run", "--json", *options, "-e", f"CHOICE={choice}", "-p", plugin)

    assert run("false", "--rm").job.kept == ""
    assert kept(engine) == []

    assert run("true", "--keep").job.kept == name
    assert kept(engine) == [name]
    (first,) = engine.containers(job=job_name("chooser"))

    # a run begins with a fresh container; what a failed one leaves does not take the other's place
    assert run("true").job.kept == ""
    assert [found.id for found in engine.containers(job=job_name("chooser"))] == [first.id]
    failed = run("false")
    assert (failed.code, failed.job.kept) == (1, f"{name}.failed")
    assert sorted(kept(engine)) == [name, f"{name}.failed"]
    assert first.id in {found.id for found in engine.containers(job=job_name("chooser"))}

    # … but that of an earlier failure
    run("false")
    assert sorted(kept(engine)) == [name, f"{name}.failed"]


def test_options_that_exclude_each_other_are_refused(runner: Runner) -> None:
    outcome = runner("run", "--keep", "--rm", "-p", "x=x")
    assert outcome.code == 2
    assert "exclude each other" in outcome.stderr


def test_runs_at_the_same_time_do_not_see_each_others_writes(runner: Runner) -> None:
    text = """\
if [[ "$1 $2" == "stack install" ]]; then
    echo "$WHO" >>"$DEST/sharer/guests"
    sleep 2
elif [[ "$1 $2" == "stack extra" ]]; then
    [[ $(cat "$DEST/sharer/guests") == "$WHO" ]]
fi
"""
    checkout = write_plugin(runner.folder, "sharer", plugin=text)
    both = [
        subprocess.Popen(
            runner.command("run", "--rm", "-e", f"WHO={who}", "-p", f"sharer={checkout}"),
            cwd=runner.folder,
            env=runner.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for who in ("one", "two")
    ]
    for process in both:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
    assert not (checkout / "guests").exists()
