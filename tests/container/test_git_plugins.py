"""Plugins from git repositories, and `-p` on top of a local.conf."""

import subprocess
from pathlib import Path

import pytest

from tests.container.harness import Outcome, Runner, git, job_name, write_conf, write_plugin


def commit(checkout: Path, word: str) -> str:
    """A commit whose plugin says the word; its sha."""
    text = f'[[ "$1 $2" != "stack extra" ]] || echo "this is {word} of $(basename "$PWD")"\n'
    (checkout / "devstack" / "plugin.sh").write_text(f'cd "$DEST/{checkout.name}"\n{text}')
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", word)
    return git(checkout, "rev-parse", "HEAD")


def write_repository(folder: Path, name: str) -> dict[str, str]:
    """A repository with a commit for a tag, a sha, a branch and master; their shas."""
    checkout = write_plugin(folder, name)
    git(checkout, "init", "--quiet", "--initial-branch=master")
    shas = {"v1": commit(checkout, "v1")}
    git(checkout, "tag", "v1")
    shas["bare"] = commit(checkout, "bare")
    git(checkout, "checkout", "--quiet", "-b", "stable/one")
    shas["stable/one"] = commit(checkout, "stable")
    git(checkout, "checkout", "--quiet", "master")
    shas["master"] = commit(checkout, "master")
    return shas


@pytest.fixture(scope="module")
def shas(shared_runner: Runner) -> dict[str, str]:
    return write_repository(shared_runner.folder, "gitted")


@pytest.mark.parametrize(
    ("ref", "wanted", "word"),
    [
        ("", "master", "master"),
        ("stable/one", "stable/one", "stable"),
        ("v1", "v1", "v1"),
        ("SHA", "bare", "bare"),
    ],
    ids=["no ref", "branch", "tag", "sha"],
)
def test_ref_of_enable_plugin_is_what_runs(
    ref: str, wanted: str, word: str, shas: dict[str, str], shared_runner: Runner
) -> None:
    runner = shared_runner
    url = f"file://{runner.folder}/gitted"
    conf = write_conf(
        runner.folder, f"enable_plugin gitted {url} {ref.replace('SHA', shas[wanted])}"
    )
    outcome = runner.passes("run", "--json", "-c", conf)
    (plugin,) = outcome.job.plugins
    assert (plugin.name, plugin.url, plugin.sha) == ("gitted", url, shas[wanted])
    assert f"this is {word} of gitted\n" in runner.log(job_name("gitted"))


def test_new_commit_of_a_branch_is_fetched_by_the_next_run(runner: Runner) -> None:
    write_repository(runner.folder, "moving")
    plugin = f"moving=file://{runner.folder}/moving@master"
    runner.passes("run", "-p", plugin)
    sha = commit(runner.folder / "moving", "newer")
    outcome = runner.passes("run", "--json", "-p", plugin)
    assert outcome.job.plugins[0].sha == sha
    assert "this is newer of moving\n" in runner.log(job_name("moving"))


def test_plugin_from_git_can_use_git_in_its_checkout(runner: Runner) -> None:
    write_repository(runner.folder, "selfaware")
    plugin = f"selfaware=file://{runner.folder}/selfaware"
    runner.passes("stack", "-p", plugin)
    said = runner.inside(
        job_name("selfaware"),
        "cd /opt/stack/selfaware && git log -1 --format=%s && git status --porcelain && "
        "git checkout --quiet -b mine && git describe --tags",
    )
    assert said.splitlines()[0] == "master"
    assert said.splitlines()[-1].startswith("v1-2-g")


class TestPluginOption:
    """`-p` together with a local.conf."""

    @pytest.fixture
    def conf(self, runner: Runner) -> Path:
        for name in ("base-one", "added-one"):
            write_plugin(runner.folder, name, plugin=f'[[ $2 != extra ]] || echo "from {name}"\n')
        return write_conf(runner.folder, "enable_plugin base-one ./base-one")

    @staticmethod
    def plugins(outcome: Outcome) -> list[tuple[str, str]]:
        return [(plugin.name, plugin.url) for plugin in outcome.job.plugins]

    def test_plugin_is_added_behind_those_of_local_conf(self, conf: Path, runner: Runner) -> None:
        outcome = runner.passes("run", "--json", "-c", conf, "-p", "added-one=added-one")
        assert [name for name, _ in self.plugins(outcome)] == ["base-one", "added-one"]
        log = runner.log(job_name("base-one", "added-one"))
        assert 0 < log.index("\nfrom base-one\n") < log.index("\nfrom added-one\n")

    def test_plugin_of_the_same_name_takes_its_place(self, conf: Path, runner: Runner) -> None:
        write_plugin(runner.folder / "mine", "base-one", plugin='echo "my own"\n')
        outcome = runner.passes("run", "--json", "-c", conf, "-p", "base-one=mine/base-one")
        assert self.plugins(outcome) == [("base-one", str(runner.folder / "mine/base-one"))]
        log = runner.log(job_name("base-one"))
        assert "\nmy own\n" in log
        assert "from base-one" not in log


def test_git_mirror_serves_plugins_outside_and_clones_inside(runner: Runner) -> None:
    mirrors = runner.folder / "mirrors"
    (mirrors / "openstack").mkdir(parents=True)
    shas = write_repository(mirrors / "openstack", "mirrored")
    write_repository(mirrors / "openstack", "dependency")
    text = (
        '[[ "$1 $2" != "stack install" ]] || '
        'git_clone "$GIT_BASE/openstack/dependency" "$DEST/dependency" stable/one\n'
    )
    (mirrors / "openstack" / "mirrored" / "devstack" / "plugin.sh").write_text(text)
    git(mirrors / "openstack" / "mirrored", "commit", "--quiet", "--all", "--message", "clones")
    subprocess.run(
        ["chmod", "-R", "a+rX", mirrors], check=True
    )  # as a mirror is, whatever the umask
    conf = write_conf(
        runner.folder, "enable_plugin mirrored https://opendev.org/openstack/mirrored"
    )

    outcome = runner.passes("stack", "--json", "-c", conf, "--git-mirror", mirrors)
    (plugin,) = outcome.job.plugins
    assert plugin.url == "https://opendev.org/openstack/mirrored"
    assert plugin.sha not in shas.values()
    job = job_name("mirrored")
    assert runner.inside(job, "git -C /opt/stack/dependency log -1 --format=%s") == "stable\n"
