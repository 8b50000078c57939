"""What a person sees while jobs run, on a terminal and elsewhere."""

import io

import pytest

from runner.display.choose import is_terminal, make_observer
from runner.display.console import Plain
from runner.display.grouped import Grouped
from runner.display.live import Live
from runner.display.livejobs import LiveJobs
from runner.outcome.events import (
    DeadUnit,
    Merge,
    Note,
    PhaseBegin,
    PhaseEnd,
    StageBegin,
    StageEnd,
    phase_name,
)
from runner.outcome.observer import BuildLine, Observer, Silent
from runner.outcome.phases import Mode, Status
from runner.outcome.result import JobResult

JOB = "debian-12-foo"
DONE = JobResult(job=JOB, distro="debian-12", status=Status.PASSED, seconds=2.0)


class Screen(io.TextIOWrapper):
    """A stream with a buffer below it, which says of itself whether it is a terminal."""

    def __init__(self, *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    @property
    def text(self) -> str:
        self.flush()
        raw = self.buffer
        assert isinstance(raw, io.BytesIO)
        return raw.getvalue().decode()


def begin(phase: str) -> PhaseBegin:
    return PhaseBegin(mode=Mode.STACK, phase=phase, plugin="foo")


def end(
    phase: str, status: Status = Status.PASSED, *, mode: Mode = Mode.STACK, code: int = 0
) -> PhaseEnd:
    return PhaseEnd(
        mode=mode, phase=phase, plugin="foo", status=status, seconds=1.0, exit_code=code
    )


def a_run(observer: Observer) -> None:
    """All that an observer is told in a run."""
    observer.job_started(JOB)
    observer.doing(JOB, "building the image: its first build")
    step = BuildLine(step=1, steps=4, text="Step 1/4 : FROM x", instruction="FROM x")
    observer.building(JOB, step)
    observer.building(JOB, BuildLine(step=1, steps=4, text=" ---> abc"))
    observer.building(JOB, BuildLine(step=2, steps=4, text="\033[91mapt: hello\033[0m"))
    observer.event(JOB, StageBegin(stage="packages"))
    observer.event(JOB, StageEnd(stage="packages", status=Status.PASSED, seconds=0.2))
    observer.event(JOB, StageEnd(stage="slow", status=Status.PASSED, seconds=7.0))
    observer.event(JOB, StageEnd(stage="broken", status=Status.FAILED, seconds=0.1))
    observer.event(JOB, begin("install"))
    observer.output(JOB, b"half a line \xff and bad \x1b[2J bytes")
    observer.event(JOB, end("install"))
    observer.event(JOB, end("unstack", mode=Mode.UNSTACK, code=3))
    observer.event(JOB, Merge(group="post-config"))
    observer.event(JOB, Note(text="nobody provides q-svc"))
    observer.event(JOB, DeadUnit(mode=Mode.STACK, unit="devstack@x", state="failed: 3"))
    observer.job_finished(JOB, DONE)


def test_plain_lines_say_what_happens_and_begin_with_the_job() -> None:
    screen = Screen()
    a_run(Plain(screen, verbose=False))
    assert screen.text.splitlines() == [
        f"{JOB}  {text}"
        for text in (
            "starting",
            "building the image: its first build",
            "[1/4] FROM x",
            "slow passed 7.0 s",
            "broken failed 0.1 s",
            "stack install: foo passed 1.0 s",
            "unstack: foo passed 1.0 s (its exit code 3 stops nothing here)",
            "note: nobody provides q-svc",
            "devstack@x: failed: 3",
            "passed in 2.0 s",
        )
    ]


def test_verbose_shows_the_builds_output_and_passes_bytes_through() -> None:
    screen = Screen()
    Plain(screen, verbose=True).building(
        JOB, BuildLine(step=2, steps=4, text="\033[91mapt: hello\033[0m")
    )
    assert screen.text == f"{JOB}  apt: hello\n"
    Plain(screen, verbose=True).output(JOB, b"\xff\x00raw")
    assert screen.buffer.getvalue().endswith(b"\xff\x00raw")  # type: ignore[attr-defined]


def test_a_build_that_prints_something_like_a_step_is_no_step() -> None:
    screen = Screen()
    Plain(screen, verbose=False).building(JOB, BuildLine(step=1, steps=2, text="Step by step"))
    assert "Step by step" not in screen.text


def test_the_live_view_keeps_what_is_done_and_draws_the_rest() -> None:
    screen = Screen(terminal=True)
    with Live(screen) as live:
        a_run(live)
    text = screen.text
    for word in (
        "✓",
        "stack install: foo",
        "broken",
        "nobody provides q-svc",
        "devstack@x: failed: 3",
    ):
        assert word in text


def test_the_live_view_never_shows_a_plugins_control_characters() -> None:
    screen = Screen(terminal=True)
    with Live(screen) as live:
        live.job_started(JOB)
        live.output(JOB, b"evil \x1b[2J\x07 line\n")
        live._live.refresh()
    assert "evil" in screen.text
    assert "\x1b[2J" not in screen.text
    assert "\x07" not in screen.text


@pytest.mark.parametrize(
    ("terminal", "environment", "live"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"CI": "true"}, False),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_a_live_view_is_for_people_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
    *,
    terminal: bool,
    environment: dict[str, str],
    live: bool,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert is_terminal(Screen(terminal=terminal)) is live


def test_the_observer_fits_the_options_and_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout", Screen(terminal=True))
    monkeypatch.setattr("sys.stderr", Screen(terminal=False))
    kinds = {}
    for name, options in {
        "quiet": {"quiet": True},
        "verbose": {"verbose": True},
        "json": {"to_stderr": True},
        "": {},
    }.items():
        wanted = {"verbose": False, "quiet": False, "to_stderr": False, **options}
        for jobs in ({"a": None}, {"a": None, "b": 3.0}):
            with make_observer(**wanted, jobs=jobs) as observer:
                kinds[name, len(jobs)] = type(observer)
    assert kinds == {
        ("quiet", 1): Silent,
        ("quiet", 2): Silent,
        ("verbose", 1): Plain,
        ("verbose", 2): Grouped,
        ("json", 1): Plain,
        ("json", 2): Grouped,
        ("", 1): Live,
        ("", 2): LiveJobs,
    }


def test_phases_are_called_by_the_names_people_know() -> None:
    assert phase_name(begin("install")) == "stack install"
    assert phase_name(begin("settings")) == "settings"
    assert phase_name(end("clean", mode=Mode.CLEAN)) == "clean"
    assert phase_name(begin("new-one")) == "stack new-one"


def test_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    a_run(Silent())
    assert capsys.readouterr() == ("", "")
