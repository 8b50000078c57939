"""Every way to install it: wheel, wheel from the sdist, editable, and a checkout as it is.

Each renders a Dockerfile and writes a plugin, which needs all the folders that travel with it.
The dependencies are taken from the environment that runs the tests, so nothing is downloaded.
"""

import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from runner import __version__

PROJECT = Path(__file__).resolve().parents[2]
CACHES = {".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__"}
NOT_SHIPPED = CACHES | {".git", ".venv", "build", "dist"}
pytest.importorskip("hatchling", reason="wheels are built with hatchling")


def run(*command: str | Path, cwd: Path, **env: str) -> str:
    """What a command prints that has to succeed; no engine is to be had."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "DOCKER_HOST": f"unix://{cwd}/none.sock",
        "XDG_STATE_HOME": str(cwd / ".state"),
        "XDG_CACHE_HOME": str(cwd / ".cache"),
        **env,
    }
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(target: str, folder: Path, *, source: Path = PROJECT) -> Path:
    """Build a wheel or an sdist and return its path."""
    run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder, cwd=source)
    (made,) = folder.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return made


def make_environment(folder: Path, *what: str | Path) -> Path:
    """A fresh environment with this installed, and the tests' own packages behind it."""
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    python = folder / "bin" / "python"
    site = next((folder / "lib").glob("python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    options = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation")
    run(
        *(sys.executable, "-m", "pip", "--python", python, "install", *options, *what),
        cwd=folder.parent,
        PIP_DISABLE_PIP_VERSION_CHECK="1",
    )
    return folder / "bin"


def check_installation(command: list[str | Path], folder: Path, **env: str) -> None:
    """Write a plugin with `init` and render its Dockerfile for every family."""
    folder.mkdir()
    assert run(*command, "--version", cwd=folder, **env) == f"devstack-runner {__version__}\n"
    run(*command, "init", "my-plugin", cwd=folder, **env)
    for distro, base in (
        ("debian-12", "FROM debian:12"),
        ("fedora-44", "fedora:44"),
        ("opensuse-leap-16.0", "leap:16.0"),
    ):
        text = run(*command, "render", "-p", "./my-plugin", "-d", distro, cwd=folder, **env)
        assert base in text
        assert f"{distro}-my-plugin" in text
        assert "devstack/files/" in text
    assert "debian-12" in run(*command, "distros", cwd=folder, **env)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", tmp_path_factory.mktemp("sdist"))


def shipped(folder: str) -> dict[str, int]:
    """The files below a folder of the project that belong to it, and their modes."""
    top = PROJECT / folder
    return {
        str(path.relative_to(top)): stat.S_IMODE(path.stat().st_mode)
        for path in top.rglob("*")
        if path.is_file() and NOT_SHIPPED.isdisjoint(path.parts)
    }


def test_the_wheel_holds_images_templates_tree_and_container_scripts(wheel: Path) -> None:
    names = {*zipfile.ZipFile(wheel).namelist()}
    for folder, place in (
        ("images", "runner/_data/images"),
        ("templates", "runner/_data/templates"),
        ("runner/devstack", "runner/devstack"),
        ("runner/container", "runner/container"),
    ):
        expected = {f"{place}/{name}" for name in shipped(folder)}
        assert expected
        assert expected - names == set()


def test_the_wheel_holds_no_tests_and_no_leftovers(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {
        "runner",
        f"devstack_runner-{__version__}.dist-info",
    }
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


@pytest.mark.parametrize("folder", ["runner/devstack", "runner/container"])
def test_scripts_stay_executable(folder: str, wheel: Path, tmp_path: Path) -> None:
    bin_ = make_environment(tmp_path / "venv", wheel)
    site = next((bin_.parent / "lib").glob("python*/site-packages"))
    executable = {name for name, mode in shipped(folder).items() if mode & 0o100}
    assert executable
    lost = [name for name in executable if not os.access(site / folder / name, os.X_OK)]
    assert lost == []


def test_the_wheel_works(wheel: Path, tmp_path: Path) -> None:
    bin_ = make_environment(tmp_path / "venv", wheel)
    check_installation([bin_ / "devstack-runner"], tmp_path / "work")
    place = run(bin_ / "python", "-c", "import runner; print(runner.__file__)", cwd=tmp_path)
    assert Path(place.strip()).is_relative_to(tmp_path / "venv")
    assert __version__ in run(bin_ / "python", "-m", "runner", "--version", cwd=tmp_path)


def test_the_wheel_made_from_the_sdist_is_the_same(
    wheel: Path, sdist: Path, tmp_path: Path
) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    unpacked = tmp_path / f"devstack_runner-{__version__}"
    again = build("wheel", tmp_path / "again", source=unpacked)
    first, second = zipfile.ZipFile(wheel), zipfile.ZipFile(again)
    assert {*first.namelist()} == {*second.namelist()}
    modes = [
        {entry.filename: entry.external_attr for entry in w.infolist()} for w in (first, second)
    ]
    changed = [name for name in modes[0] if modes[0][name] != modes[1][name]]
    assert [name for name in changed if not name.endswith("/RECORD")] == []


def test_the_sdist_holds_what_tests_need_and_no_leftovers(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "README.md", "Makefile", "tools/make-venv"} <= names
    assert {name for name in names if name.startswith("tests/unit/test_")}
    assert not [name for name in names if not NOT_SHIPPED.isdisjoint(name.split("/"))]


def test_an_editable_install_works_and_follows_the_checkout(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path)
    bin_ = make_environment(tmp_path / "venv", "--editable", checkout)
    check_installation([bin_ / "devstack-runner"], tmp_path / "work")
    (checkout / "runner" / "__init__.py").write_text('__version__ = "9.9.9"\n')
    assert "9.9.9" in run(bin_ / "devstack-runner", "--version", cwd=tmp_path)


def test_a_checkout_works_without_an_installation(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path)
    check_installation(
        [sys.executable, "-m", "runner"], tmp_path / "work", PYTHONPATH=str(checkout)
    )
    text = run(sys.executable, "-m", "runner", "--help", cwd=checkout)
    assert "Usage: python -m runner" in text


def copy_checkout(folder: Path) -> Path:
    """A copy of the project to change."""
    left_out = shutil.ignore_patterns(*NOT_SHIPPED)
    return Path(shutil.copytree(PROJECT, folder / "checkout", ignore=left_out))
