"""Ctrl-C, SIGTERM and SIGHUP: the first asks to tidy up, the second stops at once."""

import os
import signal
from collections.abc import Callable
from types import FrameType

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop_twice_is_now(
    first: str = "\ninterrupted: tidying up (once more to stop now)\n",
    second: str = "\nstopped; `devstack-runner gc` removes what is left\n",
    *,
    before_exit: Callable[[], None] | None = None,
) -> None:
    """Raise KeyboardInterrupt at the first signal; at the second say who removes the rest."""

    def begin(_signal: int, _frame: FrameType | None) -> None:
        for number in _STOPPING:
            signal.signal(number, end)
        os.write(2, first.encode())
        raise KeyboardInterrupt

    def end(_signal: int, _frame: FrameType | None) -> None:
        if before_exit is not None:
            before_exit()
        os.write(2, second.encode())
        os._exit(130)

    for number in _STOPPING:
        signal.signal(number, begin)
