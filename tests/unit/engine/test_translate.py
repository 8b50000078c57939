"""What docker-py and the connection below it raise, said in our words."""

import contextlib
import inspect

import docker.errors
import pytest
import requests
import requests.exceptions
import urllib3.exceptions

from runner.engine.translate import START_HINT, engine_errors, hint_for
from runner.errors import EngineError


def docker_errors() -> list[type[docker.errors.DockerException]]:
    found = [
        kind
        for _, kind in inspect.getmembers(docker.errors, inspect.isclass)
        if issubclass(kind, docker.errors.DockerException)
    ]
    assert len(found) > 15
    return found


def an_error(kind: type[Exception]) -> Exception:
    """An instance, with as many words as its class asks for."""
    if issubclass(kind, docker.errors.ContainerError):
        return kind("container", 1, "command", "image", b"stderr")
    for words in (["x"], ["x", "y"]):
        with contextlib.suppress(TypeError):
            return kind(*words)
    raise NotImplementedError(kind)


@pytest.mark.parametrize("kind", docker_errors())
def test_every_exception_of_docker_py_becomes_an_engine_error(
    kind: type[docker.errors.DockerException],
) -> None:
    original = an_error(kind)
    with pytest.raises(EngineError, match=r"^doing it: ") as caught, engine_errors("doing it"):
        raise original
    assert caught.value.__cause__ is original
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.ConnectionError("refused"),
        requests.exceptions.ReadTimeout("slow"),
        requests.exceptions.ChunkedEncodingError("cut"),
        urllib3.exceptions.ProtocolError("cut"),
        urllib3.exceptions.ReadTimeoutError(None, "/x", "slow"),  # type: ignore[arg-type]
        ConnectionResetError(104, "reset"),
        BrokenPipeError(32, "broken"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_lost_connection_says_that_nobody_answers(error: Exception) -> None:
    with pytest.raises(EngineError, match="does not answer") as caught, engine_errors("doing it"):
        raise error
    assert caught.value.hint == START_HINT


@pytest.mark.parametrize("error", [KeyError("x"), ValueError("x"), KeyboardInterrupt()])
def test_what_is_not_the_engines_goes_through(error: BaseException) -> None:
    with pytest.raises(type(error)), engine_errors("doing it"):
        raise error


def test_an_engine_error_inside_is_not_said_twice() -> None:
    with (
        pytest.raises(EngineError, match=r"^inner: it failed$"),
        engine_errors("outer"),
        engine_errors("inner"),
    ):
        raise EngineError("inner: it failed")


def test_the_engines_own_words_are_shown_not_the_url() -> None:
    answer = requests.Response()
    answer.status_code = 500
    error = docker.errors.APIError(
        "500 Server Error for http+docker://localhost/x", answer, "disk:\nno space left on device"
    )
    with pytest.raises(EngineError) as caught, engine_errors("doing it"):
        raise error
    assert caught.value.message == "doing it: disk: no space left on device"
    assert "gc --images" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("write /var/lib: No space left on device", "disk is full"),
        ("bind source path does not exist: /x", "must run on this machine"),
        ("dial unix /var/run/docker.sock: Permission denied", "usermod"),
    ],
)
def test_answers_that_people_meet_have_a_hint(reason: str, words: str) -> None:
    assert words in (hint_for(reason) or "")


def test_other_answers_have_none() -> None:
    assert hint_for("something else") is None


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("Error while fetching server API version: ('Connection aborted.', X)", "no container"),
        ("Error while fetching server API version: Permission denied", "may not talk"),
        ("Something\nnew", "Something new"),
    ],
)
def test_not_reaching_the_engine_is_said_plainly(said: str, message: str) -> None:
    with pytest.raises(EngineError, match=message), engine_errors("connecting"):
        raise docker.errors.DockerException(said)
