"""Python packages: the tree's lists, what a plugin's project requires, constraints that matter."""

from pathlib import Path

import pytest

from runner.plan.pythonlists import (
    Constraints,
    is_for_service,
    read_plugin_list,
    read_tree_lists,
)
from runner.resources import TREE


def a_tree(folder: Path, **lists: str) -> Path:
    (folder / "python").mkdir()
    for name, text in lists.items():
        (folder / "python" / name).write_text(text)
    return folder


def a_project(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def required(folder: Path) -> tuple[str, ...] | None:
    found = read_plugin_list(folder, "foo")
    return None if found is None else found.requirements


def test_the_lists_of_the_enabled_services_are_read_after_the_general_one(tmp_path: Path) -> None:
    files = a_tree(tmp_path, general="pbr\n", keystone="# why\nkeystone>=2  # no\n\n", nova="nova")
    found = read_tree_lists(files, "key, rabbit")
    assert [(one.source, one.requirements) for one in found] == [
        ("python/general", ("pbr",)),
        ("python/keystone", ("keystone>=2",)),
    ]
    assert is_for_service(found)
    assert not is_for_service(found[:1])


def test_without_lists_there_is_nothing_to_install(tmp_path: Path) -> None:
    assert read_tree_lists(tmp_path, "key") == ()
    assert not is_for_service(())


def test_the_trees_own_lists_can_be_read() -> None:
    names = {
        name for one in read_tree_lists(TREE / "files", "key,mysql") for name in one.requirements
    }
    assert {"keystone", "PyMySQL"} <= names


PBR = "[metadata]\nname = foo\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, None),
        ({"requirements_txt": "a\n"}, None),  # what a plugin in bash alone may have for its tests
        ({"pyproject_toml": "[tool.ruff]\nline-length = 1\n"}, None),
        ({"pyproject_toml": "[project\n"}, None),
        ({"setup_cfg": "[flake8]\nmax = 1\n"}, None),
        ({"setup_cfg": "no section\n"}, None),
        ({"setup_cfg": PBR}, ()),
        ({"setup_cfg": PBR, "requirements_txt": "a>=1 # x\n# y\n-r b\nc;python_version<'4'\n"},
         ("a>=1", "c;python_version<'4'")),
        ({"setup_cfg": f"{PBR}[options]\ninstall_requires =\n  a\n  b>2\n"}, ("a", "b>2")),
        ({"setup_py": "import setuptools\n", "requirements_txt": "a\n"}, ("a",)),
        ({"pyproject_toml": '[project]\ndependencies = ["a>=1"]\n', "requirements_txt": "b\n"},
         ("a>=1",)),
        ({"pyproject_toml": '[project]\ndynamic = ["dependencies"]\n', "requirements_txt": "b\n"},
         ("b",)),
        ({"pyproject_toml": "[build-system]\n", "setup_cfg": PBR, "requirements_txt": "b\n"},
         ("b",)),
        ({"setup_cfg": PBR, "requirements_txt": "x @ https://h/x\n./y\n--pre\n-e z\na\na\n"},
         ("a",)),
    ],
)  # fmt: skip
def test_a_plugin_requires_what_its_python_project_does(
    files: dict[str, str], expected: tuple[str, ...] | None, tmp_path: Path
) -> None:
    assert required(a_project(tmp_path, **files)) == expected


def test_a_list_says_whose_it_is_and_where_it_was_read(tmp_path: Path) -> None:
    found = read_plugin_list(a_project(tmp_path, setup_cfg=PBR, requirements_txt="a\n"), "foo")
    assert found
    assert (found.plugin, found.source, found.title) == (
        "foo",
        "requirements.txt",
        "plugin foo: requirements.txt",
    )


def test_a_file_that_cannot_be_read_is_left_to_pip(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text(PBR)
    (tmp_path / "requirements.txt").write_bytes(b"a\n\xff\n")
    assert required(tmp_path) == ("a",)


UPPER = Constraints(
    "# of today\noslo.config===10.7.0\npbr===7.0.3\nsix===1.17.0;python_version<'4'\n"
)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("pbr===7.0.3\noslo.config===10.7.0\n", True),  # another order, six not there
        ("oslo.config===10.7.0\npbr===7.0.3\nnew===1\nsix===2\n", True),
        ("oslo.config===10.7.1\npbr===7.0.3\n", False),
        ("pbr===7.0.3\n", False),
        ("", False),
    ],
)
def test_constraints_are_the_same_when_they_say_the_same_of_what_is_installed(
    other: str, same: bool
) -> None:
    installed = ("oslo-config", "PBR", "pip")
    assert (Constraints(other).digest(installed) == UPPER.digest(installed)) == same
    assert Constraints(other).digest() != UPPER.digest()


def test_no_constraints_say_nothing_of_anything() -> None:
    assert Constraints().digest() == Constraints().digest(["pbr"]) == UPPER.digest(["pip"]) == ""
