"""What real plugins do that is easy to get wrong, item by item of the contract's 6.1.

The plugins in `idioms` do it, each in the phase where it occurs, and note what they see. After
each command the bats file of its name in `idioms/checks` is run inside; its tests are named for
the items. Those that need Keystone or Nova are among the checks of `services` and `cloud`.
"""

import shutil
from pathlib import Path

import pytest

from tests.container.batsfiles import BatsResult, copy_bats, names_of_tests, run_checks
from tests.container.harness import Runner

IDIOMS = Path(__file__).with_name("idioms")
CHECKS = ("stack", "unstack", "by-hand")
ELSEWHERE = [IDIOMS.with_name(suite) / "checks" / "stack.bats" for suite in ("services", "cloud")]


def names_of(check: str) -> list[str]:
    return names_of_tests(IDIOMS / "checks" / f"{check}.bats")


@pytest.fixture(scope="module")
def results(shared_runner: Runner) -> dict[str, dict[str, BatsResult]]:
    """How each check went; of those in `by-hand`, after the run that unstacked."""
    folder = shared_runner.folder / "idioms"
    shutil.copytree(IDIOMS, folder)
    for name in ("checks", "noted.bash"):
        (folder / name).rename(folder / "groundwork" / name)
    copy_bats(folder / "groundwork" / "bats")
    job = shared_runner.passes("stack", "--json", "-c", folder / "local.conf").job.job
    stacked = run_checks(shared_runner, job, "groundwork", "stack")
    shared_runner.passes("unstack", job)
    unstacked = run_checks(shared_runner, job, "groundwork", "unstack")
    by_hand = run_checks(shared_runner, job, "groundwork", "by-hand")
    shared_runner.passes("clean", job)
    return {"stack": stacked, "unstack": unstacked, "by-hand": by_hand}


@pytest.mark.parametrize(
    ("check", "name"), [(check, name) for check in CHECKS for name in names_of(check)]
)
def test_idiom(check: str, name: str, results: dict[str, dict[str, BatsResult]]) -> None:
    result = results[check].get(name)
    assert result, f"item {name}: was not checked"
    assert result.passed, f"item {name}\n{result.said}"
    if result.skipped:
        pytest.skip(f"item {name}: {result.skipped}")


def test_no_item_of_the_list_is_left_out() -> None:
    names = [name for check in CHECKS for name in names_of(check)]
    names += [name for path in ELSEWHERE for name in names_of_tests(path)]
    numbers = [name.partition(":")[0] for name in names]
    assert {int(number) for number in numbers if number.isdigit()} == set(range(1, 31))
