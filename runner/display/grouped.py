"""Many jobs in plain lines: each job's lines as a whole, those that failed last.

In GitHub's and GitLab's CI the groups can be folded, and GitHub shows failures at their lines.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Self, cast

from runner.display.console import Plain, gone_is_fine
from runner.outcome.events import Event
from runner.outcome.observer import BuildLine
from runner.outcome.result import JobResult, PhaseResult, PluginInfo, StageResult


class Grouped:
    """Keeps each job's lines until it has ended; only that it ended badly is said at once."""

    def __init__(self, stream: IO[str], *, verbose: bool) -> None:
        self._stream = stream
        self._verbose = verbose
        self._jobs: dict[str, tuple[IO[str], Plain]] = {}
        self._failed: dict[str, JobResult] = {}
        self._folds = folds_of(os.environ)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Print what has failed, and what has not ended."""
        for job, result in self._failed.items():
            self._print(job, result)
        for job in [*self._jobs]:
            self._print(job, None)

    def job_started(self, job: str) -> None:
        """Begin to keep its lines."""
        self._of(job).job_started(job)

    def doing(self, job: str, what: str) -> None:
        """Keep it."""
        self._of(job).doing(job, what)

    def building(self, job: str, line: BuildLine) -> None:
        """Keep it."""
        self._of(job).building(job, line)

    def event(self, job: str, event: Event) -> None:
        """Keep it."""
        self._of(job).event(job, event)

    def output(self, job: str, data: bytes) -> None:
        """Keep it, where it is wanted."""
        self._of(job).output(job, data)

    def job_finished(self, job: str, result: JobResult) -> None:
        """Print its lines; when it failed only that, and the lines at the end."""
        self._of(job).job_finished(job, result)
        if result.status.is_bad:
            self._failed[job] = result
            self._line(f"{job}  {result.status.value}: {headline(result)}")
        else:
            self._print(job, result)

    def _of(self, job: str) -> Plain:
        if job not in self._jobs:
            file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been printed
            kept = cast("IO[str]", TextIOWrapper(file, errors="replace"))
            self._jobs[job] = kept, Plain(kept, verbose=self._verbose)
        return self._jobs[job][1]

    def _print(self, job: str, result: JobResult | None) -> None:
        kept, _ = self._jobs.pop(job)
        title = f"{job}: {result.status.value}" if result else f"{job}: not ended"
        with kept:
            kept.seek(0)
            self._line(self._folds.begin(job, title))
            for line in kept:
                self._line(line.rstrip("\n"))
            self._line(self._folds.end(job))
        for line in self._folds.annotations(result) if result else ():
            self._line(line)

    def _line(self, text: str) -> None:
        if text:
            with gone_is_fine():
                print(text, file=self._stream, flush=True)


class Folds:
    """How a CI system marks a group of lines and a failure: plain text knows of neither."""

    def begin(self, job: str, title: str) -> str:  # noqa: ARG002
        """The line that begins the group, if any."""
        return ""

    def end(self, job: str) -> str:  # noqa: ARG002
        """The line that ends it."""
        return ""

    def annotations(self, result: JobResult) -> Iterator[str]:  # noqa: ARG002
        """Lines that show failures at their places."""
        return iter(())


class GitHub(Folds):
    """Workflow commands of GitHub Actions."""

    def begin(self, job: str, title: str) -> str:  # noqa: ARG002
        """Begin a group."""
        return f"::group::{_escaped(title)}"

    def end(self, job: str) -> str:  # noqa: ARG002
        """End the group."""
        return "::endgroup::"

    def annotations(self, result: JobResult) -> Iterator[str]:
        """An error, or a warning where the job may fail, for each culprit."""
        kind = "warning" if result.may_fail else "error"
        if not result.culprits and result.status.is_bad:
            yield f"::{kind} title={_property(result.job)}::{_escaped(headline(result))}"
        for culprit in result.culprits:
            place = _place(culprit, result.plugins)
            yield (
                f"::{kind} {place}title={_property(f'{result.job}: {culprit.title}')}"
                f"::{_escaped(_text(culprit))}"
            )


class GitLab(Folds):
    """Sections of GitLab's job log."""

    def begin(self, job: str, title: str) -> str:
        """Begin a section, folded."""
        now = int(time.time())
        return f"\033[0Ksection_start:{now}:{job}[collapsed=true]\r\033[0K{title}"

    def end(self, job: str) -> str:
        """End the section."""
        return f"\033[0Ksection_end:{int(time.time())}:{job}\r\033[0K"


def folds_of(environment: Mapping[str, str]) -> Folds:
    """What fits the CI system that the environment tells of."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return GitHub()
    if environment.get("GITLAB_CI") == "true":
        return GitLab()
    return Folds()


def headline(result: JobResult) -> str:
    """What went wrong, in a line."""
    culprit = result.culprit
    if culprit is not None:
        said = _text(culprit)
        return f"{culprit.title}: {said.splitlines()[0]}" if said else culprit.title
    return result.problem.message if result.problem else result.status.value


def _text(culprit: PhaseResult | StageResult) -> str:
    failure = culprit.failure
    return "\n".join(filter(None, (failure.command, *failure.reasons))) if failure else ""


def _place(culprit: PhaseResult | StageResult, plugins: tuple[PluginInfo, ...]) -> str:
    """The file in the repository that is checked out here, when the failure is in one."""
    failure = culprit.failure
    for plugin in plugins:
        inside = f"/opt/stack/{plugin.name}/"
        local = bool(plugin.url) and Path(plugin.url).is_dir()
        if local and failure and failure.file.startswith(inside):
            path = Path(plugin.url).resolve() / failure.file.removeprefix(inside)
            if path.is_relative_to(Path.cwd()):
                return f"file={_property(str(path.relative_to(Path.cwd())))},line={failure.line},"
    return ""


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
