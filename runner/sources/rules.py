"""The names, URLs and refs a plugin may have: text in, `ConfigError` or nothing out.

All of it ends in a git command, in a path of the container or in a bash variable, so what is not
known to be harmless is refused.
"""

import re

from runner.errors import ConfigError
from runner.urls import SCP_LIKE, URL, is_path, shown_url

_RESERVED = {
    "devstack": "DevStack itself is there",
    "data": "it is DATA_DIR",
    "logs": "it is LOGDIR",
    "status": "it is SERVICE_DIR",
    "async": "DevStack keeps its background jobs there",
    "requirements": "it is REQUIREMENTS_DIR",
    "bindep-venv": "bindep's virtual environment is there",
    "bin": "programs are there",
    "devstack.subunit": "it is SUBUNIT_OUTPUT",
}
_SCHEMES = ("https", "http", "git", "ssh", "file")
_TRANSPORTS = "use an https, http, git, ssh or file URL, user@host:path, or a local folder"
_HELPER = re.compile(r"[A-Za-z0-9+.-]*::")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,99}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# What is no character at all; bytes of a path that is no UTF-8 come as U+DC80 to U+DCFF.
_SURROGATE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_BAD_IN_REF = re.compile(
    r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^/|/$|\.$|(?:^|/)\.|\.lock(?:/|$)|^@$"
)


def check_name(name: str) -> None:
    """Refuse a name that is not one harmless path component, or is taken in $DEST."""
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"plugin name {name!r} cannot be used: it becomes a folder in $DEST",
            hint="give it one of letters, digits, '_', '.', '+', '-' with -p NAME=PATH",
        )
    if name in _RESERVED:
        raise ConfigError(
            f"plugin name '{name}' cannot be used: $DEST/{name} is taken, {_RESERVED[name]}",
            hint="give the plugin another name",
        )


def check_location(location: str) -> None:
    """Refuse a URL or path that git would not merely fetch from."""
    shown = repr(shown_url(location))
    if not location:
        raise ConfigError("a plugin's URL is empty", hint=_TRANSPORTS)
    if location.startswith("-"):
        raise ConfigError(f"plugin URL {shown} begins with '-', like an option", hint=_TRANSPORTS)
    if _CONTROL.search(location) or _SURROGATE.search(location):
        raise ConfigError(f"plugin URL {shown} has a control character in it", hint=_TRANSPORTS)
    if helper := _HELPER.match(location):
        raise ConfigError(
            f"plugin URL {shown} is refused: '{helper[0]}' makes git run a program",
            hint=_TRANSPORTS,
        )
    if not is_path(location):
        _check_url(location, shown)


def _check_url(location: str, shown: str) -> None:
    if any(not character.isprintable() or character.isspace() for character in location):
        raise ConfigError(f"plugin URL {shown} has a blank in it", hint=_TRANSPORTS)
    if url := URL.fullmatch(location):
        if url["scheme"] not in _SCHEMES:
            raise ConfigError(
                f"plugin URL {shown} is refused: transport '{url['scheme']}' is not one of ours",
                hint=_TRANSPORTS,
            )
        host = url["authority"].rpartition("@")[2]
        complete = bool(host or url["scheme"] == "file") and bool(url["path"].strip("/"))
    else:
        scp = SCP_LIKE.fullmatch(location)
        host = scp["host"] if scp else ""
        complete = scp is not None and bool(scp["path"].strip("/"))
    if host.startswith("-"):
        raise ConfigError(f"plugin URL {shown}: the host begins with '-'", hint=_TRANSPORTS)
    if not complete:
        raise ConfigError(f"plugin URL {shown} names no repository", hint=_TRANSPORTS)


def check_ref(ref: str) -> None:
    """Refuse a ref that git would refuse (`git check-ref-format`) or take as an option."""
    if not ref or ref.startswith("-") or _BAD_IN_REF.search(ref):
        raise ConfigError(
            f"{ref!r} is not a branch, tag or commit",
            hint="refs look like master, stable/2025.1, 1.2.3, refs/changes/45/12345/6, 1a2b3c4",
        )


def split_ref(text: str) -> tuple[str, str | None]:
    """Take `@REF` off the end of a location; an `@` that begins a folder's name is not one.

    `git@host:path` and `ssh://git@host/path` keep theirs: only the path can end in a ref.
    """
    match = URL.fullmatch(text) or SCP_LIKE.fullmatch(text)
    start = match.start("path") if match else 0
    path, sign, ref = text[start:].rpartition("@")
    if not sign or not path or path.endswith("/"):
        return text, None
    check_ref(ref)
    return text[:start] + path, ref
