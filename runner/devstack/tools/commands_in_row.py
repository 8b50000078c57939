"""Run several commands of one program in a row: it is loaded once, and forks for each.

commands_in_row.py MODULE NAME -- COMMAND...: the module's main() is the program of that name. Each
command is one argument, quoted as for a shell. Ends with the status of the first command that
fails. Runs in the program's own interpreter.
"""

import importlib
import os
import shlex
import sys
from typing import Any, NoReturn


def run(module: Any, arguments: list[str]) -> NoReturn:
    """Be the program, with these arguments; its name is the first."""
    status = 1
    try:
        sys.argv = arguments
        status = module.main() or 0
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        else:
            status = end.code or 0
    except BaseException:  # noqa: BLE001 # a program's last words
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def run_all() -> None:
    """Run one command after the other, each in a process of its own."""
    name, middle, *commands = sys.argv[2:]
    if middle != "--":
        sys.exit(__doc__)
    module = importlib.import_module(sys.argv[1])
    for command in commands:
        pid = os.fork()
        if pid == 0:
            run(module, [name, *shlex.split(command)])
        _, state = os.waitpid(pid, 0)
        if state:
            status = os.waitstatus_to_exitcode(state)
            sys.exit(f"{name} {command} failed with status {status}")


if __name__ == "__main__":
    run_all()
