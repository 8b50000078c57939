"""The end of the process, without taking apart what ends with it: a fifth of a short command."""

import atexit
import os
import sys
from typing import NoReturn


def leave(end: SystemExit) -> NoReturn:
    """End as Python would on this: outputs are flushed, what is registered for the exit is called.

    Only the destruction of all that was imported is left out. Where Python would have to say
    something (a message as exit code, an output that is full) it is left to Python.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, AttributeError):
        raise end from None
    if not isinstance(end.code, int | None):
        raise end
    atexit._run_exitfuncs()  # noqa: SLF001 - as multiprocessing does for its processes
    os._exit(end.code or 0)
