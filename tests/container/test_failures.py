"""A plugin that fails: where, how, and what is possible afterwards."""

import html
from pathlib import Path

import pytest

from runner.outcome.phases import SEQUENCE, Mode, Phase, Status
from runner.outcome.result import Failure, PhaseResult, from_json
from tests.container.harness import Outcome, Runner, job_name, write_conf, write_plugin

FAILING_FILE = """\
function wobble {
    ls "/no/such/$1"
}
if [[ ${2:-${1:-FILE}} == "${FAILS_IN:-}" ]]; then
    wobble "$FAILS_IN"
fi
"""
STACK_PHASES = SEQUENCE[: SEQUENCE.index(Phase.UNSTACK)]


def fail_in(phase: Phase, runner: Runner) -> Outcome:
    """Run two plugins, the first of which fails in the phase."""
    for name in ("wobbly", "steady"):
        write_plugin(
            runner.folder,
            name,
            plugin=FAILING_FILE,
            settings=FAILING_FILE.replace("FILE", "settings"),
            override_defaults=FAILING_FILE.replace("FILE", "override-defaults"),
        )
        if name == "steady":
            for file in (runner.folder / name / "devstack").iterdir():
                file.write_text(": nothing to do\n")
    conf = write_conf(runner.folder, "enable_plugin wobbly ./wobbly\nenable_plugin steady ./steady")
    word = phase.value.removeprefix("stack ")
    return runner("run", "--json", "--rm", "-e", f"FAILS_IN={word}", "-c", conf)


@pytest.mark.parametrize("phase", STACK_PHASES, ids=str)
def test_failure_in_a_phase_says_where_and_nothing_later_is_run(
    phase: Phase, runner: Runner
) -> None:
    outcome = fail_in(phase, runner)
    assert outcome.code == 1, outcome.stderr
    assert outcome.job.status is Status.FAILED

    failed = outcome.phase(phase, "wobbly")
    assert (failed.status, failed.exit_code) == (Status.FAILED, 2)
    assert failed.failure
    assert failed.failure.command == 'ls "/no/such/$1"'
    assert failed.failure.file == f"/opt/stack/wobbly/devstack/{phase.file}"
    assert (failed.failure.line, failed.failure.function) == (2, "wobble")
    assert any("No such file or directory" in line for line in failed.failure.tail)
    assert outcome.job.culprit == failed

    place = SEQUENCE.index(phase)
    expected = {(p.value, "wobbly"): "passed" for p in SEQUENCE[:place]}
    expected |= {(p.value, "steady"): "passed" for p in SEQUENCE[:place]}
    expected |= {(phase.value, "wobbly"): "failed", (phase.value, "steady"): "not-run"}
    expected |= {
        (p.value, n): "not-run" for p in SEQUENCE[place + 1 :] for n in ("wobbly", "steady")
    }
    assert outcome.statuses() == expected


@pytest.mark.parametrize("phase", [Phase.UNSTACK, Phase.CLEAN], ids=str)
def test_failing_command_does_not_stop_unstack_and_clean(phase: Phase, runner: Runner) -> None:
    outcome = fail_in(phase, runner)
    assert outcome.code == 0, outcome.stderr
    assert outcome.phase(phase, "wobbly").exit_code == 2
    assert set(outcome.statuses().values()) == {"passed"}


WAYS_TO_FAIL = {
    "false": ("    false\n", 1, "false", 3),
    "a pipeline": ("    echo x | grep y\n", 1, "echo x | grep y", 3),
    "a subshell": ("    (exit 3)\n", 3, "(exit 3)", 3),
    "an assignment": ("    word=$(cat /no/such)\n", 1, "word=$(cat /no/such)", 3),
    "return": ("    return 5\n", 5, "return 5", 3),
    "exit": ("    exit 7\n", 7, "exit 7", 3),
    "die": ('    die $LINENO "no \\"luck\\""\n', 1, 'no "luck"', 3),
    "no such command": ("    no_such_command\n", 127, "no_such_command", 3),
}


def write_failing(runner: Runner, body: str) -> Path:
    """A plugin with that body in a condition that begins in its second line; its local.conf."""
    text = f'# a comment\nif [[ "$1 $2" == "stack install" ]]; then\n{body}fi\n'
    write_plugin(runner.folder, "stumbler", plugin=text)
    return write_conf(runner.folder, "enable_plugin stumbler ./stumbler")


@pytest.mark.parametrize("way", WAYS_TO_FAIL)
def test_every_way_to_fail_is_placed(way: str, runner: Runner) -> None:
    body, code, command, line = WAYS_TO_FAIL[way]
    conf = write_failing(runner, body)
    outcome = runner("run", "--json", "--rm", "-c", conf)
    assert outcome.code == 1, outcome.stderr
    failed = outcome.phase(Phase.INSTALL, "stumbler")
    assert (failed.status, failed.exit_code) == (Status.FAILED, code)
    assert failed.failure
    assert command in failed.failure.command
    assert (failed.failure.file, failed.failure.line) == (
        "/opt/stack/stumbler/devstack/plugin.sh",
        line,
    )


def pre_install_failure(runner: Runner, name: str, text: str) -> tuple[PhaseResult, Failure]:
    """How a plugin whose plugin.sh holds this text fails in pre-install, in that file."""
    write_plugin(runner.folder, name, plugin=text)
    outcome = runner("run", "--json", "--rm", "-p", f"{name}={name}")
    assert outcome.code == 1, outcome.stderr
    failed = outcome.phase(Phase.PRE_INSTALL, name)
    assert failed.status is Status.FAILED
    assert failed.failure
    assert failed.failure.file == f"/opt/stack/{name}/devstack/plugin.sh"
    return failed, failed.failure


def test_false_last_condition_of_a_file_is_a_failure(runner: Runner) -> None:
    text = "\n[[ $1 == never ]] && echo never\n"
    failed, failure = pre_install_failure(runner, "closer", text)
    assert failed.exit_code == 1
    assert failure.line == 2


def test_unset_variable_is_a_failure_in_its_file(runner: Runner) -> None:
    failed, failure = pre_install_failure(runner, "lacking", "set -u\n: $NO_SUCH\n")
    assert failed.exit_code == 1
    assert any("line 2: NO_SUCH: unbound variable" in line for line in failure.tail)


def test_file_that_bash_cannot_read_is_a_failure(runner: Runner) -> None:
    _, failure = pre_install_failure(runner, "garbled", "if true; then\necho x\n")
    assert any("syntax error" in line for line in failure.tail)


CAUSES = {
    "CR LF": ("# a comment\r\ntrue\r\n", 2, "plugin.sh:1: the line ends with CR LF"),
    "a merge": ("true\n<<<<<<< HEAD\n=======\n>>>>>>> x\n", 2, "the marks of a merge conflict"),
    "exit 0": ("set +o xtrace\nleave() {\n    exit 0\n}\nleave\n", 3, "return ends the file only"),
    "a function that the tree lacks": ("\nstart_swift\n", 2, "of DevStack's lib/swift that"),
    "a service that is not provided": ("cp /dev/null $HORIZON_DIR/x\n", 1, "provide yet: horizon"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_what_is_likely_behind_a_failure_is_said_in_the_terminal_and_in_all_reports(
    cause: str, runner: Runner
) -> None:
    text, line, words = CAUSES[cause]
    write_plugin(runner.folder, "riddle", plugin=text)
    conf = write_conf(runner.folder, "enable_service horizon\nenable_plugin riddle ./riddle")
    kinds = ("json", "junit", "html", "md")
    reports = [word for kind in kinds for word in ("--report", f"{kind}={runner.folder}/{kind}")]
    outcome = runner("run", "--rm", "-c", conf, *reports)
    assert outcome.code == 1, outcome.stderr
    (said,) = (row for row in outcome.stdout.splitlines() if row.startswith("  likely reason: "))
    assert words in said
    (failed,) = from_json((runner.folder / "json").read_bytes()).jobs[0].culprits
    assert failed.failure
    assert failed.failure.reasons == (said.removeprefix("  likely reason: "),)
    place = (failed.failure.file, failed.failure.line)
    assert place == ("/opt/stack/riddle/devstack/plugin.sh", line)
    for kind in kinds:
        assert words in html.unescape((runner.folder / kind).read_text()), kind


@pytest.mark.parametrize("phase", [Phase.UNSTACK, Phase.CLEAN], ids=str)
def test_plugin_that_dies_stops_unstack_and_clean(phase: Phase, runner: Runner) -> None:
    text = f'if [[ $1 == {phase.value} ]]; then\n    die $LINENO "enough"\nfi\n'
    write_plugin(runner.folder, "quitter", plugin=text)
    outcome = runner("run", "--json", "--rm", "-p", "quitter=quitter")
    assert outcome.code == 1, outcome.stderr
    failed = outcome.phase(phase, "quitter")
    assert (failed.status, failed.exit_code) == (Status.FAILED, 1)
    assert failed.failure
    assert (failed.failure.command, failed.failure.line) == ("enough", 2)
    if phase is Phase.UNSTACK:
        assert outcome.phase(Phase.CLEAN, "quitter").status is Status.NOT_RUN


def test_failed_container_is_kept_and_can_be_unstacked_and_cleaned(runner: Runner) -> None:
    text = """\
case "$*" in
    "stack pre-install") run_process faller "$(type -P sleep) infinity" ;;
    "stack extra") false ;;
    unstack) stop_process faller ;;
esac
"""
    write_plugin(runner.folder, "faller", plugin=text, settings="enable_service faller\n")
    conf = write_conf(runner.folder, "enable_plugin faller ./faller")
    job = job_name("faller")

    outcome = runner("run", "-c", conf)
    assert outcome.code == 1
    said = outcome.stdout
    assert f"{job}: stack extra of plugin faller failed, exit 1" in said
    assert "/opt/stack/faller/devstack/plugin.sh:3" in said
    assert f"devstack-runner shell {job}" in said
    assert runner.inside(job, "systemctl is-active devstack@faller || true") == "active\n"

    unstacked = runner.passes("unstack", "--json", job)
    assert [(p.mode, p.phase) for p in unstacked.job.phases] == [(Mode.UNSTACK, Phase.UNSTACK)]
    assert runner.inside(job, "systemctl is-active devstack@faller || true") == "inactive\n"
    runner.passes("clean", job)
    assert runner.inside(job, "ls -A /opt/stack/data 2>&1 || true").startswith("ls: ")
    runner.passes("down", job)
