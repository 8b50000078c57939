"""What one job downloads is there for the next: packages of images, repositories of runs."""

import json
import os
import re
import subprocess

from runner.engine import Engine
from tests.container.harness import Runner, forget_images, git, job_name, write_lists, write_plugin
from tests.container.servers import git_daemon

# Small, and in no image otherwise.
_PACKAGE = "hexer"
_BUILD = ("build", "--json", "-d", "debian-12", "-p", "saver=./saver", "--lab", "off")
_NOBODY = "http://127.0.0.1:9"
_BIG = 2_000_000  # bytes
_CLONES = """\
if [[ "$1 $2" == "stack install" ]]; then
    before=$(</sys/class/net/eth0/statistics/rx_bytes)
    git_clone {url} "$DEST/library" master
    echo "received $(($(</sys/class/net/eth0/statistics/rx_bytes) - before)) bytes"
    [[ $(stat --format=%s "$DEST/library/big") == {size} ]] && echo "it is whole"
    git -C "$DEST/library" fsck
fi
"""


def test_what_another_image_has_is_not_downloaded_again(runner: Runner, engine: Engine) -> None:
    forget_images(engine, job_name("saver"))
    checkout = write_plugin(runner.folder, "saver", plugin=":\n")
    write_lists(checkout, debs=_PACKAGE)
    runner.passes(*_BUILD)
    (kept,) = (runner.cache / "devstack-runner/packages/debian-12").glob(f"{_PACKAGE}_*.deb")

    # no mirror can be reached: the docker command is told of a proxy that is none
    (runner.folder / "config.json").write_text(
        json.dumps({"proxies": {"default": {"httpProxy": _NOBODY}}})
    )
    no_mirror = {"DOCKER_CONFIG": str(runner.folder)}
    write_lists(checkout, debs=f"{_PACKAGE} curl")
    made = runner.passes(*_BUILD, env=no_mirror).job.image
    assert made
    assert made.built
    inspected = subprocess.run(
        ["docker", "inspect", made.reference], capture_output=True, text=True, check=True
    )
    assert _NOBODY not in inspected.stdout
    assert kept.exists(), "the next one needs it, too"

    kept.unlink()
    write_lists(checkout, debs=f"{_PACKAGE} curl git")
    outcome = runner(*_BUILD, env=no_mirror)
    assert outcome.code == 5
    assert "Could not connect to 127.0.0.1:9" in outcome.stderr


def test_what_another_run_has_cloned_is_not_downloaded_again(
    runner: Runner, engine: Engine
) -> None:
    library = runner.folder / "library"
    library.mkdir()
    (library / "big").write_bytes(os.urandom(_BIG))
    git(library, "init", "--quiet", "--initial-branch=master")
    git(library, "add", "big")
    git(library, "commit", "--quiet", "--message", "big")
    with git_daemon(runner.folder, engine.bridge_address()) as url:
        clones = _CLONES.format(url=f"{url}/library", size=_BIG)
        write_plugin(runner.folder, "reader", plugin=clones)
        received = []
        for _ in range(2):
            runner.passes("run", "--rm", "-d", "debian-12", "-p", "reader=./reader")
            log = runner.log(job_name("reader"))
            assert "\nit is whole\n" in log
            (count,) = re.findall(r"^received (\d+) bytes$", log, re.MULTILINE)
            received.append(int(count))
    first, second = received
    assert first > _BIG
    assert second < _BIG / 10
