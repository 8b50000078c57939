"""Requests that an interruption does not tear: Ctrl-C reaches the main thread only."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")

_PATIENCE = 10.0  # seconds for which an interruption waits for the request


def finish_or_undo(work: Callable[[], T], undo: Callable[[T], None]) -> T:
    """What the work returns; when we are interrupted, it is finished and then undone.

    The engine goes on with what it was asked for, whoever waits for it.
    """
    done: Future[T] = Future()

    def do() -> None:
        if done.set_running_or_notify_cancel():
            try:
                done.set_result(work())
            except BaseException as error:  # noqa: BLE001 # who asks for the result gets it
                done.set_exception(error)

    try:
        Thread(target=do, daemon=True).start()
        return done.result()
    except KeyboardInterrupt:
        if not done.cancel():
            with suppress(Exception):
                undo(done.result(timeout=_PATIENCE))
        raise
