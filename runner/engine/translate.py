"""docker-py's exceptions, said as ours."""

import contextlib
import re
from collections.abc import Iterator

import docker.errors
import requests.exceptions
import urllib3.exceptions

from runner.errors import EngineError

START_HINT = "`devstack-runner engine up` starts one; `devstack-runner doctor` says what is wrong"

_PASSING = re.compile(
    r"connection reset|\bEOF$|TLS handshake timeout|unexpected HTTP status: 5\d\d|toomanyrequests"
)
_LOST = (
    requests.exceptions.RequestException,
    urllib3.exceptions.HTTPError,
    ConnectionError,
)


@contextlib.contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Raise EngineError "DOING: reason" for whatever docker-py or the connection below raises."""
    try:
        yield
    except docker.errors.APIError as error:
        raise _from_answer(doing, error) from error
    except docker.errors.DockerException as error:
        raise EngineError(f"{doing}: {_one_line(error)}", hint=START_HINT) from error
    except _LOST as error:
        raise EngineError(
            f"{doing}: the container engine does not answer", hint=START_HINT
        ) from error


def _from_answer(doing: str, error: docker.errors.APIError) -> EngineError:
    reason = " ".join(str(error.explanation or error).split())
    return EngineError(f"{doing}: {reason}", hint=hint_for(reason))


def hint_for(reason: str) -> str | None:
    """What to try, for the engine's answers that people meet."""
    if "no space left on device" in reason.lower():
        return "the engine's disk is full: `devstack-runner gc --images`, or `docker system df`"
    if "bind source path does not exist" in reason:
        return "the engine must run on this machine: it mounts the plugins' folders"
    if "permission denied" in reason.lower():
        return "may this user reach the engine? `sudo usermod -aG docker $USER`, then log in again"
    return None


def is_passing(reason: str) -> bool:
    """Whether a registry may well answer a moment later: it was reached, and did not finish."""
    return _PASSING.search(reason) is not None


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    if "Connection aborted" in text or "Error while fetching server API version" in text:
        if "Permission" in text:
            return "this user may not talk to the container engine (permission denied)"
        return "no container engine answers"
    return text
