"""A local.conf or an option that is wrong: one line, a hint, exit code 2, nothing left."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from runner.engine import Engine
from tests.container.harness import Runner, write_conf, write_plugin
from tests.container.refusals import refusal

_CAPABILITIES = "-dac_override,-dac_read_search"


def write(runner: Runner, text: str | bytes) -> Path:
    """Write a local.conf as it is."""
    conf = runner.folder / "local.conf"
    conf.write_bytes(text.encode() if isinstance(text, str) else text)
    return conf


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[local|localrc\nA=b\n", "line 1: the section header is not closed"),
        ("[[local|localrc]]\r\nA=b\r\n", "line 1: has CRLF line ends"),
        ("\ufeff[[local|localrc]]\n", "begins with a byte order mark"),
        (b"[[local|localrc]]\n\x00\x01\x02\n", "line 2: holds a NUL byte"),
        (b"\x7fELF\xff\xfe\xfd\n", "not UTF-8 text"),
    ],
    ids=["unclosed", "crlf", "bom", "nul", "junk"],
)
def test_file_that_is_no_local_conf_is_said_by_line(
    text: str | bytes, says: str, runner: Runner, engine: Engine
) -> None:
    conf = write(runner, text)
    outcome = runner("run", "--json", "-c", conf)
    assert outcome.code == 2
    message = outcome.stderr.splitlines()[0]
    assert message.startswith(f"error: {conf}")
    assert says in message
    assert "Traceback" not in outcome.stderr


def test_the_hint_for_crlf_repairs_the_file(runner: Runner, engine: Engine) -> None:
    conf = write(runner, "[[local|localrc]]\r\nA=b\r\n")
    answer = refusal(runner, engine, "-c", conf)
    subprocess.run(["bash", "-c", answer.hint.partition(": ")[2]], check=True)
    assert conf.read_text() == "[[local|localrc]]\nA=b\n"


def test_missing_local_conf_is_named(runner: Runner, engine: Engine) -> None:
    answer = refusal(runner, engine, "-c", "nowhere.conf")
    assert (answer.code, answer.message) == (2, "nowhere.conf: there is no such file")


def test_folder_instead_of_a_local_conf_is_said(runner: Runner, engine: Engine) -> None:
    (runner.folder / "local.conf").touch()
    answer = refusal(runner, engine, "-c", runner.folder)
    assert answer.code == 2
    assert "is a folder" in answer.message
    assert str(runner.folder / "local.conf") in answer.hint


def test_unreadable_local_conf_is_said(runner: Runner) -> None:
    conf = write(runner, "[[local|localrc]]\n")
    conf.chmod(0)
    command = runner.command("run", "-c", conf)
    if os.geteuid() == 0:  # who may read everything, unless that right is dropped
        if shutil.which("setpriv") is None:
            pytest.skip("root reads everything, and there is no setpriv")
        less = [f"--bounding-set={_CAPABILITIES}", f"--inh-caps={_CAPABILITIES}"]
        command = ["setpriv", *less, *command]
    done = subprocess.run(
        command,
        cwd=runner.folder,
        env=runner.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    message, hint = done.stderr.splitlines()
    assert message == f"error: {conf}: cannot be read: Permission denied"
    assert hint.startswith("hint: ")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("enable_plugin onlyaname", "onlyaname: the URL is missing"),
        ("enable_plugin", "name"),
        ("enable_plugin twin ./twin\nenable_plugin twin ./other", "twin"),
        ("enable_plugin ../x ./twin", "plugin name '../x' cannot be used"),
        ("enable_plugin devstack ./twin", "plugin name 'devstack' cannot be used"),
        ("enable_plugin twin 'ext::sh -c touch% pwned'", "'ext::' makes git run a program"),
        ("enable_plugin twin --upload-pack=x", "begins with '-'"),
        ("enable_plugin twin https://localhost/x -fmaster", "'-fmaster' is not a branch"),
        ("if true; then", "syntax error"),
        ("echo 'never closed", "unexpected EOF"),
        ("exit 3", "ended the evaluation"),
        ("die $LINENO 'no, thank you'", "no, thank you"),
    ],
)
def test_localrc_that_makes_no_sense_is_refused(
    line: str, says: str, runner: Runner, engine: Engine
) -> None:
    write_plugin(runner.folder, "twin", plugin=":\n")
    conf = write_conf(runner.folder, line)
    outcome = runner("run", "--json", "-c", conf)
    assert outcome.code == 2, outcome.stderr
    problem = outcome.job.problem
    assert problem
    assert says in problem.message
    assert "\n" not in problem.message
    assert list(runner.folder.rglob("pwned")) == []


@pytest.mark.parametrize("line", ["if true; then", "die $LINENO no", "enable_plugin"])
def test_trouble_in_localrc_names_the_users_file_and_line(
    line: str, runner: Runner, engine: Engine
) -> None:
    conf = write_conf(runner.folder, f"A=b\n{line}")
    answer = refusal(runner, engine, "-c", conf)
    assert answer.message.startswith(f"{conf}")
    assert "line 4" in answer.message or "line 5" in answer.message
    assert "/srv/" not in answer.message


@pytest.mark.parametrize(
    ("options", "says", "hint"),
    [
        (["-d", "debian-21"], "unknown distro 'debian-21'", "debian-12"),
        (["-d", "ubunto-24.04"], "unknown distro", "ubuntu-24.04"),
        (["--timeout", "abc"], "--timeout abc: not a time", "15m"),
        (["--base-image", "x"], "--base-image x: ", "--base-image debian-12="),
        (["--base-image", "debian-12=no/such:1"], "no/such:1", "docker image ls"),
        (["-e", "A B=c"], "'A B' is not a variable's name", "-e"),
        (
            ["--git-mirror", "nowhere"],
            "--git-mirror nowhere: no such folder",
            "folder of repositories",
        ),
        (["--keep", "--rm"], "exclude each other", "give one of them"),
    ],
)
def test_option_that_makes_no_sense_is_refused(
    options: list[str], says: str, hint: str, runner: Runner, engine: Engine
) -> None:
    write_plugin(runner.folder, "twin", plugin=":\n")
    answer = refusal(runner, engine, "-p", "./twin", *options)
    assert answer.code == (5 if "no/such" in says else 2)
    assert says in answer.message
    assert hint in answer.hint


def test_an_empty_folder_says_what_can_be_run(runner: Runner, engine: Engine) -> None:
    answer = refusal(runner, engine)
    assert (answer.code, answer.message.partition(":")[0]) == (2, "nothing to run")
    assert "devstack-runner init" in answer.hint
