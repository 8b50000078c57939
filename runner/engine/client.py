"""A connection to the engine: what it is, which objects of ours it holds, images in and out."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import docker
import docker.errors
import docker.utils
from docker.utils.proxy import ProxyConfig
from msgspec import Struct

from runner import labels
from runner.engine.bridge import host_address
from runner.engine.container import Container
from runner.engine.names import short_name
from runner.engine.pulling import PullProgress
from runner.engine.spec import ContainerSpec
from runner.engine.translate import engine_errors, is_passing
from runner.errors import EngineError

_API_SECONDS = 300  # a busy engine may take minutes to remove or import; it then still answers


class EngineInfo(Struct, frozen=True, kw_only=True):
    """What the engine says of itself."""

    name: str
    version: str
    storage: str
    cgroup_version: str


class Found(Struct, frozen=True, kw_only=True):
    """An object of ours on the engine: `kind` is container, image or volume."""

    kind: str
    id: str
    name: str
    labels: Mapping[str, str]
    state: str = ""
    image: str = ""
    size: int = 0  # bytes, images only
    health: str = ""  # healthy, unhealthy, starting; nothing where it is not looked after
    published: tuple[str, ...] = ()  # where its ports are on the engine's machine, ADDRESS:PORT

    @property
    def job(self) -> str:
        """The identifier of the job it belongs to, or nothing."""
        return self.labels.get(labels.JOB, "")

    @property
    def distro(self) -> str:
        """The distro of its job, or nothing."""
        return self.labels.get(labels.DISTRO, "")

    @property
    def plugins(self) -> tuple[str, ...]:
        """The names of its job's plugins, in their order."""
        return tuple(self.labels.get(labels.PLUGINS, "").split())

    @property
    def run(self) -> str:
        """The run that made it, or nothing."""
        return self.labels.get(labels.RUN, "")


class Engine:
    """One connection; every method raises EngineError when the engine refuses or is gone."""

    def __init__(self, api: docker.APIClient) -> None:
        self._api = api

    @classmethod
    def connect(cls) -> "Engine":
        """Connect where `DOCKER_HOST` or the current docker context points."""
        with engine_errors("connecting to the container engine"):
            return cls(_client())

    def close(self) -> None:
        """Close the connection."""
        self._api.close()

    def info(self) -> EngineInfo:
        """Ask the engine what it is."""
        with engine_errors("asking the container engine"):
            info = self._api.info()
        return EngineInfo(
            name=str(info.get("OperatingSystem", "")),
            version=str(info.get("ServerVersion", "")),
            storage=str(info.get("Driver", "")),
            cgroup_version=str(info.get("CgroupVersion", "1")),
        )

    def bridge_address(self) -> str:
        """The address of the engine's machine on the network where builds and runs are."""
        with engine_errors("looking at the engine's bridge"):
            network = self._api.inspect_network("bridge")
        return host_address(network)

    def find_image(self, reference: str) -> str | None:
        """The id of a local image."""
        try:
            with engine_errors(f"looking for the image {reference}"):
                return str(self._api.inspect_image(reference)["Id"])
        except EngineError as error:
            if isinstance(error.__cause__, docker.errors.NotFound):
                return None
            raise

    def image_label(self, reference: str, name: str) -> str:
        """A label of a local image, its own or that of the image it is made from; empty without."""
        with engine_errors(f"looking at the image {reference}"):
            labelled = self._api.inspect_image(reference)["Config"].get("Labels") or {}
        return str(labelled.get(name, ""))

    def pull(self, reference: str, say: Callable[[str], None] = lambda _: None) -> None:
        """Pull an image from its registry, a little later once more if that was cut off.

        `say` is told every few seconds how far it is.
        """
        # slow to import, and hardly a run pulls
        from runner.retries import RetryingCaller  # noqa: PLC0415

        again = RetryingCaller(  # after 1 s, and after 3 s more
            attempts=3, timeout=None, wait_initial=1.0, wait_exp_base=3.0, wait_jitter=0.0
        )
        again(_is_cut_off, self._pull, reference, say)

    def _pull(self, reference: str, say: Callable[[str], None]) -> None:
        progress = PullProgress(lambda far: say(f"pulling {reference}: {far}"))
        with engine_errors(f"pulling {reference}"):
            for message in self._api.pull(reference, stream=True, decode=True):
                if "error" in message:
                    raise EngineError(f"pulling {reference}: {message['error']}")
                progress.take(message)

    def import_image(self, archive: Path, *, tag: str, labels: Mapping[str, str]) -> str:
        """Make an image of a root file system archive and return its id."""
        changes = [f'LABEL {key}="{value}"' for key, value in labels.items()]
        with engine_errors(f"importing {archive.name}"):
            # the tag with the name: Podman does not look at one that is given by itself
            self._api.import_image_from_file(str(archive), repository=tag, changes=changes)
            return str(self._api.inspect_image(tag)["Id"])

    def configured_proxies(self) -> Mapping[str, str]:
        """The proxies that the configuration of the engine's command line names."""
        configured = docker.utils.config.load_general_config().get("proxies") or {}
        for_all = configured.get(self._api.base_url) or configured.get("default") or {}
        return dict(ProxyConfig.from_dict(for_all).get_environment())

    def create(self, spec: ContainerSpec) -> Container:
        """Create a container, not started yet."""
        return Container.create(self._api, spec)

    def container(self, found: Found) -> Container:
        """Take up a container that is there."""
        return Container(self._api, found.id, name=found.name)

    def containers(self, **wanted: str) -> tuple[Found, ...]:
        """Our containers, running or not, whose labels have these values; newest first."""
        with engine_errors("listing containers"):
            rows = self._api.containers(all=True, filters={"label": _filters(wanted)})
        return tuple(read_container(row) for row in rows)

    def images(self, **wanted: str) -> tuple[Found, ...]:
        """Our images whose labels have these values."""
        with engine_errors("listing images"):
            # one label only: Podman finds nothing for two
            rows = self._api.images(all=False, filters={"label": _filters(wanted)[-1:]})
        exact = {f"{labels.PREFIX}.{name}": value for name, value in wanted.items()}.items()
        found = tuple(read_image(row) for row in rows)
        return tuple(
            each for each in found if labels.KIND in each.labels and exact <= each.labels.items()
        )

    def volumes(self) -> tuple[Found, ...]:
        """Our volumes."""
        with engine_errors("listing volumes"):
            rows = self._api.volumes(filters={"label": _filters({})}).get("Volumes") or ()
        return tuple(
            Found(
                kind="volume",
                id=str(row["Name"]),
                name=str(row["Name"]),
                labels=row.get("Labels") or {},
            )
            for row in rows
        )

    def remove_image(self, image: str) -> None:
        """Remove an image and its untagged parents; one that is gone already is fine."""
        with engine_errors(f"removing the image {image}"), _gone_is_fine():
            self._api.remove_image(image, force=True)

    def remove_volume(self, name: str) -> None:
        """Remove a volume; one that is gone already is fine."""
        with engine_errors(f"removing the volume {name}"), _gone_is_fine():
            self._api.remove_volume(name, force=True)


def read_container(row: Mapping[str, Any]) -> Found:
    """A container from an engine's list of them."""
    return Found(
        kind="container",
        id=str(row["Id"]),
        name=str(row["Names"][0]).lstrip("/") if row.get("Names") else "",
        labels=row.get("Labels") or {},
        state=str(row.get("State", "")),
        image=short_name(str(row.get("Image", ""))),
        health=_health(str(row.get("Status", ""))),
        published=_published(row.get("Ports") or ()),
    )


def read_image(row: Mapping[str, Any]) -> Found:
    """An image from an engine's list of them."""
    tags = (tag for tag in row.get("RepoTags") or () if "<none>" not in tag)
    return Found(
        kind="image",
        id=str(row["Id"]),
        name=short_name(next(tags, "")),
        labels=row.get("Labels") or {},
        size=int(row.get("Size", 0)),
    )


def answers() -> str | None:
    """The version of the engine that answers; None when none does."""
    try:
        engine = Engine.connect()
    except EngineError:
        return None
    try:
        return engine.info().version or "unknown"
    except EngineError:
        return None
    finally:
        engine.close()


def _client() -> docker.APIClient:
    if not os.environ.get("DOCKER_HOST") and _uses_context():
        from docker.context import ContextAPI  # noqa: PLC0415 - slow, and seldom needed

        context = ContextAPI.get_current_context()
        if context is None:
            name = os.environ.get("DOCKER_CONTEXT", "the current one")
            raise EngineError(f"no docker context named {name}", hint="`docker context ls`")
        if context.Name != "default":
            return docker.APIClient(
                base_url=context.Host, tls=context.TLSConfig or False, timeout=_API_SECONDS
            )
    return docker.APIClient(**docker.utils.kwargs_from_env(), timeout=_API_SECONDS)


def _uses_context() -> bool:
    if os.environ.get("DOCKER_CONTEXT"):
        return True
    folder = Path(os.environ.get("DOCKER_CONFIG", Path.home() / ".docker"))
    try:
        return "currentContext" in (folder / "config.json").read_text()
    except OSError:
        return False


def _filters(wanted: Mapping[str, str]) -> list[str]:
    exact = [f"{labels.PREFIX}.{name}={value}" for name, value in wanted.items()]
    return [labels.KIND, *exact]


def _health(status: str) -> str:
    """From what is said to people: `Up 2 minutes (health: starting)`."""
    found = re.search(r"\((?:health: )?(healthy|unhealthy|starting)\)", status)
    return found[1] if found else ""


def _is_cut_off(error: Exception) -> bool:
    """Whether a registry was reached and did not finish."""
    return isinstance(error, EngineError) and is_passing(error.message)


def _published(ports: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(f"{p['IP']}:{p['PublicPort']}" for p in ports if p.get("IP") and "PublicPort" in p)


class _gone_is_fine:  # noqa: N801 - reads as a statement
    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return kind is not None and issubclass(kind, docker.errors.NotFound)
