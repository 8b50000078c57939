"""The host's own certificate authorities: a TLS-inspecting proxy signs with one of them."""

from collections.abc import Mapping
from pathlib import Path

# Where Debian, Fedora and openSUSE keep what the administrator has added.
FOLDERS = (
    Path("/usr/local/share/ca-certificates"),
    Path("/etc/pki/ca-trust/source/anchors"),
    Path("/etc/pki/trust/anchors"),
)


def read_certificates(folders: tuple[Path, ...] = FOLDERS) -> Mapping[str, bytes]:
    """The authorities' files by name (`NAME.crt`), in order of their names."""
    files = sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in {".crt", ".pem"} and path.is_file()
    )
    return {f"{path.stem}.crt".replace(" ", "_"): path.read_bytes() for path in files}
