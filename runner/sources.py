"""Plugins' repositories and folders: from a `PluginSource` to a checkout on this machine.

The only module that knows GitPython: its objects and exceptions go no further.
"""

import difflib
import logging
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import cast

import stamina

from runner.errors import ConfigError, HostError, SourceError
from runner.gittrouble import GitFailure, Trouble, failure_from
from runner.mirror import Mirror, is_full_sha
from runner.mirrorfolder import find_repository, git_mirror_config
from runner.plugin import Plugin, PluginSource, check_layout
from runner.pluginrules import is_path, shown_url

# Importing GitPython runs git; that there is none is for us to say, when git is needed.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
from git import Git
from git.exc import CommandError, GitCommandNotFound, GitError, ODBError

__all__ = ["Sources", "git_mirror_config", "translated"]

# stamina logs each retry as a warning; without a handler, logging would print it on stderr.
logging.getLogger("stamina").addHandler(logging.NullHandler())

_RETRIES = stamina.RetryingCaller(attempts=3, timeout=15, wait_initial=0.3, wait_jitter=0.2)
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


class _GitCommand:
    """Runs git without ever asking the user, within a time limit."""

    local_limit = 600.0
    remote_limit = 1800.0

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


class Sources:
    """Fetches plugins, keeping what it fetched in `cache`."""

    def __init__(
        self,
        *,
        cache: Path,
        git_mirror: Path | None = None,
        announce: Callable[[str], None] = lambda _: None,
    ) -> None:
        # git runs elsewhere, so relative paths are settled here.
        self._cache = cache.absolute()
        self._git_mirror = git_mirror.absolute() if git_mirror else None
        self._announce = announce
        self._git = _GitCommand()

    def fetch(self, source: PluginSource, *, default_ref: str = "master") -> Plugin:
        """Have the plugin on this machine: the folder itself, or a checkout of the repository."""
        plugin = self._live(source) if source.live else self._fetched(source, default_ref)
        check_layout(plugin.name, plugin.folder)
        return plugin

    def _live(self, source: PluginSource) -> Plugin:
        folder = _existing_folder(source.name, source.location)
        sha, dirty = None, False
        if (folder / ".git").exists():
            if (folder / ".git").is_file():
                self._announce(
                    f"plugin {source.name}: {folder} is a worktree or submodule, "
                    "so git commands (and pbr) in the container will not work there"
                )
            sha, dirty = self._state(source.name, folder)
        return Plugin(
            name=source.name, source=source, folder=folder, sha=sha, dirty=dirty, url=str(folder)
        )

    def _state(self, name: str, folder: Path) -> tuple[str | None, bool]:
        """The commit of a user's folder and whether there is more; git writes nothing there."""
        place = ("--no-optional-locks", "-C", str(folder))
        try:
            dirty = bool(self._git(*place, "status", "--porcelain"))
            return self._git(*place, "rev-parse", "--verify", "--quiet", "HEAD"), dirty
        except GitFailure as error:
            if error.trouble is not Trouble.OTHER:
                self._announce(f"plugin {name}: its commit is not known: {error.message}")
            return None, False

    def _fetched(self, source: PluginSource, default_ref: str) -> Plugin:
        url = shown_url(source.location)
        try:
            mirror = self._mirror(source.location)
            sha, folder = self._checkout(source, source.ref or default_ref, mirror)
        except GitFailure as error:
            raise SourceError(
                f"plugin {source.name}: cannot fetch {url}: {error.message}", hint=error.hint
            ) from error
        except OSError as error:
            raise HostError(
                f"plugin {source.name}: cannot keep {url} in the cache: {error}",
                hint=f"look at the rights and the free space of {self._cache}",
            ) from error
        if (folder / ".gitmodules").exists():
            self._announce(f"plugin {source.name}: its git submodules are not fetched")
        return Plugin(name=source.name, source=source, folder=folder, sha=sha, dirty=False, url=url)

    def _mirror(self, location: str) -> Mirror:
        fetched_from = location
        if self._git_mirror and not is_path(location) and not location.startswith("file:"):
            fetched_from = str(find_repository(self._git_mirror, location))
        return Mirror(
            cache=self._cache,
            url=location,
            fetched_from=fetched_from,
            git=self._git,
            announce=self._announce,
        )

    def _checkout(self, source: PluginSource, ref: str, mirror: Mirror) -> tuple[str, Path]:
        if is_full_sha(ref) and (folder := mirror.checkout_folder(ref)).is_dir():
            return ref, folder
        with mirror.locked():
            try:
                return self._made(source, ref, mirror)
            except GitFailure as error:
                if error.trouble is not Trouble.DAMAGED or not mirror.folder.exists():
                    raise
                self._announce(f"{error.message}: making the copy in the cache anew")
                mirror.discard()
                return self._made(source, ref, mirror)

    def _made(self, source: PluginSource, ref: str, mirror: Mirror) -> tuple[str, Path]:
        sha = mirror.bring(ref)
        if sha is None:
            raise _missing(source, ref, mirror)
        return sha, mirror.check_out(sha)


def _is_unreachable(error: Exception) -> bool:
    return isinstance(error, GitFailure) and error.trouble is Trouble.UNREACHABLE


def _existing_folder(name: str, location: str) -> Path:
    hint = "give a folder that holds devstack/plugin.sh, or a repository's URL"
    try:
        folder = Path(location).expanduser().resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ConfigError(f"plugin {name}: there is no folder {location}", hint=hint) from error
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, or no such ~user
        raise ConfigError(f"plugin {name}: {location}: {error}", hint=hint) from error
    if not folder.is_dir():
        raise ConfigError(f"plugin {name}: {folder} is not a folder", hint=hint)
    if not os.access(folder, os.R_OK | os.X_OK):
        raise ConfigError(f"plugin {name}: {folder} may not be read", hint="look at its rights")
    return folder


def _missing(source: PluginSource, ref: str, mirror: Mirror) -> SourceError:
    """The error for a ref the repository does not have: what it has instead, and what to type."""
    url, names = shown_url(source.location), mirror.names()
    message = f"plugin {source.name}: {url} has no branch, tag or commit '{ref}'"
    if not names:
        return SourceError(f"{message}: it is empty", hint="push a commit to it, or check the URL")
    near = difflib.get_close_matches(ref, names, n=3)
    default = mirror.default_branch()
    if source.ref is None and default:
        message, near = f"{message}; its default branch is '{default}'", [default]
    elif near:
        message += f"; it has {', '.join(near)}"
    elif default:
        message, near = f"{message}; its default branch is '{default}'", [default]
    typed = near[0] if near else "REF"
    return SourceError(
        message,
        hint=f"write enable_plugin {source.name} {url} {typed}, or -p {source.name}={url}@{typed}",
    )
