"""Files of merged sections: what is said of them, and that our tree does what is said."""

from pathlib import Path

import pytest

from runner.localconf.remark import Around
from tests.unit.localconf.examining import brief, merged, remarks

A = "[a]\nx = 1\n"
ALL = Around(complete=True)


def test_a_header_without_a_file_ends_its_phase(tmp_path: Path) -> None:
    text = f"[[post-config|]]\n{A}[[extra|o.conf]]\n{A}[[post-config|o.conf]]\n{A}"
    (found,) = remarks(text)
    assert brief((found,)) == [("DSR716", "error", 1)]
    assert found.text.endswith("and the rest of the phase: [[post-config|o.conf]] in line 7")
    assert merged(tmp_path, text) == ""


def test_a_file_that_was_merged_before_is_not_skipped(tmp_path: Path) -> None:
    text = f"[[post-config|o.conf]]\n{A}[[post-config|]]\n[[post-config|o.conf]]\n[a]\ny = 2\n"
    (found,) = remarks(text)
    assert found.text == "no file is named, so DevStack skips this section"
    assert merged(tmp_path, text) == "\n[a]\nx = 1\ny = 2\n"


def test_a_variable_that_nothing_sets_ends_its_phase(tmp_path: Path) -> None:
    text = f"[[post-config|$TEA_CONF]]\n{A}[[post-config|o.conf]]\n{A}"
    (found,) = remarks(text, ALL)
    assert brief((found,)) == [("DSR716", "error", 1)]
    assert "nothing sets TEA_CONF" in found.text
    assert "[[post-config|o.conf]] in line 4" in found.text
    assert merged(tmp_path, text) == ""


def test_who_may_set_a_variable(tmp_path: Path) -> None:
    text = f"[[post-config|$TEA_CONF]]\n{A}"
    assert remarks(text) == ()  # a plugin that is not at hand
    assert remarks(f"[[local|localrc]]\nTEA_CONF=/etc/tea.conf\n{text}", ALL) == ()
    assert remarks(text, Around(complete=True, variables=frozenset({"TEA_CONF"}))) == ()
    settings = tmp_path / "devstack" / "settings"
    settings.parent.mkdir()
    settings.write_text("TEA_CONF=/etc/tea.conf\n")
    assert remarks(text, Around(complete=True, plugins=(("tea", tmp_path),))) == ()
    settings.write_text("")
    assert len(remarks(text, Around(complete=True, plugins=(("tea", tmp_path),)))) == 1


@pytest.mark.parametrize("spec", ["$NOVA_CONF", "/$Q_PLUGIN_CONF_FILE", "${TEMPEST_CONFIG}", "f"])
def test_what_devstack_sets_is_known(spec: str) -> None:
    assert remarks(f"[[post-config|{spec}]]\n{A}", ALL) == ()


def test_a_name_that_is_nearly_devstacks_is_known_whatever_plugins_there_are() -> None:
    (found,) = remarks(f"[[post-config|$KEYSTON_CONF]]\n{A}")
    assert found.fix == "[[post-config|$KEYSTONE_CONF]]"


def test_a_folder_that_nothing_sets_leaves_another_path() -> None:
    (found,) = remarks(f"[[post-config|$TEA_DIR/tea.conf]]\n{A}", ALL)
    assert found.text == "nothing sets TEA_DIR, so the file is not the one meant"


def test_one_file_under_two_names(tmp_path: Path) -> None:
    text = f"[[post-config|$OTHER_CONF]]\n[a]\nx = 1\nx = 2\nz = 3\n[[post-config|o.conf]]\n{A}"
    (found,) = remarks(f"[[local|localrc]]\nOTHER_CONF=o.conf\n{text}")
    assert brief((found,)) == [("DSR717", "warning", 10)]
    assert "x of $OTHER_CONF in line 5 is lost" in found.text
    assert merged(tmp_path, text) == "\n[a]\nx = 1\nx = 1\nz = 3\n"


def test_the_paths_of_devstacks_own_files_are_known() -> None:
    nova = f"[[post-config|$NOVA_CONF]]\n{A}[[post-config|/etc/nova/nova.conf]]\n"
    assert [r.code for r in remarks(nova + A)] == ["DSR717"]
    assert remarks(nova + "[a]\ny = 2\n") == ()
    ml2 = f"[[post-config|/$Q_PLUGIN_CONF_FILE]]\n{A}"
    path = "/etc/neutron/plugins/ml2/ml2_conf.ini"
    assert [r.code for r in remarks(f"{ml2}[[post-config|{path}]]\n{A}")] == ["DSR717"]
    assert remarks(f"{ml2}[[test-config|{path}]]\n{A}") == ()  # merged at another time


def test_an_option_that_cannot_have_two_values(tmp_path: Path) -> None:
    text = f"[[post-config|o.conf]]\n{A}[b]\nx = 1\n[[post-config|o.conf]]\n[a]\nx = True\n"
    (found,) = remarks(text)
    assert brief((found,)) == [("DSR718", "warning", 8)]
    assert merged(tmp_path, text) == "\n[a]\nx = 1\nx = True\n\n[b]\nx = 1\n"


def test_options_may_have_several_values() -> None:
    assert remarks("[[post-config|f]]\n[a]\nalias = one\nalias = two\nalias = 3\n") == ()
