"""Commands that run jobs or a part of them: run, stack, build, render."""

from typing import Annotated

import typer

from runner.cli import options as opt
from runner.cli.app import app


@app.command(epilog="Example: devstack-runner run -p heat=~/src/heat -d debian-12 -d fedora-44")
def run(
    *,
    config: opt.Config = None,
    distro: opt.Distros = None,
    plugin: opt.Plugins = None,
    env: opt.Environment = None,
    base_image: opt.BaseImages = None,
    git_mirror: opt.GitMirror = None,
    requirements: opt.Requirements = None,
    ca_certificates: opt.CaCertificates = "host",
    timeout: opt.Timeout = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep all containers.")] = False,
    rm: Annotated[bool, typer.Option("--rm", help="Keep no container.")] = False,
    keep_failed: Annotated[
        bool, typer.Option("--keep-failed", help="Keep those that failed (the default).")
    ] = False,
    allow_dead_services: opt.AllowDeadServices = False,
    write_through: opt.WriteThrough = False,
    privileged: opt.Privileged = False,
    verbose: opt.Verbose = False,
    quiet: opt.Quiet = False,
    json: opt.Json = False,
    dry_run: opt.DryRun = False,
) -> None:
    """Run plugins through all phases: stack, unstack, clean."""
    from runner.cli.request import choose_distros, make_request
    from runner.cli.session import Display, dry_run_and_exit, run_and_exit
    from runner.errors import ConfigError
    from runner.phases import Mode
    from runner.pipeline import Keep

    if keep + rm + keep_failed > 1:
        raise ConfigError(
            "--keep, --rm and --keep-failed exclude each other",
            hint="give one of them; without any, containers of failed jobs are kept",
        )
    request = make_request(
        config=config,
        plugins=plugin,
        environment=env,
        base_images=base_image,
        git_mirror=git_mirror,
        requirements=requirements,
        ca_certificates=ca_certificates,
        timeout=timeout,
        allow_dead_services=allow_dead_services,
        write_through=write_through,
        privileged=privileged,
    )
    distros = choose_distros(distro)
    if dry_run:
        dry_run_and_exit(request, distros)
    run_and_exit(
        request,
        distros,
        modes=tuple(Mode),
        keep=Keep.ALWAYS if keep else Keep.NEVER if rm else Keep.FAILED,
        display=Display(verbose=verbose, quiet=quiet, json=json),
    )


@app.command(epilog="Example: devstack-runner stack -c local.conf -d ubuntu-24.04")
def stack(
    *,
    config: opt.Config = None,
    distro: opt.Distros = None,
    plugin: opt.Plugins = None,
    env: opt.Environment = None,
    base_image: opt.BaseImages = None,
    git_mirror: opt.GitMirror = None,
    requirements: opt.Requirements = None,
    ca_certificates: opt.CaCertificates = "host",
    timeout: opt.Timeout = None,
    allow_dead_services: opt.AllowDeadServices = False,
    write_through: opt.WriteThrough = False,
    privileged: opt.Privileged = False,
    verbose: opt.Verbose = False,
    quiet: opt.Quiet = False,
    json: opt.Json = False,
    dry_run: opt.DryRun = False,
) -> None:
    """Run stack.sh and keep the container to work in; again: in the same container."""
    from runner.cli.request import choose_distros, make_request
    from runner.cli.session import Display, dry_run_and_exit, run_and_exit
    from runner.phases import Mode
    from runner.pipeline import Keep

    request = make_request(
        config=config,
        plugins=plugin,
        environment=env,
        base_images=base_image,
        git_mirror=git_mirror,
        requirements=requirements,
        ca_certificates=ca_certificates,
        timeout=timeout,
        allow_dead_services=allow_dead_services,
        write_through=write_through,
        privileged=privileged,
    )
    distros = choose_distros(distro)
    if dry_run:
        dry_run_and_exit(request, distros)
    run_and_exit(
        request,
        distros,
        modes=(Mode.STACK,),
        keep=Keep.ALWAYS,
        display=Display(verbose=verbose, quiet=quiet, json=json),
    )


@app.command(epilog="Example: devstack-runner build -d 'debian-*' -p ./my-plugin")
def build(
    *,
    config: opt.Config = None,
    distro: opt.Distros = None,
    plugin: opt.Plugins = None,
    base_image: opt.BaseImages = None,
    git_mirror: opt.GitMirror = None,
    requirements: opt.Requirements = None,
    ca_certificates: opt.CaCertificates = "host",
    verbose: opt.Verbose = False,
    quiet: opt.Quiet = False,
    json: opt.Json = False,
    dry_run: opt.DryRun = False,
) -> None:
    """Build the images of the jobs; run no phase."""
    from runner.cli.request import choose_distros, make_request
    from runner.cli.session import Display, dry_run_and_exit, run_and_exit
    from runner.pipeline import Keep

    request = make_request(
        config=config,
        plugins=plugin,
        base_images=base_image,
        git_mirror=git_mirror,
        requirements=requirements,
        ca_certificates=ca_certificates,
    )
    distros = choose_distros(distro)
    if dry_run:
        dry_run_and_exit(request, distros)
    run_and_exit(
        request,
        distros,
        modes=(),
        keep=Keep.NEVER,
        display=Display(verbose=verbose, quiet=quiet, json=json),
    )


@app.command(epilog="Example: devstack-runner render -p ./my-plugin -d opensuse-leap-16.0")
def render(
    *,
    config: opt.Config = None,
    distro: opt.Distros = None,
    plugin: opt.Plugins = None,
    base_image: opt.BaseImages = None,
    git_mirror: opt.GitMirror = None,
    requirements: opt.Requirements = None,
    ca_certificates: opt.CaCertificates = "host",
) -> None:
    """Print the Dockerfiles of the jobs; build nothing."""
    from runner.cli.request import choose_distros, make_request
    from runner.cli.session import render_plans

    request = make_request(
        config=config,
        plugins=plugin,
        base_images=base_image,
        git_mirror=git_mirror,
        requirements=requirements,
        ca_certificates=ca_certificates,
    )
    for text in render_plans(request, choose_distros(distro)):
        typer.echo(text)
