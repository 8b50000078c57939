"""Where files are, whether they can be read and parsed, and their line ends."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.lint.check import check_plugin
from runner.lint.files import PluginText, read_plugin
from runner.lint.finding import Finding
from runner.lint.layout import check_layout, check_line_ends
from runner.lint.syntax import check_syntax
from tests.unit.linting import DISTROS, brief, plugin


def test_a_good_plugin_has_no_findings(tmp_path: Path) -> None:
    good = plugin(
        tmp_path,
        {
            "settings": "define_plugin tea\nTEA_PORT=${TEA_PORT:-1}\nenable_service tea\n",
            "plugin.sh": 'if [[ "$1" == "stack" && "$2" == "extra" ]]; then\n'
            '    run_process tea "/bin/sleep 1"\nfi\n',
            "override-defaults": ":\n",
            "files/debs/tea": "cowsay\n",
            "files/rpms/tea": "cowsay\n",
            "files/rpms-suse/tea": "",
            "README.md": "a plugin\n",
            "settings.sample": "X=1\n",
        },
    )
    assert list(check_plugin(good, tuple(DISTROS.values()))) == []


def test_no_plugin_sh(tmp_path: Path) -> None:
    (tmp_path / "tea").mkdir()
    found = list(check_layout(read_plugin("tea", tmp_path / "tea")))
    assert brief(found) == [("DSR101", "error", "plugin.sh", None)]


def test_settings_alone_may_be_meant(tmp_path: Path) -> None:
    (tmp_path / "tea" / "devstack").mkdir(parents=True)
    (tmp_path / "tea" / "devstack" / "settings").write_text("A=1\n")
    found = list(check_layout(read_plugin("tea", tmp_path / "tea")))
    assert brief(found) == [("DSR101", "warning", "plugin.sh", None)]
    assert "only settings" in found[0].message


@pytest.mark.parametrize(
    ("name", "right"),
    [
        *[("setting", "settings"), ("Settings", "settings"), ("settings.sh", "settings")],
        *[("override_defaults", "override-defaults"), ("override-default", "override-defaults")],
        *[("plugin.bash", "plugin.sh"), ("plugin", "plugin.sh"), ("plugins.sh", "plugin.sh")],
    ],
)
def test_a_name_that_is_nearly_right(tmp_path: Path, name: str, right: str) -> None:
    devstack = tmp_path / "tea" / "devstack"
    devstack.mkdir(parents=True)
    for file in {"plugin.sh", name} - ({"plugin.sh"} if right == "plugin.sh" else set()):
        (devstack / file).write_text(":\n")
    (found,) = check_layout(read_plugin("tea", tmp_path / "tea"))
    assert brief([found]) == [("DSR102", "error", name, None)]
    assert found.fix == f"mv {devstack}/{name} {devstack}/{right}"


def test_names_of_other_things_are_left_alone(tmp_path: Path) -> None:
    names = ["settings.bak", "plugin.sh.orig", "gate_hook.sh", "local.conf", "README.rst", "lib.sh"]
    assert list(check_layout(plugin(tmp_path, dict.fromkeys(names, ":\n")))) == []
    beside = {"settings": ":\n", "settings.sh": ":\n", "plugin": ":\n"}
    assert list(check_layout(plugin(tmp_path / "2", beside))) == []


def unreadable(tmp_path: Path) -> list[Finding]:
    return list(check_layout(read_plugin("tea", tmp_path / "tea")))


def test_a_folder_a_dangling_link_and_bytes_cannot_be_read(tmp_path: Path) -> None:
    plugin(tmp_path, {"settings": b"A=\xff\n"})
    (tmp_path / "tea/devstack/override-defaults").mkdir()
    (tmp_path / "tea/devstack/lib").mkdir()
    (tmp_path / "tea/devstack/lib/tea").symlink_to("nowhere")
    assert brief(unreadable(tmp_path)) == [
        ("DSR103", "error", "override-defaults", None),
        ("DSR103", "error", "settings", None),
        ("DSR103", "error", "tea", None),
    ]


def test_a_pipe_and_a_device_are_not_waited_for(tmp_path: Path) -> None:
    plugin(tmp_path, {})
    os.mkfifo(tmp_path / "tea/devstack/settings")
    (tmp_path / "tea/devstack/override-defaults").symlink_to("/dev/zero")
    assert brief(unreadable(tmp_path)) == [
        ("DSR103", "error", "override-defaults", None),
        ("DSR103", "error", "settings", None),
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_rights_cannot_be_read(tmp_path: Path) -> None:
    plugin(tmp_path, {"settings": "A=1\n"})
    (tmp_path / "tea/devstack/settings").chmod(0)
    assert brief(unreadable(tmp_path)) == [("DSR103", "error", "settings", None)]


def line_ends(found: PluginText) -> Iterator[Finding]:
    return (finding for file in found.files for finding in check_line_ends(file))


def test_crlf_is_one_finding_a_file_with_all_its_edits(tmp_path: Path) -> None:
    found = plugin(tmp_path, {"settings": b"A=1\nB=2\r\nC=3\r\n", "files/debs/tea": b"cowsay\r\n"})
    findings = list(line_ends(found))
    assert brief(findings) == [("DSR105", "error", "settings", 2), ("DSR105", "error", "tea", 1)]
    assert [len(finding.edits) for finding in findings] == [2, 1]
    assert list(line_ends(plugin(tmp_path / "2", {"settings": "A=1\nB=$'\\r\\n'\n"}))) == []


def test_crlf_is_not_reported_as_other_things_too(tmp_path: Path) -> None:
    files = {"plugin.sh": b'if [[ "$1" == "stack" ]]; then\r\n:\r\nfi\r\n'}
    files["files/debs/tea"] = b"cowsay\r\n"
    distros = (DISTROS["debian-12"],)
    found = check_plugin(plugin(tmp_path, files), distros)
    assert {finding.code for finding in found} == {"DSR105"}


def test_bash_says_where_it_cannot_parse(tmp_path: Path) -> None:
    bad = plugin(tmp_path, {"settings": "A=1\nif true; then\n  B=2\nfi)\n"})
    found = [finding for file in bad.scripts for finding in check_syntax(file)]
    assert brief(found) == [("DSR104", "error", "settings", 4)]
    assert "unexpected token" in found[0].message


@pytest.mark.parametrize(
    "text",
    [
        "shopt -s extglob\ncase $x in @(a|b)) : ;; esac\n",
        "a=(1 2)\n[[ x =~ (a|b)$ ]]\n",
        "",
        "x |& y",
    ],
)
def test_what_bash_can_parse_is_fine(tmp_path: Path, text: str) -> None:
    good = plugin(tmp_path, {"settings": text})
    assert [finding for file in good.scripts for finding in check_syntax(file)] == []
