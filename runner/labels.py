"""The labels every image, container and volume of ours carries, so that `gc` finds them."""

from collections.abc import Mapping

PREFIX = "org.devstack-runner"
RUN = f"{PREFIX}.run"
JOB = f"{PREFIX}.job"
KIND = f"{PREFIX}.kind"  # base, image, layer, evaluation, packages, job, probe, lab
SPEC = f"{PREFIX}.spec"
DISTRO = f"{PREFIX}.distro"
PLUGINS = f"{PREFIX}.plugins"  # names, separated by blanks
PROJECT = f"{PREFIX}.project"
PYTHON = f"{PREFIX}.python"  # a layer of Python packages: what was asked for, hashed
PYTHON_NAMES = f"{PREFIX}.python-names"  # what is there then, separated by blanks
CONSTRAINTS = f"{PREFIX}.constraints"  # what the constraints say of these, hashed
NOTES = f"{PREFIX}.notes"  # what an image lacks and why, quoted as in an address, line by line
SERVICE = f"{PREFIX}.service"  # of the lab: packages, python, git, registry
UPSTREAM = f"{PREFIX}.upstream"  # the indexes that the lab's asks, hashed
TITLE = "org.opencontainers.image.title"  # what an image calls itself (OCI image spec, annotations)
STATE = f"{PREFIX}.state"  # the state folder of the process that owns it


def for_object(kind: str, **values: str) -> Mapping[str, str]:
    """Labels for an object of this kind; keyword names become `org.devstack-runner.NAME`."""
    return {KIND: kind, **{f"{PREFIX}.{name}": value for name, value in values.items()}}
