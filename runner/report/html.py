"""One page for a browser: no network, no other file, and no script but its own runs in it."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup
from msgspec import Struct

from runner.host.workspace import JobFolder, RunFolder
from runner.outcome.phases import Status
from runner.outcome.result import JobResult, RunResult
from runner.report import words
from runner.report.matrix import phases_shown, rows_of
from runner.report.text import in_a_line, last_lines, plain, read_text, size_of
from runner.report.timeline import Bar, bars_of
from runner.resources import TEMPLATES

_LARGEST = 4_800_000  # bytes of the page: mail and CI systems still take it
_TEXTS = 3_600_000  # bytes of all logs in it, before they are escaped
_SIGNS = {
    Status.PASSED: "✓",
    Status.FAILED: "✗",
    Status.ERROR: "!",
    Status.SKIPPED: "»",
    Status.NOT_RUN: "·",
}
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)
_MOST_TICKS = 6
_AT_ONCE = 0.05  # seconds


class Text(Struct, frozen=True, kw_only=True):
    """A file of a job, as far as it has a place in the page."""

    title: str
    text: str
    size: str


class JobView(Struct, frozen=True, kw_only=True):
    """What the page shows of a job besides its result."""

    number: int
    job: JobResult
    bars: tuple[Bar, ...]
    texts: tuple[Text, ...]


def render_html(run: RunResult, folder: RunFolder | None) -> str:
    """The page; logs come from the run's folder, long ones without their middle."""
    limit = _TEXTS
    while True:
        page = _render(run, folder, limit=limit)
        if len(page.encode()) <= _LARGEST or limit < len(run.jobs):
            return page
        limit //= 2  # it was all `<` and quotes, which take more room than they had


def _render(run: RunResult, folder: RunFolder | None, *, limit: int) -> str:
    share = limit // max(1, len(run.jobs))
    jobs = [_view(number, job, folder, share) for number, job in enumerate(run.jobs, 1)]
    longest = max((bar.end for view in jobs for bar in view.bars), default=0.0)
    style, script = (_source(name) for name in ("page.css", "page.js"))
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            run=run,
            jobs=jobs,
            numbers={view.job.job: view.number for view in jobs},
            phases=phases_shown(run),
            rows=[*rows_of(run)],
            longest=longest,
            ticks=_ticks(longest),
            verdict=words.verdict(run),
            line=words.one_line(run),
            started=words.started(run),
            signs=_SIGNS,
            style=style,
            script=script,
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
    )


def _view(number: int, job: JobResult, folder: RunFolder | None, limit: int) -> JobView:
    files = JobFolder(path=folder.path / job.job) if folder else None
    bars = bars_of(job, files.events if files else None)
    return JobView(
        number=number,
        job=job,
        bars=tuple(bar for bar in bars if _is_worth_showing(bar)),
        texts=_texts(files, limit) if files else (),
    )


def _is_worth_showing(bar: Bar) -> bool:
    """Most in-tree work is over at once, as there is nothing to do."""
    return bool(bar.plugin) or bar.status.is_bad or bar.seconds >= _AT_ONCE


def _texts(files: JobFolder, limit: int) -> tuple[Text, ...]:
    """The log gets most of the room, as it is what people search."""
    shares = (
        ("Log", files.log, limit * 7 // 10),
        ("Log of the image's build", files.build_log, limit * 2 // 10),
        ("Dockerfile", files.dockerfile, limit // 10),
    )
    found = []
    for title, path, share in shares:
        if path.is_file() and (size := path.stat().st_size):
            found.append(Text(title=title, text=read_text(path, share), size=size_of(size)))
    return tuple(found)


def _ticks(longest: float) -> Sequence[float]:
    """Round times for the axis."""
    step = next((step for step in _TICKS if longest / step <= _MOST_TICKS), _TICKS[-1])
    return [number * step for number in range(int(longest / step) + 1)] if longest else []


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES / "report"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
        finalize=_finalize,
    )
    environment.filters |= {
        "duration": words.duration,
        "line": in_a_line,
        "what_failed": words.what_failed,
        "place": words.place_of,
        "reasons": words.reasons_of,
        "status": words.status_of,
        "last_lines": last_lines,
    }
    return environment


def _finalize(value: object) -> object:
    """Nothing comes into the page with escape sequences or control characters in it."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _source(name: str) -> Markup:
    return Markup(Path(TEMPLATES / "report" / name).read_text())  # noqa: S704 - our own file


def _hash(source: str) -> str:
    """What the page's policy calls a script or style that may be used."""
    digest = hashlib.sha256(source.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
