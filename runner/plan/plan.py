"""What was asked for and what comes of it, as values: the request, the plan of a job."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from runner.distros.baseimage import BaseImage
from runner.distros.distro import Distro
from runner.host.pipconfig import PipConfig
from runner.lab.lab import Lab, Use
from runner.localconf.parse import LocalConf
from runner.outcome.phases import PLUGIN_FILES
from runner.outcome.result import PluginInfo
from runner.plan import dockerfile
from runner.plan.pythonlists import Constraints
from runner.plan.requirements import Requirements
from runner.sources.offline import Network
from runner.sources.plugin import Plugin, PluginSource

_PASSWORDS = ("DATABASE", "RABBIT", "SERVICE", "ADMIN", "LDAP")


class Request(Struct, frozen=True, kw_only=True):
    """What the user asked for, the same for all its jobs."""

    config: LocalConf | None = None
    plugins: tuple[PluginSource, ...] = ()
    base_images: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    git_mirror: Path | None = None
    requirements: Path | None = None  # a checkout of the repository, or its constraints
    write_through: bool = False
    privileged: bool = False
    certificates: Mapping[str, bytes] = field(default_factory=dict)
    pip: PipConfig = field(default_factory=PipConfig)
    use_lab: Use = Use.AUTO
    lab: Lab = field(default_factory=Lab)  # what was found of it when the engine was opened
    timeout: float | None = None  # seconds, for the whole job
    phase_timeout: float | None = None  # seconds, for each phase of each plugin
    project: Path = field(default_factory=Path.cwd)
    within: Path | None = None  # the folder that its own files do not lead out of, if nobody did


class Plan(Struct, frozen=True, kw_only=True):
    """All that is needed to build a job's image and to run it."""

    job: str
    distro: Distro
    base: BaseImage
    conf: str
    plugins: tuple[Plugin, ...]
    recipe: dockerfile.Recipe
    stages: dockerfile.Stages
    certificates: Mapping[str, bytes]
    network: Network = Network.FREE
    requirements: Requirements = field(default_factory=Requirements)
    notes: tuple[str, ...] = ()  # what the result says before anything was built

    @property
    def dockerfile(self) -> str:
        """The text of the job's Dockerfile."""
        return dockerfile.assemble(self.recipe, self.stages)

    @property
    def constraints(self) -> Constraints:
        """What limits the versions of Python packages."""
        return self.requirements.constraints

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


def job_identifier(distro: Distro, plugins: Sequence[str]) -> str:
    """`debian-12-heat`; up to three plugins are named, more are counted."""
    shown = 3
    if len(plugins) > shown:
        return f"{distro.name}-{plugins[0]}-and-{len(plugins) - 1}-more"
    return "-".join([distro.name, *(plugins or ["devstack"])])
