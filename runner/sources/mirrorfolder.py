"""A folder of mirrors (`--git-mirror DIR`): which repository in it serves which URL.

In it, a repository is `ORG/NAME.git`, `ORG/NAME`, `ORG+NAME.git`, `ORG+NAME`, `NAME.git` or
`NAME`, bare or not; a folder `ORG+NAME` may also hold the git directory as its child.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from runner.errors import ConfigError, SourceError
from runner.urls import repository_path, shown_url


def find_repository(mirror: Path, url: str) -> Path:
    """The repository of the folder that stands for `url`."""
    _check_folder(mirror)
    names = _candidates(url)
    for name in names:
        if repository := _repository_at(mirror / name):
            return repository
    looked_for = ", ".join(names) or "nothing: the URL names no repository"
    raise SourceError(
        f"{shown_url(url)} is not in the mirror folder {mirror}",
        hint=f"looked there for {looked_for}",
    )


def git_mirror_config(mirror: Path, inside: str, bases: Sequence[str]) -> str:
    """A git configuration that serves `bases` from the folder, which git sees at `inside`.

    A base is the part of a URL before ORG/NAME, `https://opendev.org`; repositories that lie in the
    folder without an organization are served at BASE/NAME.
    """
    _check_folder(mirror)
    lines = ["[safe]", "\tdirectory = *"]
    for name, repository in sorted(_repositories(mirror)):
        place = quote(f"{inside.rstrip('/')}/{repository.relative_to(mirror)}", safe="/+")
        lines.append(f'[url "file://{place}"]')
        for base in bases:
            served = f"{base.rstrip('/')}/{name}"
            # Both: the longest prefix wins, and the first alone would leave ".git" behind.
            lines += [f"\tinsteadOf = {_quoted(url)}" for url in (served, f"{served}.git")]
    return "\n".join(lines) + "\n"


def _check_folder(mirror: Path) -> None:
    if not mirror.is_dir():
        raise ConfigError(
            f"the mirror folder {mirror} does not exist", hint="give --git-mirror a folder"
        )


def _candidates(url: str) -> list[str]:
    parts = repository_path(url).split("/")
    if any(part in {"", ".", ".."} for part in parts):
        return []
    whole, name = "/".join(parts), parts[-1]
    bases = [whole]
    if len(parts) > 1:
        bases += [f"{parts[-2]}/{name}", f"{parts[-2]}+{name}"]
    return [f"{base}{end}" for base in dict.fromkeys([*bases, name]) for end in (".git", "")]


def _repository_at(folder: Path) -> Path | None:
    """The folder, or for ORG+NAME its newest child, when it is a repository."""
    if not folder.is_dir():
        return None
    if _is_git_directory(folder) or (folder / ".git").exists():
        return folder
    if "+" not in folder.name:
        return None
    children = [child for child in folder.iterdir() if _is_git_directory(child)]
    return max(children, key=lambda child: child.stat().st_mtime, default=None)


def _is_git_directory(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir()


def _repositories(mirror: Path) -> Iterator[tuple[str, Path]]:
    """Every repository of the folder with the ORG/NAME or NAME it serves."""
    for entry in sorted(mirror.iterdir()):
        if repository := _repository_at(entry):
            yield _served_name(entry.name), repository
        elif entry.is_dir():
            for child in sorted(entry.iterdir()):
                if repository := _repository_at(child):
                    yield f"{entry.name}/{child.name.removesuffix('.git')}", repository


def _served_name(entry: str) -> str:
    return re.sub(r"^([^+]+)\+", r"\1/", entry.removesuffix(".git"))


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
