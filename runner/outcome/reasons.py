"""What is likely behind a failure, of all that the tree has said about that."""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from runner.outcome.events import Reason
from runner.outcome.result import Failure
from runner.outcome.steps import Step

# what bash traces are questions and variables as well, which tell nothing of what went wrong
_TRACED = re.compile(r"(\d{4}-\S+ \S+ \| )?\++ ")


def attach_reasons(steps: list[Step], said: Sequence[Reason]) -> None:
    """Give each step that failed the reasons that are sure, and those that it has a sign of."""
    for index, step in enumerate(steps):
        if step.status.is_bad and step.failure is not None:
            reasons = (reason.text for reason in said if _is_behind(step, step.failure, reason))
            failure = replace(step.failure, reasons=tuple(dict.fromkeys(reasons)))
            steps[index] = replace(step, failure=failure)


def _is_behind(step: Step, failure: Failure, reason: Reason) -> bool:
    if not reason.about or (reason.exit_code and reason.exit_code == step.exit_code):
        return True
    return _mentions(failure, reason)


def _mentions(failure: Failure, reason: Reason) -> bool:
    """Whether one of the words stands by itself in what is known of the failure."""
    words = "|".join(map(re.escape, reason.about.split()))
    pattern = re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])", re.IGNORECASE)
    return any(pattern.search(text) for text in _texts(failure) if reason.text not in text)


def _texts(failure: Failure) -> Iterator[str]:
    """What is known of it, without the place of the plugin, which may be named like a service."""
    checkout, _, file = failure.file.partition("/devstack/")
    yield file
    yield failure.function
    for text in (failure.command, *(line for line in failure.tail if not _TRACED.match(line))):
        yield text.replace(f"{checkout}/", "") if checkout else text
