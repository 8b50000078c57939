"""The journal of a unit in a kept container."""

import contextlib
import difflib
import sys

from runner.engine import Container
from runner.engine.frames import Stream
from runner.errors import ConfigError, EngineError
from runner.jobs.joblogs import no_such_job
from runner.jobs.kept import open_stacks
from runner.resources import INSIDE
from runner.stack.kept import stack_name
from runner.stack.units import Report, find_unit


def print_journal(job: str, unit: str, *, lines: int, follow: bool) -> None:
    """Copy the unit's last lines to stdout, and, to follow it, what comes until Ctrl-C.

    Raises:
        ConfigError: no such stack, or no such unit in it.

    """
    with open_stacks() as stacks:
        found = stacks.find(job)
        container = stacks.container(found)
        names = _unit_names(stacks.report(found, "units"))
        name = find_unit(unit, names)
        if name is None:
            near = difflib.get_close_matches(unit, names, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ConfigError(
                f"{stack_name(found.name)} has no unit called {unit}",
                hint=f"{hint}There is {', '.join(names) or 'none'}",
            )
        _copy(container, name, lines=lines, follow=follow)


def print_journal_of(unit: str, *, lines: int, follow: bool) -> None:
    """The same for a name that no job has: the unit of the one kept container that has it.

    Raises:
        ConfigError: no container has it, or several have.

    """
    with contextlib.ExitStack() as stack:
        try:
            stacks = stack.enter_context(open_stacks())
        except EngineError as error:
            raise no_such_job(unit, also=", and no engine to look for such a unit") from error
        units = [(found, _unit_names(report)) for found, _, report in stacks.reports("units")]
        having = [(found, name) for found, names in units if (name := find_unit(unit, names))]
        if not having:
            some = sorted({name for _, names in units for name in names})
            there = f" (there is {', '.join(some)})" if some else ""
            raise no_such_job(unit, also=f", and no kept container has such a unit{there}")
        if len(having) > 1:
            jobs = ", ".join(stack_name(found.name) for found, _ in having)
            raise ConfigError(f"which stack? Several have the unit {unit}", hint=f"one of: {jobs}")
        ((found, name),) = having
        _copy(stacks.container(found), name, lines=lines, follow=follow)


def _unit_names(report: Report) -> list[str]:
    return [unit.name for unit in report.units]


def _copy(container: Container, unit: str, *, lines: int, follow: bool) -> None:
    out = sys.stdout.buffer

    def take(_stream: Stream, data: bytes) -> None:
        out.write(data)
        out.flush()

    code = container.execute(
        [f"{INSIDE}/journal", str(lines), "follow" if follow else "once", f"{unit}.service"],
        reader=take,
        hold_stdin=True,
    )
    if code:
        raise EngineError(f"the journal of {container.name} cannot be read (exit code {code})")
