"""A job's image: there already, or made, saying which layer changed and because of what."""

from runner.errors import HostError
from runner.image.chain import references
from runner.image.notes import read_notes
from runner.image.record import keep_record, record_of, why_anew
from runner.image.search import find_whole
from runner.image.workshop import Workshop
from runner.outcome.result import ImageInfo
from runner.plan.plan import Plan
from runner.sources.offline import Network


def ensure_image(plan: Plan, workshop: Workshop) -> ImageInfo:
    """Make the image unless one of the same content is there.

    Raises:
        PackagesFailed: the packages of a plugin's list cannot be installed.
        HostError: it is not there, and local.conf says OFFLINE.
        EngineError: the engine cannot build, or a mirror cannot be reached.
        TimeLimit: the deadline has passed.

    """
    workshop.folder.dockerfile.write_text(plan.dockerfile)
    base = plan.base.reference
    previous = workshop.cache / "dockerfiles" / plan.job
    if reference := find_whole(plan, workshop.engine):
        if not previous.exists():  # it was made by another user, or with another cache
            keep_record(previous, record_of(plan))
        workshop.observer.doing(plan.job, "image unchanged: nothing to build")
        found = workshop.engine.find_image(reference) or ""
        notes = read_notes(workshop.engine, reference)
        return ImageInfo(reference=reference, id=found, base=base, notes=notes)
    if plan.network is Network.CUT:
        missing = references(plan)[-1]
        raise HostError(
            f"OFFLINE is True, and the image of {plan.job} ({missing}) is not here",
            hint="build it once without OFFLINE, where there is a network: "
            "devstack-runner build, with the same options",
        )
    from runner.image.making import Making  # noqa: PLC0415 - an unchanged job needs none of it

    record = record_of(plan)
    reason = why_anew(previous, record)
    workshop.observer.doing(plan.job, f"building the image: {reason}")
    with workshop.folder.build_log.open("w") as log:
        making = Making(workshop=workshop, plan=plan, log=log)
        reference = making.all()
    keep_record(previous, record)
    return ImageInfo(
        reference=reference,
        id=workshop.engine.find_image(reference) or "",
        base=base,
        built=True,
        reason=reason,
        notes=(*making.left_out, *read_notes(workshop.engine, reference)),
    )
