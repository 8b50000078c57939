"""Commands and paths that DevStack does not take: of run_process, removed ones, /opt/stack."""

import re
from collections.abc import Iterator, Mapping

from runner.lint.bash import read_script
from runner.lint.files import File
from runner.lint.finding import Finding
from runner.localconf.remark import Severity

_REMOVED: Mapping[str, str] = {
    "screen_it": "run_process",
    "screen_process": "run_process",
    "screen_stop": "stop_process",
    "configure_auth_token_middleware": "configure_keystone_authtoken_middleware",
}
_STILL_THERE = {"configure_auth_token_middleware"}  # under its old name, with a warning
_FIXED = re.compile(r"(?<![\w}.$-])/opt/stack(?![\w-])")
_DATA = re.compile(r"(?<![\w}.$-])/opt/stack/data(?![\w-])")
_DEFAULT = re.compile(r"(\$\{\w+:?[-=]|\bDEST=)[\"']?/opt/stack\b")


def check_commands(file: File) -> Iterator[Finding]:
    """Find what DevStack refuses or does not have."""
    yield from _processes(file)
    yield from _removed(file)
    yield from _fixed_paths(file)


def _processes(file: File) -> Iterator[Finding]:
    for command in read_script(file.text).called("run_process"):
        if len(command.words) < 2:  # noqa: PLR2004 - the service and its command
            continue
        service, words = command.words[0].text, command.words[1].text.strip("\"'")
        if re.search(r"\bsudo\b", words):
            what = "run_process dies of a command with sudo"
            fix = f'run_process {service} "COMMAND" "" root   # the fourth argument is the user'
        elif re.match(r"[\w.]", words):
            what = f"run_process dies of {words.split()[0]}: a command begins with its full path"
            fix = f'run_process {service} "$(command -v {words.split()[0]}) …"'
        else:
            continue
        yield Finding(
            code="DSR503",
            severity=Severity.ERROR,
            path=file.path,
            line=command.line,
            message=what,
            fix=fix,
        )


def _removed(file: File) -> Iterator[Finding]:
    script = read_script(file.text)
    for command in script.called(*_REMOVED):
        if command.name in script.functions:
            continue
        new, old = _REMOVED[command.name], command.name in _STILL_THERE
        yield Finding(
            code="DSR504",
            severity=Severity.WARNING if old else Severity.ERROR,
            path=file.path,
            line=command.line,
            message=f"{command.name} is an old name, kept for a while"
            if old
            else f"DevStack has no {command.name} any more",
            fix=f"write {new}",
        )


def _fixed_paths(file: File) -> Iterator[Finding]:
    for number, line in enumerate(file.text.splitlines(), start=1):
        text = re.sub(r"(^|\s)#.*", "", line)
        if _FIXED.search(text) and not _DEFAULT.search(text):
            data = "/data" if _DATA.search(text) else ""
            name = "DATA_DIR" if data else "DEST"
            yield Finding(
                code="DSR402",
                severity=Severity.WARNING,
                path=file.path,
                line=number,
                message=f"/opt/stack{data} is the default of {name}, which may be elsewhere",
                fix=_FIXED.sub("$DEST", _DATA.sub("$DATA_DIR", text)).strip(),
            )
