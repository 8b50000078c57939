"""Servers on the engine's bridge: an index with and without TLS, a proxy, repositories."""

import base64
import functools
import hashlib
import http.client
import http.server
import select
import shutil
import socket
import ssl
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.container.harness import git
from tests.signals import afresh

PACKAGE = "devstack-runner-netprobe"  # which no other index has
_MODULE = PACKAGE.replace("-", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What runs, and what it was asked for."""

    url: str
    asked: list[str] = field(default_factory=list)


def make_authority(folder: Path, address: str) -> tuple[Path, Path, Path]:
    """An authority's certificate, alone in a folder, and a server's certificate and key."""
    (folder / "authority").mkdir()
    authority = folder / "authority" / "test-authority.crt"
    openssl = functools.partial(subprocess.run, check=True, capture_output=True, cwd=folder)
    new = ["-newkey", "rsa:2048", "-nodes"]
    openssl(
        [
            *("openssl", "req", "-x509", *new, "-keyout", "ca.key", "-out", authority),
            *("-days", "2", "-subj", "/CN=test authority"),
            *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        ]
    )
    openssl(
        ["openssl", "req", *new, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=test"]
    )
    (folder / "names").write_text(f"subjectAltName=IP:{address}\n")
    openssl(
        [
            *("openssl", "x509", "-req", "-in", "server.csr", "-CA", authority, "-CAkey", "ca.key"),
            *("-CAcreateserial", "-CAserial", "serial", "-days", "2", "-extfile", "names"),
            *("-out", "server.crt"),
        ]
    )
    return authority, folder / "server.crt", folder / "server.key"


def make_site(folder: Path) -> Path:
    """An index with one package, and a repository, `repo.git`."""
    index = folder / "simple" / PACKAGE
    index.mkdir(parents=True)
    _write_wheel(index / f"{_MODULE}-1.0-py3-none-any.whl")
    work = folder.parent / "work"
    work.mkdir()
    git(work, "init", "--quiet")
    git(work, "commit", "--quiet", "--allow-empty", "--message", "test")
    git(folder, "clone", "--quiet", "--bare", str(work), "repo.git")
    git(folder / "repo.git", "update-server-info")
    shutil.rmtree(work)
    return folder


def _write_wheel(path: Path) -> None:
    info = f"{_MODULE}-1.0.dist-info"
    files = {
        f"{_MODULE}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={_digest(text.encode())},{len(text)}\n" for name, text in files.items()
    )
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            wheel.writestr(name, text)


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


@contextmanager
def site(
    folder: Path, address: str, *, tls: tuple[Path, Path] | None = None, login: str = ""
) -> Iterator[Server]:
    """Serve a folder; with `login`, USER:PASSWORD, to who gives it only."""
    wanted = f"Basic {base64.b64encode(login.encode()).decode()}" if login else None
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]

        def do_GET(self) -> None:
            if wanted and self.headers.get("Authorization") != wanted:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="test"')
                self.end_headers()
                return
            asked.append(self.path)
            super().do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with _running(Handler, address, tls=tls) as port:
        scheme = "https" if tls else "http"
        yield Server(url=f"{scheme}://{address}:{port}", asked=asked)


@contextmanager
def proxy(address: str) -> Iterator[Server]:
    """A proxy for http and https; `asked` are the requests' first lines."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            asked.append(f"CONNECT {self.path}")
            host, _, port = self.path.rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port)), timeout=10) as other:
                self.send_response(200)
                self.end_headers()
                _carry(self.connection, other)

        def do_GET(self) -> None:
            asked.append(f"GET {self.path}")
            url = urlsplit(self.path)
            connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=10)
            headers = {k: v for k, v in self.headers.items() if not k.lower().startswith("proxy-")}
            connection.request("GET", url.path or "/", headers={**headers, "Connection": "close"})
            answer = connection.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "connection", "content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            connection.close()

        def log_message(self, *_: object) -> None:
            pass

    with _running(Handler, address) as port:
        yield Server(url=f"http://{address}:{port}", asked=asked)


@contextmanager
def git_daemon(folder: Path, address: str) -> Iterator[str]:
    """Serve the repositories in a folder; the URL of the folder."""
    with socket.create_server((address, 0)) as free:
        port = free.getsockname()[1]
    place = (f"--base-path={folder}", f"--listen={address}", f"--port={port}", "--reuseaddr")
    server = subprocess.Popen(
        afresh(["git", "daemon", "--export-all", "--verbose", *place]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr
        assert "Ready to rumble" in server.stderr.readline()
        yield f"git://{address}:{port}"
    finally:
        server.terminate()
        server.communicate()


def _carry(one: socket.socket, other: socket.socket) -> None:
    while True:
        ready, _, _ = select.select([one, other], [], [], 10)
        for end in ready:
            data = end.recv(1 << 16)
            if not data:
                return
            (other if end is one else one).sendall(data)
        if not ready:
            return


@contextmanager
def _running(
    handler: type[http.server.BaseHTTPRequestHandler],
    address: str,
    *,
    tls: tuple[Path, Path] | None = None,
) -> Iterator[int]:
    server = http.server.ThreadingHTTPServer((address, 0), handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # refused handshakes
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
