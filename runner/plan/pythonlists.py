"""Which Python packages a job wants in its image: the tree's lists, and what its plugins require.

A list is one of pip's requirements a line. The tree's are in `files/python`, named like the lists
of distribution packages; a plugin's are those of the Python project in its folder, if there is one.
"""

import configparser
import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from runner.errors import ConfigError
from runner.plan.packages import select_list_names
from runner.sources.inside import read_inside

GENERAL = "general"
_FOLDER = "python"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_COMMENT = re.compile(r"(^|[ \t]+)#.*$")
_NOT_NORMAL = re.compile(r"[-_.]+")


class PythonList(Struct, frozen=True, kw_only=True):
    """Requirements of one origin; `source` is the file they were read from."""

    title: str
    requirements: tuple[str, ...]
    source: str
    plugin: str | None = None
    venv: str | None = None
    """A virtual environment of its own, instead of where DevStack installs."""


BINDEP = PythonList(
    title="bindep, for the plugins' bindep.txt",
    requirements=("bindep",),
    source="bindep.txt",
    venv="/opt/stack/bindep-venv",
)


class Constraints(Struct, frozen=True):
    """The text of an upper-constraints.txt; empty when there is none."""

    text: str = ""

    def digest(self, names: Iterable[str] | None = None) -> str:
        """A hash over all lines, or over those that say something of these packages.

        What was installed fits other constraints as well, when they say the same of it.
        """
        lines = sorted(_requirement_lines(self.text))
        if names is not None:
            wanted = {normal_name(name) for name in names}
            lines = [line for line in lines if normal_name(_name_of(line)) in wanted]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] if lines else ""


def normal_name(name: str) -> str:
    """A package's name as the index compares it."""
    return _NOT_NORMAL.sub("-", name).lower()


def read_tree_lists(files: Path, services: str) -> tuple[PythonList, ...]:
    """Read the tree's lists, below `files`, for `general` and a comma-separated list of services.

    A list that does not exist, or is empty, is left out.
    """
    wanted = [GENERAL, *(name.strip() for name in services.split(",") if name.strip())]
    found = []
    for name in select_list_names(wanted):
        file = f"{_FOLDER}/{name}"
        if requirements := tuple(_requirement_lines(_read_text(files / file))):
            title = f"Python packages of the tree's list {name}"
            found.append(PythonList(title=title, requirements=requirements, source=file))
    return tuple(found)


def is_for_service(lists: Iterable[PythonList]) -> bool:
    """Whether there are others than the list that every job has."""
    return any(one.source != f"{_FOLDER}/{GENERAL}" for one in lists)


def read_plugin_list(folder: Path, plugin_name: str) -> PythonList | None:
    """Read what the Python project in a plugin's folder requires; None when there is none.

    The run's own pip says what is wrong with a file, so one that cannot be read is no error; one
    that is not the plugin's own is.
    """

    def text_of(file: str) -> str:
        try:
            found = read_inside(folder, file, whose=f"plugin {plugin_name}") or b""
        except OSError:
            return ""
        return found.decode(errors="replace")

    stated = [(file, read(text_of(file))) for file, read in _PROJECT_FILES]
    if not any(said is not None for _, said in stated):
        return None
    # pbr and setuptools' `dynamic` take the requirements from there
    stated.append(("requirements.txt", text_of("requirements.txt")))
    file, text = next(((file, text) for file, text in stated if text), ("requirements.txt", ""))
    return PythonList(
        title=f"plugin {plugin_name}: {file}",
        requirements=tuple(dict.fromkeys(_requirement_lines(text or ""))),
        source=file,
        plugin=plugin_name,
    )


def _of_pyproject(text: str) -> str | None:
    """What a project's file says it requires, "" when another file says so; None: no project."""
    try:
        project = tomllib.loads(text).get("project")
    except tomllib.TOMLDecodeError:
        return None
    if not isinstance(project, Mapping):
        return None  # it may configure tools only
    dependencies: Any = project.get("dependencies", ())
    return "\n".join(str(line) for line in dependencies)


def _of_setup_cfg(text: str) -> str | None:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    if not parser.has_option("metadata", "name"):
        return None  # as above
    return parser.get("options", "install_requires", fallback="")


def _of_setup_py(text: str) -> str | None:
    """Nothing: it would have to be run."""
    return "" if text else None


_PROJECT_FILES = (
    ("pyproject.toml", _of_pyproject),
    ("setup.cfg", _of_setup_cfg),
    ("setup.py", _of_setup_py),
)


def _requirement_lines(text: str) -> Iterator[str]:
    """The lines that ask for packages of an index: no options, folders, URLs or comments."""
    for line in text.splitlines():
        requirement = _COMMENT.sub("", line).strip()
        if _NAME.match(requirement) and "://" not in requirement:
            yield requirement


def _name_of(requirement: str) -> str:
    found = _NAME.match(requirement)
    return found[0] if found else ""


def _read_text(file: Path) -> str:
    try:
        return file.read_text()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
