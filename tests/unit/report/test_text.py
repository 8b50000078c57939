"""What commands print, made fit for a document."""

import time
from pathlib import Path

import pytest

from runner.report.text import in_a_line, last_lines, plain, read_text, size_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31;1mred\x1b[0m", "red"),
        ("\x1b[38;2;1;2;3mtrue\x1b[K colour", "true colour"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b(Bplain\x1b=", "plain"),
        ("\x1b]0;without an end\nnext line", "\nnext line"),
        ("10%\r50%\r100%\ndone\r\n", "100%\ndone\n"),
        ("a\x00b\x08c\x7fd", "abc\x7fd"),
        ("tab\tstays, so do é and 🦄", "tab\tstays, so do é and 🦄"),
        ("\ud800 half a character \uffff", " half a character "),
        ("array[1] and [2m]", "array[1] and [2m]"),
    ],
)
def test_plain_text_is_what_a_terminal_would_leave(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    "text", ["x" * 3_000_000, "\x1b[" * 300_000, "\x1b]" * 300_000, "\r" * 10**6]
)
def test_endless_lines_take_no_endless_time(text: str) -> None:
    begun = time.monotonic()
    plain(text)
    assert time.monotonic() - begun < 5


def test_a_short_log_is_whole(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\n\xff two\n")
    assert read_text(log, 100) == "one\n� two\n"


def test_a_long_log_keeps_its_ends_and_says_what_is_missing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("".join(f"line {number:06}\n" for number in range(100_000)))
    text = read_text(log, 30_000)
    lines = text.splitlines()
    assert (lines[0], lines[-1]) == ("line 000000", "line 099999")
    (note,) = (line for line in lines if line.startswith("···"))
    assert note == f"··· 1.2 MB are left out here; the whole text: {log} ···"
    assert all(len(line) == 11 for line in lines if line and line != note)
    assert len(text) <= 30_000 + len(note) + 2
    assert text.index(note) < len(text) * 0.4


def test_a_long_log_of_one_line_is_cut_too(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * 100_000)
    assert len(read_text(log, 1_000)) < 1_200


def test_the_last_lines_are_few_and_short() -> None:
    lines = last_lines(("first", *["y" * 20_000] * 60, "\x1b[1mlast\x1b[0m"))
    assert len(lines) == 50
    assert lines[-1] == "last"
    assert max(map(len, lines)) < 510


def test_a_text_of_several_lines_becomes_one() -> None:
    assert in_a_line("one\n  two\t\x1b[1mthree\x1b[0m\n") == "one two three"


def test_sizes_are_for_people() -> None:
    assert [size_of(n) for n in (0, 999, 1_234, 12_345_678)] == [
        "0 bytes",
        "999 bytes",
        "1 kB",
        "12.3 MB",
    ]
