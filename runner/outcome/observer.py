"""Who wants to know what happens while jobs run: terminal, tests."""

import re
from typing import Protocol

from msgspec import Struct

from runner.outcome.events import Event
from runner.outcome.result import JobResult

_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class BuildLine(Struct, frozen=True, kw_only=True):
    """One line of an image's build; `step` counts from 1.

    `instruction` is what the step does, on the line that begins it.
    """

    step: int
    steps: int
    text: str
    instruction: str = ""


def plain(text: str) -> str:
    """A line of output without colours and blanks at its ends."""
    return _ESCAPES.sub("", text).strip()


class Observer(Protocol):
    """Told of each job's progress, in order; must not raise."""

    def job_started(self, job: str) -> None:
        """Say that work on the job begins."""

    def doing(self, job: str, what: str) -> None:
        """Name the step before the phases: base image, plugins, container."""

    def building(self, job: str, line: BuildLine) -> None:
        """Pass on a line of the image's build."""

    def event(self, job: str, event: Event) -> None:
        """Pass on what the tree announced."""

    def output(self, job: str, data: bytes) -> None:
        """Pass on what a command in the container printed."""

    def job_finished(self, job: str, result: JobResult) -> None:
        """Give the job's result."""


class Silent:
    """Looks away."""

    def job_started(self, job: str) -> None:
        """Nothing."""

    def doing(self, job: str, what: str) -> None:
        """Nothing."""

    def building(self, job: str, line: BuildLine) -> None:
        """Nothing."""

    def event(self, job: str, event: Event) -> None:
        """Nothing."""

    def output(self, job: str, data: bytes) -> None:
        """Nothing."""

    def job_finished(self, job: str, result: JobResult) -> None:
        """Nothing."""
