"""Results that reports are tried with: a usual one, and one of all that is nasty."""

import json
from datetime import UTC, datetime
from pathlib import Path

from runner.host.workspace import RunFolder
from runner.outcome.phases import Mode, Phase, Status
from runner.outcome.result import (
    Failure,
    ImageInfo,
    JobResult,
    PhaseResult,
    PluginInfo,
    Problem,
    RunResult,
    StageResult,
)

RUN = "20260102-030405-abcdef"
NASTY = (
    "\x1b[31;1mred\x1b[0m \x1b]0;title\x07bell \x00NUL ]]> </script><script>hack()</script> "
    "<b>&amp; 'x' \"y\" | `tick` ``` 🦄 é \ufffe"
)
FAILURE = Failure(
    command="install_package heat | tee <log>",
    file="/opt/stack/heat/devstack/plugin.sh",
    line=12,
    function="install_heat",
    tail=("one", "two & <three>"),
    reasons=("there is no <horizon> & no_swift",),
)
_STACK = (
    Phase.OVERRIDE_DEFAULTS,
    Phase.SETTINGS,
    Phase.PRE_INSTALL,
    Phase.INSTALL,
    Phase.POST_CONFIG,
    Phase.EXTRA,
)


def phase(
    name: Phase,
    status: Status = Status.PASSED,
    *,
    plugin: str = "heat",
    seconds: float = 1.25,
    failure: Failure | None = None,
) -> PhaseResult:
    mode = Mode(name.value) if name in {Phase.UNSTACK, Phase.CLEAN} else Mode.STACK
    return PhaseResult(
        mode=mode,
        phase=name,
        plugin=plugin,
        status=status,
        seconds=0.0 if status is Status.NOT_RUN else seconds,
        exit_code=2 if failure else None,
        failure=failure,
    )


def job(distro: str, status: Status, *phases: PhaseResult, **more: object) -> JobResult:
    values = {
        "seconds": 21.5,
        "image": ImageInfo(
            reference=f"devstack-runner/{distro}-heat:abc", id="sha256:12", base=f"{distro}:base"
        ),
        "plugins": tuple(
            PluginInfo(name=name, url=f"https://opendev.org/openstack/{name}", sha="1f" * 20)
            for name in dict.fromkeys(phase.plugin for phase in phases)
        ),
        **more,
    }
    return JobResult(job=f"{distro}-heat", distro=distro, status=status, phases=phases, **values)  # type: ignore[arg-type]


def run_of(*jobs: JobResult, run: str = RUN, problem: Problem | None = None) -> RunResult:
    return RunResult(
        run=run,
        version="0.1",
        started=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        seconds=61.25,
        jobs=jobs,
        problem=problem,
    )


def passed(distro: str = "debian-12", plugins: tuple[str, ...] = ("heat", "octavia")) -> JobResult:
    phases = [phase(name, plugin=plugin) for name in Phase for plugin in plugins]
    return job(distro, Status.PASSED, *phases, kept=f"devstack-runner-{distro}-heat")


def failed(distro: str = "fedora-44") -> JobResult:
    phases = [phase(name, plugin=plugin) for name in _STACK[:3] for plugin in ("heat", "octavia")]
    phases += [
        phase(Phase.INSTALL, Status.FAILED, failure=FAILURE),
        phase(Phase.INSTALL, Status.NOT_RUN, plugin="octavia"),
        phase(Phase.POST_CONFIG, Status.NOT_RUN),
    ]
    return job(distro, Status.FAILED, *phases)


def skipped(distro: str = "rocky-9") -> JobResult:
    return job(distro, Status.SKIPPED, skipped="it needs /dev/kvm", image=None)


def broken(distro: str = "ubuntu-24.04") -> JobResult:
    problem = Problem(message="no base image of ubuntu-24.04", hint="give one with --base-image")
    return job(distro, Status.ERROR, problem=problem, image=None)


def packages_failed(distro: str = "debian-13") -> JobResult:
    stage = StageResult(
        mode=Mode.STACK,
        stage="packages of plugin heat (devstack/files/debs/heat)",
        status=Status.FAILED,
        exit_code=100,
        failure=Failure(tail=("E: Unable to locate package nope",)),
    )
    return job(distro, Status.FAILED, stages=(stage,))


def nasty() -> JobResult:
    """All texts that come from outside, and a tail of a megabyte."""
    tail = (*(["x" * 999] * 1000), NASTY)
    failure = Failure(
        command=f"{NASTY}\nsecond",
        file=NASTY,
        line=1,
        function=NASTY,
        tail=tail,
        reasons=(NASTY,),
    )
    steps = (
        phase(Phase.SETTINGS, plugin="p|`l`<u>g"),
        phase(Phase.INSTALL, Status.FAILED, plugin="p|`l`<u>g", failure=failure),
    )
    return job(
        "opensuse-leap-16.0",
        Status.FAILED,
        *steps,
        notes=(NASTY,),
        stands_in=NASTY,
        plugins=(PluginInfo(name="p|`l`<u>g", url=NASTY, ref=NASTY, sha="0", dirty=True),),
        problem=Problem(message=NASTY, hint=NASTY),
    )


ALL = run_of(passed(), failed(), skipped(), broken(), packages_failed(), nasty())


def write_folder(path: Path, run: RunResult, *, log: str = "", lines: int = 400) -> RunFolder:
    """A run's folder as a real run leaves it."""
    for result in run.jobs:
        folder = path / result.job
        folder.mkdir(parents=True)
        numbered = "".join(f"line {number} of {result.job}\n" for number in range(1, lines + 1))
        (folder / "log").write_text(log or numbered, errors="replace")
        (folder / "Dockerfile").write_text(f"# {result.job}\nFROM {result.distro} AS system\n")
        (folder / "events.jsonl").write_text("".join(_events(result)))
    return RunFolder(path)


def _events(result: JobResult) -> list[str]:
    events: list[dict[str, object]] = []
    now = 1_767_323_045.0
    for mode in Mode:
        steps = [
            step
            for step in result.phases
            if step.mode is mode and step.status is not Status.NOT_RUN
        ]
        if not steps:
            continue
        begun = now
        events.append({"event": "run-begin", "time": now, "mode": mode})
        stage = {"event": "stage-end", "stage": "packages", "status": "passed", "seconds": 0.75}
        now += 0.75
        events.append({**stage, "time": now})
        for step in steps:
            fields = {"mode": mode, "phase": step.phase.value.removeprefix("stack ")}
            fields["plugin"] = step.plugin
            events.append({"event": "phase-begin", "time": now, **fields})
            now += step.seconds
            end = {"status": step.status, "seconds": step.seconds, "exit": step.exit_code or 0}
            events.append({"event": "phase-end", "time": now, **fields, **end})
            now += 0.1
        end = {"status": result.status, "seconds": now - begun, "exit": 0}
        events.append({"event": "run-end", "time": now, "mode": mode, **end})
    return [json.dumps(event) + "\n" for event in events]
