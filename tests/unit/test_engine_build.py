"""What the engine says while it builds: steps, lines, failures."""

from collections.abc import Mapping
from typing import cast

import docker
import pytest

from runner.engine import BuildFailure, BuildLine
from runner.engine.images import build_image, is_output, plain
from runner.errors import EngineError


class Api:
    """docker-py's build: a stream of messages."""

    def __init__(self, *messages: Mapping[str, object]) -> None:
        self._messages = messages

    def build(self, **_: object) -> tuple[Mapping[str, object], ...]:
        return self._messages


def built(*messages: Mapping[str, object]) -> tuple[str, list[BuildLine]]:
    lines: list[BuildLine] = []
    image = build_image(
        cast("docker.APIClient", Api(*messages)),
        context={"Dockerfile": b""},
        tag="x:1",
        build_args={},
        on_line=lines.append,
    )
    return image, lines


def test_steps_are_counted_and_the_id_is_returned() -> None:
    image, lines = built(
        {"stream": "Step 1/2 : FROM x\n"},
        {"stream": " ---> Using cache\n"},
        {"stream": "Step 2/2 : RUN y\nhello\n"},
        {"aux": {"ID": "sha256:new"}},
    )
    assert image == "sha256:new"
    assert [(line.step, line.instruction) for line in lines] == [
        (1, "FROM x"),
        (1, ""),
        (2, "RUN y"),
        (2, ""),
    ]


@pytest.mark.parametrize("text", ["Step one : x", "Step 1 : x", "Step 1/x : y", "Step by step", ""])
def test_what_a_package_prints_is_no_step(text: str) -> None:
    _, lines = built({"stream": "Step 1/2 : RUN y\n"}, {"stream": f"{text}\n"})
    assert [(line.step, line.steps) for line in lines] == [(1, 2)] * 2


def test_a_line_that_comes_in_pieces_is_one_line() -> None:
    """The engine colours what comes on stderr, piece by piece."""
    _, lines = built(
        {"stream": "Step 1/2 : RUN y\n"},
        {"stream": "\033[91mE\033[0m"},
        {"stream": "\033[91m: Unable to locate package\n\033[0m"},
        {"stream": "Step 2/2 : RUN z\n"},
        {"stream": "no line end"},
    )
    said = [plain(line.text) for line in lines if plain(line.text)]
    assert said[1:3] == ["E: Unable to locate package", "Step 2/2 : RUN z"]
    assert said[-1] == "no line end"
    assert lines[-1].step == 2


def test_a_step_that_exits_non_zero_is_a_build_failure() -> None:
    with pytest.raises(BuildFailure) as caught:
        built(
            {"stream": "Step 3/4 : RUN y\n"},
            {"errorDetail": {"code": 100, "message": "'y' returned a non-zero code: 100"}},
        )
    assert (caught.value.step, caught.value.exit_code) == (3, 100)


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ({"message": "write /x: no space left on device"}, "disk is full"),
        ({"code": 1, "message": "copy: No space left on device"}, "disk is full"),
        ({"message": "unknown instruction"}, ""),
    ],
)
def test_other_build_errors_are_the_engines(error: Mapping[str, object], hint: str) -> None:
    with pytest.raises(EngineError, match="building x:1") as caught:
        built({"errorDetail": error})
    assert hint in (caught.value.hint or "")


def test_output_is_told_from_the_builders_chatter() -> None:
    assert is_output("\033[91mE: bad\033[0m")
    assert plain(" \033[91mE: bad\033[0m \n") == "E: bad"
    for chatter in ("Step 1/2 : x", " ---> abc", "Successfully built x", "\033[0m", ""):
        assert not is_output(chatter)
