"""Commands that run jobs or a part of them: run, stack, build, render."""

from typing import Annotated

import typer

from runner.cli import options as opt
from runner.cli.app import app


@app.command(epilog="Example: devstack-runner run -p heat=~/src/heat -d debian-12 -d fedora-44")
def run(
    *,
    patterns: opt.Patterns = None,
    config: opt.Config = None,
    distro: opt.Distros = None,
    every: opt.Every = False,
    exclude: opt.Exclude = None,
    last_failed: opt.LastFailed = False,
    shard: opt.Shard = None,
    list_jobs: Annotated[bool, typer.Option("--list", help="List the jobs; run none.")] = False,
    jobs: opt.Jobs = "auto",
    fail_fast: opt.FailFast = False,
    plugin: opt.Plugins = None,
    env: opt.Environment = None,
    base_image: opt.BaseImages = None,
    git_mirror: opt.GitMirror = None,
    requirements: opt.Requirements = None,
    ca_certificates: opt.CaCertificates = "host",
    lab: opt.Lab = "auto",
    timeout: opt.Timeout = None,
    phase_timeout: opt.PhaseTimeout = None,
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
    report: opt.Reports = None,
    dry_run: opt.DryRun = False,
) -> None:
    """Run plugins through all phases: stack, unstack, clean."""
    from runner.cli.selection import Selection, find_jobs, list_and_exit
    from runner.cli.session import Display, dry_run_and_exit, run_and_exit
    from runner.errors import ConfigError
    from runner.jobs.pipeline import Keep
    from runner.outcome.phases import Mode
    from runner.report.targets import parse_targets

    if keep + rm + keep_failed > 1:
        raise ConfigError(
            "--keep, --rm and --keep-failed exclude each other",
            hint="give one of them; without any, containers of failed jobs are kept",
        )
    reports = parse_targets(report or ())
    found = find_jobs(
        Selection(
            distros=distro,
            exclude=exclude,
            every=every,
            patterns=patterns or (),
            last_failed=last_failed,
            shard=shard,
        ),
        config=config,
        plugins=plugin,
        environment=env,
        base_images=base_image,
        git_mirror=git_mirror,
        requirements=requirements,
        ca_certificates=ca_certificates,
        lab=lab,
        timeout=timeout,
        phase_timeout=phase_timeout,
        allow_dead_services=allow_dead_services,
        write_through=write_through,
        privileged=privileged,
    )
    if list_jobs:
        list_and_exit(found, as_json=json)
    if dry_run:
        dry_run_and_exit(found)
    run_and_exit(
        found,
        modes=tuple(Mode),
        keep=Keep.ALWAYS if keep else Keep.NEVER if rm else Keep.FAILED,
        at_once=jobs,
        fail_fast=fail_fast,
        display=Display(verbose=verbose, quiet=quiet, json=json, reports=reports),
    )


@app.command(epilog="Example: devstack-runner stack -c local.conf -d ubuntu-24.04")
def stack(
    *,
    config: opt.Config = None,
    distro: opt.Distros = None,
    jobs: opt.Jobs = "auto",
    plugin: opt.Plugins = None,
    env: opt.Environment = None,
    base_image: opt.BaseImages = None,
    git_mirror: opt.GitMirror = None,
    requirements: opt.Requirements = None,
    ca_certificates: opt.CaCertificates = "host",
    lab: opt.Lab = "auto",
    timeout: opt.Timeout = None,
    phase_timeout: opt.PhaseTimeout = None,
    allow_dead_services: opt.AllowDeadServices = False,
    write_through: opt.WriteThrough = False,
    privileged: opt.Privileged = False,
    verbose: opt.Verbose = False,
    quiet: opt.Quiet = False,
    json: opt.Json = False,
    report: opt.Reports = None,
    dry_run: opt.DryRun = False,
) -> None:
    """Run stack.sh and keep the container to work in; again: in the same container."""
    from runner.cli.selection import Selection, find_jobs
    from runner.cli.session import Display, dry_run_and_exit, run_and_exit
    from runner.jobs.pipeline import Keep
    from runner.outcome.phases import Mode
    from runner.report.targets import parse_targets

    reports = parse_targets(report or ())
    found = find_jobs(
        Selection(distros=distro),
        config=config,
        plugins=plugin,
        environment=env,
        base_images=base_image,
        git_mirror=git_mirror,
        requirements=requirements,
        ca_certificates=ca_certificates,
        lab=lab,
        timeout=timeout,
        phase_timeout=phase_timeout,
        allow_dead_services=allow_dead_services,
        write_through=write_through,
        privileged=privileged,
    )
    if dry_run:
        dry_run_and_exit(found)
    run_and_exit(
        found,
        modes=(Mode.STACK,),
        keep=Keep.ALWAYS,
        at_once=jobs,
        display=Display(verbose=verbose, quiet=quiet, json=json, reports=reports),
    )


@app.command(epilog="Example: devstack-runner build -d 'debian-*' -p ./my-plugin")
def build(
    *,
    config: opt.Config = None,
    distro: opt.Distros = None,
    jobs: opt.Jobs = "auto",
    plugin: opt.Plugins = None,
    base_image: opt.BaseImages = None,
    git_mirror: opt.GitMirror = None,
    requirements: opt.Requirements = None,
    ca_certificates: opt.CaCertificates = "host",
    lab: opt.Lab = "auto",
    verbose: opt.Verbose = False,
    quiet: opt.Quiet = False,
    json: opt.Json = False,
    dry_run: opt.DryRun = False,
) -> None:
    """Build the images of the jobs; run no phase."""
    from runner.cli.selection import Selection, find_jobs
    from runner.cli.session import Display, dry_run_and_exit, run_and_exit
    from runner.jobs.pipeline import Keep

    found = find_jobs(
        Selection(distros=distro),
        config=config,
        plugins=plugin,
        base_images=base_image,
        git_mirror=git_mirror,
        requirements=requirements,
        ca_certificates=ca_certificates,
        lab=lab,
    )
    if dry_run:
        dry_run_and_exit(found)
    run_and_exit(
        found,
        modes=(),
        keep=Keep.NEVER,
        at_once=jobs,
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
    from runner.cli.selection import Selection, find_jobs
    from runner.cli.session import render_plans

    found = find_jobs(
        Selection(distros=distro),
        config=config,
        plugins=plugin,
        base_images=base_image,
        git_mirror=git_mirror,
        requirements=requirements,
        ca_certificates=ca_certificates,
    )
    for text in render_plans(found):
        typer.echo(text)
