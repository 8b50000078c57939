"""Markdown for the summary of a CI step."""

import re
from collections import Counter

from markdown_it import MarkdownIt
from msgspec.structs import replace

from runner.outcome.phases import Phase, Status
from runner.outcome.result import Failure, JobResult, Problem
from runner.report.markdown import escape, render_markdown
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


def lines_of(*jobs: JobResult) -> list[str]:
    return render_markdown(run_of(*jobs)).splitlines()


def table_of(lines: list[str]) -> list[list[str]]:
    rows = [line for line in lines if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def test_the_summary_line_says_it_all() -> None:
    lines = lines_of(passed(), failed())
    assert lines[0] == "## ❌ devstack-runner"
    assert lines[2] == (
        f"**2 jobs: 1 passed, 1 failed in 1 min 1 s (exit 1)** · run {RUN}"
        " · 2026-01-02 03:04:05 UTC"
    )


def test_the_table_has_a_row_for_each_plugin_on_each_distro() -> None:
    head, *rows = table_of(lines_of(passed(), failed()))
    assert head == ["distro", "plugin", *(phase.value for phase in Phase), "job"]
    assert [row[:2] for row in rows] == [
        ["debian-12", "heat"],
        ["debian-12", "octavia"],
        ["fedora-44", "heat"],
        ["fedora-44", "octavia"],
    ]
    assert rows[0][2:] == ["✅ 1.2 s"] * 9 + ["✅ passed 21.5 s"]
    assert rows[2][5:7] == ["❌ failed", "⬜ not-run"]
    assert rows[3][5] == "⬜ not-run"


def test_several_jobs_on_a_distro_are_told_apart() -> None:
    rows = table_of(lines_of(passed(), replace(passed(), job="debian-12-other")))
    assert [row[0] for row in rows[1::2]] == ["debian-12-heat", "debian-12-other"]


def test_a_base_image_that_is_not_the_distros_own_is_named() -> None:
    lab = replace(passed("fedora-44"), stands_in="dnf on the lab image")
    assert table_of(lines_of(lab))[1][0] == "fedora-44 (dnf on the lab image)"


def test_a_failure_is_folded_with_command_and_last_lines() -> None:
    text = render_markdown(run_of(failed()))
    begin = text.index("<details>")
    assert text[begin:].rstrip() == (
        "<details>\n"
        "<summary><b>fedora-44-heat</b>: stack install of plugin heat failed, exit 2</summary>\n"
        "\n"
        "/opt/stack/heat/devstack/plugin.sh:12 (install\\_heat)\n"
        "\n"
        "```sh\ninstall_package heat | tee <log>\n```\n"
        "\n"
        "> likely reason: there is no &lt;horizon&gt; &amp; no\\_swift\n"
        "\n"
        "```text\none\ntwo & <three>\n```\n"
        "\n"
        "</details>"
    )


def test_a_job_that_may_fail_is_a_warning() -> None:
    lines = lines_of(passed(), replace(failed(), may_fail=True))
    assert lines[0] == "## ✅ devstack-runner"
    assert table_of(lines)[-1][-1] == "⚠️ failed (it may) 21.5 s"


def test_jobs_without_phases_say_why() -> None:
    lines = lines_of(skipped(), broken(), packages_failed())
    assert "- **rocky-9-heat** skipped: it needs /dev/kvm" in lines
    assert "❗ ubuntu-24.04-heat: no base image of ubuntu-24.04" in lines
    assert "> give one with --base-image" in lines
    assert "E: Unable to locate package nope" in lines
    assert [row[:2] for row in table_of(lines)[1:]] == [
        ["rocky-9", "—"],
        ["ubuntu-24.04", "—"],
        ["debian-13", "—"],
    ]


def test_a_run_without_jobs_has_no_table() -> None:
    text = render_markdown(run_of(problem=Problem(message="no engine", hint="start one")))
    assert "|" not in text
    assert "❗ no engine\n\n> start one\n" in text


def test_text_that_means_something_to_markdown_or_html_is_escaped() -> None:
    assert escape("a|b `c` *d* _e_ [f] <g> &amp; #h ~i~ \\ @j") == (
        r"a\|b \`c\` \*d\* \_e\_ \[f\] &lt;g&gt; &amp;amp; \#h \~i\~ \\ &#64;j"
    )
    assert escape("\x1b[1mtwo\x1b[0m\nlines") == "two lines"


def test_nasty_text_breaks_neither_table_nor_fence() -> None:
    lines = lines_of(nasty())
    assert all(len(row) == 5 for row in table_of(lines))
    fences = [line for line in lines if line.startswith("```")]
    assert [fence.rstrip("shtex") for fence in fences] == ["````"] * 4
    outside = "\n".join(lines).split("````")[0]
    assert "<script>" not in outside
    assert "<u>" not in outside
    assert "\x1b" not in "\n".join(lines)


def test_a_reader_of_markdown_finds_text_where_text_is_meant() -> None:
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    page = reader.render(render_markdown(ALL))
    tags = Counter(re.findall(r"<([a-z]+)", page))
    assert {"script", "u", "em", "a"}.isdisjoint(tags)
    assert (tags["table"], tags["tr"], tags["details"]) == (1, 9, 3)
    assert len(set(re.findall(r"<tr>.*?</tr>", page, re.DOTALL))) == tags["tr"]
    assert tags["td"] == 8 * 12
    assert "<td>p|`l`&lt;u&gt;g</td>" in page
    assert (
        "]]&gt; &lt;/script&gt;&lt;script&gt;hack()&lt;/script&gt; &lt;b&gt;&amp;amp; 'x'" in page
    )


def test_a_fence_is_longer_than_those_in_the_text() -> None:
    failure = Failure(command="`" * 7)
    text = render_markdown(
        run_of(job("a", Status.FAILED, phase(Phase.INSTALL, Status.FAILED, failure=failure)))
    )
    assert f"\n{'`' * 8}sh\n{'`' * 7}\n{'`' * 8}\n" in text


def test_it_stays_small_enough_for_a_ci_system() -> None:
    assert len(render_markdown(ALL).encode()) < 1_000_000
