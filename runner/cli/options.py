"""The options of the commands, each declared once. Nothing heavy is imported: `--help` stays quick.

A group is a value with the options as its fields. `render` takes what `Made` has, `build` also
what `Built` adds, `stack` what `Stacked` adds, and `run` all: a new option is a field of the group
of the first command that has it. A command asks for a group by its parameter (`takes_options`).
"""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Self, dataclass_transform

import typer

Plugins = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        "--plugin",
        metavar="NAME=PATH|URL[@REF]",
        help="A plugin, instead of or on top of the local.conf; repeatable.",
    ),
]
BaseImages = Annotated[
    list[str] | None,
    typer.Option("--base-image", metavar="DISTRO=REF", help="Use this base image."),
]
GitMirror = Annotated[
    Path | None,
    typer.Option(
        "--git-mirror",
        metavar="DIR",
        readable=False,
        help="Take all repositories from this folder.",
    ),
]
CaCertificates = Annotated[
    str,
    typer.Option(
        "--ca-certificates",
        metavar="DIR|host|none",
        help="Certificate authorities to trust in images: a folder's, the host's own, none.",
    ),
]
Timeout = Annotated[
    str | None,
    typer.Option("--timeout", metavar="TIME", help="Time limit for a job: 90, 90s, 15m, 1h."),
]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Show all that is printed.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Show the summary only.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")]
Reports = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        metavar="KIND=PATH",
        help="Write a report at the end: junit, html, json or md; repeatable.",
    ),
]
Job = Annotated[
    str | None,
    typer.Argument(metavar="[JOB]", help="Which stack; needed when there are several."),
]


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Options:
    """A group of options: class attributes with their types are the options and their defaults.

    It stands in for a Struct, whose library would be a tenth of the time of `--help`.
    """

    def __init__(self, **given: Any) -> None:
        self.__dict__.update(given)

    @classmethod
    def of(cls, others: "Options") -> Self:
        """This group with the options of a smaller one; what that lacks stands at its default."""
        return cls(**vars(others))


class Made(Options):
    """What a job's image is made from: render, and all below."""

    config: Annotated[
        Path | None,
        typer.Option(
            "-c", "--config", metavar="FILE", readable=False, help="The local.conf to run."
        ),
    ] = None
    distro: Annotated[
        list[str] | None,
        typer.Option(
            "-d",
            "--distro",
            metavar="NAME",
            help="Distro, glob or family; repeatable. Default: the host's own.",
        ),
    ] = None
    plugin: Plugins = None
    base_image: BaseImages = None
    git_mirror: GitMirror = None
    requirements: Annotated[
        Path | None,
        typer.Option(
            "--requirements",
            metavar="PATH",
            readable=False,
            help="A checkout of openstack/requirements, or its upper-constraints.txt.",
        ),
    ] = None
    ca_certificates: CaCertificates = "host"


class Built(Made):
    """How jobs are worked on: build, stack and run."""

    lab: Annotated[
        str,
        typer.Option(
            "--lab", metavar="auto|on|off", help="Use the local lab's caches: when it is up."
        ),
    ] = "auto"
    jobs: Annotated[
        str, typer.Option("-j", "--jobs", metavar="N|auto", help="So many jobs at once.")
    ] = "auto"
    verbose: Verbose = False
    quiet: Quiet = False
    json: Json = False
    dry_run: DryRun = False


class Stacked(Built):
    """How phases are run: stack and run."""

    env: Annotated[
        list[str] | None,
        typer.Option("-e", "--env", metavar="NAME[=VALUE]", help="A variable for the run."),
    ] = None
    timeout: Timeout = None
    phase_timeout: Annotated[
        str | None,
        typer.Option("--phase-timeout", metavar="TIME", help="Time limit for a phase of a plugin."),
    ] = None
    allow_dead_services: Annotated[
        bool,
        typer.Option(
            "--allow-dead-services", help="Only note services that do not run after extra."
        ),
    ] = False
    write_through: Annotated[
        bool, typer.Option("--write-through", help="Let plugins write into the host's checkouts.")
    ] = False
    privileged: Annotated[bool, typer.Option("--privileged", help="Run privileged containers.")] = (
        False
    )
    report: Reports = None


class Ran(Stacked):
    """Which jobs are run, and what stays of them: run."""

    patterns: Annotated[
        list[str] | None,
        typer.Argument(metavar="[JOB]...", help="Only jobs of this name: globs, or parts of it."),
    ] = None
    every: Annotated[bool, typer.Option("--all", help="All distros that there are.")] = False
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude", metavar="NAME", help="Not this distro, glob or family; repeatable."
        ),
    ] = None
    last_failed: Annotated[
        bool, typer.Option("--last-failed", help="Only jobs that failed in the last run.")
    ] = False
    shard: Annotated[
        str | None,
        typer.Option("--shard", metavar="I/N", help="Only part I of N, balanced by earlier runs."),
    ] = None
    list_jobs: Annotated[bool, typer.Option("--list", help="List the jobs; run none.")] = False
    fail_fast: Annotated[
        bool,
        typer.Option(
            "--fail-fast/--keep-going", help="End the other jobs when one has failed, or not."
        ),
    ] = False
    keep: Annotated[bool, typer.Option("--keep", help="Keep all containers.")] = False
    rm: Annotated[bool, typer.Option("--rm", help="Keep no container.")] = False
    keep_failed: Annotated[
        bool, typer.Option("--keep-failed", help="Keep those that failed (the default).")
    ] = False


class Kept(Options):
    """How one mode is run in a kept container: unstack and clean."""

    job: Job = None
    timeout: Timeout = None
    verbose: Verbose = False
    quiet: Quiet = False
    json: Json = False


def takes_options(command: Callable[[Any], None]) -> Callable[..., None]:
    """The command with the fields of its parameter's group as its own options."""
    (parameter,) = inspect.signature(command).parameters.values()
    group: type[Options] = parameter.annotation

    @wraps(command)
    def with_options(**given: Any) -> None:
        command(group(**given))

    declared = {
        name: annotation
        for base in reversed(group.__mro__)
        for name, annotation in inspect.get_annotations(base).items()
    }
    with_options.__annotations__ = declared
    with_options.__dict__["__signature__"] = inspect.Signature(
        [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=getattr(group, name),
                annotation=annotation,
            )
            for name, annotation in declared.items()
        ]
    )
    return with_options
