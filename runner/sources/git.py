"""Running git: the only module that knows GitPython, whose objects and exceptions go no further."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import cast

from runner.retries import RetryingCaller
from runner.sources.trouble import GitFailure, Trouble, failure_from

# Importing GitPython runs git; that there is none is for us to say, when git is needed.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
from git import Git
from git.exc import CommandError, GitCommandNotFound, GitError, ODBError

_RETRIES = RetryingCaller(attempts=3, timeout=15, wait_initial=0.3, wait_jitter=0.2)
_SSH = "ssh -oBatchMode=yes -oConnectTimeout=15 -oServerAliveInterval=15"
_NEVER_ASK = {
    "GIT_TERMINAL_PROMPT": "0",
    "GCM_INTERACTIVE": "never",
    "SSH_ASKPASS": "",
    # A transfer that is stalled for a minute ends.
    "GIT_HTTP_LOW_SPEED_LIMIT": "1000",
    "GIT_HTTP_LOW_SPEED_TIME": "60",
}
# The user's settings that would change what a mirror or a checkout is.
_SETTINGS = (
    *("-c", "clone.defaultRemoteName=origin"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "submodule.recurse=false"),
    *("-c", "advice.detachedHead=false"),
    # Housekeeping ends before the lock is given back.
    *("-c", "gc.autoDetach=false"),
    *("-c", "maintenance.autoDetach=false"),
)
# Set for us when a git hook runs us; they would redirect every command to that repository.
_ANOTHER_REPOSITORY = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn whatever GitPython raises into a `GitFailure`."""
    try:
        yield
    except GitCommandNotFound as error:
        raise GitFailure("git is not installed", trouble=Trouble.NO_GIT) from error
    except CommandError as error:
        # GitPython keeps stderr wrapped for printing.
        stderr = error.stderr.strip().removeprefix("stderr: '").removesuffix("'")
        raise failure_from(stderr) from error
    except (GitError, ODBError) as error:
        raise failure_from(str(error) or type(error).__name__) from error


class GitCommand:
    """Runs git without ever asking the user, within a time limit."""

    local_limit = 600.0
    remote_limit = 1800.0
    probe_limit = 15.0

    def __call__(self, *arguments: str) -> str:
        """Run a command that stays on this machine; give what it printed."""
        return self._run(arguments, limit=self.local_limit)

    def remote(self, url: str, *arguments: str) -> str:
        """Run a command that talks to `url`, trying again when the network fails."""
        with translated():
            Git.check_unsafe_protocols(url)
        return _RETRIES(
            _is_unreachable, self._run, arguments, limit=self.remote_limit, env=self._ssh
        )

    def probe(self, url: str, *arguments: str) -> str:
        """Run a command that asks `url` for little, once: no answer soon is an answer, too."""
        with translated():
            Git.check_unsafe_protocols(url)
        return self._run(arguments, limit=self.probe_limit, env=self._ssh)

    def _run(
        self, arguments: tuple[str, ...], *, limit: float, env: Mapping[str, str] | None = None
    ) -> str:
        names = [name for name in _ANOTHER_REPOSITORY if name in os.environ]
        unset = ["env", *(f"--unset={name}" for name in names)] if names else []
        with translated():
            # GitPython's own time limit is a thread that outlives Ctrl-C, so we have ours.
            running = Git("/").execute(
                [*unset, Git.GIT_PYTHON_GIT_EXECUTABLE or "git", *_SETTINGS, *arguments],
                env={**_NEVER_ASK, **(env or {})},
                as_process=True,
                umask=0o022,  # what the user's umask hides, the container's stack user must read
            )
        return _output_of(running, limit)

    @cached_property
    def _ssh(self) -> Mapping[str, str]:
        """An ssh that asks nothing, unless the user chose one."""
        if os.environ.get("GIT_SSH_COMMAND") or os.environ.get("GIT_SSH"):
            return {}
        try:
            self("config", "--get", "core.sshCommand")
        except GitFailure:
            return {"GIT_SSH_COMMAND": _SSH}
        return {}


def _output_of(running: Git.AutoInterrupt, limit: float) -> str:
    process = cast("subprocess.Popen[bytes]", running.proc)
    try:
        output, errors = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired as error:
        message = f"git did not come to an end in {limit:g} seconds"
        raise GitFailure(message, trouble=Trouble.SLOW) from error
    finally:
        _end(process)
    if process.returncode != 0:
        raise failure_from(errors.decode(errors="replace"))
    return output.decode(errors="surrogateescape").rstrip("\n")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop git if it still runs; asked politely, it takes its helpers and half files with it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()


def _is_unreachable(error: Exception) -> bool:
    return isinstance(error, GitFailure) and error.trouble is Trouble.UNREACHABLE
