"""`init`: the plugin it writes, and what it leaves alone."""

import subprocess
from pathlib import Path

import pytest

from runner.distros.distro import Family, read_distros
from runner.errors import ConfigError, HostError
from runner.plan.packages import read_plugin_lists
from runner.resources import IMAGES
from runner.sources.newplugin import write_plugin
from runner.sources.plugin import check_layout


def test_all_files_of_a_plugin_are_written_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "my-plugin"
    written = {str(path.relative_to(folder)) for path in write_plugin(folder)}
    assert written == {
        "README.md",
        "devstack/plugin.sh",
        "devstack/settings",
        *(f"devstack/files/{family.package_lists}/my-plugin" for family in Family),
    }
    check_layout("my-plugin", folder)


@pytest.mark.parametrize("name", ["my-plugin", "plugin2", "a.b"])
def test_the_shell_files_are_bash_and_no_placeholder_is_left(tmp_path: Path, name: str) -> None:
    for path in write_plugin(tmp_path / name):
        text = path.read_text()
        assert "{{" not in text
        assert "{%" not in text
        if path.name in ("plugin.sh", "settings"):
            subprocess.run(["bash", "-n", path], check=True)


@pytest.mark.parametrize("distro", ["debian-12", "fedora-44", "opensuse-leap-16.0"])
def test_every_family_gets_packages(tmp_path: Path, distro: str) -> None:
    list(write_plugin(tmp_path / "mine"))
    (found,) = read_plugin_lists(tmp_path / "mine", "mine", read_distros(IMAGES)[distro])
    assert found.names


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "README.md").write_text("my own")
    assert folder / "README.md" not in list(write_plugin(folder))
    assert (folder / "README.md").read_text() == "my own"


def test_a_plugin_that_is_one_already_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine" / "devstack").mkdir(parents=True)
    with pytest.raises(ConfigError, match="is there already; nothing was written"):
        list(write_plugin(tmp_path / "mine"))
    assert list((tmp_path / "mine" / "devstack").iterdir()) == []


def test_a_folder_whose_name_cannot_be_a_plugins_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        list(write_plugin(tmp_path / "two words"))
    assert not (tmp_path / "two words").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HostError, match="cannot write"):
        list(write_plugin(tmp_path / "file" / "mine"))
