"""The cache of repositories: bare mirrors, and checkouts made from them.

    mirrors/NAME-HASH.git          one for each URL, updated
    checkouts/NAME-SHA-HASH/       one for each URL and commit, never changed
    locks/NAME-HASH.lock           held while a mirror is used, by one process at a time

What is made appears under its name when it is complete, so a run that is killed leaves nothing
half; its remains (`.tmp-NAME-HASH-…`) go when the next one holds the lock. This module says what
git has to do; `runner.sources.fetch` runs it.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from runner.sources.cachefolder import (
    complete_or_not_at_all,
    folder_name,
    give_to_stack_user,
    locked,
    remove_remains,
)
from runner.sources.offline import Network
from runner.sources.trouble import GitFailure, Trouble
from runner.urls import is_path, repository_name, shown_url

_HEADS_AND_TAGS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
_PINNED = "refs/pinned/"
_FULL_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_ONCE_ONLINE = (
    "run it once without OFFLINE, where there is a network; name a folder (-p NAME=PATH), "
    "or serve it with --git-mirror DIR"
)
_SHORT_SHA = re.compile(r"[0-9a-f]{4,64}")


class Git(Protocol):
    """Runs git; a failure is a `GitFailure`."""

    def __call__(self, *arguments: str) -> str:
        """Run a command that stays on this machine; give what it printed."""

    def remote(self, url: str, *arguments: str) -> str:
        """Run a command that talks to `url`, trying again when the network fails."""


def is_full_sha(ref: str) -> bool:
    """Whether this can only be a commit, which is the same for ever."""
    return _FULL_SHA.fullmatch(ref) is not None


class Mirror(Struct, frozen=True, kw_only=True):
    """The copy of one repository in the cache. Its methods want the lock held."""

    cache: Path
    url: str
    """Where plugins think it comes from."""
    fetched_from: str
    """Where git gets it: the URL, or a repository in a folder of mirrors."""
    git: Git
    announce: Callable[[str], None]
    network: Network = Network.FREE

    @property
    def key(self) -> str:
        """The name of the mirror's folder and lock."""
        return folder_name(repository_name(self.fetched_from), shown_url(self.fetched_from))

    @property
    def folder(self) -> Path:
        """The bare repository."""
        return self.cache / "mirrors" / f"{self.key}.git"

    def checkout_folder(self, sha: str) -> Path:
        """Where the checkout of a commit is, or will be."""
        name = f"{repository_name(self.url)}-{sha[:12]}"
        return self.cache / "checkouts" / folder_name(name, f"{shown_url(self.url)} {sha}")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Have the mirror for this process alone, clean of what a killed one left behind."""
        for name in ("mirrors", "checkouts", "locks"):
            (self.cache / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(self.cache / "locks" / f"{self.key}.lock", self._say_waiting):
            for place in ("mirrors", "checkouts"):
                remove_remains(self.cache / place, key=self.key)
            yield

    def bring(self, ref: str) -> str | None:
        """The commit `ref` names; the origin is asked unless what is here must be the answer."""
        if self.folder.is_dir():
            if is_full_sha(ref) and (sha := self._commit(ref)):
                return sha
            if self._is_remote() and self.network is Network.CUT:
                return self._found_offline(ref)
            if absence := self._update():
                return self._found_without_origin(ref, absence)
        else:
            if self._is_remote() and self.network is not Network.FREE:
                raise _not_allowed(self.network)
            self._clone()
        if _is_unlisted(ref):
            return self._pin(ref)
        return self._find(ref) or (self._pin(ref) if is_full_sha(ref) else None)

    def cached(self, ref: str) -> str | None:
        """The commit that `ref` had when the origin was asked last."""
        if not self.folder.is_dir():
            return None
        return self._commit(_PINNED + ref) or self._find(ref)

    def check_out(self, sha: str) -> Path:
        """A repository of its own with the commit checked out, readable inside a container.

        Its objects are hard links where the file system can, never a reference to the mirror's
        folder, which no container sees.
        """
        folder = self.checkout_folder(sha)
        if folder.is_dir():
            return folder
        with complete_or_not_at_all(folder, key=self.key) as new:
            options = ("--quiet", "--no-checkout", "--template=", "--origin", "origin")
            self.git("clone", *options, "--", str(self.folder), str(new))
            self.git("-C", str(new), "remote", "set-url", "origin", shown_url(self.url))
            self.git("-C", str(new), "checkout", "--quiet", "--detach", sha)
            if os.geteuid() == 0:
                give_to_stack_user(new)
        return folder

    def names(self) -> tuple[str, ...]:
        """The branches and tags."""
        form = "--format=%(refname:lstrip=2)"
        listed = self._here("for-each-ref", form, "refs/heads", "refs/tags")
        return tuple(dict.fromkeys(listed.splitlines()))

    def default_branch(self) -> str | None:
        """The branch the origin's HEAD names."""
        try:
            listed = self.git.remote(
                self.fetched_from, "ls-remote", "--symref", "--", self.fetched_from, "HEAD"
            )
        except GitFailure:
            return None
        match = re.match(r"ref: refs/heads/(\S+)\tHEAD", listed)
        return match[1] if match else None

    def discard(self) -> None:
        """Remove the mirror; the next `bring` makes it anew."""
        shutil.rmtree(self.folder)

    def _clone(self) -> None:
        self.announce(f"cloning {shown_url(self.url)} into the cache")
        with complete_or_not_at_all(self.folder, key=self.key) as new:
            # --no-local: a local repository may borrow objects from a third one (alternates).
            options = ("--quiet", "--bare", "--no-local", "--template=")
            origin = self.fetched_from
            self.git.remote(origin, "clone", *options, "--", origin, str(new))
            # The URL, with what credentials it has, is not kept on disk.
            self.git("--git-dir", str(new), "remote", "remove", "origin")

    def _update(self) -> GitFailure | None:
        """Fetch the branches and tags; the failure when there is nobody to fetch them from."""
        self.announce(f"updating {shown_url(self.url)} in the cache")
        try:
            self._fetch(*_HEADS_AND_TAGS, prune=True)
        except GitFailure as error:
            if not error.trouble.is_absence():
                raise
            return error
        return None

    def _found_without_origin(self, ref: str, absence: GitFailure) -> str:
        sha = self.cached(ref)
        if sha is None:
            message = f"{absence.message}; the copy in the cache has no '{ref}'"
            raise GitFailure(message, trouble=absence.trouble) from absence
        self.announce(f"{absence.message}: using the copy in the cache, which may be old")
        return sha

    def _found_offline(self, ref: str) -> str:
        if sha := self.cached(ref):
            return sha
        raise GitFailure(
            f"OFFLINE is True, and the copy in the cache has no '{ref}'",
            trouble=Trouble.OTHER,
            hint=_ONCE_ONLINE,
        )

    def _is_remote(self) -> bool:
        return not (is_path(self.fetched_from) or self.fetched_from.startswith("file:"))

    def _pin(self, ref: str) -> str | None:
        """Fetch what a clone does not have: `refs/changes/...`, a commit that no branch has."""
        try:
            self._fetch(f"+{ref}:{_PINNED}{ref}")
        except GitFailure as error:
            if error.trouble is Trouble.MISSING_REF:
                return None
            raise
        return self._commit(_PINNED + ref)

    def _fetch(self, *refspecs: str, prune: bool = False) -> None:
        options = [
            "--quiet",
            "--no-tags",
            "--no-recurse-submodules",
            *(["--prune"] if prune else []),
        ]
        origin = self.fetched_from
        place = ("--git-dir", str(self.folder))
        self.git.remote(origin, *place, "fetch", *options, "--", origin, *refspecs)

    def _find(self, ref: str) -> str | None:
        """The commit of a tag, branch or abbreviated id, in git's own order."""
        if ref.startswith("refs/"):
            return self._commit(ref)
        return (
            self._commit(f"refs/tags/{ref}")
            or self._commit(f"refs/heads/{ref}")
            or (self._commit(ref) if _SHORT_SHA.fullmatch(ref) else None)
        )

    def _commit(self, name: str) -> str | None:
        try:
            return self._here("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        except GitFailure as error:
            if error.trouble is Trouble.DAMAGED:
                raise
            return None

    def _here(self, *arguments: str) -> str:
        return self.git("--git-dir", str(self.folder), *arguments)

    def _say_waiting(self) -> None:
        self.announce(f"waiting: another job is fetching {shown_url(self.url)}")


def _not_allowed(network: Network) -> GitFailure:
    if network is Network.NO_CLONE:
        return GitFailure(
            "it is not in the cache, and ERROR_ON_CLONE is set to True so cloning not allowed "
            "in this configuration",
            trouble=Trouble.OTHER,
            hint="name a folder (-p NAME=PATH), serve it with --git-mirror DIR, or run it once "
            "without ERROR_ON_CLONE",
        )
    return GitFailure(
        "OFFLINE is True, and it is not in the cache", trouble=Trouble.OTHER, hint=_ONCE_ONLINE
    )


def _is_unlisted(ref: str) -> bool:
    """Whether a clone, which has branches and tags, does not have this ref."""
    return ref == "HEAD" or (
        ref.startswith("refs/") and not ref.startswith(("refs/heads/", "refs/tags/"))
    )
