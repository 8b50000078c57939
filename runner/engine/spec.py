"""How a container is created: values, and what the engine's API makes of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import docker
import docker.types
from msgspec import Struct, field

SYSTEMD_STOPS = "SIGRTMIN+3"
_LOOPBACK_6 = "net.ipv6.conf.lo.disable_ipv6"


class Mount(Struct, frozen=True, kw_only=True):
    """A host folder seen in the container, or, without `source`, an anonymous volume."""

    target: str
    source: Path | None = None
    read_only: bool = True


class ContainerSpec(Struct, frozen=True, kw_only=True):
    """How to create a container. With `systemd` its command becomes PID 1 of a system."""

    image: str
    name: str | None
    command: Sequence[str]
    labels: Mapping[str, str]
    mounts: Sequence[Mount] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    hostname: str = "devstack"
    systemd: bool = False
    makes_system: bool = False  # an image is made of it in which systemd is PID 1
    network: bool = True
    privileged: bool = False


def host_options(spec: ContainerSpec) -> dict[str, object]:
    """What the engine is asked for: mounts, and for a systemd no right too many."""
    options: dict[str, object] = {"mounts": [_mount(m, spec.labels) for m in spec.mounts]}
    if not spec.network:
        options["network_mode"] = "none"
    if spec.systemd:
        # The least with which systemd as PID 1 boots to `running` without --privileged; on
        # cgroup v2 `init` makes the hierarchy writable first.
        options["cap_add"] = ["SYS_ADMIN", "NET_ADMIN"]
        options["security_opt"] = ["seccomp=unconfined", "apparmor=unconfined"]
        options["tmpfs"] = {"/run": "exec,mode=755", "/run/lock": ""}
        options["cgroupns"] = "private"
        if Path("/proc/sys", *_LOOPBACK_6.split(".")).exists():
            # Engines before 28 take ::1 away, at which daemons (memcached) are told to listen.
            options["sysctls"] = {_LOOPBACK_6: "0"}
    if spec.privileged:
        options["privileged"] = True
    return options


def _mount(mount: Mount, labels: Mapping[str, str]) -> docker.types.Mount:
    if mount.source is None:
        return docker.types.Mount(mount.target, None, type="volume", labels=dict(labels))
    return docker.types.Mount(
        mount.target, str(mount.source), type="bind", read_only=mount.read_only
    )
