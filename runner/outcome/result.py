"""What became of a run, as values: terminal, reports and the exit code are functions of them."""

from datetime import datetime
from typing import Self

import msgspec
from msgspec import Struct

from runner.errors import ConfigError, RunnerError
from runner.outcome.phases import PLUGIN_FILES, Mode, Phase, Status

SCHEMA = 1
# 2 is a job whose own files are wrong (a package list), found after the run has started.
_PRECEDENCE = (130, 5, 6, 2, 1)
_EXIT_NOTHING_SELECTED = 3
_EXIT_ALL_SKIPPED = 4
_EXIT_HOST = 5


class Failure(Struct, frozen=True, kw_only=True):
    """Where it went wrong, and the last lines of output; what is not known is empty or 0."""

    command: str = ""
    file: str = ""
    line: int = 0
    function: str = ""
    tail: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()  # what is likely behind it, where the command does not say it

    @property
    def place(self) -> str:
        """File, line and function, as far as they are known."""
        function = f" ({self.function})" if self.function else ""
        return f"{self.file}:{self.line}{function}" if self.file else ""


class PhaseResult(Struct, frozen=True, kw_only=True):
    """How one plugin fared in one phase; an exit code of None was never seen."""

    mode: Mode
    phase: Phase
    plugin: str
    status: Status
    seconds: float = 0.0
    exit_code: int | None = None
    failure: Failure | None = None

    @property
    def title(self) -> str:
        """What it is called: `stack install of plugin heat`."""
        return f"{self.phase.value} of plugin {self.plugin}"


class StageResult(Struct, frozen=True, kw_only=True):
    """How in-tree work fared; a script that fails outside all stages is a stage of its name."""

    mode: Mode
    stage: str
    status: Status
    seconds: float = 0.0
    exit_code: int | None = None
    failure: Failure | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        return self.stage


def ending(step: PhaseResult | StageResult) -> str:
    """How it ended: `failed, exit 2`."""
    code = "" if step.exit_code is None else f", exit {step.exit_code}"
    return f"{step.status.value}{code}"


class PluginInfo(Struct, frozen=True, kw_only=True):
    """Which plugin ran; `files` are those of PLUGIN_FILES that it has."""

    name: str
    url: str = ""
    ref: str = ""
    sha: str = ""
    dirty: bool = False
    files: tuple[str, ...] = PLUGIN_FILES


class ImageInfo(Struct, frozen=True, kw_only=True):
    """Which image a job ran in, and why it was built, if it was."""

    reference: str
    id: str = ""
    base: str = ""
    built: bool = False
    reason: str = ""
    notes: tuple[str, ...] = ()  # what it lacks, and why


class Problem(Struct, frozen=True, kw_only=True):
    """An error that ended a job or a run."""

    message: str
    hint: str | None = None
    exit_code: int = _EXIT_HOST

    @classmethod
    def of(cls, error: RunnerError) -> Self:
        """Keep what the error says as a value."""
        return cls(message=error.message, hint=error.hint, exit_code=error.exit_code)


class JobResult(Struct, frozen=True, kw_only=True):
    """One distro with one local.conf; phases and stages are in the order they ran."""

    job: str
    distro: str
    status: Status
    phases: tuple[PhaseResult, ...] = ()
    stages: tuple[StageResult, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    image: ImageInfo | None = None
    plugins: tuple[PluginInfo, ...] = ()
    problem: Problem | None = None
    skipped: str = ""  # why it was
    kept: str = ""  # the name of the container that stays
    stands_in: str = ""  # the base image's name, where it is not the distro's own
    may_fail: bool = False  # the project allows it to, so it decides no exit code

    @property
    def exit_code(self) -> int:
        """The code this job alone would give."""
        if self.may_fail:
            return 0
        if self.problem is not None:
            return self.problem.exit_code
        match self.status:
            case Status.FAILED:
                return 1
            case Status.ERROR:
                return _EXIT_HOST
            case _:
                return 0

    @property
    def culprit(self) -> PhaseResult | StageResult | None:
        """The first thing that failed, which is what a user wants to see."""
        return next(iter(self.culprits), None)

    @property
    def culprits(self) -> tuple[PhaseResult | StageResult, ...]:
        """All that failed in the first mode that did: several plugins may have dead services."""
        results: list[PhaseResult | StageResult] = [*self.phases, *self.stages]
        bad = [result for result in results if result.status.is_bad]
        order = [*Mode]
        first = min((order.index(result.mode) for result in bad), default=0)
        return tuple(result for result in bad if order.index(result.mode) == first)


class RunResult(Struct, frozen=True, kw_only=True):
    """All the jobs of one invocation."""

    run: str
    version: str
    started: datetime
    seconds: float = 0.0
    jobs: tuple[JobResult, ...] = ()
    problem: Problem | None = None

    @property
    def tally(self) -> str:
        """How the jobs ended: `2 jobs: 1 passed, 1 failed`."""
        counts = [
            f"{count} {status.value}"
            for status in Status
            if (count := sum(job.status is status for job in self.jobs))
        ]
        jobs = "job" if len(self.jobs) == 1 else "jobs"
        return f"{len(self.jobs)} {jobs}: {', '.join(counts) or 'nothing run'}"


def exit_code(run: RunResult) -> int:
    """Choose the one exit code for all jobs, the gravest first."""
    codes = {job.exit_code for job in run.jobs} - {0}
    if run.problem is not None:
        codes.add(run.problem.exit_code)
    if codes:
        return next((code for code in _PRECEDENCE if code in codes), max(codes))
    if not run.jobs:
        return _EXIT_NOTHING_SELECTED
    ran = any(job.status is Status.PASSED or job.may_fail for job in run.jobs)
    return 0 if ran else _EXIT_ALL_SKIPPED


class _Header(Struct, frozen=True, kw_only=True):
    schema: int


def to_json(run: RunResult) -> bytes:
    """Write a run for other programs; SCHEMA grows when a field changes its meaning or goes."""
    document = {"schema": SCHEMA, "exit_code": exit_code(run), **msgspec.to_builtins(run)}
    return f"{pretty_json(document)}\n".encode()


def pretty_json(value: object) -> str:
    """Write values for people and programs, indented, without an end of line."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def from_json(data: bytes) -> RunResult:
    """Read a run back; what a newer version of the same schema has added is ignored."""
    try:
        header = msgspec.json.decode(data, type=_Header)
        if header.schema != SCHEMA:
            raise ConfigError(
                f"the result has schema {header.schema}, this version reads schema {SCHEMA}",
                hint="read it with the version of devstack-runner that wrote it",
            )
        return msgspec.json.decode(data, type=RunResult)
    except msgspec.MsgspecError as error:
        raise ConfigError(f"the result cannot be read: {error}") from error
