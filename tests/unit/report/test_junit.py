"""JUnit XML: one suite a job, one case for each plugin in each phase, valid whatever is in it."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from msgspec.structs import replace

from runner.outcome.phases import Mode, Phase, Status
from runner.outcome.result import Failure, JobResult, Problem, RunResult
from runner.report.junit import render_junit
from tests.unit.reporting import (
    ALL,
    RUN,
    broken,
    failed,
    job,
    nasty,
    packages_failed,
    passed,
    phase,
    run_of,
    skipped,
)

SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))


def read(*jobs: JobResult) -> ET.Element:
    return ET.fromstring(render_junit(run_of(*jobs)))  # noqa: S314 - we have just made it


def cases(*jobs: JobResult) -> dict[str, ET.Element]:
    return {case.attrib["name"]: case for case in read(*jobs).iter("testcase")}


def outcome(case: ET.Element) -> tuple[str, str]:
    (found,) = (child for child in case if child.tag != "system-out")
    return found.tag, found.attrib["message"]


@pytest.mark.parametrize(
    "run",
    [
        ALL,
        run_of(),
        run_of(problem=Problem(message="gone")),
        run_of(*(make() for make in (passed, failed, skipped, broken, packages_failed, nasty))),
    ],
    ids=["all", "none", "problem", "each"],
)
def test_it_is_what_ci_systems_take(run: RunResult) -> None:
    SCHEMA.validate(render_junit(run).decode())


def test_a_job_is_a_suite_and_a_plugin_in_a_phase_is_a_case() -> None:
    root = read(passed())
    (suite,) = root
    assert (suite.attrib["name"], suite.attrib["tests"]) == ("debian-12-heat", "18")
    assert suite.attrib["time"] == "21.5"
    assert root.attrib["time"] == "61.25"
    case = cases(passed())["octavia: stack post-config"]
    assert (case.attrib["classname"], case.attrib["time"]) == ("debian-12-heat", "1.25")
    assert list(case) == []


def test_the_suite_says_what_ran_on_what() -> None:
    found = {p.attrib["name"]: p.attrib["value"] for p in read(passed()).iter("property")}
    assert found["run"] == RUN
    assert found["version"] == "0.1"
    assert found["image"] == "devstack-runner/debian-12-heat:abc"
    assert (found["image.id"], found["image.base"]) == ("sha256:12", "debian-12:base")
    assert (found["plugin.heat.sha"], found["plugin.heat.dirty"]) == ("1f" * 20, "false")


def test_a_failure_has_command_place_and_output() -> None:
    case = cases(failed())["heat: stack install"]
    assert outcome(case) == (
        "failure",
        "stack install of plugin heat failed, exit 2: install_package heat | tee <log>",
    )
    text = case.findtext("failure") or ""
    assert text.startswith("/opt/stack/heat/devstack/plugin.sh:12 (install_heat)\n")
    assert text.endswith("\nlikely reason: there is no <horizon> & no_swift")
    assert case.findtext("system-out") == "one\ntwo & <three>\n"


def test_a_failure_without_a_command_has_its_likely_reason_as_the_message() -> None:
    failure = Failure(file="/f", reasons=("the line ends with CR LF",))
    result = job("debian-12", Status.FAILED, phase(Phase.SETTINGS, Status.FAILED, failure=failure))
    assert outcome(cases(result)["heat: settings"])[1] == (
        "settings of plugin heat failed, exit 2: likely reason: the line ends with CR LF"
    )


def test_what_was_not_run_is_skipped() -> None:
    assert outcome(cases(failed())["octavia: stack install"]) == ("skipped", "not-run")
    (suite,) = read(failed())
    assert [suite.attrib[name] for name in ("failures", "errors", "skipped")] == ["1", "0", "2"]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (skipped(), ("skipped", "it needs /dev/kvm")),
        (broken(), ("error", "no base image of ubuntu-24.04")),
        (job("a", Status.ERROR), ("error", "the job's status is error")),
    ],
    ids=["skipped", "broken", "without a word"],
)
def test_a_job_without_phases_shows(result: JobResult, expected: tuple[str, str]) -> None:
    assert outcome(cases(result)["job"]) == expected


def test_a_job_that_only_built_its_image_has_a_case_that_passed() -> None:
    assert list(cases(job("debian-12", Status.PASSED))["job"]) == []


def test_in_tree_work_that_failed_is_a_case() -> None:
    case = cases(packages_failed())["packages of plugin heat (devstack/files/debs/heat)"]
    assert outcome(case)[0] == "failure"
    assert case.findtext("system-out") == "E: Unable to locate package nope\n"


def test_one_that_was_cut_short_is_an_error() -> None:
    case = cases(job("a", Status.ERROR, phase(Phase.INSTALL, Status.ERROR)))["heat: stack install"]
    assert outcome(case)[0] == "error"


def test_settings_read_again_by_unstack_are_a_case_of_their_own() -> None:
    again = replace(phase(Phase.SETTINGS, Status.FAILED), mode=Mode.UNSTACK)
    found = cases(job("a", Status.FAILED, phase(Phase.SETTINGS), again))
    assert set(found) == {"heat: settings", "heat: settings (unstack)"}


def test_a_job_that_may_fail_makes_nothing_red() -> None:
    for result in (failed(), broken()):
        (suite,) = read(replace(result, may_fail=True))
        assert (suite.attrib["failures"], suite.attrib["errors"]) == ("0", "0")
        told = [outcome(case)[1] for case in suite.iter("testcase") if list(case)]
        assert any(text.startswith("allowed to fail: ") for text in told)


def test_nasty_text_is_cleaned_and_a_megabyte_is_trimmed() -> None:
    data = render_junit(run_of(nasty()))
    assert len(data) < 100_000
    case = cases(nasty())["p|`l`<u>g: stack install"]
    text = case.findtext("failure") or ""
    assert "red bellNUL" not in text
    assert "red bell NUL ]]> </script><script>hack()</script>" in text
    assert "🦄 é" in text
    assert "\x1b" not in data.decode()
    assert (case.findtext("system-out") or "").count("\n") == 50
