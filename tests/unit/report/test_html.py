"""The page, as text; tests/browser looks at it in a browser."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

from runner.outcome.result import Problem, RunResult
from runner.report.html import render_html
from tests.unit.reporting import (
    ALL,
    NASTY,
    RUN,
    failed,
    nasty,
    passed,
    run_of,
    skipped,
    write_folder,
)

VOID = {"meta", "link", "input", "br", "rect", "line"}
LOADING = {"src", "srcset", "data", "action", "formaction", "poster", "background"}


class Page(HTMLParser):
    """Checks that each element is closed, and keeps what tests ask for."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def ids(self) -> list[str]:
        return [found["id"] for _, found in self.elements if "id" in found]


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(render_html(ALL, write_folder(tmp_path / RUN, ALL, log=f"{NASTY}\n" * 20)))


@pytest.mark.parametrize(
    "run",
    [run_of(), run_of(problem=Problem(message="gone")), run_of(skipped()), run_of(nasty()), ALL],
    ids=["none", "problem", "skipped", "nasty", "all"],
)
def test_it_is_well_formed_also_without_logs(run: RunResult) -> None:
    page = Page(render_html(run, None))
    assert "There is no log here." in page.text or not run.jobs


def test_ids_are_unique_and_links_lead_to_them(page: Page) -> None:
    ids = page.ids()
    links = [found["href"] for tag, found in page.elements if tag == "a"]
    assert len(ids) == len(set(ids))
    assert links
    assert [link for link in links if link.removeprefix("#") not in ids] == []


def test_nothing_is_loaded(page: Page) -> None:
    loading = [(tag, name) for tag, found in page.elements for name in found if name in LOADING]
    links = [found["href"] for tag, found in page.elements if tag == "link"]
    assert loading == []
    assert [link for link in links if not link.startswith("data:")] == []


def test_text_from_outside_is_text(page: Page) -> None:
    assert [tag for tag, _ in page.elements if tag in {"b", "u", "iframe"}] == []
    assert sum(tag == "script" for tag, _ in page.elements) == 1
    assert "red bell NUL ]]> </script><script>hack()</script> <b>&amp; 'x'" in page.text
    assert not re.search("[\x00-\x08\x0b-\x1f]", page.text)


def test_failures_come_first_with_their_command(page: Page) -> None:
    assert page.ids()[:2] == ["failures", "failures-title"]
    command = page.text.index("install_package heat | tee <log>")
    assert page.text.rindex("\nFailures\n") < command < page.text.rindex("\nMatrix\n")


def test_the_likely_reason_stands_between_command_and_output(page: Page) -> None:
    command = page.text.index("install_package heat | tee <log>")
    reason = page.text.index("likely reason: there is no <horizon> & no_swift")
    assert command < reason < page.text.index("two & <three>")


def test_a_run_that_passed_speaks_of_no_failures() -> None:
    page = Page(render_html(run_of(passed()), None))
    assert "failures" not in page.ids()
    assert {"matrix", "timeline", "jobs"} <= set(page.ids())


def test_logs_and_the_dockerfile_are_in_it(page: Page) -> None:
    assert "FROM debian-12 AS system" in page.text
    assert "Dockerfile" in page.text
    assert sum(found.get("type") == "search" for _, found in page.elements) == 12


@pytest.mark.parametrize("line", ["plain text of a log\n", '<<"&">>\n', "🦄é\n"])
def test_the_page_stays_small_whatever_the_logs_are(line: str, tmp_path: Path) -> None:
    run = run_of(passed(), failed())
    log = line * (20_000_000 // len(line.encode()))
    text = render_html(run, write_folder(tmp_path / RUN, run, log=log))
    assert len(text.encode()) < 5_000_000
    assert text.count("are left out here; the whole text: ") == 2


def test_many_jobs_leave_room_for_their_logs(tmp_path: Path) -> None:
    run = run_of(*(replace(passed(), job=f"debian-12-{number}") for number in range(60)))
    text = render_html(run, write_folder(tmp_path / RUN, run, lines=5_000))
    assert len(text.encode()) < 5_000_000
    assert text.count("line 5000 of ") == 60


def test_a_job_that_may_fail_says_so() -> None:
    page = Page(render_html(run_of(passed(), replace(failed(), may_fail=True)), None))
    assert "failed (it may)" in page.text
    assert page.text.count("(exit 0)") == 1
