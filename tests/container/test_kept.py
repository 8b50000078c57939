"""Working in a kept container: stack again, edits, the tree's commands, exec, logs, down."""

from pathlib import Path

import pytest

from runner.engine import Engine
from runner.outcome.phases import Mode, Phase
from tests.container.harness import (
    Outcome,
    Runner,
    job_name,
    phases_of_run,
    write_conf,
    write_plugin,
)

JOB = job_name("keeper")
KEEPER = """\
case "$*" in
    "stack pre-install") source "$DEST/keeper/devstack/words" ;;
    "stack extra")
        run_process keeper "$(type -P python3) -m http.server $KEEPER_PORT"
        echo "words: $KEEPER_WORDS extra file: $(cat "$DEST/keeper/added" 2>/dev/null)"
        ;;
    unstack) stop_process keeper ;;
    clean) echo "clean was called" ;;
esac
"""


@pytest.fixture(scope="module")
def stacked(shared_runner: Runner) -> Outcome:
    """A plugin with a service, stacked and kept."""
    checkout = write_plugin(
        shared_runner.folder,
        "keeper",
        plugin=KEEPER,
        settings="KEEPER_PORT=${KEEPER_PORT:-8766}\nenable_service keeper\n",
    )
    (checkout / "devstack" / "words").write_text("KEEPER_WORDS=first\n")
    write_conf(shared_runner.folder, "enable_plugin keeper ./keeper\nKEEPER_PORT=8767")
    return stack_again(shared_runner)


def stack_again(runner: Runner) -> Outcome:
    return runner.passes("stack", "--json", "-c", runner.folder / "local.conf")


def replace(path: Path, text: str) -> None:
    """Replace a file the way editors do."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


def is_active(runner: Runner) -> str:
    return runner.inside(JOB, "systemctl is-active devstack@keeper || true").strip()


def test_stack_runs_the_stack_phases_only_and_keeps_the_container(
    stacked: Outcome, shared_runner: Runner
) -> None:
    assert {phase.mode for phase in stacked.job.phases} == {Mode.STACK}
    assert stacked.job.kept == f"devstack-runner-{JOB}"
    assert is_active(shared_runner) == "active"


def test_status_shows_units_and_ports(stacked: Outcome, shared_runner: Runner) -> None:
    (row,) = (r for r in shared_runner.passes("status", "--json").json if r["job"] == JOB)
    assert (row["distro"], row["state"], row["plugins"]) == ("debian-12", "running", ["keeper"])
    assert row["project"] == str(shared_runner.folder)
    ours = [unit for unit in row["units"] if unit["name"].startswith("devstack@")]
    assert [(unit["name"], unit["state"]) for unit in ours] == [("devstack@keeper", "active")]
    assert "devstack@keeper" in [p["unit"] for p in row["ports"] if p["port"] == 8767]
    text = shared_runner.passes("status").stdout
    assert f"{JOB}  running  devstack-runner-{JOB}  ({shared_runner.folder})" in text


def test_exec_runs_as_stack_in_the_tree_and_gives_back_the_exit_code(
    stacked: Outcome, shared_runner: Runner
) -> None:
    said = shared_runner.inside(JOB, "id -un; pwd; echo $HOME; hostname; sudo id -un")
    assert said.split() == ["stack", "/opt/stack/devstack", "/opt/stack", "devstack", "root"]
    assert shared_runner("exec", "--job", JOB, "bash", "-c", "exit 42").code == 42
    assert shared_runner("exec", "--job", JOB, "false").code == 1
    assert shared_runner("exec", "--job", JOB, "no-such-command").code in {126, 127}


def test_generated_passwords_stay(stacked: Outcome, shared_runner: Runner) -> None:
    before = shared_runner.inside(JOB, "cat .localrc.password")
    assert "ADMIN_PASSWORD" in before
    stack_again(shared_runner)
    assert shared_runner.inside(JOB, "cat .localrc.password") == before


def test_edits_on_the_host_are_seen_by_the_next_stack(
    stacked: Outcome, shared_runner: Runner, engine: Engine
) -> None:
    checkout = shared_runner.folder / "keeper"
    (before,) = engine.containers(job=JOB)

    replace(checkout / "devstack" / "words", "KEEPER_WORDS=replaced\n")
    (checkout / "added").write_text("added\n")
    again = stack_again(shared_runner)
    assert "words: replaced extra file: added\n" in shared_runner.log(JOB)

    with (checkout / "devstack" / "words").open("r+") as file:
        file.write("KEEPER_WORDS=in_place\n")
        file.truncate()
    (checkout / "added").unlink()
    stack_again(shared_runner)
    assert "words: in_place extra file: \n" in shared_runner.log(JOB)

    (after,) = engine.containers(job=JOB)
    assert after.id == before.id, "the container was used again"
    assert again.job.image
    assert not again.job.image.built


def test_edit_of_local_conf_is_seen_by_the_next_stack(
    stacked: Outcome, shared_runner: Runner
) -> None:
    conf = shared_runner.folder / "local.conf"
    text = conf.read_text()
    replace(conf, text.replace("8767", "8768"))
    stack_again(shared_runner)
    assert "8768" in shared_runner.inside(JOB, "grep 8768 /etc/systemd/system/devstack@keeper*")
    replace(conf, text)


def test_edit_is_seen_by_a_command_typed_in_an_open_shell(
    stacked: Outcome, shared_runner: Runner
) -> None:
    words = shared_runner.folder / "keeper" / "devstack" / "words"
    shared_runner.inside(JOB, "cat /opt/stack/keeper/devstack/words")
    replace(words, "KEEPER_WORDS=later\n")
    assert shared_runner.inside(JOB, "cat /opt/stack/keeper/devstack/words") == words.read_text()


def test_logs_shows_the_newest_run_of_a_job(stacked: Outcome, shared_runner: Runner) -> None:
    stack_again(shared_runner)
    assert "stack.sh completed in" in shared_runner.passes("logs", JOB).stdout
    assert shared_runner.passes("logs").stdout == shared_runner.passes("logs", JOB).stdout
    assert shared_runner.passes("logs", "-f", JOB).stdout == shared_runner.log(JOB)
    unknown = shared_runner("logs", "debian-12-keepr")
    assert unknown.code == 2
    assert f"did you mean {JOB}?" in unknown.stderr


def test_stopped_container_is_started_again(
    stacked: Outcome, shared_runner: Runner, engine: Engine
) -> None:
    (found,) = engine.containers(job=JOB)
    engine.container(found).stop()
    assert shared_runner.inside(JOB, "cat /opt/stack/keeper/devstack/plugin.sh") == KEEPER
    stack_again(shared_runner)
    assert is_active(shared_runner) == "active"


def test_change_of_the_package_list_gives_a_new_container(
    stacked: Outcome, shared_runner: Runner, engine: Engine
) -> None:
    (before,) = engine.containers(job=JOB)
    lists = shared_runner.folder / "keeper" / "devstack" / "files" / "debs"
    lists.mkdir(parents=True)
    (lists / "keeper").write_text("bash\n")
    stack_again(shared_runner)
    (after,) = engine.containers(job=JOB)
    assert after.id != before.id
    assert after.image != before.image
    assert is_active(shared_runner) == "active"


def test_unstack_and_clean_do_their_part_on_the_kept_container(
    stacked: Outcome, shared_runner: Runner
) -> None:
    unstacked = shared_runner.passes("unstack", JOB, "--json")
    assert phases_of_run(unstacked, Mode.UNSTACK) == [(Phase.UNSTACK, "keeper", "passed")]
    assert is_active(shared_runner) == "inactive"
    cleaned = shared_runner.passes("clean", JOB, "--json")
    assert phases_of_run(cleaned, Mode.CLEAN) == [(Phase.CLEAN, "keeper", "passed")]
    assert not shared_runner.inside(JOB, "compgen -G '/etc/systemd/system/devstack@*' || true")


def test_stack_after_clean_has_the_python_packages_of_the_image_and_no_others(
    stacked: Outcome, shared_runner: Runner
) -> None:
    site = "/opt/stack/data/venv/lib/python3*/site-packages"
    stack_again(shared_runner)  # the test before may have cleaned
    shared_runner.inside(JOB, f"cd {site} && touch leftover.py && rm -r pbr")
    shared_runner.passes("clean", JOB)
    assert shared_runner.inside(JOB, "ls -d /opt/stack/data || true") == ""
    stack_again(shared_runner)
    assert "Installing collected packages" not in shared_runner.log(JOB)
    found = shared_runner.inside(JOB, f"cd {site} && ls -d leftover.py pbr || true")
    assert found.split() == ["pbr"]


def test_commands_of_the_tree_do_the_same_when_typed(
    stacked: Outcome, shared_runner: Runner
) -> None:
    # after clean.sh, as the order of these tests has it
    replace(shared_runner.folder / "keeper" / "devstack" / "words", "KEEPER_WORDS=typed\n")
    typed = shared_runner.passes("exec", "--job", JOB, "./stack.sh")
    assert "words: typed" in typed.stdout + typed.stderr
    assert is_active(shared_runner) == "active"

    shared_runner.passes("exec", "--job", JOB, "./unstack.sh")
    assert is_active(shared_runner) == "inactive"

    cleaned = shared_runner.passes("exec", "--job", JOB, "./clean.sh")
    assert "clean was called" in cleaned.stdout + cleaned.stderr
    assert not shared_runner.inside(JOB, "compgen -G '/etc/systemd/system/devstack@*' || true")


def test_unknown_stack_is_answered_with_the_nearest_name(
    stacked: Outcome, shared_runner: Runner
) -> None:
    for command in (
        ["unstack", f"{JOB}x"],
        ["down", f"{JOB}x"],
        ["exec", "--job", f"{JOB}x", "id"],
    ):
        outcome = shared_runner(*command)
        assert outcome.code == 2
        assert f"no stack is called {JOB}x" in outcome.stderr
        assert JOB in outcome.stderr.splitlines()[-1]


def test_down_removes_container_and_volume(
    stacked: Outcome, shared_runner: Runner, engine: Engine
) -> None:
    assert shared_runner.passes("down", JOB).stdout == f"removed devstack-runner-{JOB}\n"
    assert not engine.containers(job=JOB)
    assert not [volume for volume in engine.volumes() if volume.job == JOB]
    assert shared_runner("down", JOB).code == 2
