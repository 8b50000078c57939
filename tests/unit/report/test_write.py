"""`--report KIND=PATH`: what is refused before a run, and how files are written after it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.errors import ConfigError, HostError
from runner.outcome.result import to_json
from runner.report.targets import Kind, Target, parse_targets
from runner.report.write import replace, write_reports
from tests.unit.reporting import ALL, RUN, passed, run_of, write_folder


def test_each_kind_has_a_file(tmp_path: Path) -> None:
    targets = parse_targets([f"{kind}={tmp_path}/a.{kind}" for kind in Kind])
    assert [target.kind for target in targets] == [*Kind]
    folder = write_folder(tmp_path / RUN, ALL)
    write_reports(targets, ALL, folder)
    starts = [target.path.read_bytes()[:20] for target in targets]
    assert starts[0].startswith(b"<?xml ")
    assert starts[1].startswith(b"<!DOCTYPE html>")
    assert targets[2].path.read_bytes() == to_json(ALL)
    assert starts[3].startswith("## 💥".encode())
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(
        f"a.{kind}" for kind in Kind
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pdf=a", "there is no kind 'pdf'"),
        ("=a", "there is no kind ''"),
        ("junit", "no file"),
        ("junit=", "no file"),
        ("html=nowhere/a.html", "there is no folder"),
        ("html=.", "is no file"),
        ("md=/dev/null", "is no file"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_run(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=message) as caught:
        parse_targets([text])
    assert caught.value.message.startswith(f"--report {text}: ")
    assert caught.value.hint


def test_a_file_given_twice_is_refused_also_by_another_name(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    texts = [f"junit={tmp_path}/folder/a", f"html={tmp_path}/link/../folder/a"]
    with pytest.raises(ConfigError, match="another report goes to that file"):
        parse_targets(texts)


@pytest.fixture
def _as_nobody() -> Iterator[None]:
    """Root may write everywhere, so be somebody else."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.usefixtures("_as_nobody")
@pytest.mark.parametrize(
    ("name", "message"), [("/usr/a", "is not writable"), ("/root/none/a", "cannot look at /root")]
)
def test_a_folder_that_is_somebody_elses_is_refused(name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_targets([f"junit={name}"])


def test_a_circle_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    with pytest.raises(ConfigError, match="cannot look at"):
        parse_targets([f"junit={tmp_path}/a"])


def test_a_file_is_replaced_as_a_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old and long")
    path.chmod(0o640)
    with path.open() as reader:
        replace(path, b"new")
        assert reader.read() == "old and long"
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [*tmp_path.iterdir()] == [path]


def test_a_long_name_is_no_trouble(tmp_path: Path) -> None:
    replace(tmp_path / ("a" * 255), b"new")
    with pytest.raises(ConfigError, match="cannot look at"):
        parse_targets([f"md={tmp_path}/{'a' * 256}"])


def test_a_new_file_can_be_read_by_others(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        replace(tmp_path / "a", b"new")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


def test_a_symbolic_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_reports(parse_targets([f"json={tmp_path}/link"]), ALL, None)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == to_json(ALL)


def test_one_that_cannot_be_written_does_not_keep_the_others_from_it(tmp_path: Path) -> None:
    targets = [
        Target(kind=Kind.JSON, path=tmp_path / "gone" / "a.json"),
        Target(kind=Kind.MD, path=tmp_path / "a.md"),
    ]
    with pytest.raises(HostError, match=r"cannot write .*/gone/a\.json: No such file") as caught:
        write_reports(targets, run_of(passed()), None)
    assert (tmp_path / "a.md").exists()
    assert caught.value.exit_code == 5
    assert f"devstack-runner report {RUN} --report json=PATH" in (caught.value.hint or "")


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        replace(tmp_path / "a", b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]
