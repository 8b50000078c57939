"""What only shows on a terminal, or while a run is at work: live view, shell, logs -f."""

import os
import pty
import select
import subprocess
import time

import pytest

from tests.container.harness import Runner, job_name, write_plugin


class Terminal:
    """A command of ours on a terminal, and what it draws there."""

    def __init__(self, runner: Runner, *arguments: str) -> None:
        self._screen, theirs = pty.openpty()
        environment = runner.environment({"TERM": "xterm", "COLUMNS": "120", "LINES": "40"})
        environment.pop("CI", None)
        self.process = subprocess.Popen(
            runner.command(*arguments),
            cwd=runner.folder,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.drawn = ""

    def type(self, text: str) -> None:
        os.write(self._screen, text.encode())

    def read_until(self, text: str, *, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while text not in self.drawn:
            assert time.monotonic() < end, self.drawn
            if not self._read(0.2) and self.process.poll() is not None:
                pytest.fail(f"ended without {text!r}:\n{self.drawn}")

    def finish(self, *, seconds: float = 60) -> int:
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            self._read(0.2)
        while self._read(0.2):
            pass
        code = self.process.wait(timeout=1)
        os.close(self._screen)
        return code

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._screen], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._screen, 1 << 16)
        except OSError:  # how Linux says that nobody holds the other end
            return False
        self.drawn += data.decode(errors="replace")
        return bool(data)


def test_run_on_a_terminal_draws_phases_and_ends_with_the_summary(runner: Runner) -> None:
    write_plugin(runner.folder, "drawn", plugin="echo spoken\nsleep 0.3\n")
    terminal = Terminal(runner, "run", "-p", "drawn=drawn")
    assert terminal.finish() == 0, terminal.drawn
    assert "stack extra" in terminal.drawn
    assert "1 job: 1 passed in " in terminal.drawn.splitlines()[-1]
    assert "Traceback" not in terminal.drawn


def test_failure_on_a_terminal_is_said_with_its_place(runner: Runner) -> None:
    write_plugin(runner.folder, "dropped", plugin="\nfalse\n")
    terminal = Terminal(runner, "run", "--rm", "-p", "dropped=dropped")
    assert terminal.finish() == 1, terminal.drawn
    assert "/opt/stack/dropped/devstack/plugin.sh:2" in terminal.drawn
    assert "Traceback" not in terminal.drawn


def test_shell_is_the_stack_users_on_this_terminal(runner: Runner) -> None:
    write_plugin(runner.folder, "shelled", plugin='echo "phase $2"\n')
    job = job_name("shelled")
    runner.passes("stack", "-p", "shelled=shelled")

    refused = runner("shell", job)
    assert refused.code == 2
    assert "a shell needs a terminal" in refused.stderr

    terminal = Terminal(runner, "shell", job)
    terminal.read_until("$ ")
    terminal.type("tty && echo $(whoami)@$(hostname):$PWD\n")
    terminal.read_until("stack@devstack:/opt/stack/devstack")
    terminal.type("./unstack.sh; echo status=$?\n")
    terminal.read_until("status=0")
    terminal.type("exit 7\n")
    assert terminal.finish() == 7, terminal.drawn


def test_logs_follow_a_run_until_it_ends(runner: Runner) -> None:
    text = '[[ "$1 $2" != "stack extra" ]] || { echo begun; sleep 2; echo ended; }\n'
    write_plugin(runner.folder, "followed", plugin=text)
    with subprocess.Popen(
        runner.command("run", "--quiet", "--rm", "-p", "followed=followed"),
        cwd=runner.folder,
        env=runner.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    ) as running:
        log = runner.state / "last" / job_name("followed") / "log"
        deadline = time.monotonic() + 60
        while not log.exists() or "\nbegun\n" not in log.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        followed = runner.passes("logs", "--follow", job_name("followed"))
        assert "\nended\n" in followed.stdout
        assert "stack.sh completed in" in followed.stdout
        assert running.wait(timeout=60) == 0
    assert followed.stdout == runner.log(job_name("followed"))
