"""What the options mean together: the request, the distros, times and variables."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from runner import certificates
from runner.distro import Distro, host_distro, read_distros, select_distros
from runner.errors import ConfigError
from runner.localconf import read_local_conf
from runner.pipconfig import read_pip_config
from runner.plan import Request
from runner.plugin import PluginSource, parse_plugin_option
from runner.proxies import proxy_variables, unreachable_proxies
from runner.requirements import CONSTRAINTS
from runner.resources import IMAGES

_SECONDS = {"s": 1, "m": 60, "h": 3600}


def make_request(
    *,
    config: Path | None,
    plugins: Sequence[str] | None,
    environment: Sequence[str] | None = None,
    base_images: Sequence[str] | None = None,
    git_mirror: Path | None = None,
    requirements: Path | None = None,
    ca_certificates: str = certificates.HOST,
    timeout: str | None = None,
    allow_dead_services: bool = False,
    write_through: bool = False,
    privileged: bool = False,
) -> Request:
    """Put the options together; without any, the plugin or the local.conf of this folder.

    Raises:
        ConfigError: an option makes no sense, or there is nothing to run.

    """
    sources = tuple(parse_plugin_option(text) for text in plugins or ())
    here = Path.cwd()
    if config is None and not sources:
        if (here / "devstack" / "plugin.sh").is_file():
            sources = (PluginSource(name=here.name, location=str(here), live=True),)
        if (here / "local.conf").is_file():
            config = here / "local.conf"
        if config is None and not sources:
            raise ConfigError(
                "nothing to run: no devstack/plugin.sh and no local.conf in this folder",
                hint="give one with -c local.conf or -p NAME=PATH|URL, or make a plugin: "
                "`devstack-runner init`",
            )
    conf = read_local_conf(config) if config else None
    for warning in (*(conf.warnings if conf else ()), *unreachable_proxies(proxy_variables())):
        _warn(warning)
    return Request(
        config=conf,
        plugins=sources,
        base_images=dict(_pair(text, "--base-image") for text in base_images or ()),
        environment={
            **parse_environment(environment or ()),
            **({"ALLOW_DEAD_SERVICES": "True"} if allow_dead_services else {}),
        },
        git_mirror=_folder(git_mirror),
        requirements=_requirements(requirements),
        write_through=write_through,
        privileged=privileged,
        certificates=certificates.read_certificates(ca_certificates, warn=_warn),
        pip=read_pip_config(warn=_warn),
        timeout=parse_seconds(timeout) if timeout else None,
        project=(config.resolve().parent if config else here),
    )


def choose_distros(names: Sequence[str] | None) -> tuple[Distro, ...]:
    """The distros asked for, or the one nearest to the host."""
    known = read_distros(IMAGES)
    if names:
        return select_distros(names, known)
    try:
        os_release = Path("/etc/os-release").read_text()
    except OSError:
        os_release = ""
    return (host_distro(os_release, known),)


def parse_seconds(text: str) -> float:
    """Seconds from `90`, `90s`, `15m` or `1h`."""
    number, unit = (text[:-1], text[-1]) if text[-1:] in _SECONDS else (text, "s")
    try:
        seconds = float(number) * _SECONDS[unit]
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise ConfigError(f"--timeout {text}: not a time", hint="for example 90, 90s, 15m or 1h")
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


def _warn(text: str) -> None:
    typer.secho(f"warning: {text}", fg="yellow", err=True)


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise ConfigError(f"{option} {text}: no `=` in it", hint=f"write {option} debian-12=REF")
    return name, value


def _folder(path: Path | None) -> Path | None:
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
