"""Removing what dead runs have left behind: found by our labels, judged by their run's lock."""

from collections.abc import Iterator

from runner import labels
from runner.engine import Engine, Found
from runner.host.workspace import Workspace
from runner.stack.kept import is_kept


def collect_garbage(*, images: bool, dry_run: bool) -> Iterator[str]:
    """Remove containers and volumes of runs that are over, half-built images, and with `images`
    all images of ours that no container uses; yields a line for each.

    A kept container stays, and so does everything of a run whose process lives.
    """
    engine = Engine.connect()
    workspace = Workspace.open()
    verb = "would remove" if dry_run else "removed"
    nothing = True
    try:
        for found in _leftovers(engine, workspace, images=images):
            nothing = False
            if not dry_run:
                _remove(engine, found)
            size = f" ({found.size / 1e6:.0f} MB)" if found.size else ""
            yield f"{verb} {found.kind} {found.name or found.id[:19]}{size}"
        if nothing:
            yield "nothing to remove"
    finally:
        engine.close()


def _leftovers(engine: Engine, workspace: Workspace, *, images: bool) -> Iterator[Found]:
    working = any(run.is_alive() for run in workspace.all_runs())
    containers = engine.containers()
    gone = [found for found in containers if _is_leftover(found, workspace)]
    yield from gone
    staying = [found for found in containers if found not in gone]
    runs = {found.run for found in staying}
    for volume in engine.volumes():
        if volume.run not in runs and _is_orphan(volume, workspace):
            yield volume
    if working:
        return  # it may be building
    used = {found.image for found in staying}
    for image in engine.images():
        if (images or not image.name) and not used & {image.id, image.name}:
            yield image


def _is_leftover(found: Found, workspace: Workspace) -> bool:
    return not is_kept(found) and _is_orphan(found, workspace)


def _is_orphan(found: Found, workspace: Workspace) -> bool:
    """Whether it belongs to a run that is over, and that was ours: who uses another state folder
    (another user, another machine) knows better whether theirs live.
    """
    if not found.run or found.labels.get(labels.STATE) != str(workspace.state):
        return False
    folder = workspace.run(found.run)
    return folder is None or not folder.is_alive()


def _remove(engine: Engine, found: Found) -> None:
    match found.kind:
        case "container":
            engine.container(found).remove()
        case "volume":
            engine.remove_volume(found.id)
        case _:
            engine.remove_image(found.name or found.id)
