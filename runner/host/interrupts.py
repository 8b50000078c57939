"""Ctrl-C, SIGTERM and SIGHUP: the first asks to tidy up, the second stops at once.

Whoever begins us hands down which signals it ignores and blocks. To ignore one is a wish (`nohup`,
a shell's `&`) and stays so; to block one is an oversight, of which we and all that we start could
not be stopped. SIGTERM is for who means us, and what our own processes get: it is always heeded.
"""

import os
import signal
from collections.abc import Callable
from types import FrameType

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def let_signals_through() -> None:
    """Unblock what was blocked when we began."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def stop_twice_is_now(
    first: str = "\ninterrupted: tidying up (once more to stop now)\n",
    second: str = "\nstopped; `devstack-runner gc` removes what is left\n",
    *,
    before_exit: Callable[[], None] | None = None,
) -> None:
    """Raise KeyboardInterrupt at the first signal; at the second say who removes the rest.

    Ctrl-C and the end of the terminal go on being ignored where they were ignored.
    """
    heeded = [number for number in _STOPPING if not _is_to_be_ignored(number)]

    def begin(_signal: int, _frame: FrameType | None) -> None:
        for number in heeded:
            signal.signal(number, end)
        os.write(2, first.encode())
        raise KeyboardInterrupt

    def end(_signal: int, _frame: FrameType | None) -> None:
        if before_exit is not None:
            before_exit()
        os.write(2, second.encode())
        os._exit(130)

    for number in heeded:
        signal.signal(number, begin)


def _is_to_be_ignored(number: signal.Signals) -> bool:
    return number is not signal.SIGTERM and signal.getsignal(number) is signal.SIG_IGN
