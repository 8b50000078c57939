"""How a command that ran jobs ends: the result kept and shown, the reports, the exit code."""

import contextlib
import sys
from collections.abc import Sequence
from typing import NoReturn

import typer
from msgspec import Struct
from msgspec.structs import replace

from runner.cli.app import show_error
from runner.errors import HostError
from runner.host.workspace import RunFolder
from runner.outcome.result import Problem, RunResult, exit_code, to_json
from runner.report.summary import print_summary
from runner.report.targets import Target


class Display(Struct, frozen=True, kw_only=True):
    """How much is shown, and where."""

    verbose: bool = False
    quiet: bool = False
    json: bool = False
    reports: tuple[Target, ...] = ()


def write_result(outcome: RunResult, run: RunFolder) -> None:
    """Write it into the run's folder."""
    with contextlib.suppress(OSError):  # a full disk was the result's own problem already
        run.result.write_bytes(to_json(outcome))


def show_and_exit(outcome: RunResult, run: RunFolder, display: Display) -> NoReturn:
    """Show what came of the jobs, write the reports, and exit with the code that says so."""
    if display.json:
        sys.stdout.buffer.write(to_json(outcome))
    print_summary(outcome, folder=run, to_stderr=display.json)
    if display.reports:
        outcome = _report(outcome, run, display.reports)
    raise typer.Exit(exit_code(outcome))


def _report(outcome: RunResult, run: RunFolder, targets: Sequence[Target]) -> RunResult:
    """Write the reports; the trouble of writing them is one more problem of the run."""
    from runner.report.write import write_reports

    try:
        write_reports(targets, outcome, run)
    except HostError as error:
        show_error(error)
        return replace(outcome, problem=outcome.problem or Problem.of(error))
    return outcome
