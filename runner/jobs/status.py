"""What `status` shows: the kept containers, what runs in them and how to reach it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import asdict

from runner import labels
from runner.engine import Found
from runner.jobs.kept import Stacks
from runner.outcome.result import pretty_json
from runner.stack.kept import stack_name
from runner.stack.units import Endpoint, Port, Report, Unit

_PARTS = ("units", "ports", "catalog", "pages")
_MINUTE, _HOUR, _DAY = 60, 60 * 60, 24 * 60 * 60


class StackStatus(Struct, frozen=True, kw_only=True):
    """A kept container, its address, and what it says of itself."""

    found: Found
    address: str
    report: Report

    def urls(self) -> list[str]:
        """What to try first, from this machine: Keystone, and what is made for a browser."""
        urls = [self.report.identity] if self.report.endpoints else []
        return urls + [f"http://{self.address}{page}" for page in self.report.pages]

    def to_json(self) -> dict[str, object]:
        """The values for other programs."""
        found = self.found
        return {
            "stack": stack_name(found.name),
            "job": found.job,
            "distro": found.distro,
            "container": found.name,
            "state": found.state,
            "address": self.address,
            "plugins": list(found.plugins),
            "project": found.labels.get(labels.PROJECT, ""),
            "units": [asdict(unit) for unit in self.report.units],
            "ports": [asdict(port) for port in self.report.ports],
            "endpoints": [asdict(endpoint) for endpoint in self.report.endpoints],
            "identity": self.report.identity,
            "urls": self.urls(),
        }


def print_status(stacks: Stacks, *, as_json: bool) -> None:
    """The kept containers, as text or JSON."""
    rows = [
        StackStatus(found=found, address=address, report=report)
        for found, address, report in stacks.reports(*_PARTS)
    ]
    if as_json:
        print(pretty_json([row.to_json() for row in rows]))
        return
    if not rows:
        print("no stack is kept; `devstack-runner stack` makes one")
    for row in rows:
        for line in status_lines(row, now=datetime.now(UTC)):
            print(line)


def status_lines(status: StackStatus, *, now: datetime) -> Iterator[str]:
    """A container for people: units, ports, endpoints, and how to reach them."""
    found, report = status.found, status.report
    project = found.labels.get(labels.PROJECT, "")
    yield f"{stack_name(found.name)}  {found.state}  {found.name}  ({project})"
    yield from _table("units", (_unit_row(unit, now=now) for unit in report.units))
    yield from _table("ports", (_port_row(port) for port in _shown_ports(report.ports)))
    yield from _table("endpoints", _endpoint_rows(report.endpoints))
    if report.identity and not report.endpoints:
        yield f"  Keystone does not answer at {report.identity}"
    if report.ports and status.address:
        yield f"  reach them from this machine at {status.address}, the container's own address:"
        yield from (f"    {url}" for url in status.urls() or [f"http://{status.address}:PORT"])


def _unit_row(unit: Unit, *, now: datetime) -> Sequence[str]:
    detail = unit.detail
    if unit.restarts:
        detail = f"{detail}, restarts: {unit.restarts}".removeprefix(", ")
    return unit.name, unit.state, _age(unit.since, now), detail


def _age(since: str, now: datetime) -> str:
    if not since:
        return ""
    seconds = max(0, int((now - datetime.fromisoformat(since)).total_seconds()))
    for size, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"


def _shown_ports(ports: Iterable[Port]) -> Iterator[Port]:
    """In order; what listens on all addresses is not listed for the local one as well."""
    ports = sorted(ports, key=lambda port: (port.port, port.is_local, port.unit))
    seen: set[tuple[int, str]] = set()
    for port in ports:
        if (port.port, port.unit) not in seen:
            seen.add((port.port, port.unit))
            yield port


def _port_row(port: Port) -> Sequence[str]:
    where = "inside the container only" if port.is_local else ""
    return str(port.port), port.unit or "-", port.process, where


def _endpoint_rows(endpoints: Iterable[Endpoint]) -> Iterator[Sequence[str]]:
    for endpoint in endpoints:
        yield endpoint.type, endpoint.service, endpoint.interface, endpoint.url


def _table(title: str, rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Aligned columns below a title; nothing without rows."""
    rows = list(rows)
    if not rows:
        return
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield f"  {title}"
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield f"    {'  '.join(cells)}".rstrip()
