"""local.conf: sections as DevStack reads them, and what is refused or warned about."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import ConfigError
from runner.localconf.parse import (
    EnabledPlugin,
    Evaluated,
    LocalConf,
    compose,
    decode_evaluation,
    parse_sections,
    read_local_conf,
)

F = (
    '[[local|localrc]]\nA=1\n# c\n\nB="x y"\n[[post-config|f.conf]]\n[x]\ny=1\n'
    "[[local|localrc]]\nC=3\n[[local|other]]\nD=4\n"
)
GOOD = "[[local|localrc]]\nA=1\n"


def conf(text: str) -> LocalConf:
    return LocalConf(text=text, path=Path("local.conf"), sections=parse_sections(text))


def read(folder: Path, content: str | bytes) -> LocalConf:
    path = folder / "local.conf"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_local_conf(path)


def refusal(folder: Path, content: str | bytes) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(folder, content)
    assert str(folder / "local.conf") in caught.value.message
    return caught.value


def test_localrc_sections_are_concatenated_verbatim_lc_1_lc_5() -> None:
    assert conf(F).localrc == 'A=1\n# c\n\nB="x y"\nC=3\n'
    assert conf(F).section("local", "localrc") == conf(F).localrc


def test_no_local_section_is_empty_lc_3() -> None:
    assert conf("[[post-config|f]]\n[x]\n").localrc == ""


def test_files_of_a_group_come_once_for_each_header_lc_4() -> None:
    assert conf(F).meta_section_files("local") == ("localrc", "localrc", "other")


def test_unknown_group_and_file_are_empty_lc_6_lc_7() -> None:
    assert conf(F).section("nogroup", "f.conf") == ""
    assert conf(F).section("post-config", "") == ""
    assert conf(F).meta_section_files("nogroup") == ()


@pytest.mark.parametrize(
    ("header", "group", "file"),
    [
        pytest.param("[[g|o.conf]] # c", "g", "o.conf", id="LC-8"),
        pytest.param("[[g|$NOVA_CONF]]", "g", "$NOVA_CONF", id="not expanded"),
        pytest.param("[[g|/$A/b c]]", "g", "/$A/b", id="cut at a blank"),
        pytest.param("[[ g | o.conf ]]", "", "", id="LC-9 blanks"),
        pytest.param("[[g|]]", "g", "", id="no file"),
        pytest.param("[[g|a|b]]", "g", "a", id="two bars"),
    ],
)
def test_a_header_is_read_as_awk_does(header: str, group: str, file: str) -> None:
    (section,) = parse_sections(f"x\n{header}\ny\n")
    assert (section.group, section.file, section.line) == (group, file, 2)
    assert section.content == "y\n"


@pytest.mark.parametrize("line", [" [[g|o.conf]]", "[[foo]]", "[g|o]", "[[|x]]"])
def test_what_is_no_header_is_content_lc_9(line: str) -> None:
    assert conf(f"{GOOD}{line}\n").localrc == f"A=1\n{line}\n"


LINES = st.sampled_from(
    ["", "A=1", "# c", "[x]", "[[foo]]", "[[g|f]]", "[[local|localrc]]", "[[ g | f ]]", " [[g|f]]"]
)


@given(st.lists(LINES))
def test_sections_hold_every_line_after_the_first_header_once(lines: list[str]) -> None:
    sections = parse_sections("".join(f"{line}\n" for line in lines))
    seen = [line for s in sections for line in (lines[s.line - 1], *s.content.split("\n")[:-1])]
    first = sections[0].line - 1 if sections else len(lines)
    assert seen == lines[first:]


@given(st.text())
def test_any_text_has_sections(text: str) -> None:
    assert all("[" not in section.group + section.file for section in parse_sections(text))


def test_a_good_file_has_no_warnings(tmp_path: Path) -> None:
    found = read(tmp_path, F)
    assert (found.text, found.warnings, len(found.sections)) == (F, (), 4)
    assert read(tmp_path, "").warnings == ()
    assert read(tmp_path, "# nothing yet\n").warnings == ()


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file") as caught:
        read_local_conf(tmp_path / "no.conf")
    assert "--plugin" in str(caught.value.hint)


def test_a_folder_is_refused_with_the_file_in_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder"):
        read_local_conf(tmp_path)
    (tmp_path / "local.conf").touch()
    with pytest.raises(ConfigError, match="is a folder") as caught:
        read_local_conf(tmp_path)
    assert caught.value.hint == f"use {tmp_path}/local.conf"


def test_a_file_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(ConfigError, match="cannot be read: Not a directory"):
        read_local_conf(tmp_path / "x/local.conf")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "local.conf"
    path.touch(mode=0o000)
    with pytest.raises(ConfigError, match="cannot be read: Permission denied"):
        read_local_conf(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[[local|localrc]]\nA=\0\n", "line 2: holds a NUL byte"),
        (b"[[local|localrc]]\nA=caf\xe9\n", "line 2: not UTF-8"),
        (b"A=1\n[[local|localrc]]\r\nA=1\r\n", "line 2: has CRLF line ends"),
        (b"\xef\xbb\xbf[[local|localrc]]\n", "line 1: begins with a byte order mark"),
        ("[[local|localrc]]\n".encode("utf-16"), "line 1: holds a NUL byte"),
    ],
)
def test_what_is_no_plain_text_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    assert says in refusal(tmp_path, content).message


@pytest.mark.parametrize("content", [GOOD.replace("\n", "\r\n"), f"\ufeff{GOOD}"])
def test_the_hint_repairs_the_file(tmp_path: Path, content: str) -> None:
    command = str(refusal(tmp_path, content).hint).partition(": ")[2]
    subprocess.run(["bash", "-c", command], check=True)
    assert read_local_conf(tmp_path / "local.conf").text == GOOD


@pytest.mark.parametrize(
    "line",
    [
        "[[local|localrc",
        "[[local|localrc]",
        "[[local|localrc] # c",
        "[[post-config|$NOVA_CONF",
        "[[ local | localrc ]",
        "[local|localrc]]",
        "[post-config|x]",
        "[[mine|x",
    ],
)
def test_an_unclosed_header_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    error = refusal(tmp_path, f"{GOOD}{line}\nB=2\n")
    assert f"line 3: the section header is not closed: {line}" in error.message
    assert "[[local|localrc]]" in str(error.hint)


@pytest.mark.parametrize(
    "line", ["[[ -n $A || \\", "[[ $A ]] && B=1", "[database]", "[[ $A =~ x ]]", "[x|y]"]
)
def test_bash_and_ini_lines_are_not_taken_for_headers(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, f"{GOOD}{line}\n").warnings == ()


@pytest.mark.parametrize(
    ("content", "warning"),
    [
        ("A=1\n", "line 1: what comes before the first section header is ignored"),
        (f"# c\nA=1\n{GOOD}", "line 2: what comes before the first section header is ignored"),
        ("[[post-config|x]]\n[a]\n", "has no section [[local|localrc]]"),
        (f"{GOOD} [[post-config|x]]\n", "line 3: an indented header is no header"),
        (f"{GOOD}[[ post-config | x ]]\n", "line 3: blanks end a header's name"),
        (f"{GOOD}[[ $A == b || $C == d ]] && E=1\n", "line 3: blanks end a header's name"),
        (f"{GOOD}[[post-config|x y]]\n", "line 3: blanks end a header's name"),
        (f"{GOOD}[[local]]\n", "line 3: a header names group and file"),
    ],
)
def test_what_devstack_silently_ignores_is_a_warning(
    tmp_path: Path, content: str, warning: str
) -> None:
    path = tmp_path / "local.conf"
    assert any(
        text.startswith(f"{path}") and warning in text for text in read(tmp_path, content).warnings
    )


def test_a_localrc_beside_the_file_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "localrc").touch()
    (warning,) = read(tmp_path, GOOD).warnings
    assert "the file localrc beside it is not used" in warning


def test_compose_without_a_file_writes_one() -> None:
    text = compose(None, [("a", "https://x/a", "main"), ("b", "/my b", "")], ["DEST=/d"])
    assert conf(text).localrc.split("\n")[1:] == [
        "DEST=/d",
        "enable_plugin a https://x/a main",
        "enable_plugin b '/my b'",
        "",
    ]
    assert conf(compose(None, [])).localrc.startswith("#")


def test_compose_without_additions_leaves_the_text_alone() -> None:
    assert compose(conf(F), []) == F


@pytest.mark.parametrize(
    "text", [F, GOOD.rstrip("\n"), GOOD + "B=1 \\", "", "[[post-config|x]]\n[a]"]
)
def test_compose_keeps_the_users_text_and_adds_a_section(text: str) -> None:
    composed = compose(conf(text), [("a", "u", "")])
    assert composed.startswith(text)
    assert parse_sections(composed)[-1].content.endswith("\nenable_plugin a u\n")
    assert conf(composed).localrc.startswith(conf(text).localrc.rstrip("\n"))


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(exclude_characters="\0"), min_size=1)] * 3), max_size=3
    )
)
def test_compose_gives_bash_the_words_as_they_are(plugins: list[tuple[str, str, str]]) -> None:
    composed = compose(None, plugins)
    script = "enable_plugin() { printf '%s\\0' \"$@\"; }\n" + composed.partition("\n")[2]
    done = subprocess.run(
        ["bash", "-c", script.encode(errors="surrogatepass")], capture_output=True, check=True
    )
    words = done.stdout.decode(errors="surrogatepass").split("\0")[:-1]
    assert words == [word for plugin in plugins for word in plugin]


def test_an_evaluation_is_decoded() -> None:
    text = (
        '{"plugins":[{"name":"a","url":"u","ref":""},{"name":"b","url":"v","ref":"r"}],'
        '"services":"key,a-api","dest":"/opt/stack","distro":"bookworm","more":1}'
    )
    assert decode_evaluation(text) == Evaluated(
        plugins=(EnabledPlugin(name="a", url="u"), EnabledPlugin(name="b", url="v", ref="r")),
        services="key,a-api",
        dest="/opt/stack",
        distro="bookworm",
    )


@pytest.mark.parametrize(
    ("plugins", "message"),
    [
        ('{"name":"foo","url":""}', "enable_plugin foo: the URL is missing"),
        ('{"name":"","url":""}', "enable_plugin: the name is missing"),
        ('{"name":"a","url":"u"},{"name":"a","url":"v"}', "a: the plugin is enabled twice"),
        ('{"url":5}', "cannot be read"),
    ],
)
def test_an_evaluation_that_cannot_be_run_is_refused(plugins: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        decode_evaluation(f'{{"plugins":[{plugins}]}}')


def test_the_hint_for_a_missing_url_is_the_syntax() -> None:
    with pytest.raises(ConfigError) as caught:
        decode_evaluation('{"plugins":[{"name":"foo"}]}')
    assert caught.value.hint == "write: enable_plugin foo URL [REF]"
