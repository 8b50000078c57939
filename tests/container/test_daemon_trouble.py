"""What people read when a daemon of the stack cannot do its work, and that the next stack is well.

One container is stacked; each test brings about one trouble in it, stacks, reads, and mends it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from runner.outcome.phases import Phase
from tests.container.harness import Outcome, Runner, job_name, write_conf, write_plugin

JOB = job_name("user")
# as in services, whose image it shares
SERVICES = "disable_all_services\nenable_service key mysql rabbit etcd3\nAPI_WORKERS=1\n"
# does to the daemons in post-config what the test wants, then uses the database
USER = """\
if [[ "$1 $2" == "stack post-config" ]]; then
    eval "${BEFORE_USE:-}"
    recreate_database user
fi
"""
# most troubles are those of the foundation: Keystone would take most of each stack's time
SETTINGS = "[[ -z ${WITHOUT_KEYSTONE:-} ]] || disable_service key etcd3\n"
WITHOUT_KEYSTONE = ("-e", "WITHOUT_KEYSTONE=1")
SQUATTER = "systemd-run --quiet --unit squatter python3 -m http.server"


@pytest.fixture(scope="module")
def stacked(shared_runner: Runner) -> Runner:
    write_plugin(shared_runner.folder, "user", plugin=USER, settings=SETTINGS)
    conf = write_conf(shared_runner.folder, SERVICES + "enable_plugin user ./user\n")
    shared_runner.passes("stack", "--json", "-c", conf)
    return shared_runner


def stack(runner: Runner, *options: str) -> Outcome:
    return runner("stack", "--json", "-c", runner.folder / "local.conf", *options)


def message(outcome: Outcome) -> str:
    """What the run says of the first failure, in a stage or a phase."""
    assert outcome.code == 1, outcome.stderr
    failures = [stage.failure for stage in outcome.job.stages]
    failures += [phase.failure for phase in outcome.job.phases]
    found = next(failure for failure in failures if failure)
    return "\n".join((found.command, *found.tail))


@contextmanager
def trouble(runner: Runner, make: str, mend: str) -> Iterator[None]:
    """The container with this done to it as root, and undone at the end."""
    runner.inside(JOB, f"sudo bash -c '{make}'")
    try:
        yield
    finally:
        runner.inside(JOB, f"sudo bash -c '{mend}'")


def kill(daemon: str) -> str:
    return f"BEFORE_USE=sudo systemctl kill -s KILL {daemon}; sleep 8"


def test_a_service_that_was_killed_is_told_though_it_came_back(stacked: Runner) -> None:
    said = message(stack(stacked, "-e", kill("devstack@keystone")))
    assert "it runs again after it died or was killed, restarts: 1" in said


@pytest.mark.parametrize(
    ("daemon", "port", "options"),
    [
        ("apache2", 80, ()),
        ("mariadb", 3306, WITHOUT_KEYSTONE),
        ("rabbitmq-server", 5672, WITHOUT_KEYSTONE),
    ],
    ids=["web server", "database", "queue"],
)
def test_a_port_in_use_is_named_with_its_holder(
    stacked: Runner, daemon: str, port: int, options: tuple[str, ...]
) -> None:
    with trouble(stacked, f"systemctl stop {daemon}; {SQUATTER} {port}", "systemctl stop squatter"):
        assert f"port {port} is in use by python3 (process " in message(stack(stacked, *options))


def test_a_password_that_somebody_changed(stacked: Runner) -> None:
    user = "ALTER USER root@localhost IDENTIFIED VIA"
    changed = f'mysql -e "{user} mysql_native_password USING PASSWORD(\\"another\\")"'
    back = f'mysql -panother -e "{user} unix_socket"'
    with trouble(stacked, changed, back):
        said = message(stack(stacked, *WITHOUT_KEYSTONE))
    assert "root of the database cannot be given DATABASE_PASSWORD: " in said
    assert "give that one, or run clean.sh" in said


def test_a_full_disk_is_said_whatever_the_last_message_is(stacked: Runner) -> None:
    small = (
        "systemctl stop mariadb; cp -a /var/lib/mysql /var/tmp/kept;"
        " mount -t tmpfs -o size=$(($(du -sm /var/tmp/kept | cut -f1) + 1))m tmpfs /var/lib/mysql;"
        " cp -a /var/tmp/kept/. /var/lib/mysql; chown --reference=/var/tmp/kept /var/lib/mysql;"
        " dd if=/dev/zero of=/var/lib/mysql/filled bs=64k 2>/dev/null; true"
    )
    large = "systemctl stop mariadb; umount /var/lib/mysql; rm -rf /var/tmp/kept"
    with trouble(stacked, small, large):
        outcome = stack(stacked, *WITHOUT_KEYSTONE)
    assert outcome.code == 1
    said = [*outcome.job.notes, message(outcome)]
    assert any("the disk of /var/lib/mysql is full" in text for text in said), said


def test_no_default_route(stacked: Runner) -> None:
    route = stacked.inside(JOB, "ip route show default").strip()
    with trouble(stacked, "ip route del default", f"ip route add {route}"):
        assert "Could not determine host ip address." in message(stack(stacked, *WITHOUT_KEYSTONE))


def test_no_ipv6(stacked: Runner) -> None:
    said = message(stack(stacked, *WITHOUT_KEYSTONE, "-e", "SERVICE_IP_VERSION=6"))
    assert "SERVICE_IP_VERSION is 6, but HOST_IPV6 is not set" in said


def test_a_database_that_was_killed_comes_back(stacked: Runner) -> None:
    outcome = stack(stacked, *WITHOUT_KEYSTONE, "-e", kill("mariadb"))
    assert outcome.code == 0, outcome.stderr


def test_a_daemon_that_is_gone_fails_the_plugin_that_needs_it(stacked: Runner) -> None:
    outcome = stack(stacked, *WITHOUT_KEYSTONE, "-e", "BEFORE_USE=sudo systemctl stop mariadb")
    assert "connect" in message(outcome)
    assert outcome.phase(Phase.POST_CONFIG, "user").failure


def test_after_all_that_the_next_stack_is_well(stacked: Runner) -> None:
    assert stack(stacked).code == 0
