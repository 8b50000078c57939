"""Events: JSON lines in, values out, whatever the bytes are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.outcome.events import (
    LINE_LIMIT,
    DeadUnit,
    Event,
    EventReader,
    Merge,
    Note,
    PhaseBegin,
    PhaseEnd,
    RunBegin,
    RunEnd,
    StageBegin,
    StageEnd,
    Unknown,
    decode_event,
)
from runner.outcome.phases import Mode, Status

LINES: list[tuple[str, Event]] = [
    (
        '{"event":"run-begin","time":1700000000.5,"mode":"stack"}',
        RunBegin(time=1700000000.5, mode=Mode.STACK),
    ),
    (
        '{"event":"stage-begin","time":1,"stage":"packages"}',
        StageBegin(time=1.0, stage="packages"),
    ),
    (
        (
            '{"event":"stage-end","time":2,"stage":"pip","status":"failed","seconds":0.12,'
            '"exit":100,"command":"pip install x","file":"/a","line":3}'
        ),
        StageEnd(
            time=2.0,
            stage="pip",
            status=Status.FAILED,
            seconds=0.12,
            exit_code=100,
            command="pip install x",
            file="/a",
            line=3,
        ),
    ),
    (
        '{"event":"phase-begin","time":3,"mode":"stack","phase":"pre-install","plugin":"foo"}',
        PhaseBegin(time=3.0, mode=Mode.STACK, phase="pre-install", plugin="foo"),
    ),
    (
        (
            '{"event":"phase-end","time":4,"mode":"unstack","phase":"unstack","plugin":"foo",'
            '"status":"passed","seconds":1.234,"exit":7}'
        ),
        PhaseEnd(
            time=4.0,
            mode=Mode.UNSTACK,
            phase="unstack",
            plugin="foo",
            status=Status.PASSED,
            seconds=1.234,
            exit_code=7,
        ),
    ),
    ('{"event":"merge","time":5,"group":"post-config"}', Merge(time=5.0, group="post-config")),
    (
        '{"event":"dead-unit","time":5,"mode":"stack","plugin":"p","unit":"u","state":"s","log":"1\\n2"}',
        DeadUnit(time=5.0, mode=Mode.STACK, plugin="p", unit="u", state="s", log="1\n2"),
    ),
    ('{"event":"note","time":6,"text":"a \\"b\\""}', Note(time=6.0, text='a "b"')),
    (
        '{"event":"run-end","time":7,"mode":"clean","status":"passed","exit":0,"seconds":12.3}',
        RunEnd(time=7.0, mode=Mode.CLEAN, status=Status.PASSED, exit_code=0, seconds=12.3),
    ),
]


@pytest.mark.parametrize(("line", "event"), LINES)
def test_each_kind_is_decoded(line: str, event: Event) -> None:
    assert decode_event(line.encode()) == event


def test_fields_of_a_later_version_are_ignored() -> None:
    line = b'{"new":[1],"event":"note","text":"x","time":1,"more":{"a":null}}'
    assert decode_event(line) == Note(time=1.0, text="x")


@pytest.mark.parametrize(
    "line",
    [
        b"hello",
        b"{}",
        b"[1]",
        b'{"event":"party"}',
        b'{"event":"run-begin","mode":"dance"}',
        b'{"event":"note","text":5}',
        b'{"event":"note","text":"x","time":"noon"}',
        b'{"event":"note","te',
        b"[" * 50_000,
    ],
)
def test_a_line_that_makes_no_sense_is_unknown(line: bytes) -> None:
    assert decode_event(line) == Unknown(text=line.decode()[:200])


def test_a_command_that_is_no_utf8_does_not_lose_the_event() -> None:
    line = b'{"event":"phase-end","mode":"stack","phase":"extra","plugin":"p","status":"failed",'
    event = decode_event(line + b'"exit":1,"command":"cat \xff"}')
    assert isinstance(event, PhaseEnd)
    assert event.command == "cat \N{REPLACEMENT CHARACTER}"


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    reader = EventReader()
    assert all(isinstance(event, Unknown) for event in [*reader.feed(data), *reader.close()])


@given(st.text(), st.floats(min_value=0, allow_nan=False, allow_infinity=False))
def test_any_text_survives(text: str, time: float) -> None:
    line = json.dumps({"event": "note", "time": time, "text": text}).encode()
    assert decode_event(line) == Note(time=time, text=text)


@given(st.data())
def test_the_cut_of_the_stream_does_not_matter(data: st.DataObject) -> None:
    stream = "".join(line + "\n" for line, _ in LINES).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    reader = EventReader()
    events: list[Event] = []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        events += reader.feed(stream[begin:end])
    assert events == [event for _, event in LINES]
    assert reader.close() == []


def test_blank_lines_and_carriage_returns_are_ignored() -> None:
    reader = EventReader()
    assert reader.feed(b'\n \r\n{"event":"note","text":"x"}\r\n') == [Note(text="x")]


def test_close_decodes_a_last_line_without_its_newline() -> None:
    reader = EventReader()
    assert reader.feed(b'{"event":"note","text":"x"}') == []
    assert reader.close() == [Note(text="x")]
    assert reader.close() == []


def test_a_line_that_is_too_long_is_dropped_and_the_next_is_read() -> None:
    reader = EventReader()
    for _ in range(LINE_LIMIT // 1000 + 1):
        assert reader.feed(b"x" * 1000) == []
    assert len(reader._pending) <= LINE_LIMIT
    assert reader.feed(b'end\n{"event":"note","text":"x"}\n') == [Note(text="x")]
    assert reader.feed(b"y" * (LINE_LIMIT + 1) + b"\n") == []
