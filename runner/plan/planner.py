"""Planning a job: which plugins, which packages, which Dockerfile. Nothing is built here."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from runner.distros.baseimage import BaseImage, Origin, acquire
from runner.distros.distro import Distro
from runner.engine import START_HINT, Engine
from runner.errors import ConfigError, EngineError
from runner.host.workspace import STACK_ID, RunFolder
from runner.localconf.file import trusting
from runner.localconf.parse import Evaluated, LocalConf, compose
from runner.outcome.observer import Observer
from runner.plan import dockerfile, needs, packages, pythonlists
from runner.plan.evaluation import evaluate
from runner.plan.plan import Plan, Request, job_identifier
from runner.plan.pythonlists import PythonList
from runner.plan.requirements import VARIABLES as REQUIREMENTS_VARIABLES
from runner.plan.requirements import Requirements, find_requirements, read_requirements
from runner.plan.stages import find_stages
from runner.resources import TREE
from runner.sources.fetch import Sources
from runner.sources.offline import VARIABLES, Network
from runner.sources.plugin import Plugin, PluginSource, check_source_inside, check_unique

# Without a local.conf a plugin runs alone: its settings enable what it brings.
_ALONE = ("disable_all_services",)
# What can be read of it before there is a base image in which bash could be asked.
_OFFLINE_LINE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?OFFLINE=([\"']?)(\w+)\1[ \t]*(?:[;#].*)?$", re.MULTILINE
)


class Planner(Struct, frozen=True, kw_only=True):
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
            NeedsMore: a plugin needs what the container would not be given.
            ConfigError, SourceError, BaseImageError, EngineError: in the user's words.

        """
        base = self._base(distro)
        wanted, conf, services, variables = self._resolve(base)
        identifier = job_identifier(distro, [source.name for source in wanted])
        given = needs.Given(privileged=self.request.privileged)
        needs.check_known(identifier, [(s.name, s.location) for s in wanted], variables, given)
        network = Network.of(variables)
        plugins = tuple(
            self.sources.fetch(source, with_state=False, network=network) for source in wanted
        )
        needs.check_stated(identifier, [(p.name, p.folder) for p in plugins], given)
        certificates = self.request.certificates
        python = pythonlists.read_tree_lists(TREE / "files", services)
        required = _requirements(plugins)
        recipe = dockerfile.Recipe(
            job=identifier,
            distro=distro,
            base=base.reference,
            uid=os.getuid() or STACK_ID,
            gid=os.getgid() or STACK_ID,
            certificates=tuple(certificates),
            general=packages.read_tree_packages(TREE / "files", "", distro),
            layers=_layers(distro, services, plugins),
            python=python,
            requirements=required,
        )
        wanted_by_pip = pythonlists.is_for_service(python) or any(one.plugin for one in required)
        limits = self._requirements(variables, network) if wanted_by_pip else Requirements()
        return Plan(
            job=identifier,
            distro=distro,
            base=base,
            conf=conf,
            plugins=plugins,
            recipe=recipe,
            stages=find_stages(recipe, self.cache),
            certificates=certificates,
            network=network,
            requirements=limits,
            notes=(*self._notes(plugins), *limits.notes),
        )

    def _requirements(self, variables: Mapping[str, str], network: Network) -> Requirements:
        """The requirements repository; not looked for where nothing is built."""
        if self.request.requirements:
            return read_requirements(self.request.requirements, self.cache)
        if self.engine is None:
            return Requirements()
        return find_requirements(self.sources, variables, network, within=self.request.within)

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
            offline=self._seems_offline(),
        )

    def _notes(self, plugins: Sequence[Plugin]) -> tuple[str, ...]:
        """What is wrong with the local.conf, if there is one."""
        if self.request.config is None:
            return ()
        from runner.localconf.doctor import notes  # noqa: PLC0415 - slow, and many jobs have none

        return notes(self.request.config, plugins, self.request.environment)

    def _seems_offline(self) -> bool:
        text = self.request.config.localrc if self.request.config else ""
        said = [{"OFFLINE": found[2]} for found in _OFFLINE_LINE.finditer(text)]
        variables = said[-1] if said else self.request.environment
        return Network.of(variables) is Network.CUT

    def _resolve(
        self, base: BaseImage
    ) -> tuple[tuple[PluginSource, ...], str, str, Mapping[str, str]]:
        """The plugins in their order, the container's local.conf, the enabled services, and the
        variables on which it depends what may be fetched and what is needed.
        """
        request = self.request
        check_unique(request.plugins)
        if request.config is None:
            conf = compose(None, _enabling(request.plugins), _ALONE)
            return request.plugins, conf, "", request.environment
        if self.engine is None or self.run is None:
            raise EngineError("a local.conf is evaluated in a container", hint=START_HINT)
        evaluated = evaluate(
            self.engine,
            base=base,
            conf=request.config,
            variables=(*VARIABLES, *REQUIREMENTS_VARIABLES, *needs.condition_variables()),
            cache=self.cache,
            run=self.run,
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
        if request.within:
            instead = trusting(request.config.path)
            for source in enabled:
                check_source_inside(source, request.within, instead=instead)
        added = tuple(given.values())
        conf = compose(request.config, _enabling(added))
        variables = {**request.environment, **evaluated.variables}
        return (*enabled, *added), conf, evaluated.services, variables


def _check_git_base(evaluated: Evaluated, conf: LocalConf) -> None:
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
    files = TREE / "files"
    in_tree = {*packages.read_tree_packages(files, services, distro)}
    # these are in a layer below, which jobs share that enable other services
    of_services = in_tree.difference(packages.read_tree_packages(files, "", distro))
    if of_services:
        layers.append(
            dockerfile.Layer(
                title="what the tree needs for the enabled services",
                packages=tuple(sorted(of_services)),
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


def _requirements(plugins: Sequence[Plugin]) -> tuple[PythonList, ...]:
    """What the plugins' Python projects require, and what reads their bindep.txt in the run."""
    found = (pythonlists.read_plugin_list(plugin.folder, plugin.name) for plugin in plugins)
    lists = tuple(one for one in found if one is not None)
    if any((plugin.folder / "devstack/files/bindep.txt").is_file() for plugin in plugins):
        lists += (pythonlists.BINDEP,)
    return lists
