"""Whether bash can parse a text: `bash -n`, which runs nothing of it."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache

from runner.lint.files import File
from runner.lint.finding import Finding
from runner.localconf.remark import Severity

_OLDEST = 4  # macOS has 3.2, which does not know all that is written today
_COMPLAINT = re.compile(r".*?line (\d+): (.*)")
_ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin"}


def check_syntax(file: File) -> Iterator[Finding]:
    """Find what bash refuses to parse; nothing where there is no bash to ask."""
    if file.has_crlf or _version() < _OLDEST:
        return
    done = subprocess.run(
        # plugins that use extended patterns switch them on before
        ["bash", "--norc", "-O", "extglob", "-n"],
        input=file.text,
        env=_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return
    lines = done.stderr.splitlines()
    found = next((match for line in lines if (match := _COMPLAINT.match(line))), None)
    yield Finding(
        code="DSR104",
        severity=Severity.ERROR,
        path=file.path,
        line=int(found[1]) if found else None,
        message=f"bash cannot parse it: {found[2] if found else ' '.join(lines)}",
        fix="look at that line and those above it: a quote, a bracket, then, fi or done is missing",
    )


@cache
def _version() -> int:
    try:
        done = subprocess.run(
            ["bash", "--norc", "-c", "echo ${BASH_VERSINFO[0]}"],
            env=_ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
        return int(done.stdout)
    except (OSError, ValueError):
        return 0
