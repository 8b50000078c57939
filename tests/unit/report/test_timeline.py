"""When the steps of a job began and ended."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from runner.outcome.phases import Mode, Phase, Status
from runner.report.timeline import Bar, bars_of
from tests.unit.reporting import RUN, failed, job, passed, phase, run_of, write_folder


def write(folder: Path, *events: dict[str, object]) -> Path:
    path = folder / "events.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    return path


def begin(time: float, name: str, plugin: str = "heat", mode: str = "stack") -> dict[str, object]:
    return {"event": "phase-begin", "time": time, "mode": mode, "phase": name, "plugin": plugin}


def end(time: float, name: str, seconds: float, **more: object) -> dict[str, object]:
    event = {**begin(time, name), "event": "phase-end", "status": "passed", "seconds": seconds}
    return event | more


def short(bars: tuple[Bar, ...]) -> list[tuple[str, float, float, str]]:
    return [(bar.name, round(bar.start, 3), round(bar.seconds, 3), bar.status) for bar in bars]


def test_events_say_when(tmp_path: Path) -> None:
    result = passed()
    folder = write_folder(tmp_path / RUN, run_of(result))
    bars = bars_of(result, folder.path / result.job / "events.jsonl")
    assert short(bars)[:3] == [
        ("packages", 0, 0.75, "passed"),
        ("override-defaults", 0.75, 1.25, "passed"),
        ("override-defaults", 2.1, 1.25, "passed"),
    ]
    assert [bar.mode for bar in bars if not bar.plugin] == [*Mode]
    assert len(bars) == 18 + 3


def test_without_events_steps_stand_one_after_the_other(tmp_path: Path) -> None:
    result = job("a", Status.PASSED, phase(Phase.INSTALL), phase(Phase.EXTRA, seconds=2))
    expected = [("stack install", 0, 1.25, "passed"), ("stack extra", 1.25, 2, "passed")]
    assert short(bars_of(result, None)) == expected
    assert short(bars_of(result, tmp_path / "none")) == expected


def test_what_was_not_run_has_no_bar() -> None:
    assert "not-run" not in {bar.status for bar in bars_of(failed(), None)}


def test_a_phase_that_was_cut_short_ends_with_the_run(tmp_path: Path) -> None:
    events = write(
        tmp_path,
        {"event": "run-begin", "time": 100, "mode": "stack"},
        begin(101, "install"),
        {"event": "run-end", "time": 105, "mode": "stack", "status": "failed", "seconds": 5},
    )
    result = job("a", Status.FAILED, phase(Phase.INSTALL, Status.FAILED, seconds=4.0))
    assert short(bars_of(result, events)) == [("stack install", 0, 4, "failed")]


def test_one_that_was_killed_is_as_long_as_the_result_says(tmp_path: Path) -> None:
    events = write(tmp_path, begin(101, "install"))
    result = job("a", Status.ERROR, phase(Phase.INSTALL, Status.ERROR, seconds=9.0))
    assert short(bars_of(result, events)) == [("stack install", 0, 9, "error")]


def test_services_that_died_later_make_the_bar_red(tmp_path: Path) -> None:
    events = write(tmp_path, end(103, "extra", 2))
    result = job("a", Status.FAILED, phase(Phase.EXTRA, Status.FAILED, seconds=2))
    assert short(bars_of(result, events)) == [("stack extra", 0, 2, "failed")]


def test_settings_that_unstack_only_reads_again_have_no_bar(tmp_path: Path) -> None:
    events = write(
        tmp_path,
        {"event": "run-begin", "time": 100, "mode": "unstack"},
        end(101, "settings", 0.1, mode="unstack"),
        end(102, "unstack", 0.5, mode="unstack"),
    )
    result = job("a", Status.PASSED, phase(Phase.UNSTACK, seconds=0.5))
    assert short(bars_of(result, events)) == [("unstack", 0, 0.5, "passed")]


def test_work_inside_clean_that_is_not_the_unstack_inside_it_is_cleans(tmp_path: Path) -> None:
    stage = {"event": "stage-end", "stage": "sweep", "status": "passed", "seconds": 1}
    events = write(
        tmp_path,
        {"event": "run-begin", "time": 100, "mode": "clean"},
        {"event": "run-begin", "time": 101, "mode": "unstack"},
        {**stage, "time": 102},
        {"event": "run-end", "time": 103, "mode": "unstack", "status": "passed"},
        {**stage, "time": 104},
    )
    bars = bars_of(job("a", Status.PASSED), events)
    assert [bar.mode for bar in bars] == [Mode.UNSTACK, Mode.CLEAN]


@pytest.mark.parametrize(
    "line",
    ["", "{}", "no json", '{"event": "phase-end"}', "\x00" * 100, "[" * 5000],
)
def test_rubbish_between_the_events_is_passed_over(line: str, tmp_path: Path) -> None:
    events = write(tmp_path, end(103, "extra", 2))
    events.write_text(f"{line}\n{events.read_text()}{line}")
    assert len(bars_of(job("a", Status.PASSED), events)) == 1


@pytest.mark.parametrize(
    "lie",
    [
        end(0, "install", 1),
        end(9e9, "install", 1),
        end(103, "install", 1e6),
        end(1e300, "extra", 1),
    ],
    ids=["no time", "far away", "endless", "never"],
)
def test_events_that_cannot_be_true_are_not_believed(
    lie: dict[str, object], tmp_path: Path
) -> None:
    events = write(tmp_path, end(1_767_323_045, "extra", 2), lie)
    result = job("a", Status.PASSED, phase(Phase.EXTRA))
    assert short(bars_of(result, events)) == [("stack extra", 0, 1.25, "passed")]


def test_a_flood_of_events_is_not_drawn(tmp_path: Path) -> None:
    events = write(tmp_path, *(end(100 + i / 1000, "extra", 0.001) for i in range(3000)))
    result = replace(job("a", Status.PASSED), seconds=1000.0)
    assert bars_of(result, events) == ()
