"""The options that several commands share. Nothing heavy is imported: `--help` stays quick."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None,
    typer.Option("-c", "--config", metavar="FILE", readable=False, help="The local.conf to run."),
]
Distros = Annotated[
    list[str] | None,
    typer.Option(
        "-d",
        "--distro",
        metavar="NAME",
        help="Distro, glob or family; repeatable. Default: the host's own.",
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="NAME", help="Not this distro, glob or family; repeatable."),
]
Every = Annotated[bool, typer.Option("--all", help="All distros that there are.")]
Patterns = Annotated[
    list[str] | None,
    typer.Argument(metavar="[JOB]...", help="Only jobs of this name: globs, or parts of it."),
]
LastFailed = Annotated[
    bool, typer.Option("--last-failed", help="Only jobs that failed in the last run.")
]
Shard = Annotated[
    str | None,
    typer.Option("--shard", metavar="I/N", help="Only part I of N, balanced by earlier runs."),
]
Jobs = Annotated[str, typer.Option("-j", "--jobs", metavar="N|auto", help="So many jobs at once.")]
FailFast = Annotated[
    bool,
    typer.Option(
        "--fail-fast/--keep-going", help="End the other jobs when one has failed, or not."
    ),
]
PhaseTimeout = Annotated[
    str | None,
    typer.Option("--phase-timeout", metavar="TIME", help="Time limit for a phase of a plugin."),
]
Plugins = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        "--plugin",
        metavar="NAME=PATH|URL[@REF]",
        help="A plugin, instead of or on top of the local.conf; repeatable.",
    ),
]
Environment = Annotated[
    list[str] | None,
    typer.Option("-e", "--env", metavar="NAME[=VALUE]", help="A variable for the run."),
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
Requirements = Annotated[
    Path | None,
    typer.Option(
        "--requirements",
        metavar="PATH",
        readable=False,
        help="A checkout of openstack/requirements, or its upper-constraints.txt.",
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
Lab = Annotated[
    str,
    typer.Option("--lab", metavar="auto|on|off", help="Use the local lab's caches: when it is up."),
]
Timeout = Annotated[
    str | None,
    typer.Option("--timeout", metavar="TIME", help="Time limit for a job: 90, 90s, 15m, 1h."),
]
AllowDeadServices = Annotated[
    bool,
    typer.Option("--allow-dead-services", help="Only note services that do not run after extra."),
]
WriteThrough = Annotated[
    bool, typer.Option("--write-through", help="Let plugins write into the host's checkouts.")
]
Privileged = Annotated[bool, typer.Option("--privileged", help="Run privileged containers.")]
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
