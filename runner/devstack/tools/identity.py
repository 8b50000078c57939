#!/usr/bin/env python3
"""Answer the identity helpers of bash (inc/core/identity), with one session of Keystone for all.

identity.py FILE PID: goes to the background, writes port and secret to FILE and ends when none of
the shells that asked is there any more, PID being the first of them. Where such a process is there
already, does nothing.

A question: secret, pid of the asking shell, number of words, the helper's name and its arguments.
An answer: status, what goes to standard output, what goes to standard error. Each ends with a NUL.
"""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import threading
import time
from typing import BinaryIO

from identity_calls import (  # type: ignore[import-not-found,unused-ignore]
    HELPERS,
    Calls,
)
from keystone_session import (  # type: ignore[import-not-found,unused-ignore]
    Session,
    Trouble,
)

GREETING = 10.0  # seconds for a question to come in
HEARTBEAT = 0.5  # seconds between looks at who is there


def answer(calls: Calls, words: list[str]) -> tuple[int, str, str]:
    """Do what was asked: status, output, error."""
    helper = HELPERS.get(words[0])
    if helper is None:
        return 2, "", f"there is no helper {words[0]}"
    try:
        lines = calls.again(helper, *words[1:])
    except Trouble as trouble:
        return 1, "", str(trouble)
    except TypeError as error:
        return 1, "", f"wrong arguments: {error}"
    except Exception as error:  # noqa: BLE001 # the asking shell must get an answer
        return 1, "", f"{type(error).__name__}: {error}"
    return 0, "".join(f"{line}\n" for line in lines), ""


def read_word(stream: BinaryIO) -> str:
    """Read what precedes the next NUL."""
    word = bytearray()
    while True:
        byte = stream.read(1)
        if not byte:
            raise EOFError
        if byte == b"\0":
            return word.decode(errors="replace")
        word += byte


class Server:
    """The listening socket, and who has asked."""

    def __init__(self, pid: int) -> None:
        self.secret = os.urandom(16).hex()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.shells = {pid}
        self.calls = Calls(Session())

    def serve(self) -> None:
        """Answer for ever, each in a thread."""
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection: socket.socket) -> None:
        """Answer one question."""
        with connection:
            connection.settimeout(GREETING)
            try:
                with connection.makefile("rb") as stream:
                    if read_word(stream) != self.secret:
                        return
                    self.shells.add(int(read_word(stream)))
                    words = [read_word(stream) for _ in range(int(read_word(stream)))]
                status, output, error = answer(self.calls, words)
                connection.sendall(f"{status}\0{output}\0{error}\0".encode(errors="replace"))
            except (OSError, EOFError, ValueError):
                return

    def is_wanted(self) -> bool:
        """Whether one of the shells that asked still runs."""
        for pid in tuple(self.shells):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                self.shells.discard(pid)
            except PermissionError:
                pass
        return bool(self.shells)


def is_answered(path: str) -> bool:
    """Whether the process that wrote the file is there."""
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123 # pathlib takes 10 ms to load
            port = int(file.read().split()[0])
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except (OSError, ValueError, IndexError):
        return False
    return True


def detach() -> None:
    """Leave the starting shell's files, session and folder."""
    os.setsid()
    os.chdir("/")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in 0, 1, 2:
        os.dup2(nothing, descriptor)


def main() -> None:
    """Start, unless somebody else has."""
    path, pid = sys.argv[1], int(sys.argv[2])
    os.closerange(3, 1024)  # those of the run: its output must end with it
    lock = os.open(__file__, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    if is_answered(path):
        return
    server = Server(pid)
    text = f"{server.port} {server.secret}\n"
    os.umask(0o077)
    with open(f"{path}.new", "w", encoding="ascii") as file:  # noqa: PTH123
        file.write(text)
    os.replace(f"{path}.new", path)  # noqa: PTH105
    if os.fork():
        return
    detach()
    os.close(lock)
    threading.Thread(target=server.serve, daemon=True).start()
    while server.is_wanted():
        time.sleep(HEARTBEAT)
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123
            if file.read() == text:
                os.unlink(path)  # noqa: PTH108
    except OSError:
        pass
    # threads may be waiting for Keystone
    os._exit(0)


if __name__ == "__main__":
    main()
