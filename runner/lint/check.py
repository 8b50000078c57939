"""All checks, over the plugins and the local.conf of a request."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from runner.distros.distro import Distro
from runner.lint.commands import check_commands
from runner.lint.conf import ConfText, check_conf, check_remarks, read_conf
from runner.lint.endings import check_endings
from runner.lint.families import check_families
from runner.lint.files import BINDEP, PluginText, read_plugin
from runner.lint.finding import Finding
from runner.lint.layout import check_layout, check_line_ends
from runner.lint.lists import check_lists, check_names
from runner.lint.moments import check_moments
from runner.lint.order import check_order
from runner.lint.services import check_service_types, check_services
from runner.lint.settings import check_settings
from runner.lint.syntax import check_syntax
from runner.localconf.file import trusting
from runner.localconf.remark import Around
from runner.sources.inside import check_inside


class Subject(Struct, frozen=True, kw_only=True):
    """What is to be checked: plugins by name, in their order, and a local.conf."""

    plugins: tuple[tuple[str, Path], ...] = ()
    config: Path | None = None
    distros: tuple[Distro, ...] = ()
    """Those on which the plugins are meant to run."""
    within: Path | None = None
    """The folder that the local.conf may not leave, where nobody named it."""


class Material(Struct, frozen=True, kw_only=True):
    """The subject as it was read."""

    subject: Subject
    plugins: tuple[PluginText, ...]
    conf: ConfText | None

    def findings(self) -> list[Finding]:
        """Everything that is found without asking a distro, in the order of files and lines."""
        return in_order(self._findings())

    def _findings(self) -> Iterator[Finding]:
        config = self.subject.config
        if self.conf is not None and config is not None:
            yield from check_conf(self.conf, config)
            yield from check_remarks(self.conf, self._around())
        localrc = self.conf.localrc if self.conf else ""
        for plugin in self.plugins:
            yield from check_plugin(plugin, self.subject.distros, localrc=localrc)
        enabled = self.conf.enabled if self.conf else ()
        order = dict.fromkeys([e.name for e in enabled] + [p.name for p in self.plugins])
        yield from check_order(tuple(order), self.plugins, complete=self._names_all())

    def _names_all(self) -> bool:
        """Whether the local.conf says which plugins there are."""
        return self.conf is not None and self.conf.conf is not None and self.conf.is_complete

    def _around(self) -> Around:
        plugins = tuple((plugin.name, plugin.folder) for plugin in self.plugins)
        read = {name for name, _ in plugins}
        enabled = self.conf.enabled if self.conf else ()
        return Around(
            plugins=plugins,
            complete=self._names_all() and all(plugin.name in read for plugin in enabled),
        )


def read_subject(subject: Subject) -> Material:
    """Read the files: the plugins given, and those that the local.conf takes from folders.

    Raises:
        ConfigError: the local.conf cannot be read.

    """
    conf = read_conf(subject.config, within=subject.within) if subject.config else None
    given = dict(subject.plugins)
    if conf is not None and subject.config is not None:
        below = subject.config.resolve().parent
        for enabled in conf.enabled:
            folder = below / enabled.url
            if enabled.url and not enabled.ref and "$" not in enabled.url and folder.is_dir():
                if subject.within:
                    who, instead = f"plugin {enabled.name}", trusting(subject.config)
                    check_inside(subject.within, folder, whose=who, instead=instead)
                given.setdefault(enabled.name, folder.resolve())
    plugins = tuple(read_plugin(name, folder) for name, folder in given.items())
    return Material(subject=subject, plugins=plugins, conf=conf)


def check_plugin(
    plugin: PluginText, distros: Sequence[Distro], *, localrc: str = ""
) -> Iterator[Finding]:
    """Check one plugin by itself."""
    yield from check_layout(plugin)
    for file in plugin.files:
        yield from check_line_ends(file)
    for script in plugin.scripts:
        yield from check_syntax(script)
        yield from check_service_types(script)
        yield from check_commands(script)
        if not plugin.lists and plugin.file(BINDEP) is None:  # which are for all families
            yield from check_families(script)
        if script.path.parent.name == "devstack":  # what DevStack itself sources
            yield from check_endings(script)
    if (phases := plugin.file("devstack/plugin.sh")) is not None:
        yield from check_moments(phases)
    yield from check_settings(plugin)
    yield from check_services(plugin, localrc)
    yield from check_lists(plugin, {distro.family for distro in distros})
    if not any(file.has_crlf for file in plugin.files):
        yield from _bad_names(plugin, distros)


def in_order(findings: Iterator[Finding] | Sequence[Finding]) -> list[Finding]:
    """Sort findings as people go through files, each once."""
    unique = dict.fromkeys(findings)
    return sorted(unique, key=lambda f: (str(f.path), f.line or 0, f.code, f.message))


def _bad_names(plugin: PluginText, distros: Sequence[Distro]) -> Iterator[Finding]:
    for distro in distros:
        yield from check_names(plugin, distro)
