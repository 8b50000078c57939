"""A local.conf: what is refused, ignored, and enabled twice."""

from pathlib import Path

import pytest

from runner.errors import ConfigError
from runner.lint.check import Subject, read_subject
from runner.lint.conf import ConfText, check_conf, read_conf
from runner.lint.finding import Finding
from runner.lint.fix import edited
from tests.unit.linting import brief, plugin

GOOD = (
    "[[local|localrc]]\nA=1\nenable_plugin tea https://x.org/tea\n[[post-config|$TEA]]\n[x]\ny=1\n"
)


def write(folder: Path, content: str | bytes) -> ConfText:
    path = folder / "local.conf"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_conf(path)


def check(folder: Path, content: str | bytes) -> list[Finding]:
    return list(check_conf(write(folder, content), folder / "local.conf"))


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "",
        f"{GOOD}[[local|localrc]]\nB=2\nif is_fedora; then\n    C=3\nfi\n",
        f"{GOOD}[[test-config|$TEMPEST]]\n[a]\nx = (\n[[post-extra|f]]\n[[extra|f]]\n",
    ],
)
def test_a_good_file_has_no_findings(tmp_path: Path, text: str) -> None:
    assert check(tmp_path, text) == []


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (f"{GOOD}[[local|localrc]\n", 7),
        (b"[[local|localrc]]\nA=\0\n", 2),
        (b"\xef\xbb\xbf[[local|localrc]]\n", 1),
        (b"[[local|localrc]]\nA=\xff\n", 2),
    ],
)
def test_what_run_refuses(tmp_path: Path, content: str | bytes, line: int) -> None:
    (found,) = check(tmp_path, content)
    assert brief([found]) == [("DSR701", "error", "local.conf", line)]
    assert "local.conf" not in found.message


def test_crlf_hides_nothing_else(tmp_path: Path) -> None:
    text = f"{GOOD}[[post_config|f]]\n".replace("\n", "\r\n")
    assert brief(check(tmp_path, text)) == [
        ("DSR105", "error", "local.conf", 1),
        ("DSR702", "error", "local.conf", 7),
    ]


def test_a_phase_that_does_not_exist(tmp_path: Path) -> None:
    near, far = check(tmp_path, f"{GOOD}[[postconfig|f]]\n[[deploy|f]]\n")
    assert brief([near, far]) == [
        ("DSR702", "error", "local.conf", 7),
        ("DSR702", "warning", "local.conf", 8),
    ]
    assert near.fix == "[[post-config|f]]"


def test_what_is_ignored(tmp_path: Path) -> None:
    assert brief(check(tmp_path, f"B=1\n{GOOD}  [[extra|f]]\n")) == [
        ("DSR703", "warning", "local.conf", 1),
        ("DSR703", "warning", "local.conf", 8),
    ]
    assert brief(check(tmp_path, "[[post-config|f]]\n[x]\n")) == [
        ("DSR703", "warning", "local.conf", None)
    ]


def test_a_localrc_beside_it(tmp_path: Path) -> None:
    (tmp_path / "localrc").write_text("A=1\n")
    assert brief(check(tmp_path, GOOD)) == [("DSR704", "warning", "local.conf", None)]


def test_a_plugin_that_is_enabled_twice(tmp_path: Path) -> None:
    (found,) = check(tmp_path, f"{GOOD}[[local|localrc]]\nenable_plugin tea https://y.org/tea\n")
    assert brief([found]) == [("DSR705", "error", "local.conf", 8)]
    assert "in line 3" in found.message
    either = (
        "if is_fedora; then\n    enable_plugin tea https://x\n"
        "else\n    enable_plugin tea https://y\nfi\n"
    )
    assert check(tmp_path, f"[[local|localrc]]\n{either}") == []
    assert check(tmp_path, f"{GOOD}# enable_plugin tea https://y\n") == []


def test_a_plugin_without_a_url(tmp_path: Path) -> None:
    found = check(tmp_path, "[[local|localrc]]\nenable_plugin tea\n")
    assert brief(found) == [("DSR706", "error", "local.conf", 2)]
    assert check(tmp_path, "[[local|localrc]]\nenable_plugin tea $GIT_BASE/tea\n") == []


def test_a_localrc_that_bash_cannot_parse(tmp_path: Path) -> None:
    text = "[[post-config|f]]\n[x]\n[[local|localrc]]\nA=1\nB=<password>\nC=3\n"
    assert brief(check(tmp_path, text)) == [("DSR104", "error", "local.conf", 5)]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        read_conf(tmp_path / "local.conf")


@pytest.mark.parametrize(
    ("localrc", "complete"),
    [
        ("enable_plugin tea u\nenable_plugin coffee u main\n", True),
        ("enable_plugin $NAME u\n", False),
        ("source other\nenable_plugin tea u\n", False),
        ("f() { enable_plugin $1 u; }\nf tea\n", False),
        ("enable_plugin tea u\n)\n", False),
    ],
)
def test_whether_all_plugins_are_known_without_bash(
    tmp_path: Path, localrc: str, *, complete: bool
) -> None:
    assert write(tmp_path, f"[[local|localrc]]\n{localrc}").is_complete is complete


def found_with(folder: Path, localrc: str) -> list[Finding]:
    conf = folder / "local.conf"
    conf.write_text(f"[[local|localrc]]\n{localrc}")
    return read_subject(Subject(config=conf)).findings()


def test_plugins_from_folders_are_checked_too_in_the_order_of_the_file(tmp_path: Path) -> None:
    plugin(tmp_path, {"settings": "plugin_requires tea water\nTEA_A=1\n"}, name="tea")
    plugin(tmp_path, {"settings": "define_plugin water\n"}, name="water")
    assert brief(found_with(tmp_path, "enable_plugin tea ./tea\nenable_plugin water water\n")) == [
        ("DSR602", "error", "settings", 1),
        ("DSR401", "warning", "settings", 2),
    ]
    good = "enable_plugin water ./water\nenable_plugin tea ./tea\n"
    assert brief(found_with(tmp_path, good)) == [("DSR401", "warning", "settings", 2)]
    assert [f.code for f in found_with(tmp_path, "enable_plugin tea ./tea\n")] == [
        "DSR604",
        "DSR401",
    ]
    assert found_with(tmp_path, "enable_plugin tea https://x.org/tea\n") == []


SLIPS = "[[local|localrc]]\nA = é\n[[post-config|f]]\n[a]\nx = 1 # ü\n; said\ny = 2 ; z\n"


def test_what_a_run_notes_of_a_local_conf_is_found(tmp_path: Path) -> None:
    (tmp_path / "local.conf").write_text(SLIPS)
    found = read_subject(Subject(config=tmp_path / "local.conf")).findings()
    assert [(f.code, f.line, bool(f.edits)) for f in found] == [
        ("DSR720", 2, True),
        ("DSR709", 5, True),
        ("DSR710", 6, True),
        ("DSR709", 7, False),
    ]
    path = tmp_path / "local.conf"
    path.write_bytes(edited(path.read_bytes(), [e for f in found for e in f.edits]))
    fixed = "[[local|localrc]]\nA=é\n[[post-config|f]]\n[a]\n# ü\nx = 1\n# said\ny = 2 ; z\n"
    assert path.read_text() == fixed


def test_with_crlf_the_line_ends_come_first(tmp_path: Path) -> None:
    (tmp_path / "local.conf").write_bytes(SLIPS.replace("\n", "\r\n").encode())
    found = read_subject(Subject(config=tmp_path / "local.conf")).findings()
    assert [f.code for f in found if f.edits] == ["DSR105"]
    assert len(found) == 5


@pytest.mark.parametrize(
    ("localrc", "codes"),
    [
        ("enable_plugin tea ./tea\n", ["DSR716"]),
        ("enable_plugin tea ./tea\nenable_plugin milk https://x.org/milk\n", []),
        ("enable_plugin tea ./tea\nsource other\n", []),
        ("enable_plugin tea ./tea\nTEA_CONF=/etc/tea.conf\n", []),
    ],
)
def test_a_variable_may_be_set_by_a_plugin_that_is_not_at_hand(
    tmp_path: Path, localrc: str, codes: list[str]
) -> None:
    plugin(tmp_path, {"settings": "TEA_A=${TEA_A:-1}\n"})
    text = f"{localrc}[[post-config|$TEA_CONF]]\n[a]\nx = 1\n"
    assert [f.code for f in found_with(tmp_path, text)] == codes
