#!/usr/bin/env python3
"""Stamp the lines of a run and write them to its log.

outfilter.py [-v] [-o FILE]: reads standard input; -v repeats it, unstamped, on standard output.
Runs with the oldest Python 3 there is on a supported distribution: 3.6.
"""

import argparse
import re
import sys
import time
from collections.abc import Iterable
from typing import BinaryIO

STAMPED = re.compile(rb"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \| ")
HIDDEN = re.compile(rb"xtrace|set \+o")


def stamp(line: bytes) -> bytes:
    """Put the time in UTC in front of a line that has none."""
    if STAMPED.match(line):
        return line
    now = time.time()
    clock = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))
    return f"{clock}.{int(now % 1 * 1000):03d} | ".encode() + line


def copy(lines: "Iterable[bytes]", log: "BinaryIO | None", screen: "BinaryIO | None") -> None:
    """Copy every line that is not about tracing; a broken screen does not stop the log."""
    for line in lines:
        if HIDDEN.search(line):
            continue
        if screen is not None:
            try:
                screen.write(line)
                screen.flush()
            except OSError:
                screen = None
        if log is not None:
            log.write(stamp(line))
            log.flush()


def main() -> None:
    """Run the filter until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("-o", "--output")
    options = parser.parse_args()
    screen = sys.stdout.buffer if options.verbose else None
    try:
        if options.output is None:
            copy(sys.stdin.buffer, None, screen)
        else:
            with open(options.output, "ab") as log:  # noqa: PTH123
                copy(sys.stdin.buffer, log, screen)
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
