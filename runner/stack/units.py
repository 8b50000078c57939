"""What runs in a container: its units, who listens on which port, and Keystone's catalog."""

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct, field

_SUFFIX = ".service"
_DEVSTACK = "devstack@"


class Unit(Struct, frozen=True, kw_only=True):
    """A unit of systemd and its state."""

    name: str
    state: str
    detail: str = ""
    since: str = ""  # as ISO 8601 has it, in UTC
    restarts: int = 0

    @property
    def is_fine(self) -> bool:
        """Whether it runs, or nobody wants it to."""
        return self.state in {"active", "inactive"} and not self.restarts


class Port(Struct, frozen=True, kw_only=True):
    """A port that somebody in the container listens on."""

    address: str
    port: int
    process: str = ""
    unit: str = ""

    @property
    def is_local(self) -> bool:
        """Whether only the container itself reaches it."""
        return self.address.startswith("127.") or self.address in {"[::1]", "::1"}


class Endpoint(Struct, frozen=True, kw_only=True):
    """An entry of Keystone's catalog."""

    service: str
    type: str
    interface: str
    region: str
    url: str


class Report(Struct, frozen=True, kw_only=True):
    """What a container says of itself."""

    units: tuple[Unit, ...] = ()
    ports: tuple[Port, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    identity: str = ""  # Keystone's address, also when it does not answer
    pages: tuple[str, ...] = ()  # paths for a browser


def parse_report(text: str) -> Report:
    """Take apart what the script `report` prints; what makes no sense is left out."""
    parts = {
        part.partition("\n")[0]: part.partition("\n")[2]
        for part in re.split(r"^== ", text, flags=re.MULTILINE)[1:]
    }
    identity, _, catalog = parts.get("catalog", "").partition("\n")
    return Report(
        units=parse_units(parts.get("units", "")),
        ports=tuple(_ports(parts.get("ports", ""))),
        endpoints=tuple(_endpoints(catalog)),
        identity=identity,
        pages=tuple(parts.get("pages", "").split()),
    )


def parse_units(text: str) -> tuple[Unit, ...]:
    """Read what `systemctl show` prints: DevStack's units first; never started daemons are not."""
    found = {}
    for block in text.split("\n\n"):
        values = dict(line.partition("=")[::2] for line in block.splitlines())
        unit = _unit(values)
        if unit is not None:
            found[unit.name] = unit
    return tuple(sorted(found.values(), key=lambda u: (not u.name.startswith(_DEVSTACK), u.name)))


def _unit(values: Mapping[str, str]) -> Unit | None:
    name, state = values.get("Id", ""), values.get("ActiveState", "")
    ours = name.startswith(_DEVSTACK)
    if not name or values.get("LoadState") != "loaded" or (state == "inactive" and not ours):
        return None
    restarts = values.get("NRestarts", "0")
    return Unit(
        name=name.removesuffix(_SUFFIX),
        state=state,
        detail=_detail(values),
        since=_iso_time(values.get("StateChangeTimestamp", "")),
        restarts=int(restarts) if restarts.isdecimal() else 0,
    )


def _iso_time(text: str) -> str:
    """`2026-11-25T06:45:48Z` of `Wed 2026-11-25 06:45:48.610819 UTC`."""
    found = re.search(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)", text)
    return f"{found[1]}T{found[2]}Z" if found else ""


def _detail(values: Mapping[str, str]) -> str:
    """What there is to say besides the state: how its process ended, that it comes up again."""
    detail = values.get("SubState", "")
    if detail in {"running", "dead", values.get("ActiveState")}:
        detail = ""
    if values.get("Result", "success") != "success":
        status = values.get("ExecMainStatus", "")
        match values.get("ExecMainCode"):
            case "1":
                ended = f"exit code {status}"
            case "2" | "3":
                ended = f"killed by signal {status}"
            case _:
                ended = values["Result"]
        detail = f"{detail}, {ended}" if detail else ended
    return detail


def _ports(text: str) -> Iterator[Port]:
    seen = set()
    for line in text.splitlines():
        words = line.split()
        address, _, port = words[0].rpartition(":") if words else ("", "", "")
        if len(words) != 3 or not port.isdecimal():  # noqa: PLR2004 - address, unit, process
            continue
        unit, process = (word if word != "-" else "" for word in words[1:])
        found = Port(
            address=address.partition("%")[0],
            port=int(port),
            process=process,
            unit=unit.removesuffix(_SUFFIX),
        )
        if (found.port, found.is_local, found.unit) not in seen:
            seen.add((found.port, found.is_local, found.unit))
            yield found


class _CatalogUrl(Struct):
    interface: str = ""
    region: str | None = None
    url: str = ""


class _CatalogService(Struct):
    name: str = ""
    type: str = ""
    endpoints: list[_CatalogUrl] = field(default_factory=list)


class _Token(Struct):
    catalog: list[_CatalogService] = field(default_factory=list)


class _Answer(Struct):
    token: _Token = field(default_factory=_Token)


def _endpoints(text: str) -> list[Endpoint]:
    try:
        answer = msgspec.json.decode(text, type=_Answer)
    except msgspec.MsgspecError:
        return []
    found = [
        Endpoint(
            service=service.name,
            type=service.type,
            interface=url.interface,
            region=url.region or "",
            url=url.url,
        )
        for service in answer.token.catalog
        for url in service.endpoints
    ]
    return sorted(found, key=lambda e: (e.type, e.interface, e.url))


def find_unit(wanted: str, names: Sequence[str]) -> str | None:
    """The unit that is meant: `keystone` is `devstack@keystone`, `apache2` is itself."""
    wanted = wanted.removesuffix(_SUFFIX)
    for name in (f"{_DEVSTACK}{wanted}", wanted):
        if name in names:
            return name
    part = [name for name in names if wanted in name]
    return part[0] if len(part) == 1 else None
