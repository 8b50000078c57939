"""Files in a tar archive, the form in which an engine takes them."""

import io
import tarfile
import time
from collections.abc import Mapping


def tar_of(files: Mapping[str, bytes]) -> io.BytesIO:
    """An archive of these files (name → content), to be read from its start."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(content), 0o644, int(time.time())
            tar.addfile(entry, io.BytesIO(content))
    archive.seek(0)
    return archive
