"""What git's stderr says, in one line and in one word.

git has one exit status for nearly everything (128), so the text is all there is to tell a network
that is down (try again, or use what is cached) from a repository that does not exist.
"""

import re
from enum import StrEnum

from runner.errors import SourceError
from runner.urls import shown_url


class Trouble(StrEnum):
    """Why a git command failed, as far as we act on it."""

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    ACCESS = "access"
    OWNER = "owner"
    MISSING_REF = "missing ref"
    DAMAGED = "damaged"
    NO_GIT = "no git"
    DISK = "disk"
    OTHER = "other"

    def is_absence(self) -> bool:
        """Whether the other end did not answer, so that what is cached is the best there is."""
        return self in {Trouble.UNREACHABLE, Trouble.SLOW}


class GitFailure(SourceError):
    """A git command failed; `message` is git's own line, for the caller to put into a sentence."""

    def __init__(self, message: str, *, trouble: Trouble, hint: str | None = None) -> None:
        super().__init__(message, hint=hint or _HINTS.get(trouble))
        self.trouble = trouble


_HINTS = {
    Trouble.UNREACHABLE: "check the URL's host, the network and the proxy (https_proxy, no_proxy), "
    "or serve it from a folder with --git-mirror DIR",
    Trouble.SLOW: "try again, or serve it from a folder with --git-mirror DIR",
    Trouble.ACCESS: "check the URL; for a private repository set up a git credential helper or "
    "an ssh key: nothing is asked here",
    Trouble.NO_GIT: "install git",
    Trouble.DISK: "make room where the cache is",
}

# The first kind with a match decides, so what is certain comes before what is vague.
_SIGNS = {
    Trouble.OWNER: r"dubious ownership",
    Trouble.NO_GIT: r"^env: .*git.*: No such file or directory",
    Trouble.DISK: r"No space left on device|Disk quota exceeded|Read-only file system",
    Trouble.MISSING_REF: r"couldn't find remote ref|not our ref|no such remote ref"
    r"|does not allow request for unadvertised object",
    Trouble.DAMAGED: r"\.lock': File exists|cannot lock ref|unable to update local ref"
    r"|not a git repository:|is corrupt|object file .* is empty|bad object|bad pack"
    r"|packfile .*(cannot|too short|does not match)|unable to read (tree|sha1)"
    r"|invalid sha1 pointer|bad signature|hash mismatch",
    Trouble.UNREACHABLE: r"Could not resolve|Temporary failure in name|unable to look up"
    r"|Failed to connect|Couldn't connect|unable to connect|Network is unreachable"
    r"|[Cc]onnection (refused|reset|timed out|closed)|No route to host|[Tt]imed out|timeout"
    r"|too slow|returned error: (5\d\d|429)|early EOF|RPC failed|Empty reply"
    r"|unexpected disconnect|Recv failure|Send failure|proxy CONNECT",
    Trouble.ACCESS: r"not found|does not exist|not appear to be a git repository"
    r"|Authentication failed|Permission denied|terminal prompts disabled"
    r"|could not read (Username|Password)|returned error: 4\d\d|access denied"
    r"|Host key verification failed|unable to get password",
}
_COMPILED = {trouble: re.compile(sign, re.MULTILINE) for trouble, sign in _SIGNS.items()}

# Lines that follow the one which says what happened.
_BOILERPLATE = re.compile(
    r"^(fatal: |error: )?(Could not read from remote repository\.|Please make sure you have the"
    r"|and the repository exists\.|To add an exception|\s*git config --global"
    r"|the remote end hung up unexpectedly|early EOF|clone of .* failed"
    r"|Cloning into |warning: |hint: |remote: \s*$|\s*$)"
)
_PREFIX = re.compile(r"^(?:(?:fatal|error|remote|ERROR): )+(?:unable to access '[^']*': )?")


def classify(stderr: str) -> Trouble:
    """Find out what kind of failure the text tells of."""
    return next(
        (trouble for trouble, sign in _COMPILED.items() if sign.search(stderr)), Trouble.OTHER
    )


def telling_line(stderr: str) -> str:
    """The line of git's stderr that says what happened, without credentials."""
    sign = _COMPILED.get(classify(stderr), re.compile("^(fatal|error): "))
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    telling = [line for line in lines if not _BOILERPLATE.match(line)] or lines
    signs = [line for line in telling if sign.search(line)]
    line = (signs or telling or ["git said nothing"])[-1]
    return shown_url(_PREFIX.sub("", line))


def failure_from(stderr: str) -> GitFailure:
    """Make the error for a git command that printed `stderr`."""
    trouble = classify(stderr)
    hint = None
    if owned := re.search(r"dubious ownership in repository at '(.+)'", stderr):
        hint = f"when you trust its owner: git config --global --add safe.directory {owned[1]}"
    return GitFailure(telling_line(stderr), trouble=trouble, hint=hint)
