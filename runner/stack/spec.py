"""How a job's container is created, and which files it is given before a stack run."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from runner import labels
from runner.engine import ContainerSpec, Mount
from runner.engine.archive import tar_of
from runner.host.proxies import proxy_variables
from runner.host.workspace import RunFolder
from runner.plan.plan import Plan, Request
from runner.plan.requirements import NAME as REQUIREMENTS
from runner.resources import CONTAINER, INSIDE, TREE
from runner.sources.fetch import git_mirror_config
from runner.stack.downloads import Downloads
from runner.stack.kept import PREFIX

LOWER = "/srv/devstack-runner/lower"
UPPER = "/srv/devstack-runner/upper"
GIT_MIRROR = "/srv/devstack-runner/git"
_GIT_BASES = ("https://opendev.org", "https://github.com", "https://git.openstack.org")


def container_spec(
    plan: Plan,
    request: Request,
    *,
    image: str,
    run: RunFolder,
    downloads: Sequence[Downloads] = (),
) -> ContainerSpec:
    """How the job's container is created; its labels carry a hash over all but run and name."""
    mounts = (
        Mount(target=INSIDE, source=CONTAINER),
        Mount(target=f"{LOWER}/devstack", source=TREE),
        *(_plugin_mount(plugin.name, plugin.folder, request) for plugin in plan.plugins),
        Mount(target=UPPER),
        *([Mount(target=GIT_MIRROR, source=request.git_mirror)] if request.git_mirror else []),
        *_requirements_mount(plan),
        *(Mount(target=one.target, source=one.source, read_only=False) for one in downloads),
    )
    environment = {
        **request.lab.proxies(proxy_variables()),
        "container": "docker",
        **{one.variable: one.target for one in downloads},
    }
    content = json.dumps([image, [(m.target, str(m.source)) for m in mounts], request.privileged])
    spec = hashlib.sha256(content.encode()).hexdigest()[:16]
    return ContainerSpec(
        image=image,
        name=f"{PREFIX}{plan.job}-{run.id[-6:]}",
        command=[f"{INSIDE}/init"],
        labels=labels.for_object(
            "job",
            job=plan.job,
            spec=spec,
            distro=plan.distro.name,
            project=str(request.project),
            plugins=" ".join(plugin.name for plugin in plan.plugins),
            **run.owner,
        ),
        mounts=mounts,
        environment=environment,
        systemd=True,
        privileged=request.privileged,
    )


def _requirements_mount(plan: Plan) -> list[Mount]:
    """The requirements repository, unless a plugin has its place."""
    folder = plan.requirements.folder
    if folder is None or any(plugin.name == REQUIREMENTS for plugin in plan.plugins):
        return []
    return [Mount(target=f"{LOWER}/{REQUIREMENTS}", source=folder)]


def _plugin_mount(name: str, folder: Path, request: Request) -> Mount:
    if request.write_through:
        return Mount(target=f"/opt/stack/{name}", source=folder, read_only=False)
    return Mount(target=f"{LOWER}/{name}", source=folder)


def given_files(plan: Plan, request: Request) -> bytes:
    """What `enter` takes from stdin before a stack run: local.conf, passwords, settings."""
    files = {
        "local.conf": plan.conf.encode(),
        "passwords": plan.passwords().encode(),
        "pip.conf": request.pip.pip_conf_text().encode(),
    }
    if request.git_mirror:
        text = git_mirror_config(request.git_mirror, GIT_MIRROR, _GIT_BASES)
        files["gitconfig"] = text.encode()
    return b"files\n" + tar_of(files).getvalue()
