"""The ini functions of the tree against a model that goes line by line (contract, 4.3)."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from runner.resources import TREE

LOOP = """
source "$1/inc/ini-config"
cd "$2"
while IFS= read -r -d '' count; do
    mapfile -d '' -n "$count" -t call
    "${call[@]}" >out 2>err
    printf '%s\\0' "$?"
done
"""


class Shell:
    """A bash that calls functions of the tree on the file ``f`` of its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bash = subprocess.Popen(
            ["bash", "-c", LOOP, "-", TREE, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
        )

    def call(self, *words: bytes) -> tuple[int, bytes]:
        """Status and standard output of one call; whatever it says on stderr fails the test."""
        assert self._bash.stdin
        assert self._bash.stdout
        self._bash.stdin.write(b"".join(word + b"\0" for word in (b"%d" % len(words), *words)))
        self._bash.stdin.flush()
        status = b""
        while (byte := self._bash.stdout.read(1)) != b"\0":
            assert byte, "the shell has ended"
            status += byte
        assert (self.folder / "err").read_bytes() == b""
        return int(status), (self.folder / "out").read_bytes()

    def change(self, before: bytes, function: bytes, *words: bytes) -> bytes:
        """The file's text after a call."""
        file = self.folder / "f"
        file.write_bytes(before)
        assert self.call(function, b"f", *words)[0] == 0
        return file.read_bytes()

    def close(self) -> None:
        assert self._bash.stdin
        self._bash.stdin.close()
        assert self._bash.wait(10) == 0
        assert self._bash.stdout
        self._bash.stdout.close()


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    shell = Shell(tmp_path_factory.mktemp("ini"))
    yield shell
    shell.close()


# Text that is likely to be mistaken for something else.
SYMBOLS = rb"[ ] [s] [t] o op = # ; v $x `id` \ \n & | / * %s".split()
FRAGMENTS = st.sampled_from(
    [*SYMBOLS, b"\t", b" ", b" = ", b"[ s ]", b'"', b"'", b"\xc3\xbc", b"\xff"]
)
# Lines of which many texts should have some.
OPTION_LINES = (
    rb"o=1,o = 2,o	=	3  ,op=4,#o=5,## o = 6, o=7,o,Environment=NAMEDCONF = 8,key one = 9"
)
HEADERS = rb"[s],[s],[t],[s] # x,[ s ],[s"
COMMON = st.sampled_from(
    [*OPTION_LINES.split(b","), *HEADERS.split(b","), b"", b"list = [1, [2]]", b"[1, [2]]"]
)
LINES = st.one_of(COMMON, COMMON, st.lists(FRAGMENTS, max_size=5).map(b"".join))
TEXTS = st.builds(
    lambda lines, newline, last: newline.join(lines) + (newline if last and lines else b""),
    st.lists(LINES, max_size=8),
    st.sampled_from([b"\n", b"\n", b"\r\n"]),
    st.booleans(),
)
SECTIONS = st.one_of(
    st.just(b"s"),
    st.sampled_from([b"s", b"t", b" s "]),
    st.lists(FRAGMENTS, min_size=1, max_size=3).map(b"".join).filter(lambda name: b"]" not in name),
)
OPTIONS = st.one_of(
    st.just(b"o"),
    st.sampled_from([b"o", b"op", b"key one", b"Environment=NAMEDCONF"]),
    st.lists(FRAGMENTS, min_size=1, max_size=3)
    .map(b"".join)
    .filter(lambda name: not name.startswith(b"[") and name.strip()),
)
VALUES = st.one_of(
    st.lists(st.one_of(FRAGMENTS, st.just(b"\n")), max_size=6).map(b"".join),
    st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"])).map(str.encode),
)
SEVERAL = st.lists(VALUES, min_size=1, max_size=3)

quick = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def split(text: bytes) -> list[bytes]:
    """The lines with their ends: of these, only LF is one."""
    return re.findall(rb"[^\n]*\n|[^\n]+$", text)


def words(value: bytes) -> bytes:
    return b" ".join(word for word in re.split(rb"[ \t\n]+", value) if word)


def place(lines: list[bytes], section: bytes, option: bytes) -> tuple[int | None, list[int]]:
    """The line of the section's first header, and those of the option."""
    header, hits, inside = None, [], False
    for number, line in enumerate(lines):
        if line.startswith(b"[") and b"]" in line:
            inside = line.startswith(b"[" + section + b"]")
            if inside and header is None:
                header = number
        elif inside and re.match(re.escape(option) + rb"[ \t]*=", line):
            hits.append(number)
    return header, hits


def model(text: bytes, section: bytes, option: bytes, value: bytes) -> bytes:
    """What iniset makes of the text."""
    value = words(value)
    lines = split(text)
    lacked = bool(lines) and not lines[-1].endswith(b"\n")
    if lacked:
        lines[-1] += b"\n"
    header, hits = place(lines, section, option)
    for number in hits:
        line = lines[number]
        start = re.match(re.escape(option) + rb"[ \t]*=[ \t]*", line)
        assert start
        end = b"\r\n" if line.endswith(b"\r\n") else b"\n"
        lines[number] = start[0] + value + end
    if hits:
        changed = b"".join(lines)
        return text if changed in (text, text + b"\n") else changed
    if header is None:
        lines.append(b"" if lacked else b"\n")
        lines += [b"[" + section + b"]\n", option + b" = " + value + b"\n"]
    else:
        end = b"\r\n" if lines[header].endswith(b"\r\n") else b"\n"
        lines.insert(header + 1, option + b" = " + value + end)
    return b"".join(lines)


@quick
@given(text=TEXTS, section=SECTIONS, option=OPTIONS, value=VALUES)
@example(text=b"[s]\no=1\n[1, [2], 3]\no=2\n", section=b"s", option=b"o", value=b"3")
@example(text=b"[s]\na=[\n[t\no=1\n", section=b"s", option=b"o", value=b"a & b")
@example(text=b"[s]\r\na=1\r\no = 1\r\n", section=b"s", option=b"o", value=b"2")
@example(text=b"[s]\r\na=1\r\n", section=b"s", option=b"o", value=b"2")
def test_iniset_does_what_the_model_does(
    shell: Shell, text: bytes, section: bytes, option: bytes, value: bytes
) -> None:
    expected = model(text, section, option, value)
    assert shell.change(text, b"iniset", section, option, value) == expected


@quick
@given(text=TEXTS, section=SECTIONS, option=OPTIONS, value=VALUES)
def test_iniget_gives_back_what_iniset_was_given(
    shell: Shell, text: bytes, section: bytes, option: bytes, value: bytes
) -> None:
    lines = split(text)
    if len(place(lines, section, option)[1]) > 1:
        return  # several values are joined
    once = shell.change(text, b"iniset", section, option, value)
    assert shell.call(b"iniget", b"f", section, option) == (0, words(value) + b"\n")
    assert shell.call(b"ini_has_option", b"f", section, option)[0] == 0
    assert shell.change(once, b"iniset", section, option, value) == once


@quick
@given(text=TEXTS, section=SECTIONS, option=OPTIONS, value=VALUES)
def test_iniset_leaves_all_other_lines_as_they_are(
    shell: Shell, text: bytes, section: bytes, option: bytes, value: bytes
) -> None:
    before = split(text)
    header, hits = place(before, section, option)
    after = re.findall(rb"[^\n]*\n", shell.change(text, b"iniset", section, option, value))
    if before and not before[-1].endswith(b"\n") and len(after) >= len(before):
        before[-1] += b"\n"
    if hits:
        kept = [line for number, line in enumerate(after) if number not in hits]
        assert kept == [line for number, line in enumerate(before) if number not in hits]
    elif header is None:
        assert after[: len(before)] == before
    else:
        assert after[: header + 1] + after[header + 2 :] == before


@quick
@given(text=TEXTS, section=SECTIONS, option=OPTIONS, value=VALUES)
def test_inidelete_and_inicomment_take_back_what_iniset_added(
    shell: Shell, text: bytes, section: bytes, option: bytes, value: bytes
) -> None:
    lines = split(text)
    header, hits = place(lines, section, option)
    if hits or header is None or not text.endswith(b"\n"):
        return
    added = shell.change(text, b"iniset", section, option, value)
    assert shell.change(added, b"inidelete", section, option) == text
    commented = shell.change(added, b"inicomment", section, option)
    assert shell.call(b"ini_has_option", b"f", section, option)[0] == 1
    # iniuncomment takes all comments away, also those that were there before
    earlier = re.search(rb"(?m)^[ \t]*#[# \t]*" + re.escape(option) + rb"[ \t]*=", text)
    if not earlier and not option.startswith((b"#", b" ", b"\t")):
        assert shell.change(commented, b"iniuncomment", section, option) == added


@quick
@given(text=TEXTS, section=SECTIONS, option=OPTIONS, values=SEVERAL)
def test_iniget_multiline_gives_back_what_iniset_multiline_was_given(
    shell: Shell, text: bytes, section: bytes, option: bytes, values: list[bytes]
) -> None:
    shell.change(text, b"iniset_multiline", section, option, *values)
    joined = words(b" ".join(values))
    assert shell.call(b"iniget_multiline", b"f", section, option) == (0, joined + b"\n")
