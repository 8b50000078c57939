#!/usr/bin/env python3
"""Write the state of this host to a file, for whoever looks into a failed run.

The file is worlddump-<UTC time>.txt in the directory, by default the current one. Runs with the
oldest Python 3 there is on a supported distribution: 3.6.
"""

import argparse
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TextIO

COMMANDS = (
    ("File system", "df -Ph"),
    ("Memory", "free -m"),
    ("Processes", "ps axo user,pid,ppid,pcpu,pmem,etime,stat,args"),
    ("Addresses", "ip -brief address"),
    ("Routes", "ip route"),
    ("Listening sockets", "ss -lntup"),
    ("Failed units", "systemctl --no-legend --failed"),
)
SECONDS = 10


def dump(out: TextIO, title: str, command: "list[str]") -> None:
    """Write a command's output under a title, if there is such a program."""
    if shutil.which(command[0]) is None:
        return
    out.write(f"\n{title}\n{'=' * len(title)}\n\n")
    out.flush()
    try:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"},
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        out.write(f"{error}\n")


def dump_units(out: TextIO) -> None:
    """Write the state and the last messages of the units that run_process wrote."""
    folder = Path(os.environ.get("SYSTEMD_DIR", "/etc/systemd/system"))
    for unit in sorted(path.name for path in folder.glob("devstack@*.service")):
        status = ["systemctl", "--no-pager", "--full", "--lines=0", "status", unit]
        journal = ["journalctl", "--no-pager", "--lines=100", f"--unit={unit}"]
        dump(out, f"Unit {unit}", status)
        dump(out, f"Journal of {unit}", journal)


def main() -> None:
    """Write the dump and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-d", "--dir", type=Path, default=Path(), help="where to write the file")
    folder = parser.parse_args().dir
    path = folder / time.strftime("worlddump-%Y-%m-%d-%H%M%S.txt", time.gmtime())
    try:
        with path.open("w", encoding="utf-8") as out:
            for title, command in COMMANDS:
                dump(out, title, command.split())
            dump_units(out)
    except OSError as error:
        parser.exit(1, f"worlddump.py: {error.filename or path}: {error.strerror}\n")
    print(f"World dump in {path}")


if __name__ == "__main__":
    main()
