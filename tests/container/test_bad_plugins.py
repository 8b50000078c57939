"""Plugins that misbehave: the run ends, says which phase it was, and leaves nothing behind."""

import time

import pytest

from runner.engine import Engine
from runner.outcome.phases import Phase, Status
from runner.outcome.result import StageResult
from tests.container.harness import Runner, job_name, write_plugin
from tests.container.refusals import left_by, refusal
from tests.container.started import started

_MEGABYTE = 1_000_000
_MUCH = 250 * _MEGABYTE
LIMIT = "12s"  # until then a busy machine has come to the phase


def in_phase(phase: str, commands: str) -> str:
    """A plugin.sh that does this in one phase."""
    return f'if [[ "$*" == "{phase}" ]]; then\n    {commands}\nfi\n'


@pytest.mark.parametrize(
    ("commands", "code", "status"),
    [
        ("exit 0", 1, Status.FAILED),
        ("exit 7", 1, Status.FAILED),
        ("kill -9 $$", 5, Status.ERROR),
        ("kill -TERM $$; sleep 60", 1, Status.FAILED),
        ("exec true", 1, Status.FAILED),
        ("trap - EXIT ERR; exit 3", 1, Status.FAILED),
    ],
)
def test_plugin_that_ends_the_shell_has_not_passed_its_phase(
    commands: str, code: int, status: Status, runner: Runner, engine: Engine
) -> None:
    write_plugin(runner.folder, "leaver", plugin=in_phase("stack install", commands))
    outcome = runner("run", "--json", "--rm", "-p", "./leaver")
    assert "Traceback" not in outcome.stderr
    assert outcome.phase(Phase.PRE_INSTALL, "leaver").status is Status.PASSED
    assert outcome.phase(Phase.INSTALL, "leaver").status is status
    assert outcome.phase(Phase.POST_CONFIG, "leaver").status is Status.NOT_RUN
    assert outcome.code == code
    assert left_by(runner, engine) == []


@pytest.mark.parametrize("fds", ["1 2", "9", "0 1 2 3 4 5 6 7 8 9"])
def test_plugin_that_closes_its_files_does_not_hang_or_confuse_the_run(
    fds: str, runner: Runner, engine: Engine
) -> None:
    closing = f'for fd in {fds}; do eval "exec $fd>&-"; done'
    write_plugin(runner.folder, "closer", plugin=in_phase("stack install", closing))
    outcome = runner("run", "--json", "--rm", "-p", "./closer")
    assert "Traceback" not in outcome.stderr
    assert outcome.code in {0, 1}
    assert (outcome.code == 0) == all(p.status is Status.PASSED for p in outcome.job.phases)
    assert left_by(runner, engine) == []


def test_daemon_that_holds_the_output_does_not_hold_the_run(runner: Runner) -> None:
    daemon = "(trap '' TERM HUP; sleep 600) &\n    setsid sleep 600 &"
    write_plugin(runner.folder, "holder", plugin=in_phase("stack install", daemon))
    begun = time.monotonic()
    outcome = runner("run", "--json", "--rm", "-p", "./holder")
    assert outcome.code == 0, outcome.stderr
    assert time.monotonic() - begun < 60


def test_events_that_a_plugin_makes_up_do_no_harm(runner: Runner) -> None:
    lies = (
        'echo "not json" >&9; echo "{\\"event\\": 5}" >&9; echo "{\\"event\\":\\"run-end\\"}" >&9; '
        "head -c 3000000 /dev/zero >&9"
    )
    write_plugin(runner.folder, "liar", plugin=in_phase("stack install", lies))
    outcome = runner("run", "--json", "--rm", "-p", "./liar")
    assert "Traceback" not in outcome.stderr
    assert outcome.phase(Phase.EXTRA, "liar").status is Status.PASSED


def test_package_that_does_not_exist_names_plugin_and_list(runner: Runner, engine: Engine) -> None:
    checkout = write_plugin(runner.folder, "wishful", plugin=":\n")
    lists = checkout / "devstack" / "files" / "debs"
    lists.mkdir(parents=True)
    (lists / "wishful").write_text("hello\nno-such-package-anywhere\n")
    outcome = runner("run", "--json", "-p", "./wishful")
    assert outcome.code == 1, outcome.stderr
    culprit = outcome.job.culprit
    assert isinstance(culprit, StageResult)
    assert culprit.stage == "packages of plugin wishful (devstack/files/debs/wishful)"
    assert culprit.exit_code == 100
    assert culprit.failure
    assert culprit.failure.command == "E: Unable to locate package no-such-package-anywhere"
    assert culprit.failure.tail
    assert left_by(runner, engine) == []


@pytest.mark.parametrize(
    "name", ["foo; rm -rf /", "$(touch /tmp/x)", "foo|bar", "-y", "Foo_Bar", "foo-", "../x.deb"]
)
def test_name_that_is_no_package_reaches_no_shell(
    name: str, runner: Runner, engine: Engine
) -> None:
    checkout = write_plugin(runner.folder, "nasty", plugin=":\n")
    lists = checkout / "devstack" / "files" / "debs"
    lists.mkdir(parents=True)
    (lists / "nasty").write_text(f"hello\n{name}\n")
    outcome = runner("run", "--json", "-p", "./nasty")
    assert outcome.code == 2
    problem = outcome.job.problem
    assert problem
    assert problem.message.startswith("plugin nasty: devstack/files/debs/nasty, line 2: ")
    assert outcome.job.image is None
    assert left_by(runner, engine) == []


def test_bad_bindep_file_is_refused_by_line(runner: Runner, engine: Engine) -> None:
    checkout = write_plugin(runner.folder, "bound", plugin=":\n")
    (checkout / "devstack" / "files").mkdir()
    (checkout / "devstack" / "files" / "bindep.txt").write_text("hello\nbad [platform:\n")
    answer = refusal(runner, engine, "-p", "./bound")
    assert answer.code == 2
    assert "bindep.txt, line 2" in answer.message


def test_time_limit_ends_a_plugin_that_never_ends(runner: Runner, engine: Engine) -> None:
    endless = in_phase("stack install", "trap '' TERM; echo waiting; sleep 600")
    write_plugin(runner.folder, "endless", plugin=endless)
    outcome = runner("run", "--json", "--rm", "--timeout", LIMIT, "-p", "./endless")
    assert outcome.code == 6, outcome.stderr
    problem = outcome.job.problem
    assert problem
    assert "time limit" in problem.message
    assert "--timeout" in (problem.hint or "")
    install = outcome.phase(Phase.INSTALL, "endless")
    assert install.status is Status.ERROR
    assert install.failure
    assert any("waiting" in line for line in install.failure.tail)
    assert outcome.phase(Phase.EXTRA, "endless").status is Status.NOT_RUN
    assert left_by(runner, engine) == []


def test_time_limit_leaves_nothing_running_in_a_container_that_is_kept(runner: Runner) -> None:
    endless = in_phase("stack install", "setsid sleep 601 & (trap '' TERM; sleep 602)")
    write_plugin(runner.folder, "endless2", plugin=endless)
    job = job_name("endless2")
    outcome = runner("run", "--json", "--keep", "--timeout", LIMIT, "-p", "./endless2")
    assert outcome.code == 6, outcome.stderr
    assert outcome.job.kept == f"devstack-runner-{job}"
    running = runner.inside(job, "ps -e -o args=")
    assert "sleep 602" not in running
    assert "stack.sh" not in running
    assert runner("unstack", "--json", job).code == 0
    assert runner("shell", job).code == 2
    assert "a shell needs a terminal" in runner("shell", job).stderr
    assert f"did you mean {job}?" in runner("unstack", "debian-12-endless3").stderr
    runner.passes("down", job)


def test_much_output_is_all_in_the_log_and_not_in_memory(runner: Runner) -> None:
    line = "y" * 99
    flood = in_phase(
        "stack install", f"{{ set +x; yes {line} | head -c {_MUCH}; }}; echo; echo last"
    )
    write_plugin(runner.folder, "flooder", plugin=flood)
    with started(runner, "run", "--rm", "-p", "./flooder") as run:
        assert run.end() == 0, run.said[-2000:]
    assert run.peak < 80 * _MEGABYTE
    log = runner.state / "last" / job_name("flooder") / "log"
    with log.open("rb") as file:
        lines = sum(row == f"{line}\n".encode() for row in file)
    assert lines == _MUCH // 100
    log.unlink()  # pytest keeps the folder


def test_one_endless_line_is_not_kept_in_memory(runner: Runner) -> None:
    flood = in_phase("stack install", f"head -c {_MUCH} /dev/zero; echo; false")
    write_plugin(runner.folder, "liner", plugin=flood)
    with started(runner, "run", "--rm", "-p", "./liner") as run:
        assert run.end() == 1, run.said[-2000:]
    assert run.peak < 80 * _MEGABYTE
