"""What a run goes through: modes, the phases of each, and how a phase can end."""

from enum import StrEnum
from typing import Self

PLUGIN_FILES = ("override-defaults", "settings", "plugin.sh")


class Mode(StrEnum):
    """One of the tree's three commands, each a process of its own."""

    STACK = "stack"
    UNSTACK = "unstack"
    CLEAN = "clean"

    @property
    def script(self) -> str:
        """The command in the tree's top folder."""
        return f"{self.value}.sh"


class Phase(StrEnum):
    """A moment at which a plugin's file is sourced, under the name people see."""

    OVERRIDE_DEFAULTS = "override-defaults"
    SETTINGS = "settings"
    PRE_INSTALL = "stack pre-install"
    INSTALL = "stack install"
    POST_CONFIG = "stack post-config"
    EXTRA = "stack extra"
    TEST_CONFIG = "stack test-config"
    UNSTACK = "unstack"
    CLEAN = "clean"

    @classmethod
    def of_event(cls, mode: str, name: str) -> Self:
        """Say which phase the tree means; ValueError when there is none of that name."""
        return cls(f"{mode} {name}") if f"{mode} {name}" in _NAMES else cls(name)

    @property
    def file(self) -> str:
        """The plugin's file that is sourced, relative to its `devstack/`."""
        return self.value if self.value in PLUGIN_FILES else "plugin.sh"


class Status(StrEnum):
    """How a phase, a stage or a job ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"
    NOT_RUN = "not-run"

    @property
    def is_bad(self) -> bool:
        """Whether somebody has to look at it."""
        return self in {Status.FAILED, Status.ERROR}


SEQUENCE = tuple(Phase)
_NAMES = frozenset(phase.value for phase in Phase)


def phases_of(mode: Mode) -> tuple[Phase, ...]:
    """List the phases a mode is run for.

    Unstack and clean read override-defaults and settings again, to get the plugin's
    variables back; that is not what they are run for, so it is not listed.
    """
    match mode:
        case Mode.UNSTACK:
            return (Phase.UNSTACK,)
        case Mode.CLEAN:
            return (Phase.CLEAN,)
        case Mode.STACK:
            return SEQUENCE[: SEQUENCE.index(Phase.UNSTACK)]
