"""Packages of a distribution are downloaded once, whatever images they go into."""

import json
import subprocess

from runner.engine import Engine
from tests.container.harness import Runner, forget_images, job_name, write_lists, write_plugin

# Small, and in no image otherwise.
_PACKAGE = "hexer"
_BUILD = ("build", "--json", "-d", "debian-12", "-p", "saver=./saver", "--lab", "off")
_NOBODY = "http://127.0.0.1:9"


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
