"""An engine that answers the first who asks, and then nobody: it holds programs where they ask."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 60  # seconds; the test fails then


class SlowEngine:
    """Where it listens."""

    def __init__(self, listener: socket.socket, path: Path) -> None:
        self._listener = listener
        self.host = f"unix://{path}"
        """For `DOCKER_HOST`."""

    def answer(self) -> None:
        """Wait for somebody who asks which version it is, and answer."""
        asking = self.asking()
        body = json.dumps({"ApiVersion": "1.41"}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        with asking:
            asking.sendall(head.encode() + body)

    def asking(self) -> socket.socket:
        """Wait for somebody who asks; while there is no answer they wait, too."""
        asking, _ = self._listener.accept()
        asking.settimeout(_PATIENCE)
        assert asking.recv(1 << 16)
        return asking


def hang_up(asking: socket.socket) -> None:
    """Wait until who asked is gone."""
    with asking:
        assert asking.recv(1) == b""


@contextmanager
def slow_engine(folder: Path) -> Iterator[SlowEngine]:
    """One that listens in the folder."""
    path = folder / "slow.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.settimeout(_PATIENCE)
        listener.bind(str(path))
        listener.listen()
        yield SlowEngine(listener, path)
