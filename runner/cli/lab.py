"""The `lab` command: what compose.yaml needs to know of this machine."""

from functools import partial

import typer

from runner.cli import options as opt
from runner.cli.app import app

_BASE = "debian-12"


@app.command(epilog="Example: devstack-runner lab >.env && docker compose up -d --build")
def lab(
    *,
    base_image: opt.BaseImages = None,
    git_mirror: opt.GitMirror = None,
    ca_certificates: opt.CaCertificates = "host",
) -> None:
    """Print the settings of the local lab, for its compose.yaml."""
    import contextlib

    from runner.cli.request import choose_distros, parse_base_images, parse_folder, warn
    from runner.distros.baseimage import acquire
    from runner.engine import Engine
    from runner.host.certificates import read_certificates
    from runner.host.pipconfig import read_pip_config
    from runner.host.proxies import proxy_variables, unreachable_proxies
    from runner.host.workspace import Workspace
    from runner.lab.settings import lab_settings, render_env

    cache = Workspace.open().cache
    proxies = proxy_variables()
    for warning in unreachable_proxies(proxies):
        warn(warning)
    (distro,) = choose_distros([_BASE])
    with contextlib.closing(Engine.connect()) as engine:
        base = acquire(
            distro,
            engine=engine,
            override=parse_base_images(base_image or ()).get(_BASE),
            announce=partial(typer.echo, err=True),
            cache=cache,
        )
        address = engine.bridge_address()
    git = parse_folder(git_mirror) or cache / "mirrors"
    git.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = lab_settings(
        base=base.reference,
        address=address,
        git=git,
        pip=read_pip_config(warn=warn),
        proxies=proxies,
        certificates=read_certificates(ca_certificates, warn=warn),
    )
    typer.echo(render_env(settings), nl=False)
