"""What a command in a container prints, out of the engine's multiplexed stream."""

import select
import socket
import struct
import time
from enum import IntEnum
from typing import Protocol

_CHUNK = 1 << 16
_DRAIN_SECONDS = 1.0  # output of a command that has ended; a daemon it left may hold the pipe


class Stream(IntEnum):
    """The two channels of a command, as the engine numbers them in its frames."""

    STDOUT = 1
    STDERR = 2


class Reader(Protocol):
    """Takes what a command prints, as it comes."""

    def __call__(self, stream: Stream, data: bytes, /) -> None:
        """Take the bytes of one channel, cut anywhere."""


class Frames:
    """The engine's multiplexed stream: 8 bytes of header (stream, length), then the payload."""

    def __init__(self, connection: socket.socket, reader: Reader) -> None:
        self._connection = connection
        self._reader = reader
        self._header = b""
        self._left = 0
        self.ended = False

    def read(self, *, seconds: float) -> bool:
        """Hand on what has come, waiting at most so long; whether something came."""
        ready, _, _ = select.select([self._connection], [], [], seconds)
        if not ready:
            return False
        data = self._connection.recv(_CHUNK)
        self.ended = not data
        while data:
            data = self._take(data)
        return True

    def drain(self) -> None:
        """Hand on what is still in the pipe, for a moment at most."""
        end = time.monotonic() + _DRAIN_SECONDS
        while not self.ended and time.monotonic() < end and self.read(seconds=0.1):
            pass

    def _take(self, data: bytes) -> bytes:
        if not self._left:
            wanted = 8 - len(self._header)
            self._header += data[:wanted]
            if len(self._header) == 8:  # noqa: PLR2004 - the header's length
                self._left = struct.unpack(">I", self._header[4:])[0]
                if not self._left:
                    self._header = b""
            return data[wanted:]
        payload = data[: self._left]
        self._reader(Stream(self._header[0] or 1), payload)
        self._left -= len(payload)
        if not self._left:
            self._header = b""
        return data[len(payload) :]
