"""How sources runs git: it asks nobody, and what GitPython raises goes no further."""

import subprocess
import sys
from pathlib import Path

import git.exc
import pytest

from runner.errors import SourceError
from runner.sources.fetch import Sources
from runner.sources.git import translated
from runner.sources.plugin import parse_plugin_option
from runner.sources.trouble import GitFailure


@pytest.mark.parametrize("own", [False, True])
def test_ssh_is_told_not_to_ask_unless_the_user_chose_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/log\necho "Permission denied" >&2\nexit 9\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    monkeypatch.delenv("GIT_SSH", raising=False)
    monkeypatch.delenv("GIT_SSH_COMMAND", raising=False)
    monkeypatch.setenv("PATH", str(ssh.parent), prepend=":")
    if own:
        config = ["git", "config", "--global", "core.sshCommand", f"{ssh} -i key"]
        subprocess.run(config, check=True)
    with pytest.raises(SourceError, match="Permission denied"):
        Sources(cache=tmp_path / "cache").fetch(parse_plugin_option("git@h.invalid:org/foo"))
    log = (tmp_path / "log").read_text()
    assert ("-oBatchMode=yes" in log, "-i key" in log) == (not own, own)


def test_without_git_it_is_said_that_git_is_missing(tmp_path: Path) -> None:
    code = (
        "from runner.sources.fetch import Sources; from pathlib import Path\n"
        "from runner.sources.plugin import parse_plugin_option\n"
        f"Sources(cache=Path({str(tmp_path)!r})).fetch(parse_plugin_option('https://h/x'))"
    )
    environment = {"PATH": "/nowhere", "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert "plugin x: cannot fetch https://h/x: git is not installed" in done.stderr


def exceptions_of_git() -> list[type[Exception]]:
    return sorted(
        (getattr(git.exc, name) for name in git.exc.__all__), key=lambda found: found.__name__
    )


@pytest.mark.parametrize("kind", exceptions_of_git())
def test_every_exception_of_gitpython_is_translated(kind: type[Exception]) -> None:
    arguments = {
        git.exc.CheckoutError: ("no", ["x"], [], ["why"]),
        git.exc.RepositoryDirtyError: (None, "dirty"),
        git.exc.GitCommandNotFound: (["git"], "no"),
        git.exc.HookExecutionError: (["hook"], 1),
        git.exc.AmbiguousObjectName: (b"\1",),
        git.exc.BadName: (b"\1",),
        git.exc.BadObject: (b"\1",),
    }
    error = kind(*arguments.get(kind, ("git",)))
    with pytest.raises(GitFailure) as raised, translated():
        raise error
    assert raised.value.__cause__ is error
    assert raised.value.message
    assert "\n" not in raised.value.message


def test_gitpythons_guard_against_other_transports_stays_on(tmp_path: Path) -> None:
    sources = Sources(cache=tmp_path / "cache")
    with pytest.raises(GitFailure, match="ext"):
        sources._git.remote("ext::touch x", "clone", "--", "ext::touch x", str(tmp_path / "x"))
