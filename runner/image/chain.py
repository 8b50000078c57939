"""The images of a job, each made from the one before, and what each is called.

    system         base image, systemd, certificates, the stack user, what the tree needs
    services       packages of the enabled in-tree services
    environment    the tree's Python packages
    packages       the packages of the plugins' own lists
    requirements   what the plugins' Python projects require

The first three are shared by all jobs that agree on them; the last that there is is the job's
image. What an image is called says what it is made from, by a hash, so that what is there is found
by its name, without a record of what was built.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field

from runner import labels
from runner.engine import Found
from runner.plan.plan import Plan
from runner.plan.pythonlists import Constraints, PythonList, is_for_service
from runner.resources import CONTAINER

REPOSITORY = "devstack-runner"
LAYER_SCRIPT = "python"
_LAYER_SCRIPTS = (LAYER_SCRIPT, "environment")
UV_VERSION = "0.13.9"  # new enough for the interpreters of all distros


class StageLink(Struct, frozen=True, kw_only=True):
    """An image made by a stage of the job's Dockerfile."""

    repository: str
    version: str  # the tag is this with a hash behind
    what: str
    distro: str
    text: str
    files: Mapping[str, bytes] = field(default_factory=dict)

    def key(self, parent: str) -> str:
        """A hash over all it depends on."""
        parts = [parent, self.text]
        for name, content in self.files.items():
            parts += [name, content.decode(errors="surrogateescape")]
        return _hash(*parts)

    def reference(self, parent: str) -> str:
        """What the image is called that is made from this one."""
        return f"{self.repository}:{self.version}{self.key(parent)}"


class PythonLink(Struct, frozen=True, kw_only=True):
    """An image with more Python packages.

    Each group of lists is installed together. When one cannot be, that is an error if it is
    `required`; a plugin's then is the affair of its own pip, in the run.
    """

    repository: str
    version: str
    what: str
    groups: tuple[tuple[PythonList, ...], ...]
    constraints: Constraints
    global_venv: bool
    required: bool
    labels: Mapping[str, str] = field(default_factory=dict)

    def key(self, parent: str) -> str:
        """A hash over all it depends on but the constraints."""
        wanted = repr([[(one.venv, one.requirements) for one in group] for group in self.groups])
        return _hash(parent, layer_script(), UV_VERSION, str(self.global_venv), wanted)

    def reference(self, parent: str) -> str:
        """What the image is called that is made from this one under these constraints."""
        return (
            f"{self.repository}:{self.version}{_hash(self.key(parent), self.constraints.digest())}"
        )

    def find(self, parent: str, images: Sequence[Found]) -> str | None:
        """An image made under other constraints, which say the same of all that is in it."""
        key = self.key(parent)
        for image in images:
            of = image.labels
            names = of.get(labels.PYTHON_NAMES, "").split()
            if (
                image.name.startswith(f"{self.repository}:{self.version}")
                and of.get(labels.PYTHON) == key
                and of.get(labels.CONSTRAINTS) == self.constraints.digest(names)
            ):
                return image.name
        return None

    def labels_for(self, parent: str, names: Sequence[str] | None) -> Mapping[str, str]:
        """What `find` will look at; without names it will not be content with other constraints."""
        return {
            **self.labels,
            labels.PYTHON: self.key(parent),
            labels.PYTHON_NAMES: " ".join(names or ()),
            labels.CONSTRAINTS: self.constraints.digest(names),
        }


Link = StageLink | PythonLink


def links(plan: Plan) -> tuple[Link, ...]:
    """The job's images in their order."""
    return (*_shared(plan), *_own(plan))


def _shared(plan: Plan) -> Iterator[Link]:
    """Those that all jobs have which agree on what is in them."""
    recipe, distro = plan.recipe, f"{plan.distro.name}-"
    yield StageLink(
        repository=f"{REPOSITORY}/system",
        version=distro,
        what="system",
        distro=plan.distro.name,
        text=plan.stages.system,
        files=plan.certificates,
    )
    if recipe.of_services:
        yield StageLink(
            repository=f"{REPOSITORY}/services",
            version=distro,
            what="packages of the services",
            distro=plan.distro.name,
            text=plan.stages.services,
        )
    if recipe.python:
        yield PythonLink(
            repository=f"{REPOSITORY}/environment",
            version=distro,
            what="Python packages",
            groups=(recipe.python,),
            constraints=plan.constraints,
            global_venv=plan.distro.global_venv,
            required=is_for_service(recipe.python),
            labels={labels.DISTRO: plan.distro.name},
        )


def _own(plan: Plan) -> Iterator[Link]:
    """Those of this job; there is one at least."""
    recipe = plan.recipe
    repository = f"{REPOSITORY}/{plan.job.lower()}"
    required = tuple(one for one in recipe.requirements if one.requirements)
    if recipe.of_plugins or not required:
        yield StageLink(
            repository=repository,
            version="packages-" if required else "",
            what="packages of the plugins",
            distro=plan.distro.name,
            text=plan.stages.job,
        )
    if required:
        yield PythonLink(
            repository=repository,
            version="",
            what="Python requirements of the plugins",
            groups=tuple((one,) for one in required),
            constraints=plan.constraints,
            global_venv=plan.distro.global_venv,
            required=False,
            labels={labels.JOB: plan.job},
        )


def references(plan: Plan) -> tuple[str, ...]:
    """What the job's images are called when all of them can be made."""
    parent, found = plan.base.image_id, []
    for link in links(plan):
        parent = link.reference(parent)
        found.append(parent)
    return tuple(found)


def layer_script() -> str:
    """What installs Python packages."""
    return "".join((CONTAINER / name).read_text() for name in _LAYER_SCRIPTS)


def _hash(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode(errors="surrogateescape") + b"\0")
    return digest.hexdigest()[:16]
