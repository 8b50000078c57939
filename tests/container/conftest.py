"""Container tests: they need an engine, and leave nothing on it that was not there before."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from runner.engine import Engine, answers
from tests.container.harness import Runner, leftovers
from tests.lab.build import REPOSITORY as LABS

IMAGES_BEFORE = pytest.StashKey[set[str]]()
NO_ENGINE = "no container engine answers; `devstack-runner engine up` starts one"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-engine",
        action="store_true",
        help="fail when no container engine answers, instead of skipping the container tests",
    )


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    if engine_answers():
        config.stash[IMAGES_BEFORE] = images()
    elif config.getoption("--require-engine", default=False):
        raise pytest.UsageError(NO_ENGINE)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the images that this session has built; the layers they share with others stay."""
    before = config.stash.get(IMAGES_BEFORE, None)
    if before is not None:
        connection = Engine.connect()
        for image in images() - before:
            connection.remove_image(image)
        connection.close()


def images() -> set[str]:
    """Our images: their tags, or the identifiers of those that have none. The lab's may stay."""
    connection = Engine.connect()
    found = {image.name or image.id for image in connection.images()}
    connection.close()
    return {name for name in found if not name.startswith(LABS)}


def engine_answers() -> bool:
    with warnings.catch_warnings():
        # of docker-py: it leaves a socket open that nobody answers on
        warnings.simplefilter("ignore", ResourceWarning)
        answered = answers() is not None
        gc.collect()
    return answered


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests of a file together, with `-n`: they share containers."""
    # xdist is there when this is called
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped] # noqa: PLC0415

    return LoadFileScheduling(config, log)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A connection to the engine; at the end nothing that this session made may be on it."""
    if not engine_answers():
        pytest.skip(NO_ENGINE)
    connection = Engine.connect()
    yield connection
    left = leftovers(connection, tmp_path_factory.getbasetemp())
    connection.close()
    assert not left, f"left on the engine: {[found.name for found in left]}"


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner's cache, for all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def runner(engine: Engine, cache: Path, tmp_path: Path) -> Iterator[Runner]:
    """The command line in a folder of the test's own."""
    with _runner_in(tmp_path, engine=engine, cache=cache) as made:
        yield made


@pytest.fixture(scope="module")
def shared_runner(
    engine: Engine, cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runner]:
    """The same, for a run at which several tests of a file look."""
    with _runner_in(tmp_path_factory.mktemp("shared"), engine=engine, cache=cache) as made:
        yield made


@contextmanager
def _runner_in(folder: Path, *, engine: Engine, cache: Path) -> Iterator[Runner]:
    try:
        yield Runner(folder=folder, cache=cache)
    finally:
        for found in leftovers(engine, folder):
            if found.kind == "container":
                engine.container(found).remove()
