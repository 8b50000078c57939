"""The life of a stack, with the checks that are made inside after each command.

A suite is a folder: plugins, a `local.conf`, and `checks/COMMAND.bats` for each command. One of the
plugins, the carrier, takes the checks and bats into the container.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from runner.outcome.phases import Mode
from tests.container.batsfiles import BatsResult, copy_bats, names_of_tests, run_checks
from tests.container.harness import Runner

Results = dict[str, dict[str, BatsResult]]
_INSIDE = Path(__file__).with_name("inside")  # what checks of all suites use there


@dataclass(frozen=True, slots=True)
class Life:
    """What is done with a suite, in order: stack, unstack, clean; "stack again" is a stack.

    Another word does nothing but its checks.
    """

    suite: Path
    carrier: str
    commands: tuple[str, ...]

    def checks(self) -> list[tuple[str, str]]:
        """Each command with the name of each of its checks."""
        return [(command, name) for command in self.commands for name in self._names(command)]

    def _names(self, command: str) -> list[str]:
        return names_of_tests(self.suite / "checks" / f"{_word(command)}.bats")

    def run(self, runner: Runner) -> Results:
        """How each check of each command went; a command that fails is an assertion's failure."""
        folder = runner.folder / self.suite.name
        shutil.copytree(self.suite, folder)
        (folder / "checks").rename(folder / self.carrier / "checks")
        shutil.copytree(_INSIDE, folder / self.carrier / "checks", dirs_exist_ok=True)
        copy_bats(folder / self.carrier / "bats")
        job = ""
        results: Results = {}
        for command in self.commands:
            word = _word(command)
            if word == "stack":
                job = runner.passes("stack", "--json", "-c", folder / "local.conf").job.job
            elif word in tuple(Mode):
                runner.passes(word, job)
            results[command] = run_checks(runner, job, self.carrier, word)
        return results


def assert_passed(results: Results, command: str, name: str) -> None:
    """The check was made and passed."""
    result = results[command].get(name)
    assert result, f"{command}, {name}: was not checked"
    assert result.passed, f"{command}, {name}\n{result.said}"


def _word(command: str) -> str:
    return command.partition(" ")[0]
