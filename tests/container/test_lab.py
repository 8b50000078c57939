"""Plugins under the real dnf and zypper: "dnf on the lab image", not "Fedora" (tests/lab)."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from runner.engine import Container, ContainerSpec, Engine
from runner.outcome.phases import Phase, Status
from tests.container.harness import Outcome, Runner, write_conf, write_lists, write_plugin
from tests.lab.build import DISTROS, build_image, ensure

DNF, ZYPPER = DISTROS
LABS = pytest.mark.parametrize(
    "distro",
    [pytest.param(DNF, id="dnf-on-the-lab"), pytest.param(ZYPPER, id="zypper-on-the-lab")],
)
SAMPLES = Path(__file__).parents[1] / "samples" / "local.conf"
INSTALLING = 'if [[ "$1 $2" == "stack install" ]]; then\n{}\nfi\n'


@pytest.fixture(scope="module")
def labs(engine: Engine, cache: Path) -> Mapping[str, str]:
    """The options that put the lab images in the places of the two distros' own."""
    return {
        name: f"{name}={ensure(name, engine=engine, cache=cache, announce=print)}"
        for name in DISTROS
    }


def on(labs: Mapping[str, str], *distros: str) -> list[str]:
    """Select distros; the two with a lab image run on it."""
    chosen = [word for name in distros for word in ("-d", name)]
    bases = [word for name in distros if name in labs for word in ("--base-image", labs[name])]
    return [*chosen, *bases]


def plugin_conf(runner: Runner, name: str, script: str, **lists: str) -> Path:
    """A local.conf with one plugin and its lists, whose script runs in `stack install`."""
    write_lists(write_plugin(runner.folder, name, plugin=INSTALLING.format(script)), **lists)
    return write_conf(runner.folder, f"enable_plugin {name} ./{name}")


def statuses(outcome: Outcome) -> dict[str, Status]:
    return {job.distro: job.status for job in outcome.run.jobs}


def test_one_command_runs_the_samples_and_a_plugin_with_lists_for_all_families_everywhere(
    runner: Runner, labs: Mapping[str, str]
) -> None:
    script = """\
    if is_ubuntu; then
        names="sqlite3 libyaml-dev"
    elif is_fedora; then
        names="sqlite libyaml-devel"
    else
        names="sqlite3 libyaml-devel"
    fi
    is_package_installed $names || die $LINENO "not all of $names"
    ! is_package_installed libyaml-devel libyaml-dev || die $LINENO "those of another, too"
    [[ $(sqlite3 :memory: "select 6 * 7") == 42 && -e /usr/include/yaml.h ]]"""
    plugin_conf(
        runner,
        "packed",
        script,
        debs="sqlite3 libyaml-dev",
        rpms="sqlite libyaml-devel",
        rpms_suse="sqlite3 libyaml-devel",
    )
    distros = ("debian-12", "debian-13", DNF, ZYPPER)
    plugins = ("-p", "packed=./packed")
    kinds = ("junit", "html", "json", "md")
    reports = [word for kind in kinds for word in ("--report", f"{kind}=report.{kind}")]
    outcome = runner.passes(
        "run", "--json", *on(labs, *distros), "--config", SAMPLES, *plugins, *reports
    )
    assert statuses(outcome) == dict.fromkeys(distros, Status.PASSED)
    for job in outcome.run.jobs:
        assert {phase.plugin for phase in job.phases} == {"greeter", "visitor", "packed"}
        phases = {phase.phase for phase in job.phases if phase.plugin == "greeter"}
        assert phases == set(Phase), job.job
    for kind in kinds:
        text = (runner.folder / f"report.{kind}").read_text()
        assert "dnf on the lab image" in text, kind
        assert "zypper on the lab image" in text, kind
    assert f"{DNF}: dnf on the lab image, not the distro's own base image" in outcome.stderr


WRONG_NAME = {
    DNF: ("rpms", 1, "No match for argument: apache2-really"),
    ZYPPER: ("rpms_suse", 104, "'apache2-really' not found"),
}


@LABS
def test_a_wrong_name_fails_where_it_is_wrong(
    runner: Runner, labs: Mapping[str, str], distro: str
) -> None:
    lists, code, said = WRONG_NAME[distro]
    right = {"debs": "bc", "rpms": "bc", "rpms_suse": "bc"}
    conf = plugin_conf(runner, "wishful", ":", **right | {lists: "bc apache2-really"})
    distros = ("debian-12", DNF, ZYPPER)
    outcome = runner("run", "--json", *on(labs, *distros), "--config", conf)
    assert outcome.code == 1
    passed = dict.fromkeys(distros, Status.PASSED)
    assert statuses(outcome) == passed | {distro: Status.FAILED}
    (culprit,) = (job.culprit for job in outcome.run.jobs if job.distro == distro)
    assert culprit is not None
    assert culprit.exit_code == code
    file = f"devstack/files/{lists.replace('_', '-')}/wishful"
    assert getattr(culprit, "stage", "") == f"packages of plugin wishful ({file})"
    assert culprit.failure is not None
    assert said in culprit.failure.command


@LABS
def test_lint_had_said_which_name_is_wrong(
    runner: Runner, labs: Mapping[str, str], distro: str
) -> None:
    lists, *_ = WRONG_NAME[distro]
    # what the base has, and no repository; what is there to be had; what provides another
    names = "curl cowsay /usr/bin/git"
    plugin_conf(runner, "wishful", ":", debs="bc", **{lists: f"{names}\napache2-really"})
    checked = runner("lint", "-p", "wishful=./wishful", "--format", "json", *on(labs, distro))
    assert checked.code == 1, checked.stdout + checked.stderr
    wrong = [found for found in json.loads(checked.stdout) if found["severity"] == "error"]
    assert [(found["code"], found["file"], found["line"], found["message"]) for found in wrong] == [
        (
            "DSR303",
            f"wishful/devstack/files/{lists.replace('_', '-')}/wishful",
            4,
            f"{distro} has no package 'apache2-really'",
        )
    ]


@LABS
def test_a_wrong_name_in_a_phase_fails_the_phase(
    runner: Runner, labs: Mapping[str, str], distro: str
) -> None:
    conf = plugin_conf(runner, "hasty", "    install_package apache2-really")
    outcome = runner("run", "--json", *on(labs, distro), "--config", conf)
    assert outcome.code == 1
    install = outcome.phase(Phase.INSTALL, "hasty")
    assert (install.status, install.exit_code) == (Status.FAILED, {DNF: 1, ZYPPER: 104}[distro])


@pytest.fixture
def served(
    runner: Runner, engine: Engine, labs: Mapping[str, str], distro: str
) -> Iterator[tuple[str, Container]]:
    """The option for a lab image whose repository is at an address, and what serves it there.

    What the tree needs is installed in it.
    """
    conf = plugin_conf(runner, "plain", ":")
    image = runner.passes("build", "--json", *on(labs, distro), "--config", conf).job.image
    assert image
    spec = ContainerSpec(
        image=image.reference,
        name=None,
        command=["python3", "-u", "-m", "http.server", "--directory", "/srv/lab/repo", "80"],
        labels={},
    )
    tag = f"devstack-runner-test/served-{distro}:1"
    with engine.create(spec) as server:
        server.start()
        there = f"s#=(file|dir):/.*#=http://{server.address()}/#"
        text = f"FROM {image.reference}\nRUN sed -i -E '{there}' $(find /etc -name lab.repo)\n"
        build_image({"Dockerfile": text.encode()}, tag)
        yield f"{distro}={tag}", server
    engine.remove_image(tag)


@LABS
def test_a_package_of_another_image_is_not_downloaded_again(
    runner: Runner, served: tuple[str, Container], distro: str
) -> None:
    base, server = served
    for kept in (runner.cache / "devstack-runner/packages").rglob("cowsay.rpm"):
        kept.unlink()  # of another test
    conf = plugin_conf(runner, "listed", ":")
    for names in ("cowsay", "cowsay curl"):
        write_lists(runner.folder / "listed", rpms=names, rpms_suse=names)
        runner.passes("build", "-d", distro, "--base-image", base, "--config", conf)
    asked = server.console(lines=10000)
    assert asked.count("GET /cowsay.rpm ") == 1
    assert asked.count("GET /repodata/repomd.xml ") >= 2, "what there is is asked each time"


def test_a_scriptlet_that_fails_is_told_though_dnf_goes_on(
    runner: Runner, labs: Mapping[str, str]
) -> None:
    conf = plugin_conf(runner, "broken", ":", rpms="lab-broken")
    outcome = runner.passes("run", "--json", *on(labs, DNF), "--config", conf)
    assert outcome.job.image is not None
    assert any("a scriptlet of lab-broken-1-1.noarch failed" in n for n in outcome.job.image.notes)


def test_a_scriptlet_that_fails_in_a_phase_is_told_though_dnf_goes_on(
    runner: Runner, labs: Mapping[str, str]
) -> None:
    script = """\
    install_package lab-broken
    is_package_installed lab-broken"""
    conf = plugin_conf(runner, "broken", script)
    outcome = runner.passes("run", "--json", *on(labs, DNF), "--config", conf)
    assert any("a scriptlet of lab-broken-1-1.noarch failed" in note for note in outcome.job.notes)
    assert "Error in POSTIN scriptlet in rpm package lab-broken" in runner.log(outcome.job.job)


def test_a_scriptlet_that_fails_fails_the_packages_of_zypper(
    runner: Runner, labs: Mapping[str, str]
) -> None:
    conf = plugin_conf(runner, "broken", ":", rpms_suse="lab-broken")
    outcome = runner("run", "--json", *on(labs, ZYPPER), "--config", conf)
    assert outcome.code == 1
    culprit = outcome.job.culprit
    assert culprit is not None
    assert culprit.exit_code == 107
    assert culprit.failure is not None
    assert "lab-broken" in culprit.failure.command


@LABS
def test_a_service_waits_for_the_plugin_to_enable_and_start_it(
    runner: Runner, labs: Mapping[str, str], distro: str
) -> None:
    script = """\
    [[ $(systemctl is-enabled memcached) == disabled ]]
    [[ $(systemctl is-active memcached) == inactive ]]
    sudo systemctl enable --now memcached
    [[ $(systemctl is-active memcached) == active ]]"""
    conf = plugin_conf(runner, "served", script, rpms="memcached", rpms_suse="memcached")
    runner.passes("run", "--json", *on(labs, distro), "--config", conf)


@LABS
def test_what_is_installed_already_is_no_failure(
    runner: Runner, labs: Mapping[str, str], distro: str
) -> None:
    script = """\
    install_package curl
    install_package curl
    uninstall_package cowsay
    uninstall_package cowsay
    ! is_package_installed cowsay || die $LINENO "still there"
    is_package_installed curl"""
    conf = plugin_conf(runner, "again", script, rpms="cowsay", rpms_suse="cowsay")
    runner.passes("run", "--json", *on(labs, distro), "--config", conf)


def test_keystone_has_its_database_queue_and_web_server_from_the_family(
    runner: Runner, labs: Mapping[str, str]
) -> None:
    script = """\
if [[ "$1 $2" == "stack extra" ]]; then
    if is_fedora; then
        packages=(httpd mariadb-server rabbitmq-server) units=(httpd mariadb rabbitmq-server)
    else
        packages=(apache2 mariadb rabbitmq-server) units=(apache2 mariadb rabbitmq-server)
    fi
    is_package_installed "${packages[@]}" || die $LINENO "not of the family"
    [[ $(systemctl is-active "${units[@]}") == $'active\\nactive\\nactive' ]]
    openstack token issue
fi
"""
    write_plugin(runner.folder, "identified", plugin=script)
    enabled = "enable_service key mysql rabbit\nenable_plugin identified ./identified"
    conf = write_conf(runner.folder, f"API_WORKERS=1\n{enabled}")
    outcome = runner("run", "--json", *on(labs, *DISTROS), "--config", conf)
    assert statuses(outcome) == dict.fromkeys(DISTROS, Status.PASSED), outcome.stderr


def test_a_module_of_apache_is_enabled_in_the_way_of_suse(
    runner: Runner, labs: Mapping[str, str]
) -> None:
    script = """\
    install_package apache2
    source $TOP_DIR/lib/apache
    ! sudo a2enmod -q rewrite || die $LINENO "enabled from the start"
    enable_apache_mod rewrite
    sudo a2enmod -q rewrite || die $LINENO "-q only asks there"
    sudo httpd -f /etc/apache2/httpd.conf -M | grep rewrite_module
    disable_apache_mod rewrite
    ! sudo a2enmod -q rewrite || die $LINENO "still enabled"
"""
    conf = plugin_conf(runner, "rewriting", script)
    runner.passes("run", "--json", *on(labs, ZYPPER), "--config", conf)
