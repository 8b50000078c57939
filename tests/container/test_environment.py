"""Python packages in images: what is installed, what is shared, what is made again and why."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.engine import Engine
from runner.outcome.result import ImageInfo
from tests.container import holding
from tests.container.harness import Outcome, Runner, job_name, write_plugin
from tests.container.started import started
from tests.signals import afresh

# One tiny package without requirements, and two of its versions.
PACKAGE, OLD, NEW = "cowsay", "5.0", "6.0"
# A version that nobody has: with it in a requirement, no image is there from another session.
NEVER = f"0.{time.time_ns()}"
JOB = job_name("herd")
SETTINGS = "enable_service herd\n"
PLUGIN = f"""\
if [[ "$1 $2" == "stack install" ]]; then
    {{ set +x; }} 2>/dev/null
    code=$(echo "$DEVSTACK_VENV"/lib/python3*/site-packages/{PACKAGE}/__pycache__/__init__.*.pyc)
    echo "byte code of $(stat --format=%U "$code")"
    echo "pip is $(type -P pip), of $(stat --format=%U "$(type -P pip)")"
    pip list --format=freeze 2>/dev/null | sed -n 's/^{PACKAGE}==/version /p'
    echo "before: $(<"$REQUIREMENTS_DIR/upper-constraints.txt")"
    setup_develop "$DEST/herd"
    echo "after: $(<"$REQUIREMENTS_DIR/upper-constraints.txt")"
    echo "$PIP_CACHE_DIR: $([[ -w $PIP_CACHE_DIR ]] && echo writable) $(ls "$PIP_CACHE_DIR")"
    touch "$PIP_CACHE_DIR/of-a-job"
fi
"""


def write_project(folder: Path, *requirements: str, plugin: str = PLUGIN) -> Path:
    checkout = folder / "herd"
    if not checkout.exists():
        write_plugin(folder, "herd", plugin=plugin, settings=SETTINGS)
        (checkout / "herd.py").touch()
    lines = ["[project]", 'name = "herd"', 'version = "1"', f"dependencies = {[*requirements]}"]
    lines += ["[tool.setuptools]", 'py-modules = ["herd"]']
    (checkout / "pyproject.toml").write_text("\n".join(lines) + "\n")
    return checkout


def write_limits(folder: Path, *lines: str) -> Path:
    file = folder / "limits.txt"
    file.write_text("".join(f"{line}\n" for line in lines))
    return file


def arguments(folder: Path) -> list[str]:
    return ["-p", "herd=herd", "--requirements", str(folder / "limits.txt")]


def build(runner: Runner, **env: str) -> ImageInfo:
    outcome = runner.passes("build", "--json", *arguments(runner.folder), env=env)
    assert outcome.job.image
    return outcome.job.image


def below(engine: Engine) -> set[str]:
    """The images that jobs share."""
    shared = ("devstack-runner/system:", "devstack-runner/environment:")
    return {image.name for image in engine.images() if image.name.startswith(shared)}


@pytest.fixture(scope="module")
def outcome(shared_runner: Runner) -> Outcome:
    """A run of a plugin that is a Python project."""
    write_project(shared_runner.folder, PACKAGE)
    write_limits(shared_runner.folder, f"{PACKAGE}==={OLD}", "herd===9")
    return shared_runner.passes("run", "--json", *arguments(shared_runner.folder))


@pytest.fixture(scope="module")
def log(outcome: Outcome, shared_runner: Runner) -> str:
    return shared_runner.log(JOB)


def test_requirements_are_there_when_the_plugin_begins(log: str) -> None:
    assert f"version {OLD}\n" in log, "within the constraints"
    assert f"Requirement already satisfied: {PACKAGE}" in log
    assert f"Collecting {PACKAGE}" not in log


def test_byte_code_is_kept_and_all_is_the_stack_users(log: str) -> None:
    assert "byte code of stack\n" in log
    assert "pip is /opt/stack/data/venv/bin/pip, of stack\n" in log


def test_constraints_can_be_edited_in_the_run_and_stay_on_the_host(
    log: str, shared_runner: Runner
) -> None:
    assert f"before: {PACKAGE}==={OLD}\nherd===9\n" in log
    assert f"after: {PACKAGE}==={OLD}\n" in log
    assert "after: herd" not in log
    assert (shared_runner.folder / "limits.txt").read_text().endswith("herd===9\n")


def test_downloads_of_runs_are_kept_for_the_next(
    log: str, outcome: Outcome, shared_runner: Runner, cache: Path
) -> None:
    assert "/srv/devstack-runner/pip: writable" in log
    assert (cache / "devstack-runner" / "pip" / "of-a-job").exists()


def test_an_unchanged_job_builds_nothing(outcome: Outcome, shared_runner: Runner) -> None:
    assert not build(shared_runner).built


def test_constraints_of_other_packages_build_nothing(
    outcome: Outcome, shared_runner: Runner
) -> None:
    folder = shared_runner.folder
    before = (folder / "limits.txt").read_text()
    write_limits(folder, *before.splitlines(), "unheard-of===1")
    image = build(shared_runner)
    assert outcome.job.image
    assert (image.built, image.id) == (False, outcome.job.image.id)
    write_limits(folder, *before.splitlines())


def test_a_changed_requirement_makes_its_layer_only(
    outcome: Outcome, shared_runner: Runner, engine: Engine
) -> None:
    shared = below(engine)
    write_project(shared_runner.folder, f"{PACKAGE}>{NEVER}")
    image = build(shared_runner)
    assert image.built
    assert image.reason == f"plugin herd: pyproject.toml changed (+{PACKAGE}>{NEVER} -{PACKAGE})"
    assert below(engine) == shared
    steps = (shared_runner.state / "last" / JOB / "build.log").read_text()
    assert "Step 1/" not in steps, "no Dockerfile was built"
    write_project(shared_runner.folder, PACKAGE)


def test_what_changed_is_known_where_the_image_was_found_made(
    outcome: Outcome, shared_runner: Runner, tmp_path: Path
) -> None:
    other_cache = {"XDG_CACHE_HOME": str(tmp_path)}
    assert not build(shared_runner, **other_cache).built
    changed = f"{PACKAGE}!={NEVER}.4"
    write_project(shared_runner.folder, changed)
    image = build(shared_runner, **other_cache)
    assert image.reason == f"plugin herd: pyproject.toml changed (+{changed} -{PACKAGE})"
    write_project(shared_runner.folder, PACKAGE)


def test_a_requirement_that_cannot_be_had_is_a_note(runner: Runner) -> None:
    write_project(runner.folder, PACKAGE)
    write_limits(runner.folder, f"{PACKAGE}==={NEVER}")
    job = runner.passes("build", "--json", *arguments(runner.folder)).job
    (note,) = job.notes
    assert note.startswith("plugin herd: pyproject.toml: cannot be installed in the image: ")
    assert f"no version of {PACKAGE}==" in note
    again = runner.passes("build", "--json", *arguments(runner.folder)).job
    assert again.image
    assert not again.image.built, "it would be in vain"


def test_an_index_that_is_away_is_a_note_and_the_next_build_tries_again(
    runner: Runner, tmp_path: Path
) -> None:
    write_project(runner.folder, f"{PACKAGE}>={NEVER}")
    write_limits(runner.folder, f"{PACKAGE}==={NEW}")
    away = {
        "PIP_INDEX_URL": "http://index.invalid/simple",
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "0",
        "no_proxy": "*",
    }
    away_outcome = runner.passes("build", "--json", *arguments(runner.folder), env=away)
    (note,) = away_outcome.job.notes
    assert "not in the image, for now: " in note
    assert away_outcome.job.image
    image = build(runner)
    assert image.built
    assert image.id != away_outcome.job.image.id


def test_two_that_want_the_same_image_make_it_once(runner: Runner, tmp_path: Path) -> None:
    write_project(runner.folder, f"{PACKAGE}!={NEVER}.1")
    write_limits(runner.folder, f"{PACKAGE}==={NEW}")
    command = runner.command("build", *arguments(runner.folder))
    both = [
        subprocess.Popen(
            command,
            cwd=runner.folder,
            env=runner.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("Python requirements of the plugins: " in text for text in said) == 1, said


def test_ctrl_c_while_python_packages_are_installed_leaves_no_container(
    runner: Runner, engine: Engine
) -> None:
    write_project(runner.folder, f"{PACKAGE}!={NEVER}.2")
    write_limits(runner.folder, f"{PACKAGE}==={NEW}")
    # the word is the last one of the line that begins the layer
    with started(runner, "build", "-v", *arguments(runner.folder)) as run:
        run.until(f"{PACKAGE}!={NEVER}.2")
        run.send(signal.SIGINT)
        assert run.end() == 130, run.said
    assert "Traceback" not in run.said
    found = engine.containers(job=JOB)
    assert not found


@pytest.mark.parametrize("milliseconds", [1, 4, 8, 16, 32, 64])
def test_ctrl_c_while_the_engine_creates_a_container_leaves_none(
    milliseconds: int, outcome: Outcome, engine: Engine
) -> None:
    assert outcome.job.image
    job = f"interrupted-{milliseconds}"
    command = afresh([sys.executable, holding.__file__, outcome.job.image.reference, job])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().strip() == holding.WORD
        time.sleep(milliseconds / 1000)
        process.send_signal(signal.SIGINT)
    assert process.returncode == -signal.SIGINT
    found = engine.containers(job=job)
    assert not found


def test_a_time_limit_ends_the_installation(runner: Runner, engine: Engine) -> None:
    write_project(runner.folder, f"{PACKAGE}!={NEVER}.3")
    write_limits(runner.folder, f"{PACKAGE}==={NEW}")
    outcome = runner("run", "--json", "--rm", "--timeout", "1", *arguments(runner.folder))
    assert outcome.code == 6, outcome.stderr
    assert not engine.containers(job=JOB)
