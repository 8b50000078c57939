"""Packages of a distribution are downloaded once, whatever images they go into."""

from runner.engine import Engine
from tests.container.harness import Runner, job_name, write_lists, write_plugin

# Small, and in no image otherwise.
_PACKAGE = "hexer"
_BUILD = ("build", "--json", "-d", "debian-12", "-p", "listed=./listed", "--lab", "off")
_NO_MIRROR = {"http_proxy": "http://127.0.0.1:9", "no_proxy": ""}


def test_what_another_image_has_is_not_downloaded_again(runner: Runner, engine: Engine) -> None:
    for image in engine.images(job=job_name("listed")):
        engine.remove_image(image.id)
    checkout = write_plugin(runner.folder, "listed", plugin=":\n")
    write_lists(checkout, debs=_PACKAGE)
    runner.passes(*_BUILD)
    (kept,) = (runner.cache / "devstack-runner/packages/debian-12").glob(f"{_PACKAGE}_*.deb")

    write_lists(checkout, debs=f"{_PACKAGE} curl")
    made = runner.passes(*_BUILD, env=_NO_MIRROR).job.image
    assert made
    assert made.built
    assert kept.exists(), "the next one needs it, too"

    kept.unlink()
    write_lists(checkout, debs=f"{_PACKAGE} curl git")
    outcome = runner(*_BUILD, env=_NO_MIRROR)
    assert outcome.code == 5
    assert "Could not connect to 127.0.0.1:9" in outcome.stderr
