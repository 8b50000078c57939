"""What the options mean together: the request, the distros, times and variables."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from runner.cli.options import Ran
from runner.distros.distro import Distro, host_distro, read_distros, select_distros
from runner.errors import ConfigError
from runner.host import certificates
from runner.host.pipconfig import read_pip_config
from runner.host.proxies import proxy_variables, unreachable_proxies
from runner.lab.lab import parse_use
from runner.localconf.parse import read_local_conf
from runner.plan.plan import Request
from runner.plan.project import Override
from runner.plan.requirements import CONSTRAINTS
from runner.resources import IMAGES
from runner.sources.plugin import PluginSource, check_source_inside, parse_plugin_option

_SECONDS = {"s": 1, "m": 60, "h": 3600}


def make_request(options: Ran, said: Override | None = None) -> Request:
    """Put the options together; without any, the plugin or the local.conf of this folder.

    `said` is what the project says of the distro: it stands where no option does.

    Raises:
        ConfigError: an option makes no sense, or there is nothing to run.

    """
    said = said or Override()
    sources, config = _what_to_run(options, said)
    within = None if options.config or options.plugin else Path.cwd()
    conf = read_local_conf(config, within=within) if config else None
    for warning in (*(conf.warnings if conf else ()), *unreachable_proxies(proxy_variables())):
        warn(warning)
    return Request(
        config=conf,
        plugins=sources,
        base_images=parse_base_images(options.base_image or ()),
        environment={
            **said.env,
            **parse_environment(options.env or ()),
            **({"ALLOW_DEAD_SERVICES": "True"} if options.allow_dead_services else {}),
        },
        git_mirror=parse_folder(options.git_mirror),
        requirements=_requirements(options.requirements),
        write_through=options.write_through,
        privileged=options.privileged,
        certificates=certificates.read_certificates(options.ca_certificates, warn=warn),
        use_lab=parse_use(options.lab),
        pip=read_pip_config(warn=warn),
        timeout=_seconds("--timeout", options.timeout or said.timeout),
        phase_timeout=_seconds("--phase-timeout", options.phase_timeout or said.phase_timeout),
        project=(config.resolve().parent if config else Path.cwd()),
        within=within,
    )


def _what_to_run(options: Ran, said: Override) -> tuple[tuple[PluginSource, ...], Path | None]:
    """The plugins and the local.conf that options name, else those of this folder."""
    sources = tuple(parse_plugin_option(text) for text in options.plugin or ())
    if options.config is not None or sources:
        return sources, options.config
    here = Path.cwd()
    is_plugin = (here / "devstack" / "plugin.sh").is_file()
    sources, config = found_here(here, said.plugins or (), said.local_conf, plugin=is_plugin)
    if config is None and not sources:
        raise ConfigError(
            "nothing to run: no devstack/plugin.sh and no local.conf in this folder",
            hint="give one with -c local.conf or -p NAME=PATH|URL, or make a plugin: "
            "`devstack-runner init`",
        )
    return sources, config


def found_here(
    here: Path, plugins: Sequence[str], local_conf: str, *, plugin: bool
) -> tuple[tuple[PluginSource, ...], Path | None]:
    """What a command is about that names nothing: the folder's own plugin, if it is one, then
    those of the project; the project's local.conf, else the folder's, if there is one.

    Plugins that the project names by a path are in the folder, as a checkout's own files may be
    no reason to mount another folder of this machine.
    """
    own = (PluginSource(name=here.name, location=str(here), live=True),) if plugin else ()
    config = here / (local_conf or "local.conf")
    others = tuple(parse_plugin_option(text) for text in plugins)
    for text, source in zip(plugins, others, strict=True):
        instead = f"if you trust this folder with that, name all plugins: -p . -p {text}"
        check_source_inside(source, here, instead=instead)
    return (*own, *others), config if local_conf or config.is_file() else None


def choose_distros(
    names: Sequence[str] | None, *, exclude: Sequence[str] | None = None, every: bool = False
) -> tuple[Distro, ...]:
    """The distros asked for, or the one nearest to the host; `exclude` takes some away."""
    known = read_distros(IMAGES)
    away = {distro.name for distro in select_distros(exclude or (), known)}
    if every:
        return tuple(distro for distro in known.values() if distro.name not in away)
    if names:
        return tuple(each for each in select_distros(names, known) if each.name not in away)
    try:
        os_release = Path("/etc/os-release").read_text()
    except OSError:
        os_release = ""
    return (host_distro(os_release, known),)


def _seconds(option: str, text: str) -> float | None:
    return parse_seconds(text, option) if text else None


def parse_seconds(text: str, option: str = "--timeout") -> float:
    """Seconds from `90`, `90s`, `15m` or `1h`."""
    number, unit = (text[:-1], text[-1]) if text[-1:] in _SECONDS else (text, "s")
    try:
        seconds = float(number) * _SECONDS[unit]
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise ConfigError(f"{option} {text}: not a time", hint="for example 90, 90s, 15m or 1h")
    return seconds


def parse_environment(texts: Sequence[str]) -> Mapping[str, str]:
    """`NAME=VALUE`, or `NAME` to pass on the value it has here."""
    values = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name.isidentifier():
            raise ConfigError(
                f"--env {text}: {name!r} is not a variable's name",
                hint="write -e NAME=VALUE, or -e NAME to pass on the value it has here",
            )
        if equals or name in os.environ:
            values[name] = value if equals else os.environ[name]
    return values


def warn(text: str) -> None:
    """Say it on stderr."""
    typer.secho(f"warning: {text}", fg="yellow", err=True)


def parse_base_images(texts: Sequence[str]) -> Mapping[str, str]:
    """The image for each distro, from `DISTRO=REF`."""
    images = {}
    for text in texts:
        name, equals, reference = text.partition("=")
        if not (name and equals and reference):
            raise ConfigError(
                f"--base-image {text}: no `=` in it", hint="write --base-image debian-12=REF"
            )
        images[name] = reference
    return images


def parse_folder(path: Path | None) -> Path | None:
    """The folder of mirrors, from wherever it is named."""
    if path is not None and not path.is_dir():
        raise ConfigError(
            f"--git-mirror {path}: no such folder",
            hint="it is a folder of repositories, such as DIR/openstack/heat.git",
        )
    return path.resolve() if path else None


def _requirements(path: Path | None) -> Path | None:
    if path is None:
        return None
    if not (path / CONSTRAINTS if path.is_dir() else path).is_file():
        raise ConfigError(
            f"--requirements {path}: no {CONSTRAINTS} there",
            hint="give a checkout of openstack/requirements, or the file itself",
        )
    return path.resolve()
