"""Writes reports: each file is replaced as a whole, or left as it was."""

import contextlib
import secrets
from collections.abc import Sequence
from pathlib import Path

from runner.errors import HostError
from runner.host.workspace import RunFolder
from runner.outcome.result import RunResult, to_json
from runner.report.html import render_html
from runner.report.junit import render_junit
from runner.report.markdown import render_markdown
from runner.report.targets import Kind, Target


def render(kind: Kind, run: RunResult, folder: RunFolder | None) -> bytes:
    """The report of a kind; logs come from the run's folder, if it is here."""
    match kind:
        case Kind.JUNIT:
            return render_junit(run)
        case Kind.HTML:
            return render_html(run, folder).encode()
        case Kind.MD:
            return render_markdown(run).encode()
        case Kind.JSON:
            return to_json(run)


def write_reports(targets: Sequence[Target], run: RunResult, folder: RunFolder | None) -> None:
    """Write all of them; one that cannot be written does not keep the others from it.

    Raises:
        HostError: some could not be written. The result is in the state folder all the same.

    """
    trouble = []
    for target in targets:
        try:
            replace(target.path, render(target.kind, run, folder))
        except OSError as error:
            trouble.append(f"cannot write {target.path}: {error.strerror or error}")
    if trouble:
        again = " ".join(f"--report {target.kind}=PATH" for target in targets)
        raise HostError(
            "; ".join(trouble),
            hint=f"nothing is lost: `devstack-runner report {run.run} {again}` writes them again",
        )


def replace(path: Path, data: bytes) -> None:
    """Put a new file in the place of an old one, in one step."""
    temporary = path.with_name(f".report-{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o7777)
        temporary.replace(path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
