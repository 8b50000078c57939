"""Services for real: the check list of the contract, around four small plugins that use them.

The plugins in `services` make the calls that plugins of OpenStack make, in their order. After
each command the bats file of its name in `services/checks` is run inside.
"""

import shutil
from pathlib import Path

import pytest

from tests.container.batsfiles import BatsResult, copy_bats, names_of_tests, run_checks
from tests.container.harness import Runner

SERVICES = Path(__file__).with_name("services")
# a second stack finds all that the first one has left
CHECKED = ("stack", "stack again", "unstack", "clean")


def names_of(check: str) -> list[str]:
    command, _, _ = check.partition(" ")
    return names_of_tests(SERVICES / "checks" / f"{command}.bats")


@pytest.fixture(scope="module")
def results(shared_runner: Runner) -> dict[str, dict[str, BatsResult]]:
    """How each check went."""
    folder = shared_runner.folder / "services"
    shutil.copytree(SERVICES, folder)
    (folder / "checks").rename(folder / "inspector" / "checks")
    copy_bats(folder / "inspector" / "bats")
    job = ""
    found = {}
    for check in CHECKED:
        command, _, _ = check.partition(" ")
        if command == "stack":
            conf = folder / "local.conf"
            job = shared_runner.passes("stack", "--json", "-c", conf).job.job
        else:
            shared_runner.passes(command, job)
        found[check] = run_checks(shared_runner, job, "inspector", command)
    return found


@pytest.mark.parametrize(
    ("check", "name"), [(check, name) for check in CHECKED for name in names_of(check)]
)
def test_services(check: str, name: str, results: dict[str, dict[str, BatsResult]]) -> None:
    result = results[check].get(name)
    assert result, f"{check}, {name}: was not checked"
    assert result.passed, f"{check}, {name}\n{result.said}"
