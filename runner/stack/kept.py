"""The names of containers that are kept to work in, and finding them by these."""

from runner import labels
from runner.engine import ContainerSpec, Engine, Found
from runner.plan.plan import Plan

PREFIX = "devstack-runner-"


def kept_name(job: str, *, failed: bool = False) -> str:
    """The name of a container that is kept to work in; at work it has the run's in it, too.

    What a failed `run` leaves has a name of its own, so that it never takes a stack's place.
    """
    return f"{PREFIX}{job}{'.failed' if failed else ''}"


def is_kept(found: Found) -> bool:
    """Whether a container was kept on purpose."""
    return found.name in {kept_name(found.job), kept_name(found.job, failed=True)}


def stack_name(container_name: str) -> str:
    """What people call it: the job's identifier, for a failed run's with `.failed` behind."""
    return container_name.removeprefix(PREFIX)


def find_stack(engine: Engine, plan: Plan, spec: ContainerSpec) -> tuple[Found | None, bool]:
    """The kept container of this job, and whether it is still what the job asks for."""
    name = kept_name(plan.job)
    found = next((f for f in engine.containers(job=plan.job) if f.name == name), None)
    return found, found is not None and found.labels.get(labels.SPEC) == spec.labels[labels.SPEC]
