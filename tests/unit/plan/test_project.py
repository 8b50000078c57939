"""What a project says of its own runs."""

from pathlib import Path

import pytest

from runner.cli.options import Ran
from runner.cli.selection import find_jobs
from runner.errors import ConfigError, NothingSelected
from runner.plan.project import Project, read_project

TABLE = """\
distros = ["debian-*", "fedora-44"]
exclude = ["debian-13"]
plugins = ["other=https://opendev.org/openstack/other"]
env = { WORD = "one", BOTH = "one" }
timeout = "30m"
allowed-failures = ["fedora-*"]
overrides = { "fedora-*" = { env = { BOTH = "two" }, timeout = "1h", plugins = [] } }
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a plugin, which is the current one."""
    folder = tmp_path / "mine"
    (folder / "devstack").mkdir(parents=True)
    (folder / "devstack" / "plugin.sh").touch()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def test_a_project_that_says_nothing_has_no_settings(tmp_path: Path) -> None:
    assert read_project(tmp_path) == Project()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert read_project(tmp_path) == Project()


def test_settings_are_in_pyproject_or_in_a_file_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.devstack-runner]\ndistros = ['debian-12']\n")
    assert read_project(tmp_path).distros == ("debian-12",)
    (tmp_path / "devstack-runner.toml").write_text("distros = ['debian-13']\n")
    assert read_project(tmp_path).distros == ("debian-13",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("distro = []", "did you mean distros?"),
        ("distros = 'debian-12'", "known: distros"),
        ("distros = [1]", "known: distros"),
        ("[overrides.x]\nenvironment = {}", "known: distros"),
        ("distros = [", ""),
    ],
)
def test_settings_that_make_no_sense_name_the_file(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "devstack-runner.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"devstack-runner\.toml") as caught:
        read_project(tmp_path)
    assert said in (caught.value.hint or "")


def test_the_projects_matrix_is_what_runs_without_options(plugin: Path) -> None:
    (plugin / "devstack-runner.toml").write_text(TABLE)
    jobs = find_jobs(Ran())
    assert [(each.job, each.may_fail) for each in jobs] == [
        ("debian-12-mine-other", False),
        ("fedora-44-mine", True),
    ]
    debian, fedora = (each.request for each in jobs)
    assert debian.environment == {"WORD": "one", "BOTH": "one"}
    assert fedora.environment == {"WORD": "one", "BOTH": "two"}
    assert (debian.timeout, fedora.timeout) == (1800, 3600)


def test_options_win_over_the_projects_settings(plugin: Path) -> None:
    (plugin / "devstack-runner.toml").write_text(TABLE)
    (job,) = find_jobs(
        Ran(
            distro=["ubuntu-24.04"],
            plugin=["third=."],
            env=["BOTH=three"],
            timeout="5s",
        )
    )
    assert job.job == "ubuntu-24.04-third"
    assert job.request.environment == {"WORD": "one", "BOTH": "three"}
    assert job.request.timeout == 5


def test_a_local_conf_of_the_project_is_beside_its_settings(plugin: Path) -> None:
    (plugin / "tests").mkdir()
    conf = plugin / "tests" / "local.conf"
    conf.write_text("[[local|localrc]]\nenable_plugin mine .\nenable_plugin more .\n")
    (plugin / "devstack-runner.toml").write_text('local-conf = "tests/local.conf"\n')
    (job,) = find_jobs(Ran(distro=["debian-12"]))
    assert job.job == "debian-12-mine-more"


def test_all_distros_but_a_family(plugin: Path) -> None:
    jobs = find_jobs(Ran(every=True, exclude=["redhat", "suse"]))
    assert {each.distro.family.value for each in jobs} == {"debian"}
    assert len(jobs) > 3


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Ran(distro=["debian-12"], exclude=["debian"]), "--exclude leaves no distro"),
        (Ran(distro=["debian-12"], patterns=["heat"]), "no job is called heat"),
        (Ran(distro=["debian-12"], shard="2/2"), "this shard has no job"),
    ],
)
def test_nothing_selected_has_a_code_of_its_own(plugin: Path, selection: Ran, said: str) -> None:
    with pytest.raises(NothingSelected, match=said) as caught:
        find_jobs(selection)
    assert caught.value.exit_code == 3
