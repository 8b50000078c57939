"""Which display fits: live on a terminal, plain lines elsewhere; of one job or of many."""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from typing import IO

from runner.display.console import Plain
from runner.display.grouped import Grouped
from runner.outcome.observer import Observer, Silent


@contextlib.contextmanager
def make_observer(
    *,
    verbose: bool,
    quiet: bool,
    to_stderr: bool,
    jobs: Mapping[str, float | None] | None = None,
) -> Iterator[Observer]:
    """The display of one job, or of these, each with the seconds that it is expected to take."""
    stream = sys.stderr if to_stderr else sys.stdout
    many = jobs is not None and len(jobs) > 1
    if quiet or stream is None:
        yield Silent()
    elif (verbose or not is_terminal(stream)) and many:
        with Grouped(stream, verbose=verbose) as grouped:
            yield grouped
    elif verbose or not is_terminal(stream):
        yield Plain(stream, verbose=verbose)
    # rich is slow to import, and not needed above
    elif jobs is not None and many:
        from runner.display.livejobs import LiveJobs  # noqa: PLC0415

        with LiveJobs(stream, expected=jobs) as view:
            yield view
    else:
        from runner.display.live import Live  # noqa: PLC0415

        with Live(stream) as live:
            yield live


def is_terminal(stream: IO[str] | None) -> bool:
    """Whether a live view makes sense there: not in CI, not on a dumb terminal."""
    return (
        bool(stream and stream.isatty())
        and not os.environ.get("CI")
        and os.environ.get("TERM") != "dumb"
    )
