"""Writes docs/contract.md: the functions of the bash tree, and the tests that prove them."""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
TREE = ROOT / "runner" / "devstack"
TESTS = ROOT / "tests" / "tree"
PAGE = ROOT / "docs" / "contract.md"

INTRODUCTION = """\
# The contract

A DevStack plugin is a handful of bash files that DevStack sources. Whatever they call or read
without defining it themselves is a promise of DevStack's: functions with their arguments, output
and exit status, variables, the order of the phases. These promises together are the contract. The
tree in [runner/devstack](../runner/devstack) keeps it with code of its own, at the names and paths
of DevStack.

The contract tells most of it by examples, the vectors: each says what a call leaves behind. They
have names such as `INI-1`; a test in [tests/tree](../tests/tree) carries the names of those that it
proves. `make tree` runs these tests twice: as they are, and with errexit, nounset and xtrace on.

This page is made by `make docs` from the comments of the tree and the names of the tests. A vector
stands with a function when its test calls that function. The chapters that begin with a number are
those of the contract.
"""

_OTHER = "What the commands are made of"
_PROJECTS = "The projects' libraries"
_CHAPTERS = {
    "4.1 Control and messages": ("inc/core/control",),
    "4.2 Values": ("inc/core/values",),
    "4.3 ini files": ("inc/ini-config", "inc/core/inifile"),
    "4.4 Editing local.conf": ("inc/core/localconf",),
    "4.5 Sections of local.conf": ("inc/meta-config",),
    "4.6 The list of services": ("inc/core/services",),
    "4.7 Plugins": ("inc/core/plugins", "inc/core/dispatch"),
    "4.8 git": ("inc/core/git",),
    "4.9 Packages": ("inc/core/packages", "inc/core/lists"),
    "4.10 The distribution": ("inc/core/distro",),
    "4.11 Processes": ("inc/core/process",),
    "4.12 Services of the system": ("inc/core/system",),
    "4.13 Files, users, network": ("inc/core/users", "inc/core/network", "inc/core/disks"),
    "4.14 HTTP, downloads, images, guests": ("inc/core/http", "inc/core/images", "inc/core/guests"),
    "4.15 Identity": ("inc/core/identity",),
    "4.16 Log formats": ("inc/core/logging",),
    "4.17 Timing": ("inc/core/timing",),
    "4.18 Tasks in the background": ("inc/async",),
    "4.19 Rootwrap": ("inc/rootwrap",),
    "4.20 stack.sh's own": (
        "lib/stack",
        "inc/core/passwords",
        "inc/core/state",
        "inc/core/credentials",
        "inc/core/host",
        "inc/core/runlog",
        "inc/core/trace",
    ),
    "Python": ("inc/python",),
    _PROJECTS: (),
    _OTHER: (),
}
_CHAPTER_OF = {file: chapter for chapter, files in _CHAPTERS.items() for file in files}

_DEFINITION = re.compile(r"\s*function (\S+) \{")
_TEST = re.compile(r'@test "(?P<name>.+?)" \{(?P<rest>.*)')
_HELPER = re.compile(r"(?P<name>\w+)\(\) \{(?P<rest>.*)")
_VECTOR = re.compile(r"[A-Z][A-Z0-9]*-\d+")
_WORD = re.compile(r"[A-Za-z_]\w*")
DISTRO_ROW = "5.1 "


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of the tree, with what the comment above it says."""

    name: str
    file: str
    """Path below the tree."""
    signature: str
    sentence: str

    @property
    def chapter(self) -> str:
        """The chapter of the page."""
        other = _PROJECTS if self.file.startswith("lib/") else _OTHER
        return _CHAPTER_OF.get(self.file, other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A test of a bats file."""

    file: str
    name: str
    words: frozenset[str]
    """The words in its body, and in what that calls in the same file."""

    @property
    def vectors(self) -> Sequence[str]:
        """The vectors its name begins with."""
        if self.name.startswith(DISTRO_ROW):
            return (self.name,)
        return tuple(_VECTOR.findall(self.name.partition(":")[0]))


def read_functions(tree: Path) -> Sequence[Function]:
    """The public functions of what can be sourced in the tree."""
    paths = [tree / "functions", tree / "functions-common", tree / "stackrc"]
    for folder in ("inc", "lib"):
        paths += sorted(path for path in (tree / folder).rglob("*") if path.is_file())
    return [
        function
        for path in paths
        for function in parse_functions(path.read_text(), str(path.relative_to(tree)))
        if not function.name.startswith("_")
    ]


def parse_functions(text: str, file: str) -> Iterator[Function]:
    """The functions that a file defines, with the comment directly above each."""
    comment: list[str] = []
    for line in text.splitlines():
        found = _DEFINITION.match(line)
        if found:
            signature, sentence = _parse_comment(comment)
            yield Function(name=found[1], file=file, signature=signature, sentence=sentence)
        if line.lstrip().startswith("#"):
            comment.append(line.strip().removeprefix("#").strip())
        else:
            comment.clear()


def _parse_comment(comment: Sequence[str]) -> tuple[str, str]:
    """The signature and the first sentence of a usage comment."""
    lines = [line for line in comment if not line.startswith("shellcheck")]
    if len(lines) < 3 or lines[1]:  # noqa: PLR2004 # signature, empty line, sentence
        return (lines[0] if lines else ""), ""
    text = " ".join(lines[2:])
    end = re.search(r"\.(?= +[A-Z$_<]|  |$)", text)
    return lines[0], text[: end.end()] if end else text


def read_cases(tests: Path) -> Sequence[Case]:
    """The tests of a folder's bats files."""
    paths = sorted(tests.glob("*.bats"))
    return [case for path in paths for case in parse_cases(path.read_text(), path.name)]


def parse_cases(text: str, file: str) -> Iterator[Case]:
    """The tests of a bats file."""
    helpers = dict(_blocks(text, _HELPER))
    for name, body in _blocks(text, _TEST):
        yield Case(file=file, name=name, words=_reach(body, helpers))


def _blocks(text: str, begin: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """The names and bodies of the blocks that begin so and end with a `}` in column 1."""
    lines = iter(text.splitlines())
    for line in lines:
        found = begin.fullmatch(line)
        if not found:
            continue
        body = [found["rest"]]
        if not found["rest"].endswith("}"):
            for inner in lines:
                if inner == "}":
                    break
                body.append("" if inner.lstrip().startswith("#") else inner)
        yield found["name"], "\n".join(body)


def _reach(body: str, helpers: Mapping[str, str]) -> frozenset[str]:
    """The words of a body and of the helpers that it calls, and they call."""
    words: set[str] = set()
    bodies = [body]
    while bodies:
        new = set(_WORD.findall(bodies.pop())) - words
        words |= new
        bodies += [helpers[word] for word in new if word in helpers]
    return frozenset(words)


def proofs(functions: Sequence[Function], cases: Sequence[Case]) -> Mapping[str, Sequence[str]]:
    """The vectors that prove each function."""
    names = {function.name for function in functions}
    proved: dict[str, dict[str, None]] = defaultdict(dict)
    for case in cases:
        for name in case.words & names:
            proved[name].update(dict.fromkeys(case.vectors))
    return {name: tuple(vectors) for name, vectors in proved.items()}


def sort_key(vector: str) -> tuple[str, int]:
    """Vectors of a group by their numbers."""
    group, _, number = vector.rpartition("-")
    return (group, int(number)) if _VECTOR.fullmatch(vector) else (vector, 0)


def shorten(vectors: Sequence[str]) -> str:
    """The vectors with runs of numbers put together: `INI-1…3, PK-1`."""
    runs: list[tuple[str, int, int]] = []
    for group, number in sorted(map(sort_key, set(vectors))):
        if group.startswith(DISTRO_ROW):
            continue
        if runs and runs[-1][0] == group and runs[-1][2] == number - 1:
            runs[-1] = (group, runs[-1][1], number)
        else:
            runs.append((group, number, number))
    rows = ["5.1"] if any(vector.startswith(DISTRO_ROW) for vector in vectors) else []
    texts = [f"{group}-{first}" + (f"…{last}" * (last > first)) for group, first, last in runs]
    return ", ".join(texts + rows)


def render(functions: Sequence[Function], cases: Sequence[Case]) -> str:
    """The page."""
    parts = [INTRODUCTION, *_function_tables(functions, proofs(functions, cases))]
    return "\n".join([*parts, *_vector_table(cases)]) + "\n"


def _function_tables(
    functions: Sequence[Function], proved: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    for chapter, files in _CHAPTERS.items():
        chosen = [function for function in functions if function.chapter == chapter]
        if not chosen:
            continue
        if files:
            chosen.sort(key=lambda function: files.index(function.file))
        yield f"## {chapter}\n"
        yield "| function | what it does | defined in | vectors |\n|---|---|---|---|"
        for function in chosen:
            cells = (
                f"`{function.signature}`",
                function.sentence,
                f"[{function.file}](../runner/devstack/{function.file})",
                shorten(proved.get(function.name, ())),
            )
            yield _row(cells)
        yield ""


def _vector_table(cases: Sequence[Case]) -> Iterator[str]:
    yield "## The vectors and their tests\n"
    yield "| vector | test | file |\n|---|---|---|"
    rows = [(vector, case) for case in cases for vector in case.vectors]
    rows.sort(key=lambda row: sort_key(row[0]))
    for vector, case in rows:
        says = case.name.partition(": ")[2]
        yield _row((vector, says, f"[{case.file}](../tests/tree/{case.file})"))


def _row(cells: Sequence[str]) -> str:
    """A row of a table; what means something to Markdown outside of code is kept from it."""
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    text = text.replace("|", r"\|")
    if text.startswith("`"):
        return text
    return re.sub(r"[<>*]|\b_|_\b", r"\\\g<0>", text) if not text.startswith("[") else text


def main(arguments: Sequence[str]) -> None:
    """Write the page, or print it with `--print`."""
    page = render(read_functions(TREE), read_cases(TESTS))
    if arguments == ["--print"]:
        sys.stdout.write(page)
    else:
        PAGE.write_text(page)


if __name__ == "__main__":
    main(sys.argv[1:])
