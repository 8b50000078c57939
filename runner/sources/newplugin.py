"""`init`: a plugin that works, to start from."""

import re
from collections.abc import Iterator
from pathlib import Path

import jinja2

from runner.errors import ConfigError, HostError
from runner.resources import TEMPLATES
from runner.sources.rules import check_name

_SUFFIX = ".j2"


def write_plugin(folder: Path) -> Iterator[Path]:
    """Write the plugin's files below `folder` (its name is the plugin's), yielding each path.

    Raises:
        ConfigError: the name is none for a plugin, or there is a `devstack/` already.
        HostError: the folder cannot be written.

    """
    name = folder.resolve().name
    check_name(name)
    if (folder / "devstack").exists():
        raise ConfigError(
            f"{folder / 'devstack'} is there already; nothing was written",
            hint="`devstack-runner run` in that folder runs the plugin",
        )
    word = re.sub(r"\W", "_", name)
    words = {"name": name, "function": word, "upper": word.upper(), "service": name}
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES / "plugin"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - bash is not HTML
    )
    for template in environment.list_templates():
        path = folder / template.removesuffix(_SUFFIX)
        if path.name == "name":
            path = path.with_name(name)
        if path.exists() or path.is_symlink():  # which would be written where it leads
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(environment.get_template(template).render(words))
        except OSError as error:
            raise HostError(f"cannot write {path}: {error.strerror}") from error
        yield path
