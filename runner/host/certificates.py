"""Certificate authorities to trust in images: a TLS-inspecting proxy signs with one of the host's.

Those of the host are what its administrator has added to the distribution's own, and what the
environment names on top of that (`SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE` …).
"""

import importlib.util
import os
import re
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

from runner.errors import ConfigError

HOST = "host"
NONE = "none"

# Where Debian, Fedora and openSUSE keep what the administrator has added.
FOLDERS = (
    Path("/usr/local/share/ca-certificates"),
    Path("/etc/pki/ca-trust/source/anchors"),
    Path("/etc/pki/trust/anchors"),
)
# Files of certificates, one or many.
VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")
# Where Debian, Fedora and openSUSE keep their own.
OWN = (
    Path("/usr/share/ca-certificates"),
    Path("/usr/share/pki/ca-trust-source"),
    Path("/usr/share/pki/trust"),
)

_SUFFIXES = {".crt", ".pem", ".cer"}
_HINT = "give --ca-certificates a folder of PEM files (NAME.crt, NAME.pem), host or none"
_BEGIN = b"-----BEGIN CERTIFICATE-----"
_END = b"-----END CERTIFICATE-----"


def read_certificates(
    choice: str = HOST,
    *,
    environment: Mapping[str, str] = os.environ,
    folders: Iterable[Path] = FOLDERS,
    own: Iterable[Path] = OWN,
    warn: Callable[[str], None] = lambda _: None,
) -> Mapping[str, bytes]:
    """The certificates to install by file name (`NAME.crt`), one in each, in order of the names.

    `choice` is `host`, `none` or a folder. What is wrong with the host's is told to `warn`.

    Raises:
        ConfigError: the folder is none, is empty, or holds what cannot be used.

    """
    if choice == NONE:
        return {}
    found = _of_host(environment, folders, own, warn) if choice == HOST else _of_folder(choice)
    return _named(found)


def _of_folder(choice: str) -> Iterator[tuple[str, bytes]]:
    folder = Path(choice).expanduser()
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "no such folder"
        raise ConfigError(f"--ca-certificates {choice}: {what}", hint=_HINT)
    try:
        files = _files_below(folder)
    except OSError as error:
        raise ConfigError(
            f"--ca-certificates {choice}: {error.strerror}", hint="look at its rights"
        ) from error
    if not files:
        raise ConfigError(
            f"--ca-certificates {choice}: no certificate in it, no file *.crt, *.pem or *.cer",
            hint=_HINT,
        )
    for path in files:
        found = list(_of_file(path))
        if not found:
            raise ConfigError(f"{path}: holds no certificate in PEM form", hint=_as_pem(path))
        for body in found:
            if trouble := _trouble_with(body):
                raise ConfigError(f"{path}: {trouble}", hint="remove it, or give a valid one")
            yield path.stem, body


def _of_host(
    environment: Mapping[str, str],
    folders: Iterable[Path],
    own: Iterable[Path],
    warn: Callable[[str], None],
) -> Iterator[tuple[str, bytes]]:
    """What the administrator has added, then what the variables name and nobody else has."""
    for path in (path for folder in folders for path in _files_below(folder)):
        for body in _readable(path, warn):
            if trouble := _trouble_with(body):
                warn(f"{path}: {trouble}: not installed in images")
            else:
                yield path.stem, body
    named = dict.fromkeys(environment[name] for name in VARIABLES if environment.get(name))
    files = [Path(value).expanduser() for value in named if not Path(value).is_dir()]
    known = _own_certificates(own) if files else frozenset()
    for path in files:
        for body in _readable(path, warn):
            # a bundle has some that nobody needs any more
            if body not in known and not _trouble_with(body):
                yield path.stem, body


def _readable(path: Path, warn: Callable[[str], None]) -> list[bytes]:
    try:
        found = list(_of_file(path))
    except ConfigError as error:
        warn(f"{error.message}: not installed in images")
        return []
    if not found:
        warn(f"{path}: holds no certificate in PEM form: not installed in images")
    return found


def _files_below(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in _SUFFIXES and p.is_file())


def _of_file(path: Path) -> Iterator[bytes]:
    """The certificates of a file, each as its base64 text on one line; keys are left out."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror}", hint="look at its rights"
        ) from error
    return _bodies(data)


def _bodies(data: bytes) -> Iterator[bytes]:
    """The base64 texts; cut by hand, which is much faster than a pattern here."""
    for block in data.split(_BEGIN)[1:]:
        text, end, _ = block.partition(_END)
        if end and text[:1].isspace():
            yield b"".join(text.split())


def _own_certificates(own: Iterable[Path]) -> frozenset[bytes]:
    """The distribution's own, and those that Python packages bring."""
    files = [path for folder in own if folder.is_dir() for path in folder.rglob("*")]
    if (certifi := importlib.util.find_spec("certifi")) and certifi.origin:
        files.append(Path(certifi.origin).with_name("cacert.pem"))
    return frozenset(
        body for path in files if path.is_file() for body in _bodies(path.read_bytes())
    )


def _trouble_with(body: bytes) -> str | None:
    """What is wrong with a certificate; OpenSSL tells the dates of those of authorities only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=_pem(body).decode("ascii"))
    except (ssl.SSLError, ValueError):
        return "its certificate is damaged"
    for certificate in context.get_ca_certs():
        expires = cast("str", certificate["notAfter"])
        if ssl.cert_time_to_seconds(expires) < time.time():
            return f"its certificate has expired ({expires})"
    return None


def _pem(body: bytes) -> bytes:
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return b"\n".join([b"-----BEGIN CERTIFICATE-----", *lines, b"-----END CERTIFICATE-----", b""])


def _as_pem(path: Path) -> str:
    return f"if it is DER: openssl x509 -inform der -in {path} -out {path.stem}.crt"


def _named(found: Iterable[tuple[str, bytes]]) -> Mapping[str, bytes]:
    """Each certificate once, under a name of its own that a Dockerfile takes as it is."""
    names: dict[str, bytes] = {}
    seen: set[bytes] = set()
    for stem, body in found:
        if body not in seen:
            seen.add(body)
            name = re.sub(r"[^A-Za-z0-9._-]", "_", stem).lstrip(".-") or "authority"
            number = 1
            while (key := f"{name}{f'-{number}' if number > 1 else ''}.crt") in names:
                number += 1
            names[key] = _pem(body)
    return dict(sorted(names.items()))
