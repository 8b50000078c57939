"""URLs of repositories as text: what they name, and how they are shown without credentials."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

SCP_LIKE = re.compile(
    r"(?:(?P<user>[^/:@]+)@)?(?P<host>\[[^]/]+\]|[^/:\[\]]+):(?P<path>.*)", re.DOTALL
)
URL = re.compile(
    r"(?P<scheme>[A-Za-z0-9][A-Za-z0-9+.-]*)://(?P<authority>[^/]*)(?P<path>.*)", re.DOTALL
)


def is_path(location: str) -> bool:
    """Whether git would look for this on the local disk, by its form alone."""
    return URL.match(location) is None and SCP_LIKE.fullmatch(location) is None


def local_path(location: str) -> Path | None:
    """Where on this machine a path or a file URL is; None for what is elsewhere."""
    url = urlsplit(location)
    if url.scheme == "file":
        return Path(unquote(url.path))
    return Path(location).absolute() if is_path(location) else None


def repository_name(location: str) -> str:
    """The last part of a URL or path, without `.git`."""
    last = re.split(r"[/:]", location.rstrip("/"))[-1]
    return last.removesuffix(".git")


def repository_path(location: str) -> str:
    """The path of a URL on its host, `openstack/nova`, without `.git`."""
    match = URL.fullmatch(location) or SCP_LIKE.fullmatch(location)
    path = match["path"] if match else location
    return path.strip("/").removesuffix(".git")


def shown_url(text: str) -> str:
    """The text with the credentials of all URLs in it removed; `ssh://git@host` keeps its user."""
    text = re.sub(r"\b(https?://)[^/\s'\"]*@", r"\1", text)
    return re.sub(r"\b([a-z+]+://)([^/@:\s'\"]*):[^/\s'\"]*@", r"\1\2@", text)
