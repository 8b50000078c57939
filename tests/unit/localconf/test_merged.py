"""Lines of merged sections: what is said of them, and that our tree does what is said."""

import configparser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.localconf.examining import brief, merged, remarks, repaired

HEADER = "[[post-config|o.conf]]\n"


@pytest.mark.parametrize(
    ("body", "said", "becomes"),
    [
        ("x = 1\n[a]\ny = 2\n", ("DSR707", "error", 2), "[a]\ny = 2\n"),
        ("LOGFILE=x\n[a]\ny = 2\n", ("DSR708", "error", 2), "[a]\ny = 2\n"),
        ("[a]\nLOGFILE=x\n", ("DSR708", "error", 3), "[a]\nLOGFILE = x\n"),
        ("[a]\nenable_service x\n", ("DSR708", "error", 3), "[a]\nenable_service x = \n"),
        ("[a]\nenable_plugin x u?a=b\n", ("DSR708", "error", 3), "[a]\nenable_plugin = x\n"),
        ("[a]\nFOO+=1\n", ("DSR708", "error", 3), "[a]\nFOO+ = 1\n"),
        ("[a]\nx = 1 # one\n", ("DSR709", "error", 3), "[a]\nx = 1 # one\n"),
        ("[a]\nx = 1 ; one\n", ("DSR709", "warning", 3), "[a]\nx = 1 ; one\n"),
        ("[a]\n;x = 1\n", ("DSR710", "warning", 3), "[a]\n;x = 1\n"),
        ("[a]\nx = 1,\n  2\n", ("DSR711", "error", 4), "[a]\nx = 1,\n"),
        ("[a]\n  x = 1\ny = 2\n", ("DSR711", "error", 3), "[a]\ny = 2\n"),
        ("[a]\nx = 1\n [b]\ny = 2\n", ("DSR711", "error", 4), "[a]\nx = 1\ny = 2\n"),
        ('[a]\nx = ["b"]\n', ("DSR712", "error", 3), "[a]\nx = [b]\n"),
        ("[a]\nx = ^\\d+$\n", ("DSR713", "error", 3), "[a]\nx = ^d+$\n"),
        ("[a]\nx = 1,\\\n", ("DSR713", "error", 3), "[a]\nx = 1,\n"),
        ("[a]\nx\n", ("DSR714", "warning", 3), "[a]\nx = \n"),
        ("[a b]\nx = 1\n", ("DSR715", "error", 2), "[a]\nx = 1\n"),
        ("[ a ]\nx = 1\n", ("DSR715", "error", 2), ""),
        ("[a]\nrgw key = v\n", ("DSR719", "error", 3), "[a]\nrgw = key\n"),
    ],
)
def test_a_line_that_does_not_say_what_it_seems_to(
    tmp_path: Path, body: str, said: tuple[str, str, int], becomes: str
) -> None:
    assert brief(remarks(HEADER + body)) == [said]
    assert merged(tmp_path, HEADER + body).lstrip("\n") == becomes


def test_the_number_of_the_process(tmp_path: Path) -> None:
    text = f"{HEADER}[a]\nx = a$$b\n"
    assert brief(remarks(text)) == [("DSR723", "error", 3)]
    assert merged(tmp_path, text) != "\n[a]\nx = a$$b\n"


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        ('"whole"', "whole"),
        ("'one two'", "'one two'"),
        ("http://h/#part", "http://h/#part"),
        ("a#b;c", "a#b;c"),
        ("C:\\\\dir", "C:\\dir"),
        ("\\\\$A", "$A"),
        ('\\\\"a\\\\"', '"a"'),
        ("$(echo '[\"a\"]')", '["a"]'),
        ("50%%", "50%%"),
        ("", ""),
    ],
)
def test_values_that_are_what_they_seem(tmp_path: Path, value: str, becomes: str) -> None:
    text = f"{HEADER}# about\n[a] # here\n  # and here\nx = {value}\n"
    assert remarks(text) == ()
    assert merged(tmp_path, text) == f"\n[a]\nx = {becomes}\n"


def test_a_value_with_quotes_can_come_from_localrc(tmp_path: Path) -> None:
    (found,) = remarks(f"{HEADER}[a]\nx = '{{\"a\": 1}}'\n")
    assert found.fix == "in the section [[local|localrc]] VALUE='{\"a\": 1}', here x = $VALUE"
    text = f"{HEADER}[a]\nx = $VALUE\n"
    (tmp_path / "local.conf").write_text(text)
    assert remarks(text) == ()


def test_what_is_not_merged_is_not_looked_at() -> None:
    assert remarks("[[local|other]]\nx = 1 # c\n[[deploy|f]]\nx = 1 # c\n") == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1 # one", "# one\nx = 1"),
        ("x=a b  #  one, two", "# one, two\nx = a b"),
        ("; said", "# said"),
        (";x = 1", "#x = 1"),
        ("x = 1 #two", "x = 1 #two"),
        ("x = 1 ; two", "x = 1 ; two"),
        ("  x = 1", "  x = 1"),
    ],
)
def test_what_is_safe_to_write_instead(tmp_path: Path, before: str, after: str) -> None:
    text = f"{HEADER}[a]\n{before}\ny = 2\n"
    assert repaired(text) == f"{HEADER}[a]\n{after}\ny = 2\n"
    if after != before:
        assert remarks(repaired(text)) == ()
        assert "#" not in merged(tmp_path, repaired(text))


GOOD = st.sampled_from(
    ["[a]", "[b]", "[a] # c", "x = 1", "y=2", "x = a=b", "# c", " # c", "", "  ", 'x = "v"']
)
ODD = st.sampled_from(
    [
        *("[a b]", " [b]", "[ ]", "[a]x", " z = 3", "\tz = 3", "x = 1 # c", "x = 1 ; c", "x y = 1"),
        *("; c", ";x = 2", "x", "  more", 'x = ["v"]', "x = a\\b", "x = a\\", "x = a\\\\b", "A=1"),
        *("A+=1", "enable_service x", "x = a\\\\", "x = a;c", "x = a#c"),
    ]
)
LINES = st.lists(st.one_of(*[GOOD] * 7, ODD), min_size=2, max_size=6)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=LINES)
def test_a_section_without_remarks_is_merged_as_its_author_reads_it(
    tmp_path: Path, lines: list[str]
) -> None:
    text = "\n".join([HEADER + "[a]", *lines, ""])
    assert repaired(repaired(text)) == repaired(text)
    if remarks(text):
        return
    assert _options(merged(tmp_path, text)) == _options("\n".join(["[a]", *lines]))


def _options(text: str) -> dict[str, dict[str, str]]:
    """As configparser has it; backslashes are meant to be written twice."""
    parser = configparser.RawConfigParser(
        strict=False, inline_comment_prefixes=("#", ";"), empty_lines_in_values=False
    )
    parser.read_string(text)
    sections = {name: dict(parser[name]) for name in parser.sections() if parser.options(name)}
    return {
        name: {key: value.strip('"').replace("\\\\", "\\") for key, value in found.items()}
        for name, found in sections.items()
    }
