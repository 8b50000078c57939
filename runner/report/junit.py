"""JUnit XML, as CI systems read it: a job is a suite, a plugin in a phase is a case.

The flavour is that of the Jenkins xunit plugin, which most readers understand.
"""

import io
from collections.abc import Iterator

from junitparser import Error, Failure, Skipped
from junitparser.xunit2 import JUnitXml, TestCase, TestSuite

from runner.outcome.phases import Status
from runner.outcome.result import JobResult, PhaseResult, Problem, RunResult
from runner.report.text import in_a_line, last_lines, plain
from runner.report.words import (
    Step,
    name_of,
    place_of,
    properties,
    reasons_of,
    steps_of,
    what_failed,
)

_Outcome = Error | Failure | Skipped


def render_junit(run: RunResult) -> bytes:
    """The XML of a run; a job without any phase has one case, so that it shows."""
    document = JUnitXml("devstack-runner")
    suites = [_suite(run, job) for job in run.jobs]
    for suite in suites:
        document.add_testsuite(suite)
    if run.problem is not None:
        stopped = TestSuite("run")
        stopped.add_testcase(_case("run", "run", 0.0, _error(run.problem)))
        document.add_testsuite(stopped)
    document.update_statistics()
    for job, suite in zip(run.jobs, suites, strict=True):
        suite.time = round(job.seconds, 3)  # the image is made in it, too
    document.time = round(run.seconds, 3)
    file = io.BytesIO()
    document.write(file, pretty=True)
    return file.getvalue()


def _suite(run: RunResult, job: JobResult) -> TestSuite:
    suite = TestSuite(job.job)
    suite.timestamp = run.started.isoformat(timespec="seconds")
    for name, value in properties(run, job):
        if value:
            suite.add_property(in_a_line(name), in_a_line(value))
    for case in _cases(job):
        suite.add_testcase(case)
    return suite


def _cases(job: JobResult) -> Iterator[TestCase]:
    steps = [*steps_of(job)]
    for step in steps:
        yield _step_case(job, step)
    blamed = any(step.status.is_bad for step in steps)
    if job.problem is not None:
        yield _case(job.job, "job", 0.0, _allowed(job, _error(job.problem)))
    elif job.status is Status.SKIPPED:
        yield _case(job.job, "job", job.seconds, Skipped(in_a_line(job.skipped), "skipped"))
    elif job.status.is_bad and not blamed:
        error = Error(f"the job's status is {job.status.value}", job.status.value)
        yield _case(job.job, "job", 0.0, _allowed(job, error))
    elif not steps:
        yield _case(job.job, "job", job.seconds)


def _step_case(job: JobResult, step: Step) -> TestCase:
    name = f"{step.plugin}: {name_of(step)}" if isinstance(step, PhaseResult) else name_of(step)
    case = _case(job.job, name, step.seconds, _allowed(job, _outcome(step)))
    if step.failure is not None and step.failure.tail:
        case.system_out = "\n".join(last_lines(step.failure.tail)) + "\n"
    return case


def _case(job: str, name: str, seconds: float, outcome: _Outcome | None = None) -> TestCase:
    case = TestCase(in_a_line(name), job, round(seconds, 3))
    if outcome is not None:
        case.result = outcome
    return case


def _outcome(step: Step) -> _Outcome | None:
    match step.status:
        case Status.PASSED:
            return None
        case Status.SKIPPED | Status.NOT_RUN:
            return Skipped(step.status.value, step.status.value)
    command = step.failure.command if step.failure else ""
    reasons = reasons_of(step)
    first = command.partition("\n")[0] or "".join(reasons[:1])
    message = f"{what_failed(step)}: {first}" if first else what_failed(step)
    kind = Failure if step.status is Status.FAILED else Error
    outcome = kind(in_a_line(message), step.status.value)
    outcome.text = plain("\n".join(filter(None, (place_of(step), command, *reasons))))
    return outcome


def _allowed(job: JobResult, outcome: _Outcome | None) -> _Outcome | None:
    """What goes wrong in a job that may fail makes no CI system red."""
    if not job.may_fail or outcome is None or isinstance(outcome, Skipped):
        return outcome
    skipped = Skipped(f"allowed to fail: {outcome.message}", "allowed")
    skipped.text = outcome.text
    return skipped


def _error(problem: Problem) -> Error:
    error = Error(in_a_line(problem.message), f"exit {problem.exit_code}")
    error.text = plain("\n".join(filter(None, (problem.message, problem.hint))))
    return error
