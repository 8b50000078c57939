"""One run on two distros: the second is not like the first in its systemd, Python and packages."""

from pathlib import Path

from runner.outcome.phases import Status
from tests.container.harness import Runner, write_plugin

DISTROS = ("debian-12", "debian-13")


def test_a_plugin_runs_on_each_distro_asked_for(runner: Runner) -> None:
    text = """\
if [[ "$1 $2" == "stack extra" ]]; then
    run_process traveller "$(which python3) -m http.server 8099"
    wait_for_service 20 "http://127.0.0.1:8099"
    echo "on $DISTRO"
elif [[ "$1" == "unstack" ]]; then
    stop_process traveller
fi
"""
    plugin = write_plugin(
        runner.folder, "traveller", plugin=text, settings="enable_service traveller\n"
    )
    passes_on_each(runner, plugin)


def test_a_daemon_can_listen_at_both_loopbacks(runner: Runner) -> None:
    # as memcached of Debian 13 and Fedora does, which else refuses to start
    text = """\
if [[ "$1 $2" == "stack install" ]]; then
    python3 -c '
import socket
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    socket.socket(family).bind((address, 0))
'
fi
"""
    passes_on_each(runner, write_plugin(runner.folder, "listener", plugin=text))


def passes_on_each(runner: Runner, plugin: Path) -> None:
    """Run a plugin on both distros at once."""
    chosen = [word for name in DISTROS for word in ("-d", name)]
    outcome = runner("run", "--json", *chosen, "-p", plugin)
    assert [(job.distro, job.status) for job in outcome.run.jobs] == [
        (name, Status.PASSED) for name in DISTROS
    ]
    assert outcome.code == 0
