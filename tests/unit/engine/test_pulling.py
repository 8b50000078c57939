"""How far a pull is, from the engine's messages."""

from runner.engine.pulling import PullProgress


def test_a_long_pull_says_now_and_then_how_far_it_is() -> None:
    now, said = 0.0, list[str]()
    progress = PullProgress(said.append, clock=lambda: now)

    def take(status: str, layer: str = "", current: int = 0, total: int = 0) -> None:
        detail = {"current": current, "total": total} if total else {}
        progress.take({"status": status, "id": layer, "progressDetail": detail})

    take("Pulling from library/debian", "12")
    take("Downloading", "a", 1_000_000, 48_000_000)
    assert said == []
    now = 6.0
    take("Downloading", "b", 2_000_000, 10_000_000)
    assert said == ["3 of 58 MB"]
    take("Download complete", "b")
    take("Extracting", "b", 5, 10)
    now = 12.0
    take("Downloading", "a", 30_000_000, 48_000_000)
    assert said[1:] == ["40 of 58 MB"]


def test_what_needs_no_download_says_nothing() -> None:
    now, said = 0.0, list[str]()
    progress = PullProgress(said.append, clock=lambda: now)
    progress.take({"status": "Already exists", "id": "a"})
    now = 60.0
    progress.take({"status": "Status: Image is up to date"})
    assert said == []
