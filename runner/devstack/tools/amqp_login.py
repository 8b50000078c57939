#!/usr/bin/env python3
"""Logs in to an AMQP 0-9-1 server: amqp_login.py HOST PORT VHOST USER, with the password on stdin.

Exits with 0 when the server lets the user into the vhost, else with 1 and the reason on stdout.
"""

import socket
import struct
import sys
from io import BufferedRWPair

TIMEOUT = 10.0
START, START_OK = (10, 10), (10, 11)
TUNE, TUNE_OK = (10, 30), (10, 31)
OPEN, OPEN_OK = (10, 40), (10, 41)
CLOSE = (10, 50)


def short(text: bytes) -> bytes:
    """Write a short string."""
    return bytes([len(text)]) + text


def long(data: bytes) -> bytes:
    """Write a long string, or a table."""
    return struct.pack(">I", len(data)) + data


def send(stream: BufferedRWPair, method: tuple[int, int], arguments: bytes) -> None:
    """Send a method of the connection."""
    payload = struct.pack(">HH", *method) + arguments
    stream.write(b"\x01\x00\x00" + long(payload) + b"\xce")
    stream.flush()


def read(stream: BufferedRWPair, size: int) -> bytes:
    """Read so many bytes."""
    data = stream.read(size)
    if len(data) < size:
        raise ConnectionError("it closed the connection")
    return data


def receive(stream: BufferedRWPair, method: tuple[int, int]) -> bytes:
    """Read the arguments of this method, or fail with the server's words."""
    kind, _, size = struct.unpack(">BHI", read(stream, 7))
    payload = read(stream, size + 1)[:-1]
    got = struct.unpack(">HH", payload[:4]) if kind == 1 else None
    if got == CLOSE:
        text = payload[7 : 7 + payload[6]]
        raise ConnectionError(text.decode(errors="replace"))
    if got != method:
        raise ConnectionError("it does not speak AMQP 0-9-1")
    return payload[4:]


def log_in(host: str, port: int, vhost: str, user: str, password: str) -> None:
    """Open a connection as the user, and close it."""
    with socket.create_connection((host, port), TIMEOUT) as connection:
        stream = connection.makefile("rwb")
        stream.write(b"AMQP\x00\x00\x09\x01")
        stream.flush()
        receive(stream, START)
        # with this, a wrong password is told, instead of hung up on
        told = long(short(b"authentication_failure_close") + b"t\x01")
        properties = long(short(b"capabilities") + b"F" + told)
        secret = b"\0" + user.encode() + b"\0" + password.encode()
        send(stream, START_OK, properties + short(b"PLAIN") + long(secret) + short(b"en_US"))
        send(stream, TUNE_OK, receive(stream, TUNE))
        send(stream, OPEN, short(vhost.encode()) + short(b"") + b"\0")
        receive(stream, OPEN_OK)
        send(stream, CLOSE, struct.pack(">H", 200) + short(b"bye") + struct.pack(">HH", 0, 0))


def main() -> int:
    """Read what the command line and stdin say, and log in."""
    host, port, vhost, user = sys.argv[1:]
    password = sys.stdin.readline().rstrip("\n")
    try:
        log_in(host, int(port), vhost, user, password)
    except OSError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
