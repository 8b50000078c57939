"""What a container says of its units, ports and endpoints, and how people see it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner import labels
from runner.engine import Found
from runner.jobs.status import StackStatus, status_lines
from runner.stack.units import Endpoint, Port, Report, Unit, find_unit, parse_report, parse_units

NOW = datetime(2026, 11, 25, 7, 0, 0, tzinfo=UTC)
CATALOG = {
    "token": {
        "catalog": [
            {
                "name": "keystone",
                "type": "identity",
                "id": "1",
                "endpoints": [
                    {"interface": "public", "region": "R", "url": "http://10.0.0.2/identity"}
                ],
            },
            {"name": "empty", "type": "x", "endpoints": []},
        ],
        "user": {"name": "admin"},
    }
}


def shown(name: str, **more: str) -> str:
    values = {
        "Id": name,
        "LoadState": "loaded",
        "ActiveState": "active",
        "SubState": "running",
        "Result": "success",
        "ExecMainCode": "0",
        "ExecMainStatus": "0",
        "NRestarts": "0",
        "StateChangeTimestamp": "Wed 2026-11-25 06:45:48.610819 UTC",
    }
    return "".join(f"{key}={value}\n" for key, value in (values | more).items())


def test_units_of_devstack_come_first_and_daemons_that_never_ran_not_at_all() -> None:
    text = "\n".join(
        [
            shown("apache2.service"),
            shown("mysql.service", LoadState="not-found", ActiveState="inactive"),
            shown("etcd.service", ActiveState="inactive", SubState="dead"),
            shown("devstack@b.service", ActiveState="inactive", SubState="dead"),
            shown(
                "devstack@a.service",
                ActiveState="failed",
                SubState="failed",
                Result="exit-code",
                ExecMainCode="1",
                ExecMainStatus="3",
                NRestarts="5",
            ),
        ]
    )
    assert parse_units(text) == (
        Unit(
            name="devstack@a",
            state="failed",
            detail="exit code 3",
            since="2026-11-25T06:45:48Z",
            restarts=5,
        ),
        Unit(name="devstack@b", state="inactive", since="2026-11-25T06:45:48Z"),
        Unit(name="apache2", state="active", since="2026-11-25T06:45:48Z"),
    )


@pytest.mark.parametrize(
    ("properties", "detail"),
    [
        ({"ActiveState": "activating", "SubState": "auto-restart"}, "auto-restart"),
        ({"Result": "signal", "ExecMainCode": "2", "ExecMainStatus": "9"}, "killed by signal 9"),
        ({"Result": "timeout"}, "timeout"),
        ({"SubState": "exited"}, "exited"),
    ],
)
def test_the_detail_says_what_the_state_does_not(properties: dict[str, str], detail: str) -> None:
    (unit,) = parse_units(shown("devstack@a.service", **properties))
    assert unit.detail == detail


def test_a_report_is_taken_apart() -> None:
    text = "\n".join(
        [
            "== units",
            shown("devstack@a.service"),
            "== ports",
            "0.0.0.0:8004 devstack@a.service uwsgi",
            "127.0.0.53%lo:53 - -",
            "[::1]:80 apache2.service apache2",
            "*:80 apache2.service apache2",
            "nonsense",
            "== catalog",
            "http://10.0.0.2/identity",
            json.dumps(CATALOG),
            "== pages",
            "/dashboard",
        ]
    )
    report = parse_report(text)
    assert [unit.name for unit in report.units] == ["devstack@a"]
    assert report.ports == (
        Port(address="0.0.0.0", port=8004, process="uwsgi", unit="devstack@a"),  # noqa: S104
        Port(address="127.0.0.53", port=53),
        Port(address="[::1]", port=80, process="apache2", unit="apache2"),
        Port(address="*", port=80, process="apache2", unit="apache2"),
    )
    assert [port.is_local for port in report.ports] == [False, True, True, False]
    assert report.identity == "http://10.0.0.2/identity"
    assert report.endpoints == (
        Endpoint(
            service="keystone",
            type="identity",
            interface="public",
            region="R",
            url="http://10.0.0.2/identity",
        ),
    )
    assert report.pages == ("/dashboard",)


@pytest.mark.parametrize("answer", ["", "<html>502", '{"error": {"code": 401}}', "[]"])
def test_a_keystone_that_does_not_answer_has_no_endpoints(answer: str) -> None:
    report = parse_report(f"== catalog\nhttp://10.0.0.2/identity\n{answer}\n")
    assert (report.identity, report.endpoints) == ("http://10.0.0.2/identity", ())


@given(st.text())
def test_nothing_that_is_printed_breaks_it(text: str) -> None:
    for part in ("units", "ports", "catalog", "pages"):
        parse_report(f"== {part}\n{text}")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("keystone", "devstack@keystone"),
        ("devstack@keystone", "devstack@keystone"),
        ("devstack@keystone.service", "devstack@keystone"),
        ("apache2", "apache2"),
        ("apache", "apache2"),
        ("h-eng", "devstack@h-eng"),
        ("h-", None),
        ("glance", None),
    ],
)
def test_a_units_name_may_be_short(wanted: str, found: str | None) -> None:
    names = ["devstack@keystone", "devstack@h-eng", "devstack@h-api", "apache2"]
    assert find_unit(wanted, names) == found


def a_stack(report: Report, *, address: str = "10.0.0.2") -> StackStatus:
    found = Found(
        kind="container",
        id="1",
        name="devstack-runner-debian-12-heat",
        labels={labels.JOB: "debian-12-heat", labels.PROJECT: "/src"},
        state="running",
    )
    return StackStatus(found=found, address=address, report=report)


def test_people_see_a_table_and_how_to_reach_it() -> None:
    report = Report(
        units=(
            Unit(name="devstack@h-api", state="active", since="2026-11-25T06:57:00Z"),
            Unit(name="devstack@h-eng", state="failed", detail="exit code 3", restarts=2),
        ),
        ports=(
            Port(address="*", port=80, process="apache2", unit="apache2"),
            Port(address="127.0.0.1", port=80, process="apache2", unit="apache2"),
            Port(address="127.0.0.1", port=3306, process="mariadbd", unit="mariadb"),
        ),
        endpoints=(
            Endpoint(
                service="keystone",
                type="identity",
                interface="public",
                region="R",
                url="http://10.0.0.2/identity",
            ),
        ),
        identity="http://10.0.0.2/identity",
        pages=("/dashboard",),
    )
    assert list(status_lines(a_stack(report), now=NOW)) == [
        "debian-12-heat  running  devstack-runner-debian-12-heat  (/src)",
        "  units",
        "    devstack@h-api  active  3 min",
        "    devstack@h-eng  failed         exit code 3, restarts: 2",
        "  ports",
        "    80    apache2  apache2",
        "    3306  mariadb  mariadbd  inside the container only",
        "  endpoints",
        "    identity  keystone  public  http://10.0.0.2/identity",
        "  reach them from this machine at 10.0.0.2, the container's own address:",
        "    http://10.0.0.2/identity",
        "    http://10.0.0.2/dashboard",
    ]


def test_a_keystone_that_is_silent_is_told() -> None:
    lines = list(status_lines(a_stack(Report(identity="http://10.0.0.2/identity")), now=NOW))
    assert lines[1:] == ["  Keystone does not answer at http://10.0.0.2/identity"]


def test_programs_get_the_same() -> None:
    unit = Unit(name="devstack@a", state="active", since="2026-11-25T06:57:00Z")
    row = a_stack(Report(units=(unit,))).to_json()
    assert row["units"] == [
        {
            "name": "devstack@a",
            "state": "active",
            "detail": "",
            "since": "2026-11-25T06:57:00Z",
            "restarts": 0,
        }
    ]
    assert (row["stack"], row["address"], row["urls"]) == ("debian-12-heat", "10.0.0.2", [])
