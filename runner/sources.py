"""Plugins' repositories and folders: from a `PluginSource` to a checkout on this machine."""

import difflib
import os
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import ConfigError, HostError, SourceError
from runner.gittrouble import GitFailure, Trouble
from runner.mirror import Mirror, is_full_sha
from runner.mirrorfolder import find_repository, git_mirror_config
from runner.plugin import Plugin, PluginSource, check_layout
from runner.pluginrules import is_path, shown_url

if TYPE_CHECKING:
    from runner.gitcommand import GitCommand

__all__ = ["Sources", "git_mirror_config"]


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

    @cached_property
    def _git(self) -> "GitCommand":
        # GitPython is slow to import, and a plain folder does not need it.
        from runner.gitcommand import GitCommand  # noqa: PLC0415

        return GitCommand()

    def fetch(
        self, source: PluginSource, *, default_ref: str = "master", with_state: bool = True
    ) -> Plugin:
        """Have the plugin on this machine: the folder itself, or a checkout of the repository.

        Without `with_state` a folder's commit is not looked for; `with_state` does it later.
        """
        plugin = self._live(source) if source.live else self._fetched(source, default_ref)
        check_layout(plugin.name, plugin.folder)
        return self.with_state(plugin) if with_state else plugin

    def with_state(self, plugin: Plugin) -> Plugin:
        """Add a live folder's commit, and whether it has uncommitted edits."""
        if not plugin.source.live or not (plugin.folder / ".git").exists():
            return plugin
        sha, dirty = self._state(plugin.name, plugin.folder)
        return replace(plugin, sha=sha, dirty=dirty)

    def _live(self, source: PluginSource) -> Plugin:
        folder = _existing_folder(source.name, source.location)
        if (folder / ".git").is_file():
            self._announce(
                f"plugin {source.name}: {folder} is a worktree or submodule, "
                "so git commands (and pbr) in the container will not work there"
            )
        return Plugin(
            name=source.name, source=source, folder=folder, sha=None, dirty=False, url=str(folder)
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
