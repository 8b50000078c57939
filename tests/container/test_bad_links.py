"""Links by which a plugin, or the folder it came in, would make us read other files of the host."""

from pathlib import Path

import pytest

from runner.engine import Engine
from tests.container.harness import Runner, write_lists, write_plugin
from tests.container.refusals import refusal

_SECRET = "Hush-hush"  # noqa: S105 - no password
_FILES = [
    "devstack/files/debs/tea",
    "devstack/files/bindep.txt",
    "pyproject.toml",
    "requirements.txt",
    "setup.cfg",
]


@pytest.fixture
def tea(runner: Runner) -> Path:
    """A plugin with a Python project, and beside it what is nobody's business."""
    folder = write_plugin(runner.folder, "tea", plugin="true\n")
    write_lists(folder, debs="cowsay")
    (folder / "setup.py").write_text("import setuptools\n")
    (runner.folder / "secret/devstack").mkdir(parents=True)
    (runner.folder / "secret/tea").write_text(f"{_SECRET}=1\n[[{_SECRET}\n")
    return folder


def link(path: Path, target: Path) -> None:
    """Put a link in the place of a file."""
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def is_nowhere(runner: Runner) -> bool:
    """Whether no file that runs have written holds the secret."""
    files = (path for path in runner.state.rglob("*") if path.is_file())
    return not any(_SECRET in path.read_text(errors="replace") for path in files)


@pytest.mark.parametrize("name", _FILES)
def test_no_run_reads_through_a_link_that_leads_out(
    name: str, runner: Runner, engine: Engine, tea: Path
) -> None:
    link(tea / name, runner.folder / "secret/tea")
    answer = refusal(runner, engine, "-p", "./tea")
    assert answer.code == 2
    assert f"plugin tea: {tea / name} is a link that leads out of {tea}" in answer.message
    dry = runner("run", "--dry-run", "-p", "./tea")
    assert dry.code == 2
    assert _SECRET not in f"{answer.message}{answer.hint}{dry.stdout}{dry.stderr}"
    assert is_nowhere(runner)


@pytest.mark.parametrize(
    "localrc",
    [
        "enable_plugin x ../secret",
        "enable_plugin x file:///root/of/mine main",
        "GIT_BASE=..\nenable_plugin x $GIT_BASE/secret",
        "enable_plugin x ../secret main",
    ],
)
def test_a_local_conf_that_came_with_the_folder_names_no_other_folder(
    localrc: str, runner: Runner, engine: Engine, tea: Path
) -> None:
    (tea / "local.conf").write_text(f"[[local|localrc]]\n{localrc}\n")
    outcome = runner("run", "--json", cwd=tea)
    problem = outcome.job.problem
    assert outcome.code == 2
    assert problem
    assert " is outside of " in problem.message
    assert f"-c {tea / 'local.conf'}" in (problem.hint or "")


def test_requirements_that_such_a_local_conf_names_are_left_alone(
    runner: Runner, tea: Path
) -> None:
    """Its `git clone` would put all of another repository of the host where plugins run."""
    conf = tea / "local.conf"
    conf.write_text("[[local|localrc]]\ndisable_all_services\nREQUIREMENTS_REPO=/root/of/mine\n")
    dry = runner.passes("run", "--dry-run", cwd=tea)
    assert "requirements /root/of/mine: is outside of" in dry.stdout
