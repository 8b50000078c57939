"""What container tests work with: the real command line, and plugins written on the spot."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner import labels
from runner.engine import Engine, Found
from runner.outcome.phases import Mode, Phase
from runner.outcome.result import JobResult, PhaseResult, RunResult, from_json
from tests.container import forked
from tests.signals import afresh

_PATIENCE = 10 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command came to."""

    code: int
    stdout: str
    stderr: str

    @property
    def run(self) -> RunResult:
        """The result that `--json` printed."""
        return from_json(self.stdout.encode())

    @property
    def job(self) -> JobResult:
        """The only job of that result."""
        (job,) = self.run.jobs
        return job

    @property
    def json(self) -> Any:
        """What other commands print with `--json`."""
        return json.loads(self.stdout)

    def phase(self, phase: Phase, plugin: str) -> PhaseResult:
        """How the plugin fared in the phase."""
        (found,) = (p for p in self.job.phases if (p.phase, p.plugin) == (phase, plugin))
        return found

    def statuses(self) -> dict[tuple[str, str], str]:
        """Phase and plugin, and how it ended."""
        return {(p.phase.value, p.plugin): p.status.value for p in self.job.phases}


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs `devstack-runner` in a folder, with a state of its own and nobody at the keyboard."""

    folder: Path
    cache: Path

    @property
    def state(self) -> Path:
        """The state folder of the runs."""
        return self.folder / ".state" / "devstack-runner"

    def __call__(
        self, *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> Outcome:
        """Run a command and wait for it."""
        done = forked.run(
            [*map(str, arguments)],
            cwd=cwd or self.folder,
            env=self.environment(env),
            timeout=_PATIENCE,
        )
        return Outcome(code=done.returncode, stdout=done.stdout, stderr=done.stderr)

    def command(self, *arguments: str | Path) -> list[str]:
        """The command line, for tests that start it themselves."""
        return afresh([sys.executable, "-m", "runner", *arguments])

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment that goes with it."""
        return {
            **os.environ,
            "PYTHONSAFEPATH": "1",  # the package that is installed, whatever the folder holds
            "NO_COLOR": "1",
            "XDG_STATE_HOME": str(self.folder / ".state"),
            "XDG_CACHE_HOME": str(self.cache),
            **(more or {}),
        }

    def passes(self, *arguments: str | Path, **how: Any) -> Outcome:
        """Run a command that has to succeed."""
        outcome = self(*arguments, **how)
        assert outcome.code == 0, f"{outcome.stdout}\n{outcome.stderr}"
        return outcome

    def inside(self, job: str, script: str) -> str:
        """What a script prints that is run as the stack user in a kept container."""
        return self.passes("exec", "--job", job, "bash", "-c", script).stdout

    def log(self, job: str) -> str:
        """What the newest run of the job printed."""
        return self.passes("logs", job).stdout


def forget_images(engine: Engine, job: str) -> None:
    """Remove the job's own images, so that its next build makes them."""
    for image in engine.images(job=job):
        if image.name.startswith(f"devstack-runner/{job}:"):
            engine.remove_image(image.name)


def git(folder: Path, *arguments: str) -> str:
    """Run git there, as somebody who may commit; what it prints."""
    who = ("-c", "user.name=A Tester", "-c", "user.email=tester@example.org")
    command = ["git", *who, *arguments]
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def write_plugin(
    folder: Path, name: str, *, plugin: str = "", settings: str = "", override_defaults: str = ""
) -> Path:
    """Write a plugin's files (those that are not empty) below `folder`; its checkout."""
    checkout = folder / name
    files = {"plugin.sh": plugin, "settings": settings, "override-defaults": override_defaults}
    (checkout / "devstack").mkdir(parents=True)
    for file, text in files.items():
        if text:
            (checkout / "devstack" / file).write_text(text)
    return checkout


def write_lists(checkout: Path, **lists: str) -> None:
    """Write a plugin's package lists by kind (debs, rpms, rpms_suse), names between blanks."""
    for kind, names in lists.items():
        folder = checkout / "devstack" / "files" / kind.replace("_", "-")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / checkout.name).write_text("".join(f"{name}\n" for name in names.split()))


def write_conf(folder: Path, localrc: str, *, rest: str = "") -> Path:
    """Write a local.conf that enables no service of the tree."""
    conf = folder / "local.conf"
    conf.write_text(f"[[local|localrc]]\ndisable_all_services\n{localrc}\n{rest}")
    return conf


def job_name(*plugins: str) -> str:
    """The identifier of a job on the distro that these tests use."""
    return "-".join(["debian-12", *plugins])


def leftovers(engine: Engine, folder: Path) -> list[Found]:
    """Containers and volumes that runs from below `folder` have made."""
    return [
        found
        for found in (*engine.containers(), *engine.volumes())
        if Path(found.labels.get(labels.PROJECT, "/")).is_relative_to(folder.resolve())
    ]


def phases_of_run(outcome: Outcome, mode: Mode) -> list[tuple[Phase, str, str]]:
    """The phases of a mode in the order in which they ran: phase, plugin, status."""
    return [(p.phase, p.plugin, p.status.value) for p in outcome.job.phases if p.mode is mode]
