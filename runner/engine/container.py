"""One container: create, run commands in it, follow what they print, remove it."""

import contextlib
import json
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Self

import docker
import docker.errors
import docker.types

from runner.engine.archive import tar_of
from runner.engine.background import finish_or_undo
from runner.engine.frames import Frames, Reader
from runner.engine.spec import SYSTEMD_STOPS, ContainerSpec, host_options
from runner.engine.translate import engine_errors
from runner.errors import EngineError

_LAST_BYTES = 1 << 16


class Container:
    """A container of ours. As a context manager it is removed at the end, unless `keep`."""

    def __init__(self, api: docker.APIClient, id_: str, *, name: str) -> None:
        self._api = api
        self.id = id_
        self.name = name
        self.keep = False

    @classmethod
    def create(cls, api: docker.APIClient, spec: ContainerSpec) -> Self:
        """Create it; it is not started. An interruption leaves none."""

        def create() -> str:
            made = api.create_container(
                spec.image,
                list(spec.command),
                name=spec.name,
                hostname=spec.hostname,
                labels=dict(spec.labels),
                environment=dict(spec.environment),
                host_config=api.create_host_config(**host_options(spec)),
                stop_signal=SYSTEMD_STOPS if spec.systemd or spec.makes_system else None,
                entrypoint=[],
                use_config_proxy=not spec.makes_system,  # they would be in the image
            )
            return str(made["Id"])

        with engine_errors(f"creating the container {spec.name or 'of ' + spec.image}"):
            made = finish_or_undo(create, lambda id_: cls(api, id_, name=id_).remove())
        return cls(api, made, name=spec.name or made[:12])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.keep:
            self.remove()

    def start(self) -> None:
        """Start it."""
        with engine_errors(f"starting {self.name}"):
            self._api.start(self.id)

    def stop(self, *, seconds: int = 10) -> None:
        """Stop it, killing it after so many seconds."""
        with engine_errors(f"stopping {self.name}"):
            self._api.stop(self.id, timeout=seconds)

    def remove(self) -> None:
        """Kill and remove it with its anonymous volumes; gone already is fine."""
        with engine_errors(f"removing {self.name}"), contextlib.suppress(docker.errors.NotFound):
            self._api.remove_container(self.id, force=True, v=True)

    def commit(
        self,
        tag: str,
        *,
        labels: Mapping[str, str],
        command: Sequence[str],
        changes: Sequence[str] = (),
    ) -> str:
        """Make an image of what is in it, which starts `command`; the image's id.

        Labels of the container are the image's as well, unless `labels` has others. The changes are
        instructions of a Dockerfile that do nothing: ENV, LABEL; they have the last word.
        """
        said = [f"LABEL {name}={json.dumps(value)}" for name, value in labels.items()]
        changes = [f"CMD {json.dumps([*command])}", *said, *changes]
        repository, _, version = tag.rpartition(":")
        with engine_errors(f"making the image {tag}"):
            made = self._api.commit(
                self.id, repository=repository, tag=version, changes=changes, pause=False
            )
        return str(made["Id"])

    def kill(self) -> None:
        """End it at once; its file system stays. Ended already is fine."""
        with engine_errors(f"ending {self.name}"), contextlib.suppress(docker.errors.APIError):
            self._api.kill(self.id)

    def rename(self, name: str) -> None:
        """Give it another name."""
        with engine_errors(f"renaming {self.name} to {name}"):
            self._api.rename(self.id, name)
        self.name = name

    def address(self) -> str:
        """Its address on the engine's bridge; empty without a network."""
        with engine_errors(f"looking at {self.name}"):
            networks = self._api.inspect_container(self.id)["NetworkSettings"]["Networks"]
        return next((str(net["IPAddress"]) for net in networks.values()), "")

    def console(self, *, lines: int = 20) -> str:
        """The last lines that its PID 1 printed."""
        with engine_errors(f"reading the console of {self.name}"):
            return bytes(self._api.logs(self.id, tail=lines)).decode(errors="replace")

    def put_files(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Write files into a folder of its own file system (not into mounts made inside)."""
        with engine_errors(f"writing into {self.name}"):
            self._api.put_archive(self.id, folder, tar_of(files).getvalue())

    def wait(self, *, seconds: float) -> int:
        """Wait for its PID 1 to end and return the exit code."""
        with engine_errors(f"waiting for {self.name}"):
            return int(self._api.wait(self.id, timeout=seconds)["StatusCode"])

    def output(self) -> tuple[bytes, bytes]:
        """What its PID 1 printed to stdout and to stderr, the last 64 KB of each."""
        with engine_errors(f"reading the output of {self.name}"):
            return (
                _last_bytes(self._api.logs(self.id, stream=True, follow=False, stderr=False)),
                _last_bytes(self._api.logs(self.id, stream=True, follow=False, stdout=False)),
            )

    def execute(
        self,
        command: Sequence[str],
        *,
        reader: Reader,
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"\n",
        hold_stdin: bool = False,
        tick: Callable[[], None] = lambda: None,
    ) -> int:
        """Run a command and hand what it prints to `reader` as it comes; the exit code.

        The command must read one line from stdin before it starts: `stdin` is sent when we
        listen, so that no output is lost, and is at its end after that; held, it ends when
        we go away. `tick` is called several times a second and may raise to give up; the
        command then goes on.
        A daemon that the command leaves behind may hold the pipe: output is read until
        the command itself has ended.
        """
        with engine_errors(f"running {command[0]} in {self.name}"):
            exec_id = self._api.exec_create(
                self.id, list(command), stdin=True, environment=dict(environment or {})
            )["Id"]
            channel = self._api.exec_start(exec_id, socket=True)
            connection: socket.socket = getattr(channel, "_sock", channel)
            connection.sendall(stdin)
            if not hold_stdin:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
            frames = Frames(connection, reader)
            while not frames.ended:
                tick()
                if not frames.read(seconds=0.25) and self._has_ended(exec_id):
                    frames.drain()
                    break
            code = self._api.exec_inspect(exec_id)["ExitCode"]
        if code is None:
            raise EngineError(f"{self.name} went away while {command[0]} was running in it")
        return int(code)

    def capture(self, command: Sequence[str]) -> tuple[int, str]:
        """Run a short command as root; its exit code and what it printed."""
        printed = bytearray()
        code = self.execute(
            ["/bin/bash", "-c", 'read -r _; exec "$@"', "capture", *command],
            reader=lambda _stream, data: printed.extend(data),
        )
        return code, printed.decode(errors="replace")

    def _has_ended(self, exec_id: str) -> bool:
        return not self._api.exec_inspect(exec_id)["Running"]


def _last_bytes(pieces: Iterable[bytes]) -> bytes:
    kept = bytearray()
    for piece in pieces:
        kept += piece
        del kept[:-_LAST_BYTES]
    return bytes(kept)
