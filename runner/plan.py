"""Planning a job: which plugins, which packages, which Dockerfile. Nothing is built here."""

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runner import dockerfile, localconf, packages
from runner.baseimage import BaseImage, Origin, acquire
from runner.certificates import read_certificates
from runner.distro import Distro
from runner.engine import START_HINT, Engine
from runner.errors import ConfigError, EngineError
from runner.evaluation import evaluate
from runner.observer import Observer
from runner.phases import PLUGIN_FILES
from runner.plugin import Plugin, PluginSource, check_unique
from runner.resources import TREE
from runner.result import PluginInfo
from runner.sources import Sources
from runner.workspace import RunFolder

STACK_ID = 1000  # the stack user's uid and gid when root runs us
# Without a local.conf a plugin runs alone: its settings enable what it brings.
_ALONE = ("disable_all_services",)
_PASSWORDS = ("DATABASE", "RABBIT", "SERVICE", "ADMIN", "LDAP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asked for, the same for all its jobs."""

    config: localconf.LocalConf | None = None
    plugins: tuple[PluginSource, ...] = ()
    base_images: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    git_mirror: Path | None = None
    write_through: bool = False
    privileged: bool = False
    timeout: float | None = None  # seconds, for the whole job
    project: Path = field(default_factory=Path.cwd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that is needed to build a job's image and to run it."""

    job: str
    distro: Distro
    base: BaseImage
    conf: str
    plugins: tuple[Plugin, ...]
    recipe: dockerfile.Recipe
    certificates: Mapping[str, bytes]

    @property
    def dockerfile(self) -> str:
        """The text of the job's Dockerfile."""
        return dockerfile.render(self.recipe)

    def passwords(self) -> str:
        """Answers to the questions that stack.sh would ask; the user's own values win."""
        return "".join(
            f"{name}_PASSWORD=${{{name}_PASSWORD:-{secrets.token_hex(10)}}}\n"
            for name in _PASSWORDS
        )


def plugin_info(plugin: Plugin) -> PluginInfo:
    """What the result says of a plugin."""
    return PluginInfo(
        name=plugin.name,
        url=plugin.url,
        ref=plugin.source.ref or "",
        sha=plugin.sha or "",
        dirty=plugin.dirty,
        files=tuple(f for f in PLUGIN_FILES if (plugin.folder / "devstack" / f).is_file()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Plans jobs: what that needs besides the request."""

    request: Request
    engine: Engine | None  # None where nothing is to be built and no local.conf to be asked
    sources: Sources
    cache: Path
    run: RunFolder | None  # None without an engine
    observer: Observer

    def plan(self, distro: Distro) -> Plan:
        """Find the base image, ask bash for the plugins, fetch them, read their package lists.

        Raises:
            ConfigError, SourceError, BaseImageError, EngineError: in the user's words.

        """
        base = self._base(distro)
        wanted, conf, services = self._resolve(base)
        plugins = tuple(self.sources.fetch(source, with_state=False) for source in wanted)
        certificates = read_certificates()
        identifier = job_identifier(distro, [plugin.name for plugin in plugins])
        recipe = dockerfile.Recipe(
            job=identifier,
            distro=distro,
            base=base.reference,
            uid=os.getuid() or STACK_ID,
            gid=os.getgid() or STACK_ID,
            certificates=tuple(certificates),
            layers=_layers(distro, services, plugins),
            bindep=any((p.folder / "devstack/files/bindep.txt").is_file() for p in plugins),
        )
        return Plan(
            job=identifier,
            distro=distro,
            base=base,
            conf=conf,
            plugins=plugins,
            recipe=recipe,
            certificates=certificates,
        )

    def _base(self, distro: Distro) -> BaseImage:
        """The base image; without an engine the name it would have."""
        override = self.request.base_images.get(distro.name)
        if self.engine is None:
            return BaseImage(
                reference=override or distro.reference, image_id="", origin=Origin.LOCAL
            )
        return acquire(
            distro,
            engine=self.engine,
            override=override,
            announce=lambda text: self.observer.doing(distro.name, text),
            cache=self.cache,
        )

    def _resolve(self, base: BaseImage) -> tuple[tuple[PluginSource, ...], str, str]:
        """The plugins in their order, the container's local.conf, and the enabled services."""
        request = self.request
        check_unique(request.plugins)
        if request.config is None:
            conf = localconf.compose(None, _enabling(request.plugins), _ALONE)
            return request.plugins, conf, ""
        if self.engine is None or self.run is None:
            raise EngineError("a local.conf is evaluated in a container", hint=START_HINT)
        evaluated = evaluate(
            self.engine, base=base, conf=request.config, cache=self.cache, run=self.run
        )
        _check_git_base(evaluated, request.config)
        given: dict[str, PluginSource] = {source.name: source for source in request.plugins}
        folder = request.config.path.resolve().parent
        enabled = tuple(
            given.pop(plugin.name)
            if plugin.name in given
            else PluginSource.enabled(plugin.name, plugin.url, plugin.ref, folder=folder)
            for plugin in evaluated.plugins
        )
        added = tuple(given.values())
        conf = localconf.compose(request.config, _enabling(added))
        return (*enabled, *added), conf, evaluated.services


def job_identifier(distro: Distro, plugins: Sequence[str]) -> str:
    """`debian-12-heat`; up to three plugins are named, more are counted."""
    shown = 3
    if len(plugins) > shown:
        return f"{distro.name}-{plugins[0]}-and-{len(plugins) - 1}-more"
    return "-".join([distro.name, *(plugins or ["devstack"])])


def _check_git_base(evaluated: localconf.Evaluated, conf: localconf.LocalConf) -> None:
    """Explain a URL that lost its `$GIT_BASE`: localrc sees no default of it (core.md 3.4)."""
    for plugin in evaluated.plugins:
        lost = plugin.url.startswith("/") and not Path(plugin.url).exists()
        if lost and "GIT_BASE" in conf.localrc:
            raise ConfigError(
                f"enable_plugin {plugin.name}: the URL is {plugin.url}, as GIT_BASE is empty there",
                hint="write GIT_BASE=https://opendev.org above it, in the localrc section",
            )


def _enabling(sources: Sequence[PluginSource]) -> list[tuple[str, str, str]]:
    return [(source.name, source.location, source.ref or "") for source in sources]


def _layers(
    distro: Distro, services: str, plugins: Sequence[Plugin]
) -> tuple[dockerfile.Layer, ...]:
    layers = []
    in_tree = packages.read_tree_packages(TREE / "files", services, distro)
    if in_tree:
        layers.append(
            dockerfile.Layer(
                title="what the tree needs for the enabled services",
                packages=tuple(sorted(set(in_tree))),
                source=f"files/{distro.family.package_lists}",
                recommends=False,
            )
        )
    layers += [
        dockerfile.Layer(
            title=f"plugin {plugin.name}: {found.file}",
            packages=tuple(sorted(set(found.names))),
            source=str(found.file),
            plugin=plugin.name,
        )
        for plugin in plugins
        for found in packages.read_plugin_lists(plugin.folder, plugin.name, distro)
    ]
    return tuple(layers)
