"""docs/contract.md, and that the tree and its tests have all that the contract names."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pytest

from tools.contract_page import (
    DISTRO_ROW,
    PAGE,
    TESTS,
    TREE,
    parse_cases,
    parse_functions,
    proofs,
    read_cases,
    read_functions,
    render,
    shorten,
)

# The contract's own index: how many vectors each group has.
VECTORS = {
    "RUN": 12, "LC": 9, "MC": 35, "MG": 6, "ER": 14, "TF": 27, "VC": 22, "GF": 6, "V6": 4, "BI": 3,
    "HX": 1, "INI": 30, "IG": 14, "IM": 14, "LS": 7, "SV": 31, "IS": 16, "PL": 4, "GT": 14, "PK": 8,
    "PF": 17, "PS": 11, "RP": 7, "NT": 5, "WS": 3, "EF": 2, "UI": 3, "TR": 1, "TM": 2, "AS": 3,
    "RD": 5, "SI": 1, "ES": 1,
}  # fmt: skip

# The rows of 5.1.
DISTROS = (
    "Debian 12", "Debian 13", "Ubuntu 22.04", "Ubuntu 24.04", "Ubuntu 26.04", "Fedora 40",
    "CentOS Stream 9", "CentOS Stream 10", "Rocky 9.4", "AlmaLinux 9.4", "RHEL 9.4",
    "openSUSE Leap 15.6", "openSUSE Leap 16.0", "openSUSE Tumbleweed", "SLES 12 SP5", "SLES 15 SP5",
)  # fmt: skip


def contract_names() -> Mapping[str, Sequence[str]]:
    """The functions that the contract names, by chapter; the bats tests read the same file."""
    names: dict[str, list[str]] = defaultdict(list)
    for line in (TESTS / "contract-names").read_text().splitlines():
        if not line.startswith("#"):
            chapter, _, *functions = line.split()
            names[chapter] += functions
    return names


NAMES = contract_names()
FUNCTIONS = read_functions(TREE)
CASES = read_cases(TESTS)


def test_the_page_is_what_the_tree_and_its_tests_say() -> None:
    assert PAGE.read_text() == render(FUNCTIONS, CASES), "run `make docs`"


@pytest.mark.parametrize(("group", "count"), VECTORS.items())
def test_every_vector_has_a_test(group: str, count: int) -> None:
    tested = {vector for case in CASES for vector in case.vectors}
    numbers = sorted(int(v.split("-")[1]) for v in tested if v.startswith(f"{group}-"))
    assert numbers == list(range(1, count + 1))


def test_no_test_has_a_vector_that_the_contract_has_not() -> None:
    tested = {vector for case in CASES for vector in case.vectors}
    groups = {vector.split("-")[0] for vector in tested if not vector.startswith(DISTRO_ROW)}
    assert groups == set(VECTORS)


@pytest.mark.parametrize("distro", DISTROS)
def test_every_row_of_the_table_of_distributions_has_a_test(distro: str) -> None:
    assert DISTRO_ROW + distro in {case.name for case in CASES}


def test_the_names_cover_the_chapters() -> None:
    assert list(NAMES) == [f"4.{n}" for n in range(1, 21)]


@pytest.mark.parametrize("chapter", NAMES)
def test_the_tree_defines_what_a_chapter_names(chapter: str) -> None:
    defined = {function.name for function in FUNCTIONS} | {"_cleanup_service_list"}
    assert [name for name in NAMES[chapter] if name not in defined] == []


def test_every_public_function_says_how_it_is_used_and_what_for() -> None:
    silent = [
        f"{function.file}: {function.name}"
        for function in FUNCTIONS
        if function.signature.split(" ")[0] != function.name or not function.sentence
    ]
    assert silent == []


def test_the_first_sentence_of_the_comment_above_a_function_is_taken() -> None:
    text = (
        "# For all.\n\n# f <a> [b]\n#\n# Prints a, as in x.y or\n# a file. More.\n"
        "function f {\n    :\n}\n"
        "    # g\n    #\n    # True.\n    # shellcheck disable=SC1 # why\n    function g {\n"
    )
    first, second = parse_functions(text, "inc/x")
    assert (first.name, first.signature) == ("f", "f <a> [b]")
    assert first.sentence == "Prints a, as in x.y or a file."
    assert (second.signature, second.sentence) == ("g", "True.")


def test_a_function_without_a_comment_of_its_own_has_no_sentence() -> None:
    first, second = parse_functions("# f\nfunction f {\n}\nfunction g {\n", "inc/x")
    assert (first.signature, first.sentence) == ("f", "")
    assert (second.signature, second.sentence) == ("", "")


BATS = """\
load helper

far() {
    near "$1"
}

near() { f "$1"; }

@test "A-1 A-2: near and far" {
    # g is not called
    far x
}
@test "B-1: on a line" { g; }
@test "without a vector: A-3" {
    g
}
"""


def test_the_vectors_of_a_test_are_those_its_name_begins_with() -> None:
    cases = list(parse_cases(BATS, "x.bats"))
    assert [case.vectors for case in cases] == [("A-1", "A-2"), ("B-1",), ()]


def test_a_vector_proves_what_its_test_calls_itself_or_through_a_helper() -> None:
    functions = list(
        parse_functions("function f {\n}\nfunction g {\n}\nfunction h {\n}\n", "inc/x")
    )
    proved = proofs(functions, list(parse_cases(BATS, "x.bats")))
    assert proved == {"f": ("A-1", "A-2"), "g": ("B-1",)}


def test_runs_of_vectors_are_put_together() -> None:
    assert shorten(["PK-2", "INI-1", "PK-1", "INI-10", "INI-2"]) == "INI-1…2, INI-10, PK-1…2"
    assert shorten(["5.1 Debian 12", "5.1 Debian 13", "A-1"]) == "A-1, 5.1"
    assert shorten([]) == ""
