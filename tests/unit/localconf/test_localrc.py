"""Lines of a localrc: what is said of them, and that bash does what is said."""

import subprocess
from pathlib import Path

import pytest

from runner.localconf.doctor import notes
from runner.localconf.lines import localrc_lines
from runner.localconf.remark import Around
from tests.unit.localconf.examining import brief, read, remarks, repaired

HEADER = "[[local|localrc]]\n"


def said(localrc: str, around: Around | None = None) -> list[tuple[str, str, int]]:
    return brief(remarks(HEADER + localrc, around))


def value(line: str, name: str) -> str:
    """What bash has in the variable after the line."""
    done = subprocess.run(
        ["bash", "-c", f'{line}\nprintf %s "${name}"'],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize(
    ("line", "found", "meant"),
    [
        ("A = b", ("DSR720", "error", 2), "b"),
        ("A= b", ("DSR720", "error", 2), "b"),
        ("A =b", ("DSR720", "error", 2), "b"),
        ("A = b c", ("DSR720", "error", 2), "b c"),
        ("ENABLED_SERVICES=a, b", ("DSR722", "error", 2), "a,b"),
        ("ENABLED_SERVICES=a b", ("DSR722", "error", 2), "a,b"),
        ("ADMIN_PASSWORD=my secret", ("DSR722", "error", 2), "my secret"),
        ("TEA_PASSWORD=a$$b", ("DSR723", "error", 2), "a$$b"),
        ("TEA_PASSWORD=a&b", ("DSR724", "error", 2), "a&b"),
        ("TEA_PASSWORD=a;b", ("DSR724", "error", 2), "a;b"),
        ("TEA_PASSWORD=a|b", ("DSR724", "error", 2), "a|b"),
        ("TEA_HOST=<your host>", ("DSR725", "error", 2), "<your host>"),
    ],
)
def test_a_line_that_bash_takes_for_something_else(
    line: str, found: tuple[str, str, int], meant: str
) -> None:
    assert said(f"{line}\n") == [found]
    name = line.replace("=", " ").split()[0]
    assert value(line, name) != meant


@pytest.mark.parametrize(
    "line",
    [
        "A=b",
        "A=",
        "A=b  # = c",
        "A='b = c'",
        "ADMIN_PASSWORD='a$$b&c;d<e> f'",
        "ADMIN_PASSWORD=a#b!c",
        "ADMIN_PASSWORD=a; RABBIT_PASSWORD=b",
        "ADMIN_PASSWORD=a;RABBIT_PASSWORD=b",
        "GIT_DEPTH=0 git_clone a b c",
        "ENABLED_SERVICES=a,b # c, d",
        'LIBS_FROM_GIT="a b"',
        "export A=b",
        "if [[ $A = b ]]; then C=d; fi",
        "[ $A = b ] && C=d",
        'A="b\nc = d\n"',
        "cat > f <<END\nA = b\nEND",
        "A=(a b)",
        "A=$(echo b, c)",
    ],
)
def test_lines_that_are_as_they_should_be(line: str) -> None:
    assert said(f"{line}\n") == []


@pytest.mark.parametrize("word", ["changeme", '"<password>"', "x.x.x.x", "your_secret"])
def test_placeholders_that_bash_takes(word: str) -> None:
    assert said(f"TEA_PASSWORD={word}\n") == [("DSR725", "warning", 2)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A = b", "A=b"),
        ("  A += b  # d", "  A+=b  # d"),
        ("A = 'b # c'", "A = 'b # c'"),
        ("A= 'b c'", "A='b c'"),
        ("A =b", "A=b"),
        ("A = b c", "A = b c"),
        ("A = b; C=d", "A = b; C=d"),
    ],
)
def test_blanks_go_where_that_is_safe(before: str, after: str) -> None:
    assert repaired(f"{HEADER}{before}\n") == f"{HEADER}{after}\n"


def test_what_is_to_be_written_is_what_was_meant() -> None:
    (found,) = remarks(f"{HEADER}ENABLED_SERVICES+=,a, b c\n")
    assert found.fix == "ENABLED_SERVICES+=,a,b,c"
    assert value(f"ENABLED_SERVICES=x\n{found.fix}", "ENABLED_SERVICES") == "x,a,b,c"
    (found,) = remarks(f"{HEADER}A = b c\n")
    assert value(found.fix, "A") == "b c"


@pytest.mark.parametrize(
    ("localrc", "line"),
    [
        ("ENABLED_SERVICES=a\nENABLED_SERVICES=b\n", 3),
        ("ENABLED_SERVICES+=,a\nENABLED_SERVICES=b\n", 3),
        ("enable_service a\n\nENABLED_SERVICES=b\n", 4),
    ],
)
def test_a_list_that_is_set_anew(localrc: str, line: int) -> None:
    assert said(localrc) == [("DSR721", "warning", line)]


@pytest.mark.parametrize(
    "localrc",
    [
        "ENABLED_SERVICES=a\nENABLED_SERVICES+=,b\nenable_service c\n",
        "enable_service a\nENABLED_SERVICES=$ENABLED_SERVICES,b\n",
        "enable_service a\ndisable_all_services\nENABLED_SERVICES=b\n",
        "ENABLED_SERVICES=a\nif is_fedora; then\n    ENABLED_SERVICES=b\nfi\n",
        "case $A in\nb) ENABLED_SERVICES=a ;;\n*) ENABLED_SERVICES=b ;;\nesac\n",
        "disable_service a\nenable_service b\n",
        "enable_service a\ndisable_service a\n",
    ],
)
def test_lists_that_are_built_up(localrc: str) -> None:
    assert said(localrc) == []


def test_a_service_that_stays_disabled() -> None:
    assert said("disable_service a b\nenable_service c b\n") == [("DSR728", "error", 3)]


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("DISABLE_SERVICE=a", "DISABLED_SERVICES"),
        ("ENABLE_SERVICES=a", "ENABLED_SERVICES"),
        ("SERVICE_TOKN=a", "SERVICE_TOKEN"),
        ("enable_services a", "enable_service"),
    ],
)
def test_a_name_that_is_nearly_devstacks(line: str, right: str) -> None:
    (found,) = remarks(f"{HEADER}{line}\n")
    assert found.code == "DSR726"
    assert found.fix == f"write {right}"


@pytest.mark.parametrize(
    "localrc",
    [
        "HOST_IPV4=a\nTEA_REPO=a\nKEYSTONES=a\nQ_ML2_PLUGIN_VLAN_TYPE_OPTIONS=a\n",
        "SERVICE_TOKN=a\nB=$SERVICE_TOKN\n",
        "function enable_services {\n    :\n}\nenable_services a\n",
        "ADMIN_PASSWORD=a\nenable_service b\n",
    ],
)
def test_names_of_others(localrc: str) -> None:
    assert said(localrc) == []


def test_a_name_that_a_plugin_knows(tmp_path: Path) -> None:
    (tmp_path / "devstack").mkdir()
    (tmp_path / "devstack" / "plugin.sh").write_text("echo $SERVICE_TOKN\n")
    assert said("SERVICE_TOKN=a\n", Around(plugins=(("tea", tmp_path),))) == []


def test_a_service_that_a_plugin_enables_and_a_line_disables(tmp_path: Path) -> None:
    (tmp_path / "devstack").mkdir()
    (tmp_path / "devstack" / "settings").write_text("enable_service tea-api tea-pot\n")
    around = Around(plugins=(("tea", tmp_path),))
    assert said("disable_service milk tea-pot\n", around) == [("DSR727", "note", 2)]
    assert said("disable_service milk tea\n", around) == []


def test_a_run_notes_what_is_a_mistake_with_its_place_and_its_fix() -> None:
    conf = read(f"{HEADER}A = b\n")
    (note,) = notes(conf, (), ())
    assert note.startswith("local.conf:2: blanks around `=`")
    assert note.endswith("; A=b (DSR720)")


@pytest.mark.parametrize(
    "text",
    [
        "ADMIN_PASSWORD = hush\n",
        "ADMIN_PASSWORD= hush\n",
        "ADMIN_PASSWORD=hush hush\n",
        "ADMIN_PASSWORD=hush&hush\n",
        "ADMIN_PASSWORD=hush$$\n",
        '[[extra|f]]\n[a]\npassword = "hush" "hush"\n',
        '[[extra|f]]\n[a]\nconnection = mysql://a:"hush"@b\n',
        "[[extra|f]]\n[a]\npassword: hush\n",
        "[[extra|f]]\n[a]\nthe password = hush\n",
        "[[extra|f]]\n[a]\npassword = hu\\sh # hush\n",
    ],
)
def test_no_remark_repeats_a_secret(text: str) -> None:
    found = remarks(HEADER + text)
    assert found
    said = [r.text + r.fix for r in found if r.code != "DSR709"]  # the comment it moves
    assert "hush" not in "".join(said)


def test_lines_keep_their_places_over_sections() -> None:
    conf = read(f"{HEADER}A=1\n[[extra|f]]\n[a]\nb=c\n{HEADER}\nB=\\\n2\nif a; then\n  C=3\nfi\n")
    found = [(line.number, line.assignment, line.always) for line in localrc_lines(conf)]
    assert [f for f in found if f[1]] == [
        (2, ("A", "", "1"), True),
        (8, ("B", "", ""), True),
        (11, ("C", "", "3"), False),
    ]


def test_what_leads_out_of_a_plugin_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("SERVICE_TOKN\nenable_service tea-pot\n")
    devstack = tmp_path / "tea" / "devstack"
    devstack.mkdir(parents=True)
    (devstack / "settings").symlink_to("../../elsewhere")
    around = Around(plugins=(("tea", tmp_path / "tea"),))
    assert said("SERVICE_TOKN=a\ndisable_service tea-pot\n", around) == [("DSR726", "warning", 2)]
