"""`report`, and `--report` of the commands that run jobs."""

import json
from pathlib import Path

import pytest
import typer
from msgspec.structs import replace
from typer.testing import CliRunner

from runner.cli import app
from runner.cli.ending import Display, show_and_exit
from runner.host.workspace import RunFolder
from runner.outcome.phases import Status
from runner.outcome.result import Problem, RunResult, to_json
from runner.report.targets import Kind, Target
from tests.unit.reporting import RUN, failed, passed, run_of, write_folder

CLI = CliRunner()
OLD = "20260101-000000-000000"


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state folder, with a run that passed and a newer one that failed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    state = tmp_path / "state" / "devstack-runner"
    for run in (run_of(passed("fedora-44"), run=OLD), run_of(failed())):
        write_folder(state / "runs" / run.run, run).result.write_bytes(to_json(run))
    (state / "last").symlink_to(f"runs/{RUN}")
    return state / "runs"


def call(*arguments: str) -> tuple[int, str, str]:
    result = CLI.invoke(app, ["report", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_last_runs_markdown_is_printed(runs: Path) -> None:
    code, out, _ = call()
    assert code == 0
    assert out.startswith("## ❌ devstack-runner\n")
    assert "| fedora-44 | heat |" in out


def test_another_run_is_named_by_its_identifier_or_a_file(runs: Path) -> None:
    by_name = call(OLD)
    assert by_name[1].startswith("## ✅ devstack-runner\n")
    assert call(str(runs / OLD / "result.json")) == by_name


def test_reports_are_written_again_with_the_logs(runs: Path, tmp_path: Path) -> None:
    assert call("--report", "html=a.html", "--report", "json=a.json") == (0, "", "")
    assert "line 400 of fedora-44-heat" in (tmp_path / "a.html").read_text()
    assert (tmp_path / "a.json").read_bytes() == (runs / RUN / "result.json").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["20200101-000000-000000"], "no run and no file called 2020", f"{RUN}, {OLD}"),
        (["../x"], "no run and no file called ../x", f"{RUN}, {OLD}"),
        (["state"], "no run and no file called state", f"{RUN}, {OLD}"),
        (["--report", "pdf=x"], "there is no kind 'pdf'", "junit, html, json, md"),
        (["--compare", OLD, "--report", "md=x"], "exclude each other", "once for each"),
    ],
)
def test_what_makes_no_sense_is_exit_2(
    arguments: list[str], message: str, hint: str, runs: Path
) -> None:
    code, _, error = call(*arguments)
    assert code == 2
    first, second = error.splitlines()
    assert message in first
    assert hint in second


def test_a_run_that_was_stopped_has_no_result(runs: Path) -> None:
    (runs / RUN / "result.json").unlink()
    code, _, error = call()
    assert code == 2
    assert f"run {RUN} has no result\nhint: it was stopped" in error


def test_a_result_that_cannot_be_read_is_named(runs: Path) -> None:
    (runs / RUN / "result.json").write_text("{}")
    code, _, error = call()
    assert code == 2
    assert error.startswith(f"error: {runs / RUN / 'result.json'}: the result cannot be read")


def test_what_changed_since_a_run(runs: Path) -> None:
    code, out, _ = call("--compare", OLD)
    assert code == 1
    assert "newly failed:\n  fedora-44-heat: stack install of plugin heat: passed → failed" in out
    code, out, _ = call("--compare", RUN, OLD)
    assert code == 0
    assert "newly passed:" in out
    assert call("--compare", RUN)[1].endswith("nothing changed\n")


@pytest.mark.parametrize("command", ["run", "stack"])
def test_reports_are_checked_before_the_run(command: str, runs: Path) -> None:
    result = CLI.invoke(app, [command, "-p", "x=/nowhere", "--report", "html=nowhere/a.html"])
    assert result.exit_code == 2
    assert "error: --report html=nowhere/a.html: there is no folder" in result.stderr


def end(run: RunResult, folder: RunFolder, *targets: Target) -> int:
    """The exit code with which a run ends."""
    with pytest.raises(typer.Exit) as caught:
        show_and_exit(run, folder, Display(quiet=True, reports=targets))
    return caught.value.exit_code


def test_a_run_ends_with_its_reports(runs: Path, tmp_path: Path) -> None:
    target = Target(kind=Kind.JSON, path=tmp_path / "a.json")
    assert end(run_of(failed()), RunFolder(runs / RUN), target) == 1
    assert json.loads(target.path.read_bytes())["run"] == RUN


def test_a_report_that_cannot_be_written_is_exit_5_and_loses_nothing(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = Target(kind=Kind.JSON, path=tmp_path / "gone" / "a.json")
    assert end(run_of(passed()), RunFolder(runs / RUN), target) == 5
    out, error = capsys.readouterr()
    assert "1 job: 1 passed" in out
    assert f"error: cannot write {target.path}: No such file or directory" in error
    assert f"devstack-runner report {RUN} --report json=PATH" in error


def test_an_interrupt_counts_more_than_a_report(runs: Path, tmp_path: Path) -> None:
    job = replace(failed(), status=Status.ERROR, problem=Problem(message="stop", exit_code=130))
    target = Target(kind=Kind.JSON, path=tmp_path / "gone" / "a.json")
    assert end(run_of(job), RunFolder(runs / RUN), target) == 130
