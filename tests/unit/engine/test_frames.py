"""The engine's multiplexed stream over a real socket, cut anywhere."""

import socket
import struct
from collections import defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.engine.frames import Frames, Stream

FRAMES = ((1, b"hello "), (2, b'{"event": "x"}\n'), (1, b""), (1, b"world\n"), (2, b"\x00\x01"))


def frame(stream: int, payload: bytes) -> bytes:
    return struct.pack(">BxxxI", stream, len(payload)) + payload


def collected(frames: tuple[tuple[int, bytes], ...]) -> dict[Stream, bytes]:
    whole: dict[Stream, bytes] = defaultdict(bytes)
    for stream, payload in frames:
        whole[Stream(stream)] += payload
    return {stream: data for stream, data in whole.items() if data}


class Collected:
    """A reader that keeps what came, joined by channel."""

    def __init__(self) -> None:
        self.data: dict[Stream, bytes] = defaultdict(bytes)

    def __call__(self, stream: Stream, data: bytes, /) -> None:
        assert data
        self.data[stream] += data


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def send_and_read(chunks: list[bytes]) -> dict[Stream, bytes]:
    """Each chunk is read before the next one is sent."""
    ours, theirs = socket.socketpair()
    reader = Collected()
    with ours, theirs:
        frames = Frames(ours, reader)
        for chunk in chunks:
            theirs.sendall(chunk)
            assert frames.read(seconds=5)
        theirs.close()
        assert frames.read(seconds=5)
        assert frames.ended
    return dict(reader.data)


@pytest.mark.parametrize("cut", range(1, len(b"".join(frame(*f) for f in FRAMES))))
def test_a_stream_cut_at_any_byte_is_read_whole(cut: int) -> None:
    data = b"".join(frame(*f) for f in FRAMES)
    assert send_and_read([data[:cut], data[cut:]]) == collected(FRAMES)


def test_a_stream_that_comes_byte_by_byte_is_read_whole() -> None:
    data = b"".join(frame(*f) for f in FRAMES)
    assert send_and_read([data[i : i + 1] for i in range(len(data))]) == collected(FRAMES)


@given(
    st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=300)), min_size=1, max_size=8),
    st.integers(1, 97),
)
def test_any_frames_in_chunks_of_any_size(frames: list[tuple[int, bytes]], size: int) -> None:
    data = b"".join(frame(*f) for f in frames)
    chunks = [data[i : i + size] for i in range(0, len(data), size)]
    assert send_and_read(chunks) == collected(tuple(frames))


def test_a_frame_larger_than_a_read_comes_in_pieces(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    payload = bytes(range(256)) * 4000
    sent = memoryview(frame(1, payload) + frame(2, b"end"))
    sizes: list[int] = []
    reader = Collected()

    def read(stream: Stream, data: bytes, /) -> None:
        sizes.append(len(data))
        reader(stream, data)

    frames = Frames(ours, read)
    theirs.setblocking(False)
    while sent:
        try:
            sent = sent[theirs.send(sent) :]
        except BlockingIOError:
            frames.read(seconds=1)
    theirs.close()
    while not frames.ended:
        frames.read(seconds=1)
    assert reader.data == {Stream.STDOUT: payload, Stream.STDERR: b"end"}
    assert max(sizes) <= 1 << 16


def test_nothing_to_read_is_said_after_the_wait(pair: tuple[socket.socket, socket.socket]) -> None:
    frames = Frames(pair[0], Collected())
    assert not frames.read(seconds=0.01)
    assert not frames.ended


def test_draining_ends_although_a_daemon_holds_the_other_end(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    reader = Collected()
    frames = Frames(ours, reader)
    theirs.sendall(frame(1, b"last words"))
    frames.drain()
    assert reader.data == {Stream.STDOUT: b"last words"}
    assert not frames.ended
