"""Commands on kept containers: unstack, clean, shell, exec, logs, status, down, gc."""

from typing import Annotated

import typer

from runner.cli import options as opt
from runner.cli.app import app


@app.command(epilog="Example: devstack-runner unstack debian-12-heat")
@opt.takes_options
def unstack(options: opt.Kept) -> None:
    """Run unstack.sh in a kept container."""
    _run_mode("unstack", options)


@app.command(epilog="Example: devstack-runner clean debian-12-heat")
@opt.takes_options
def clean(options: opt.Kept) -> None:
    """Run clean.sh (which unstacks first) in a kept container."""
    _run_mode("clean", options)


@app.command(epilog="Example: devstack-runner shell debian-12-heat")
def shell(*, job: opt.Job = None) -> None:
    """Open a shell as the stack user in a kept container."""
    from runner.jobs.kept import enter_stack, open_stacks

    with open_stacks() as stacks:
        found = stacks.find(job)
        stacks.refresh(found)
    enter_stack(found, ["/bin/bash", "--login"], interactive=True)


@app.command(
    "exec",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="Example: devstack-runner exec --job debian-12-heat systemctl status devstack@h-api",
)
def execute(
    *,
    command: Annotated[list[str], typer.Argument(metavar="COMMAND...", help="What to run.")],
    job: Annotated[
        str | None, typer.Option("--job", metavar="JOB", help="Which stack, if several.")
    ] = None,
) -> None:
    """Run a command as the stack user in a kept container; its exit code is ours."""
    from runner.jobs.kept import enter_stack, open_stacks

    with open_stacks() as stacks:
        found = stacks.find(job)
        stacks.refresh(found)
    enter_stack(found, command, interactive=False)


@app.command(epilog="Example: devstack-runner logs debian-12-heat h-eng -f")
def logs(
    *,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[JOB] [UNIT]",
            help="Which job, and which unit of its kept container; one name may be either.",
        ),
    ] = None,
    follow: Annotated[
        bool, typer.Option("-f", "--follow", help="Until the run ends; a unit: until Ctrl-C.")
    ] = False,
    lines: Annotated[
        int, typer.Option("-n", "--lines", min=0, help="How many lines of a unit's journal.")
    ] = 100,
) -> None:
    """Print the log of a job's newest run, or the journal of a unit in a kept container."""
    from runner.errors import ConfigError
    from runner.jobs.joblogs import has_log, print_log
    from runner.jobs.unitlogs import print_journal, print_journal_of

    match names or []:
        case []:
            print_log(None, follow=follow)
        case [name] if has_log(name):
            print_log(name, follow=follow)
        case [name]:
            print_journal_of(name, lines=lines, follow=follow)
        case [job, unit]:
            print_journal(job, unit, lines=lines, follow=follow)
        case _:
            raise ConfigError("too many names", hint="devstack-runner logs [JOB] [UNIT]")


@app.command(epilog="Example: devstack-runner status --json")
def status(*, json: opt.Json = False) -> None:
    """List the kept containers, their units, ports and endpoints, and how to reach them."""
    from runner.jobs.kept import open_stacks
    from runner.jobs.status import print_status

    with open_stacks() as stacks:
        print_status(stacks, as_json=json)


@app.command(epilog="Example: devstack-runner down debian-12-heat")
def down(
    *,
    jobs: Annotated[
        list[str] | None, typer.Argument(metavar="[JOB]...", help="Which stacks.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Remove kept containers."""
    from runner.jobs.kept import open_stacks

    with open_stacks() as stacks:
        names: list[str | None] = [*jobs] if jobs else [None]
        wanted = stacks.all() if everything else [stacks.find(name) for name in names]
        for found in wanted:
            stacks.remove(found)
            typer.echo(f"removed {found.name}")


@app.command(epilog="Example: devstack-runner gc --images --dry-run")
def gc(
    *,
    images: Annotated[
        bool, typer.Option("--images", help="Also images that no container uses.")
    ] = False,
    dry_run: opt.DryRun = False,
) -> None:
    """Remove what dead runs have left behind, and nothing else."""
    from runner.jobs.garbage import collect_garbage

    for line in collect_garbage(images=images, dry_run=dry_run):
        typer.echo(line)


def _run_mode(mode: str, options: opt.Kept) -> None:
    from runner.cli.session import run_in_stack_and_exit
    from runner.outcome.phases import Mode

    run_in_stack_and_exit(Mode(mode), options)
