"""The functions that plugins call most, in our DevStack tree and, with TREE=path, in another one.

Both are timed in turns, so that a noisy machine is as unkind to one as to the other; the figure is
the least of several rounds, in milliseconds of wall time a call.

    [TREE=path] python bench/tree_functions.py [ROUNDS]
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

from runner.resources import TREE

SCRIPT = Path(__file__).with_suffix(".bash")
CASES = {
    "source": "`source functions`",
    "iniset": "`iniset`, 200 on one file that grows",
    "iniset-xtrace": "the same with xtrace on",
    "iniset-sudo": "`iniset -sudo`, 200 on one file of root's",
    "iniget": "`$(iniget …)`, 200",
    "iniget-direct": "the same without the subshell of `$( )`",
    "is_service_enabled": "`is_service_enabled`, 100",
    "is_service_enabled-xtrace": "the same with xtrace on",
    "trueorfalse": "`$(trueorfalse …)`, 100",
    "trueorfalse-direct": "the same without the subshell of `$( )`",
    "subshell": "for scale: `$(:)`, bash's own cost of asking any function for its output",
    "process": "for scale: `/bin/true`, a process",
}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    trees = {"ours": TREE}
    if "TREE" in os.environ:
        trees["TREE"] = Path(os.environ["TREE"]).resolve()
    print("| ms a call | " + " | ".join(trees) + (" | ratio |" if len(trees) > 1 else " |"))
    print("|---" * (len(trees) + (len(trees) > 1) + 1) + "|")
    for case, title in CASES.items():
        if case == "iniset-sudo" and os.getuid() == 0:
            continue  # root needs no sudo
        least = measure(case, trees, rounds)
        cells = [f"{milliseconds:.2f}" for milliseconds in least]
        if len(least) > 1:
            cells.append(f"{least[1] / least[0]:.1f}")
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)
    version = output(["bash", "-c", "echo $BASH_VERSION"])
    print(f"\n{os.cpu_count()} cores, {platform.platform()}, bash {version}, uid {os.getuid()}")


def measure(case: str, trees: dict[str, Path], rounds: int) -> list[float]:
    """The least time of each tree, in the order of the trees."""
    times: list[list[float]] = [[] for _ in trees]
    for _ in range(rounds):
        for collected, tree in zip(times, trees.values(), strict=True):
            collected.append(float(output(["bash", str(SCRIPT), str(tree), case])))
    return [min(collected) for collected in times]


def output(command: list[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
