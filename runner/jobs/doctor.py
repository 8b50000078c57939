"""What this machine has and lacks for runs: the distros to be had, and a check of each need."""

import shutil
import time
from collections.abc import Iterator

from msgspec import Struct

from runner import labels
from runner.distros.baseimage import availability
from runner.distros.distro import read_distros
from runner.engine import ContainerSpec, Engine, Mount
from runner.errors import EngineError, RunnerError
from runner.host.workspace import Workspace
from runner.outcome.result import pretty_json
from runner.resources import CONTAINER, IMAGES, INSIDE

_ENOUGH_DISK = 10 << 30  # an image of a family and the layers of a few plugins
_BOOT_SECONDS = 30


class Check(Struct, frozen=True, kw_only=True):
    """One thing looked at; `advice` says what to do when it is not well."""

    name: str
    well: bool
    found: str
    advice: str = ""


def print_distros(*, as_json: bool) -> None:
    """The distros, and whether and how a base image is to be had; works without an engine."""
    engine = _engine()
    workspace = Workspace.open()
    rows = []
    for distro in read_distros(IMAGES).values():
        ready, how = availability(distro, engine=engine, cache=workspace.cache)
        rows.append(
            {
                "name": distro.name,
                "family": distro.family.value,
                "codename": distro.codename,
                "base": distro.reference,
                "available": ready,
                "how": how,
            }
        )
    if as_json:
        print(pretty_json(rows))
        return
    for row in rows:
        mark = "yes" if row["available"] else "no"
        print(f"{row['name']:<22} {row['family']:<7} {mark:<4} {row['how']}")


def print_checks() -> int:
    """Print each check; 0 when runs can work here, else 5."""
    code = 0
    for check in _checks():
        mark = "ok  " if check.well else "FAIL"
        print(f"{mark} {check.name}: {check.found}")
        if not check.well:
            code = EngineError.exit_code
            print(f"     {check.advice}")
    return code


def _checks() -> Iterator[Check]:
    workspace = Workspace.open()
    free = shutil.disk_usage(workspace.state).free
    yield Check(
        name="disk",
        well=free > _ENOUGH_DISK,
        found=f"{free / 1e9:.0f} GB free",
        advice="images need about 10 GB: `devstack-runner gc --images` removes old ones",
    )
    git = shutil.which("git")
    yield Check(name="git", well=git is not None, found=git or "not on PATH", advice="install git")
    try:
        engine = Engine.connect()
        info = engine.info()
    except EngineError as error:
        yield Check(name="engine", well=False, found=error.message, advice=error.hint or "")
        return
    found = f"{info.name}, {info.version}, {info.storage}, cgroup v{info.cgroup_version}"
    yield Check(name="engine", well=True, found=found)
    yield _boots(engine, workspace)


def _boots(engine: Engine, workspace: Workspace) -> Check:
    """Whether systemd reaches `running` in a throwaway container of an image of ours."""
    image = next((found for found in engine.images(kind="image") if found.name), None)
    if image is None:
        return Check(name="systemd", well=True, found="not tried: no image of ours is built yet")
    run = workspace.new_run(remember=False)
    spec = ContainerSpec(
        image=image.name,
        name=None,
        command=[f"{INSIDE}/init"],
        labels=labels.for_object("probe", **run.owner),
        mounts=[Mount(target=INSIDE, source=CONTAINER)],
        systemd=True,
        network=False,
    )
    advice = "systemd must be PID 1 in a container with SYS_ADMIN and without seccomp"
    try:
        with engine.create(spec) as container:
            container.start()
            began = time.monotonic()
            code, state = container.capture([f"{INSIDE}/boot", str(_BOOT_SECONDS)])
            seconds = time.monotonic() - began
            found = f"{state.strip()} after {seconds:.1f} s in {image.name}"
            return Check(name="systemd", well=code == 0, found=found, advice=advice)
    except RunnerError as error:
        return Check(name="systemd", well=False, found=error.message, advice=advice)
    finally:
        run.close()


def _engine() -> Engine | None:
    try:
        return Engine.connect()
    except EngineError:
        return None
