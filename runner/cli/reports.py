"""Reports of runs that are over: written once more, and compared."""

from typing import Annotated

import typer

from runner.cli import options as opt
from runner.cli.app import app


@app.command(epilog="Example: devstack-runner report --report html=report.html")
def report(
    *,
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN]", help="A run's identifier, or a JSON report. Default: the last run."
        ),
    ] = None,
    report: opt.Reports = None,
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare",
            metavar="RUN",
            help="Say what changed since that run; exit 1 when something newly failed.",
        ),
    ] = None,
) -> None:
    """Write the reports of a run; without --report print its Markdown."""
    from runner.errors import ConfigError
    from runner.host.workspace import Workspace
    from runner.report.compare import compare_runs, comparison_lines
    from runner.report.markdown import render_markdown
    from runner.report.stored import find_run
    from runner.report.targets import parse_targets
    from runner.report.write import write_reports

    if compare is not None and report:
        raise ConfigError(
            "--compare and --report exclude each other", hint="call it once for each of them"
        )
    targets = parse_targets(report or ())
    workspace = Workspace.open()
    found = find_run(run, workspace)
    if compare is not None:
        comparison = compare_runs(find_run(compare, workspace).run, found.run)
        typer.echo("\n".join(comparison_lines(comparison)))
        raise typer.Exit(comparison.exit_code)
    if targets:
        write_reports(targets, found.run, found.folder)
    else:
        typer.echo(render_markdown(found.run), nl=False)
