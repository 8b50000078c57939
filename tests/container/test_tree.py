"""The vectors of the contract once more, as the stack user on distros that plugins run on.

On the machine that runs this `make tree` has run them, with all other tests of the tree: with
another bash and other tools, often as root, and without systemd.
"""

import re
import shutil
from pathlib import Path

import pytest

from runner.resources import TREE
from tests.container.batsfiles import copy_bats, names_of_tests, read_tap
from tests.container.harness import Runner, write_plugin

TESTS = Path(__file__).parents[1] / "tree"
VECTORS = r"^([A-Z][A-Z0-9]+-[0-9]|5\.1 )"
# Each file's results are printed in one piece, as two files are at work at once.
SCRIPT = """\
cd /opt/stack/vectors
function run_file {
    local said
    said=$(bats/bin/bats --tap --filter "$VECTORS" "$1")
    printf '%s\\n' "$said"
}
export -f run_file
grep --files-with-matches --null --extended-regexp "^@test \\"${VECTORS#^}" tests/tree/*.bats |
    xargs --null --max-args=1 --max-procs=2 bash -c 'run_file "$1"' run
"""


@pytest.mark.parametrize(
    ("distro", "vectors"),
    [
        ("debian-12", VECTORS),
        # bash is but a little newer here: what plugins call most, as all takes most of a minute
        ("debian-13", r"^(INI|MC|SV|IS|RUN)-[0-9]"),
    ],
    ids=["debian-12", "debian-13"],
)
def test_vectors_hold_for_the_stack_user(distro: str, vectors: str, runner: Runner) -> None:
    checkout = write_plugin(runner.folder, "vectors", plugin=": nothing to do\n")
    shutil.copytree(TESTS, checkout / "tests" / "tree")
    shutil.copytree(TREE, checkout / "runner" / "devstack")
    copy_bats(checkout / "bats")
    runner.passes("stack", "-d", distro, "-p", checkout)

    assert runner.inside(f"{distro}-vectors", "id --user --name") == "stack\n"

    script = f"export VECTORS='{vectors}'\n{SCRIPT}"
    outcome = runner("exec", "--job", f"{distro}-vectors", "bash", "-c", script)
    results = read_tap(outcome.stdout)
    failed = {name: result.said for name, result in results.items() if not result.passed}
    assert not failed, "\n".join(f"{name}\n{said}" for name, said in failed.items())
    assert set(results) == _names(vectors), outcome.stderr
    assert not [result.skipped for result in results.values() if result.skipped]


def _names(vectors: str) -> set[str]:
    """The tests of the tree whose names match."""
    names = (name for path in TESTS.glob("*.bats") for name in names_of_tests(path))
    return {name for name in names if re.match(vectors, name)}
