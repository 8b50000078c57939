"""The JSON report, and the schema that tells other programs what is in it."""

import json

import jsonschema
import pytest

from runner.outcome.result import RunResult, from_json, to_json
from runner.report.targets import Kind
from runner.report.write import render
from tests.unit.reporting import ALL, passed, run_of
from tools.result_schema import PAGE, make_schema

VALIDATOR = jsonschema.Draft202012Validator(make_schema())


def test_the_published_schema_is_current() -> None:
    assert json.loads(PAGE.read_text()) == make_schema(), "run `make docs`"


def test_the_schema_is_one() -> None:
    VALIDATOR.check_schema(make_schema())


@pytest.mark.parametrize("run", [ALL, run_of(), run_of(passed())], ids=["all", "none", "passed"])
def test_results_are_as_the_schema_says(run: RunResult) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(json.loads(to_json(run)))] == []


@pytest.mark.parametrize(
    ("key", "value"), [("schema", 2), ("exit_code", "0"), ("jobs", None), ("started", 1)]
)
def test_what_is_no_result_is_refused(key: str, value: object) -> None:
    document = json.loads(to_json(run_of(passed()))) | {key: value}
    assert not VALIDATOR.is_valid(document)


def test_a_status_that_nobody_knows_is_refused() -> None:
    document = json.loads(to_json(run_of(passed())))
    document["jobs"][0]["phases"][0]["status"] = "fine"
    assert not VALIDATOR.is_valid(document)


def test_the_report_can_be_read_back() -> None:
    assert from_json(render(Kind.JSON, ALL, None)) == ALL
