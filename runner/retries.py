"""Trying again what a network cut off.

stamina logs each retry as a warning; without a handler, logging would print it on stderr.
"""

import logging

from stamina import RetryingCaller

__all__ = ["RetryingCaller"]

logging.getLogger("stamina").addHandler(logging.NullHandler())
