"""Package lists: those of other families, those that nobody reads, names that are none."""

import re
import shlex
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from runner.distros.distro import Distro, Family
from runner.errors import ConfigError
from runner.lint.bash import read_script
from runner.lint.files import BINDEP, LISTS, PluginText
from runner.lint.finding import Finding
from runner.localconf.remark import Severity
from runner.plan.packages import read_plugin_lists
from runner.sources.inside import Refused

# Packages of which other families have no use.
ONLY_RPM = re.compile(r"selinux|policycoreutils|epel")


def check_lists(plugin: PluginText, families: Collection[Family]) -> Iterator[Finding]:
    """Find lists that are missing for one of `families`, and lists that are not read."""
    names = {plugin.name, *defined_names(plugin)}
    for folder in LISTS:
        inside = [PurePosixPath(f.inside) for f in plugin.lists]
        there = [path.name for path in inside if path.parent.name == folder]
        if there and not names.intersection(there):
            below = plugin.folder / "devstack/files" / folder
            yield Finding(
                code="DSR305",
                severity=Severity.WARNING,
                path=below / there[0],
                message=f"of devstack/files/{folder} only the list {plugin.name} is read, the "
                f"plugin's name; there is {', '.join(there)}",
                fix=shlex.join(["mv", str(below / there[0]), str(below / plugin.name)]),
            )
    if plugin.file(BINDEP) is None:  # which is one list for all
        yield from _missing(plugin, families)


def check_names(plugin: PluginText, distro: Distro) -> Iterator[Finding]:
    """Find the first name that the distro's package manager would not take as one."""
    try:
        read_plugin_lists(plugin.folder, plugin.name, distro)
    except Refused:
        return  # it is among the files that cannot be read
    except ConfigError as error:
        file, line = list_place(plugin, error.message)
        yield Finding(
            code="DSR302",
            severity=Severity.ERROR,
            path=plugin.folder / file,
            line=line,
            message=error.message.removeprefix(f"plugin {plugin.name}: "),
            fix=error.hint
            or f"write a name that packages of the {distro.family.value} family have",
        )


def list_place(plugin: PluginText, message: str) -> tuple[str, int | None]:
    """The list that a message is about, and the line, if it says one."""
    words = message.replace(",", " ").replace(":", " ").split()
    file = next((f.inside for f in plugin.files if f.inside in words), "devstack/files")
    line = words[words.index("line") + 1] if "line" in words[:-1] else ""
    return file, int(line) if line.isdigit() and line != "0" else None


def defined_names(plugin: PluginText) -> tuple[str, ...]:
    """The names that its settings give with define_plugin."""
    settings = plugin.file("devstack/settings")
    if settings is None:
        return ()
    commands = read_script(settings.text).called("define_plugin")
    return tuple(c.words[0].value for c in commands if c.words and c.words[0].value)


def _missing(plugin: PluginText, families: Collection[Family]) -> Iterator[Finding]:
    useful = [PurePosixPath(f.inside) for f in plugin.lists if not _is_only_rpm(f.text)]
    there = {LISTS[PurePosixPath(f.inside).parent.name] for f in plugin.lists}
    for family in Family:
        if not useful or family in there or family not in families:
            continue
        # What only RPM systems need is common; all of them are rare.
        sure = family is Family.REDHAT and Family.DEBIAN in there
        has = " and ".join(sorted({f"{path.parent.name}/{path.name}" for path in useful}))
        missing = f"devstack/files/{family.package_lists}/{plugin.name}"
        yield Finding(
            code="DSR301",
            severity=Severity.WARNING if sure else Severity.NOTE,
            path=plugin.folder / missing,
            message=f"there is {has}, but no list for the {family} family",
            fix=f"write {missing}; one that is empty says that nothing is needed there",
        )


def _is_only_rpm(text: str) -> bool:
    names = [name for line in text.splitlines() for name in line.partition("#")[0].split()]
    return bool(names) and all(ONLY_RPM.search(name) for name in names)
