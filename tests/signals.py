"""How programs that tests start take signals, whatever the tests themselves were started with.

A shell's `&` and `nohup` have Ctrl-C ignored, and a build system may block SIGTERM; both are handed
down to all that is started.
"""

from collections.abc import Sequence
from pathlib import Path


def afresh(command: Sequence[str | Path]) -> list[str]:
    """The command line that starts it with no signal ignored or blocked; `env` becomes it."""
    return ["env", "--default-signal", *map(str, command)]


def as_by_nohup(command: Sequence[str | Path]) -> list[str]:
    """The same with Ctrl-C and the end of the terminal ignored, as by `nohup … &`."""
    return ["env", "--ignore-signal=INT", "--ignore-signal=HUP", *map(str, command)]


def with_sigterm_blocked(command: Sequence[str | Path]) -> list[str]:
    """The same with SIGTERM blocked."""
    return ["env", "--default-signal", "--block-signal=TERM", *map(str, command)]
