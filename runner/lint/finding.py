"""What a check says: the finding, how bad it is, and the list of all codes."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from runner.localconf.remark import Severity


class Edit(Struct, frozen=True):
    """Bytes to put in place of others; offsets are those of the file."""

    start: int
    end: int
    new: bytes


class Finding(Struct, frozen=True, kw_only=True):
    """One thing to look at; without a line it is about the whole file."""

    code: str
    severity: Severity
    path: Path
    line: int | None = None
    message: str
    fix: str
    """What to type or to write."""
    edits: tuple[Edit, ...] = ()
    """The fix, where it is safe to make without asking."""


RULES: Mapping[str, str] = MappingProxyType(
    {
        "DSR101": "no devstack/plugin.sh",
        "DSR102": "a file's name is nearly that of one which DevStack sources",
        "DSR103": "a file cannot be read",
        "DSR104": "bash cannot parse a file",
        "DSR105": "CRLF line ends",
        "DSR201": "plugin.sh asks for a mode or a phase that does not exist",
        "DSR202": "a file ends with a condition that may be false",
        "DSR203": "exit outside functions",
        "DSR301": "a package list is missing for a family",
        "DSR302": "not a package's name",
        "DSR303": "a package that the distro does not have",
        "DSR304": "the distro could not be asked for its packages",
        "DSR305": "a package list that is not read",
        "DSR306": "packages for one family only",
        "DSR401": "a setting overrides what the user set",
        "DSR402": "/opt/stack where DEST is meant",
        "DSR501": "run_process of a service that nothing enables",
        "DSR502": "a service type that OpenStack does not know",
        "DSR503": "a command that run_process refuses",
        "DSR504": "a name that DevStack has no more",
        "DSR601": "plugins require each other in a circle",
        "DSR602": "a plugin comes before one that it requires",
        "DSR603": "a plugin comes before one that it wants to follow",
        "DSR604": "a plugin requires one that is not enabled",
        "DSR701": "a local.conf that cannot be used",
        "DSR702": "a section of local.conf for a phase that does not exist",
        "DSR703": "a part of local.conf that is ignored",
        "DSR704": "a localrc beside local.conf",
        "DSR705": "a plugin is enabled twice",
        "DSR706": "enable_plugin without a URL",
        "DSR707": "an option before the first section of a file",
        "DSR708": "a line for bash among options",
        "DSR709": "a comment behind a value",
        "DSR710": "a comment that begins with a semicolon",
        "DSR711": "an indented line among options",
        "DSR712": "double quotes in an option's value",
        "DSR713": "a backslash in an option's value",
        "DSR714": "an option without an equals sign",
        "DSR715": "a section whose name is cut",
        "DSR716": "a section whose file has no name",
        "DSR717": "one file under two names",
        "DSR718": "an option that is set twice",
        "DSR719": "an option whose name is cut",
        "DSR720": "blanks around an equals sign of bash",
        "DSR721": "ENABLED_SERVICES is set anew",
        "DSR722": "blanks in a value without quotes",
        "DSR723": "a value with the number of a process",
        "DSR724": "a password that bash ends too early",
        "DSR725": "a placeholder",
        "DSR726": "a name that is nearly one of DevStack's",
        "DSR727": "a service that a plugin enables is disabled",
        "DSR728": "a service is enabled that is disabled",
        "DSR729": "a repository does not have the branch",
    }
)
"""Every code and what it is about; docs/lint.md has an example and the fix of each."""
