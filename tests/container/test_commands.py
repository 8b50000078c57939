"""Commands beside `run`: init, dry-run, render, build, distros, doctor."""

from pathlib import Path

import pytest

from runner import labels
from runner.engine import Engine
from runner.outcome.phases import SEQUENCE, Phase
from tests.container.harness import (
    Outcome,
    Runner,
    forget_images,
    job_name,
    write_conf,
    write_lists,
    write_plugin,
)
from tests.lab.build import build_image


@pytest.fixture(scope="module")
def fresh(shared_runner: Runner) -> Path:
    """A plugin that `init` wrote."""
    said = shared_runner.passes("init", "fresh-one").stdout
    assert said.splitlines()[-1] == "next: cd fresh-one && devstack-runner run"
    return shared_runner.folder / "fresh-one"


@pytest.fixture(scope="module")
def fresh_run(fresh: Path, shared_runner: Runner) -> Outcome:
    return shared_runner.passes("run", "--json", cwd=fresh)


def test_plugin_that_init_wrote_passes_all_phases(fresh_run: Outcome) -> None:
    assert fresh_run.statuses() == {
        (phase.value, "fresh-one"): "passed"
        for phase in SEQUENCE
        if phase is not Phase.OVERRIDE_DEFAULTS
    }


def test_plugin_that_init_wrote_works_with_a_local_conf(
    fresh_run: Outcome, shared_runner: Runner
) -> None:
    conf = write_conf(shared_runner.folder, "enable_plugin fresh-one ./fresh-one")
    outcome = shared_runner.passes("run", "--json", "-c", conf)
    assert set(outcome.statuses().values()) == {"passed"}


def test_init_keeps_what_is_there(fresh: Path, shared_runner: Runner) -> None:
    outcome = shared_runner("init", "fresh-one")
    assert outcome.code == 2
    assert "is there already" in outcome.stderr


def test_dry_run_says_what_would_happen_and_does_nothing(runner: Runner, engine: Engine) -> None:
    write_plugin(runner.folder, "dryer", plugin="touch /tmp/never\n")
    lists = runner.folder / "dryer" / "devstack" / "files" / "debs"
    lists.mkdir(parents=True)
    (lists / "dryer").write_text("cowsay\nfortune-mod # NOPRIME\n")
    job = job_name("dryer")

    said = runner.passes("run", "--dry-run", "-p", "dryer=dryer").stdout
    assert said.startswith(f"{job} on ")
    assert f"image devstack-runner/{job}:" in said
    assert "would be built" in said
    assert "cowsay\n" in said
    assert "fortune-mod" not in said
    assert f"plugin dryer from {runner.folder}/dryer" in said
    assert not engine.images(job=job)
    assert not list((runner.state / "runs").iterdir())


def without_base(dockerfile: str) -> list[str]:
    """Its lines but for the base, which `render` does not look for on the engine."""
    return [line for line in dockerfile.strip().splitlines() if not line.startswith("FROM ")]


def test_render_prints_the_dockerfile_that_build_builds(runner: Runner, engine: Engine) -> None:
    write_plugin(runner.folder, "builder", plugin=": nothing\n")
    rendered = runner.passes("render", "-p", "builder=builder").stdout
    assert "\nFROM " in rendered

    built = runner.passes("build", "--json", "-p", "builder=builder")
    assert built.job.image
    assert engine.find_image(built.job.image.reference) == built.job.image.id
    assert built.job.phases == ()
    dockerfile = runner.state / "last" / job_name("builder") / "Dockerfile"
    assert without_base(dockerfile.read_text()) == without_base(rendered)

    again = runner.passes("build", "--json", "-p", "builder=builder")
    assert again.job.image
    assert not again.job.image.built


def test_docker_builds_what_render_prints(runner: Runner, engine: Engine) -> None:
    write_lists(write_plugin(runner.folder, "listed", plugin=":\n"), debs="bc")
    base = runner.passes("build", "--json", "-p", "listed=listed").job.image
    assert base
    # what is to be installed is there
    options = ("--base-image", f"debian-12={base.reference}", "--ca-certificates", "none")
    conf = write_conf(runner.folder, "enable_plugin listed ./listed")
    rendered = runner.passes("render", "-c", conf, *options).stdout
    tag = "devstack-runner-test/rendered:1"
    build_image({"Dockerfile": rendered.encode()}, tag)
    assert engine.image_label(tag, labels.JOB) == job_name("listed")
    engine.remove_image(tag)


def test_changed_package_list_is_built_and_said(runner: Runner, engine: Engine) -> None:
    job = job_name("rebuilder")
    forget_images(engine, job)
    checkout = write_plugin(runner.folder, "rebuilder", plugin=": nothing\n")

    first = runner.passes("build", "--json", "-p", "rebuilder=rebuilder").job.image
    assert first
    assert first.built

    lists = checkout / "devstack" / "files" / "debs"
    lists.mkdir(parents=True)
    (lists / "rebuilder").write_text("cowsay\n")
    second = runner.passes("build", "--json", "-p", "rebuilder=rebuilder").job.image
    assert second
    assert second.built
    assert "devstack/files/debs/rebuilder" in second.reason
    assert second.id != first.id


def test_render_knows_every_family(runner: Runner) -> None:
    write_plugin(runner.folder, "familiar", plugin=": nothing\n")
    (runner.folder / "familiar" / "devstack" / "files" / "debs").mkdir(parents=True)
    (runner.folder / "familiar" / "devstack" / "files" / "debs" / "familiar").write_text("cowsay\n")
    said = runner.passes("render", "-d", "debian-*", "-p", "familiar=familiar").stdout
    assert said.count(" AS system\n") == 2
    assert said.count("cowsay") == 2


def test_jobs_that_enable_other_services_share_what_every_stack_needs(runner: Runner) -> None:
    def below_the_services(localrc: str) -> str:
        conf = write_conf(runner.folder, localrc)
        return runner.passes("render", "-c", conf).stdout.split("for the enabled services")[0]

    shared = below_the_services("enable_service mysql")
    assert "build-essential" in shared
    assert "mariadb-server" not in shared
    assert below_the_services("enable_service rabbit") == shared


def test_distros_lists_the_one_the_tests_use_as_available(runner: Runner) -> None:
    rows = runner.passes("distros", "--json").json
    (debian,) = (row for row in rows if row["name"] == "debian-12")
    assert debian["family"] == "debian"


def test_doctor_finds_this_machine_fit(runner: Runner) -> None:
    assert runner.passes("doctor").stdout
