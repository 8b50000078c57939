"""Plugins' repositories and folders: from a `PluginSource` to a checkout on this machine."""

import difflib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.errors import ConfigError, HostError, SourceError
from runner.sources.answers import Answers
from runner.sources.mirror import Mirror, is_full_sha
from runner.sources.mirrorfolder import find_repository, git_mirror_config
from runner.sources.offline import Network
from runner.sources.plugin import Plugin, PluginSource, check_layout
from runner.sources.trouble import GitFailure, Trouble
from runner.urls import is_path, shown_url

if TYPE_CHECKING:
    from runner.sources.git import GitCommand

__all__ = ["Sources", "git_mirror_config"]


class Sources:
    """Fetches plugins, keeping what it fetched in `cache`, and what it was told in `answers`."""

    def __init__(
        self,
        *,
        cache: Path,
        git_mirror: Path | None = None,
        answers: Answers | None = None,
        announce: Callable[[str], None] = lambda _: None,
    ) -> None:
        # git runs elsewhere, so relative paths are settled here.
        self._cache = cache.absolute()
        self._git_mirror = git_mirror.absolute() if git_mirror else None
        self._answers = answers or Answers()
        self._announce = announce

    @cached_property
    def _git(self) -> "GitCommand":
        # GitPython is slow to import, and a plain folder does not need it.
        from runner.sources.git import GitCommand  # noqa: PLC0415

        return GitCommand()

    def fetch(
        self,
        source: PluginSource,
        *,
        default_ref: str = "master",
        with_state: bool = True,
        network: Network = Network.FREE,
    ) -> Plugin:
        """Have the plugin on this machine: the folder itself, or a checkout of the repository.

        Without `with_state` a folder's commit is not looked for; `with_state` does it later.
        """
        live = source.live
        plugin = self._live(source) if live else self._fetched(source, default_ref, network)
        check_layout(plugin.name, plugin.folder)
        return self.with_state(plugin) if with_state else plugin

    def fetch_repository(
        self, name: str, location: str, ref: str, *, network: Network = Network.FREE
    ) -> tuple[Path, tuple[str, ...]]:
        """Have a checkout of a repository that is no plugin, if that is quick to find out.

        The origin is asked for its commit only, once and not for long. When it does not answer,
        what is in the cache is taken, and a note says so.
        """
        notes: tuple[str, ...] = ()
        with self._explained(name, location):
            mirror = self._mirror(location, network)
            if known := self._answers.get(mirror.key, ref):
                ref = known
            elif network is not Network.CUT:
                try:
                    if sha := self._head(mirror, ref):
                        ref = self._answers.settle(mirror.key, ref, sha)
                except GitFailure as failure:
                    if not failure.trouble.is_absence() or not (cached := mirror.cached(ref)):
                        raise
                    ref = cached
                    text = f"{failure.message}: using the copy in the cache, which may be old"
                    notes = (f"{name} {shown_url(location)}: {text}",)
            found = self._checkout(ref, mirror)
            if found is None:
                raise SourceError(f"{name}: {shown_url(location)} has no branch or tag '{ref}'")
        return found[1], notes

    def _head(self, mirror: Mirror, ref: str) -> str | None:
        """The commit that the origin has under a branch's or a tag's name, by one question."""
        listed = self._git.probe(mirror.fetched_from, "ls-remote", "--", mirror.fetched_from, ref)
        found = {name: sha for sha, _, name in (ln.partition("\t") for ln in listed.splitlines())}
        names = (f"refs/tags/{ref}^{{}}", f"refs/tags/{ref}", f"refs/heads/{ref}")
        return next((found[name] for name in names if name in found), None)

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

    def _fetched(self, source: PluginSource, default_ref: str, network: Network) -> Plugin:
        url = shown_url(source.location)
        with self._explained(f"plugin {source.name}", source.location):
            mirror = self._mirror(source.location, network)
            ref = source.ref or default_ref
            found = self._checkout(ref, mirror)
            if found is None:
                raise _missing(source, ref, mirror)
            sha, folder = found
        if (folder / ".gitmodules").exists():
            self._announce(f"plugin {source.name}: its git submodules are not fetched")
        return Plugin(name=source.name, source=source, folder=folder, sha=sha, dirty=False, url=url)

    @contextmanager
    def _explained(self, who: str, location: str) -> Iterator[None]:
        """Say whose repository could not be fetched or kept."""
        url = shown_url(location)
        try:
            yield
        except GitFailure as error:
            raise SourceError(
                f"{who}: cannot fetch {url}: {error.message}", hint=error.hint
            ) from error
        except OSError as error:
            raise HostError(
                f"{who}: cannot keep {url} in the cache: {error}",
                hint=f"look at the rights and the free space of {self._cache}",
            ) from error

    def _mirror(self, location: str, network: Network) -> Mirror:
        fetched_from = location
        if self._git_mirror and not is_path(location) and not location.startswith("file:"):
            fetched_from = str(find_repository(self._git_mirror, location))
        return Mirror(
            cache=self._cache,
            url=location,
            fetched_from=fetched_from,
            git=self._git,
            announce=self._announce,
            network=network,
        )

    def _checkout(self, ref: str, mirror: Mirror) -> tuple[str, Path] | None:
        if is_full_sha(ref) and (folder := mirror.checkout_folder(ref)).is_dir():
            return ref, folder
        with mirror.locked():
            try:
                return self._made(ref, mirror)
            except GitFailure as error:
                if error.trouble is not Trouble.DAMAGED or not mirror.folder.exists():
                    raise
                self._announce(f"{error.message}: making the copy in the cache anew")
                mirror.discard()
                return self._made(ref, mirror)

    def _made(self, ref: str, mirror: Mirror) -> tuple[str, Path] | None:
        known = self._answers.get(mirror.key, ref)
        sha = mirror.bring(known or ref)
        if sha is None:
            return None
        if known is None:
            self._answers.settle(mirror.key, ref, sha)
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
