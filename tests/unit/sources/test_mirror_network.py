"""The cache with an origin that is away, slow or private, and with runs that end in the middle."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from runner.errors import SourceError
from runner.sources.fetch import Sources
from runner.sources.offline import Network
from runner.sources.plugin import Plugin, parse_plugin_option
from tests.signals import afresh

RUN = (
    "import sys; from pathlib import Path\n"
    "from runner.sources.plugin import parse_plugin_option\n"
    "from runner.sources.fetch import Sources\n"
    "sources = Sources(cache=Path(sys.argv[1]), announce=print)\n"
    "print(sources.fetch(parse_plugin_option(sys.argv[2])).folder)"
)


def run(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "safe.directory=*", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, text: str) -> str:
    (folder / "devstack" / "settings").write_text(text)
    run(folder, "add", "--all")
    run(folder, "commit", "-q", "-m", text)
    run(folder, "update-server-info")
    return run(folder, "rev-parse", "HEAD")


@pytest.fixture
def upstream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = me\n\temail = me@h\n")
    folder = tmp_path / "up" / "foo"
    (folder / "devstack").mkdir(parents=True)
    run(folder.parent, "init", "-q", "-b", "main", "foo")
    commit(folder, "one")
    run(folder, "tag", "-a", "-m", "release", "1.0")
    run(folder, "update-server-info")
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def fetch(
    cache: Path,
    location: str,
    said: list[str] | None = None,
    *,
    network: Network = Network.FREE,
) -> Plugin:
    announce = (said if said is not None else []).append
    source = parse_plugin_option(f"foo={location}")
    return Sources(cache=cache, announce=announce).fetch(source, network=network)


class Server(ThreadingHTTPServer):
    """Serves repositories over HTTP; `answer` may choose another status for the nth request."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A git that was killed is no error of the server."""

    def __init__(self, folder: Path) -> None:
        self.answer: Callable[[int], int] = lambda _: 200
        self.requests: list[str] = []
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
        self.url = f"http://127.0.0.1:{self.server_address[1]}/foo/.git"


class _Handler(SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        status = self.server.answer(len(self.server.requests))
        if status == 200:
            super().do_GET()
        else:
            self.send_response(status)
            self.send_header("WWW-Authenticate", "Basic realm=x")
            self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has
        """Keep stderr clean."""


@pytest.fixture
def server(upstream: Path) -> Iterator[Server]:
    with Server(upstream.parent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_without_network_the_copy_in_the_cache_is_used(server: Server, cache: Path) -> None:
    online = fetch(cache, f"{server.url}@main")
    server.answer = lambda _: 503
    said: list[str] = []
    assert fetch(cache, f"{server.url}@main", said).folder == online.folder
    assert "503: using the copy in the cache, which may be old" in said[-1]
    with pytest.raises(SourceError, match="503; the copy in the cache has no 'other'"):
        fetch(cache, f"{server.url}@other")


def test_offline_the_cache_is_all_there_is_and_nobody_is_asked(server: Server, cache: Path) -> None:
    with pytest.raises(SourceError, match="OFFLINE is True, and it is not in the cache") as caught:
        fetch(cache, f"{server.url}@main", network=Network.CUT)
    assert "without OFFLINE" in (caught.value.hint or "")
    assert server.requests == []
    online = fetch(cache, f"{server.url}@main")
    server.requests.clear()
    assert fetch(cache, f"{server.url}@main", network=Network.CUT).folder == online.folder
    with pytest.raises(SourceError, match=r"OFFLINE is True, and .* has no 'other'"):
        fetch(cache, f"{server.url}@other", network=Network.CUT)
    assert server.requests == []


def test_where_cloning_is_an_error_what_is_here_is_updated(
    server: Server, upstream: Path, cache: Path
) -> None:
    with pytest.raises(SourceError, match="ERROR_ON_CLONE is set to True so cloning not allowed"):
        fetch(cache, f"{server.url}@main", network=Network.NO_CLONE)
    assert server.requests == []
    fetch(cache, f"{server.url}@main")
    sha = commit(upstream, "two")
    assert fetch(cache, f"{server.url}@main", network=Network.NO_CLONE).sha == sha


@pytest.mark.parametrize("network", [Network.NO_CLONE, Network.CUT])
def test_a_repository_of_this_machine_is_no_network(
    network: Network, upstream: Path, cache: Path
) -> None:
    assert fetch(cache, f"file://{upstream}@main", network=network).sha


def test_what_is_not_there_any_more_is_an_error_not_the_cache(server: Server, cache: Path) -> None:
    fetch(cache, f"{server.url}@main")
    server.answer = lambda _: 404
    with pytest.raises(SourceError, match="not found"):
        fetch(cache, f"{server.url}@main")


def test_a_network_that_fails_for_a_moment_is_tried_again(
    server: Server, cache: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server.answer = lambda number: 503 if number <= 2 else 200
    assert fetch(cache, f"{server.url}@main").sha
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("status", "why"), [(404, "not found"), (401, "terminal prompts disabled")]
)
def test_what_will_not_get_better_is_not_tried_again(
    server: Server, cache: Path, status: int, why: str
) -> None:
    server.answer = lambda _: status
    with pytest.raises(SourceError, match=why):
        fetch(cache, server.url)
    assert len(server.requests) <= 2  # git itself asks a second way
    assert not list(cache.glob("mirrors/*"))


@pytest.mark.parametrize("status", [200, 401, 404, 503])
def test_credentials_are_neither_told_nor_kept(server: Server, cache: Path, status: int) -> None:
    server.answer = lambda _: status
    location = server.url.replace("://", "://me:sesame@")
    said: list[str] = []
    try:
        plugin = fetch(cache, f"{location}@main", said)
        said += [plugin.url, str(plugin.folder)]
    except SourceError as error:
        said += [error.message, str(error.hint)]
    assert said
    assert "sesame" not in "".join(said)
    assert not [p for p in cache.rglob("*") if p.is_file() and b"sesame" in p.read_bytes()]


def start(cache: Path, location: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": ":".join(filter(None, sys.path))}
    command = afresh([sys.executable, "-u", "-c", RUN, str(cache), f"foo={location}"])
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
        start_new_session=True,
    )


def test_two_runs_at_once_clone_once(server: Server, cache: Path) -> None:
    both_wait = threading.Event()
    server.answer = lambda _: 200 if both_wait.wait(120) else 503
    runs = [start(cache, f"{server.url}@main") for _ in range(3)]
    for process in runs:
        assert process.stdout
        assert process.stdout.readline()  # cloning, or waiting for who does
    both_wait.set()
    outputs = [process.communicate(timeout=120)[0].splitlines() for process in runs]
    assert [process.returncode for process in runs] == [0, 0, 0]
    assert len({lines[-1] for lines in outputs}) == 1
    assert len([path for path in server.requests if path.endswith(".pack")]) <= 1
    assert len(list(cache.glob("mirrors/*"))) == 1
    run(Path(outputs[0][-1]), "fsck", "--strict")


@pytest.mark.parametrize("with_git", [False, True])
def test_a_run_killed_in_the_middle_of_a_clone_leaves_a_usable_cache(
    server: Server, cache: Path, with_git: bool
) -> None:
    in_the_middle, go_on = threading.Event(), threading.Event()

    def stall(number: int) -> int:
        if number > 2:
            in_the_middle.set()
            go_on.wait(20)
        return 200

    server.answer = stall
    with start(cache, f"{server.url}@main") as process:
        assert in_the_middle.wait(20)
        assert list(cache.glob("mirrors/.tmp-*"))
        if with_git:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    server.answer = lambda _: 200
    assert fetch(cache, f"{server.url}@main").sha
    go_on.set()
    assert not list(cache.glob("*/.tmp-*"))


def test_ctrl_c_in_the_middle_of_a_clone_ends_it_at_once(server: Server, cache: Path) -> None:
    in_the_middle, go_on = threading.Event(), threading.Event()

    def stall(_: int) -> int:
        in_the_middle.set()
        go_on.wait(20)
        return 200

    server.answer = stall
    with start(cache, f"{server.url}@main") as process:
        assert in_the_middle.wait(20)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=5)
    go_on.set()
    assert not list(cache.glob("*/.tmp-*"))


def test_git_has_a_time_limit_and_then_the_cache_serves(server: Server, cache: Path) -> None:
    online = fetch(cache, f"{server.url}@main")
    go_on = threading.Event()
    server.answer = lambda _: 200 if go_on.wait(20) else 503
    said: list[str] = []
    sources = Sources(cache=cache, announce=said.append)
    sources._git.remote_limit = 0.2
    assert sources.fetch(online.source).folder == online.folder
    go_on.set()
    assert "did not come to an end in 0.2 seconds: using the copy" in said[-1]
