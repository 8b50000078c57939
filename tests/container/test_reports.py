"""Reports of real runs: one that fails, then one that passes, and what changed between them."""

import json
from pathlib import Path

import jsonschema
import pytest
import xmlschema

from tests.container.harness import Outcome, Runner, job_name, write_conf, write_plugin
from tools.result_schema import make_schema

JOB = job_name("reported")
KINDS = ("junit", "html", "json", "md")
SCHEMA = Path(__file__).parents[1] / "unit" / "report" / "junit.xsd"
PLUGIN = """\
if [[ $1 == stack && $2 == install ]]; then
    printf '\\e[31mred\\e[0m \\0NUL \\xff ]]> </script> | `tick`\\n'
    [[ -z ${FAILS:-} ]] || ls /no/such/file
fi
"""


def run(runner: Runner, name: str, **variables: str) -> Outcome:
    """Run the plugin, with a report of each kind."""
    reports = [text for kind in KINDS for text in ("--report", f"{kind}={name}.{kind}")]
    given = [text for key, value in variables.items() for text in ("-e", f"{key}={value}")]
    return runner("run", "--rm", "--quiet", "-d", "debian-12", "-c", "local.conf", *reports, *given)


@pytest.fixture(scope="module")
def reports(shared_runner: Runner) -> Path:
    write_plugin(shared_runner.folder, "reported", plugin=PLUGIN, settings=": none\n")
    write_conf(shared_runner.folder, "enable_plugin reported ./reported")
    assert run(shared_runner, "failed", FAILS="yes").code == 1
    assert run(shared_runner, "passed").code == 0
    return shared_runner.folder


@pytest.mark.parametrize("name", ["failed", "passed"])
def test_other_programs_can_read_them(reports: Path, name: str) -> None:
    xmlschema.XMLSchema(SCHEMA).validate(str(reports / f"{name}.junit"))
    document = json.loads((reports / f"{name}.json").read_bytes())
    jsonschema.Draft202012Validator(make_schema()).validate(document)
    assert document["exit_code"] == int(name == "failed")


def test_people_see_what_failed(reports: Path) -> None:
    page = (reports / "failed.html").read_text()
    summary = (reports / "failed.md").read_text()
    for text in (page, summary):
        assert "ls /no/such/file" in text
        assert "stack install of plugin reported failed, exit 2" in text
        assert "cannot access" in text
    assert "red NUL \ufffd ]]&gt; &lt;/script&gt; | `tick`" in page
    assert "FROM " in page


def test_they_are_written_again_as_they_were(reports: Path, shared_runner: Runner) -> None:
    shared_runner.passes("report", "--report", "html=again.html", "--report", "junit=again.junit")
    for kind in ("html", "junit"):
        assert (reports / f"again.{kind}").read_bytes() == (reports / f"passed.{kind}").read_bytes()


def test_the_change_is_told(reports: Path, shared_runner: Runner) -> None:
    first, last = sorted(path.name for path in (shared_runner.state / "runs").iterdir())
    better = shared_runner.passes("report", "--compare", first)
    assert (
        f"newly passed:\n  {JOB}: stack install of plugin reported: failed → passed"
        in better.stdout
    )
    worse = shared_runner("report", "--compare", last, first)
    assert worse.code == 1
    assert "newly failed:" in worse.stdout
