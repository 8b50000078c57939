"""Proxies, authorities, an index with a password, no network at all: with real servers."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest

from runner.engine import Engine
from runner.host.certificates import read_certificates
from runner.outcome.phases import Status
from tests.container.harness import Outcome, Runner, job_name, write_conf, write_plugin
from tests.container.servers import (
    PACKAGE,
    Server,
    make_authority,
    make_site,
    proxy,
    site,
)
from tests.container.trial_engine import with_apt_get

_BASE = "devstack-runner-test-networks:1"
_LOGIN = "reader:sesame%40home"  # as it is in a URL
_PASSWORD = "sesame"  # noqa: S105 - it opens nothing
# All base packages are in the image already, so building another one takes seconds.
_APT_GET = "#!/bin/sh\nexit 0\n"

_ASK = '''\
"""Asks a URL with requests, and says in a file what came of it; then serves, as services do."""
import http.server
import pathlib
import sys

import requests

url, file, port = sys.argv[1:]
try:
    said = str(requests.get(url, timeout=10).status_code)
except Exception as error:
    said = type(error).__name__
pathlib.Path(file).write_text(said)
if int(port):
    handler = http.server.BaseHTTPRequestHandler
    http.server.ThreadingHTTPServer(("", int(port)), handler).serve_forever()
'''

_SETTINGS = "enable_service asker\n"
_PLUGIN = """\
function try_it {
    local name=$1
    shift
    if timeout 30 "$@" >/tmp/said 2>&1; then
        echo "tried $name ok"
    else
        echo "tried $name failed"
        cat /tmp/said
    fi
}
function wait_for_file {
    local tenths
    for ((tenths = 0; tenths < 100; tenths++)); do [[ ! -s $1 ]] || return 0; sleep 0.1; done
    return 1
}
if [[ "$1 $2" == "stack extra" ]]; then
    { set +x; } 2>/dev/null
    here=$DEST/netlab pip=$DEVSTACK_VENV/bin/pip python=$DEVSTACK_VENV/bin/python
    once="-q --retries 0 --no-deps" package=devstack-runner-netprobe
    rm -rf /tmp/net; mkdir -p /tmp/net
    # a pip of the distribution, in a venv of the plugin's own
    python3 -m venv /tmp/net/venv
    try_it curl curl -fsS "$SITE/simple/"
    try_it git git clone -q "$SITE/repo.git" /tmp/net/clone
    try_it pip "$pip" download $once -d /tmp/net/a -i "$SITE/simple" $package
    try_it own-pip /tmp/net/venv/bin/pip install $once -i "$SITE/simple" $package
    try_it sudo-pip sudo "$pip" download $once -d /tmp/net/b -i "$SITE/simple" $package
    try_it urllib python3 -c "import urllib.request as r; r.urlopen('$SITE/simple/')"
    export PYTHONPATH=$here/lib
    "$python" "$here/ask.py" "$SITE/simple/" /tmp/net/command 0
    echo "requests in a command: $(</tmp/net/command)"
    sudo PYTHONPATH="$PYTHONPATH" "$python" "$here/ask.py" "$SITE/simple/" /tmp/net/sudo 0
    echo "requests behind sudo: $(</tmp/net/sudo)"
    run_process asker "$python $here/ask.py $SITE/simple/ /tmp/net/unit 8098" \\
        "" "" "\\"PYTHONPATH=$PYTHONPATH\\""
    wait_for_file /tmp/net/unit
    echo "requests in a unit: $(</tmp/net/unit)"
    if [[ -n ${OWN_INDEX:-} ]]; then
        try_it index "$pip" download $once -d /tmp/net/c $package
        try_it sudo-index sudo "$pip" download $once -d /tmp/net/d $package
    fi
    for host in "$HOST_IP" "$SERVICE_HOST" "$(hostname)" localhost; do
        curl -sS -o /dev/null -w "service at $host: %{http_code}\\n" "http://$host:8098/" || true
    done
    echo "no_proxy=${no_proxy:-}"
fi
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """The servers, and a folder with their authority."""

    address: str
    authorities: Path
    tls: Server
    locked: Server
    proxy: Server


@pytest.fixture(scope="module")
def base(shared_runner: Runner, engine: Engine) -> Iterator[str]:
    """A base image in which nothing is left to install."""
    small = shared_runner.passes(
        "build",
        "--json",
        "-d",
        "debian-12",
        "-p",
        "small=bench/small",
        cwd=Path(__file__).parents[2],
    ).job.image
    assert small
    with_apt_get(small.reference, _APT_GET, _BASE)
    yield _BASE
    engine.remove_image(_BASE)


@pytest.fixture(scope="module")
def net(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    folder = tmp_path_factory.mktemp("net")
    address = engine.bridge_address()
    authority, certificate, key = make_authority(folder, address)
    # what an image needs comes from the usual places
    for name, text in read_certificates().items():
        (authority.parent / name).write_bytes(text)
    content = make_site(folder / "site")
    with ExitStack() as stack:
        yield Net(
            address=address,
            authorities=authority.parent,
            tls=stack.enter_context(site(content, address, tls=(certificate, key))),
            locked=stack.enter_context(site(content, address, login=_LOGIN.replace("%40", "@"))),
            proxy=stack.enter_context(proxy(address)),
        )


@pytest.fixture(scope="module")
def plugin(shared_runner: Runner) -> Path:
    """The plugin, with the `requests` of this Python in it."""
    checkout = write_plugin(shared_runner.folder, "netlab", plugin=_PLUGIN, settings=_SETTINGS)
    (checkout / "ask.py").write_text(_ASK)
    for name in ("requests", "urllib3", "idna", "certifi", "charset_normalizer"):
        spec = importlib.util.find_spec(name)
        assert spec
        assert spec.origin
        shutil.copytree(
            Path(spec.origin).parent,
            checkout / "lib" / name,
            ignore=shutil.ignore_patterns("__pycache__", "*.so"),
        )
    return checkout


@pytest.fixture(scope="module")
def behind(shared_runner: Runner, base: str, net: Net, plugin: Path) -> Outcome:
    """A run on a machine behind a proxy that inspects TLS, with an index that wants a password."""
    pip_conf = shared_runner.folder / "pip.conf"
    index = net.locked.url.replace("://", f"://{_LOGIN}@") + "/simple"
    pip_conf.write_text(
        f"[global]\nextra-index-url = {index}\n"
        f"trusted-host = {net.address}\nfind-links = /nowhere\n"
    )
    return shared_runner.passes(
        *("stack", "-d", "debian-12", "--base-image", f"debian-12={base}", "--json", "-v"),
        *("--ca-certificates", net.authorities, "-p", plugin),
        *("-e", f"SITE={net.tls.url}", "-e", "OWN_INDEX=yes"),
        env=_without_network_settings(
            PIP_CONFIG_FILE=str(pip_conf), http_proxy=net.proxy.url, https_proxy=net.proxy.url
        ),
    )


def _without_network_settings(**more: str) -> Mapping[str, str]:
    """What the machine that runs the tests has set is not the tests'; empty is as good as unset."""
    names = ("no_proxy", "NO_PROXY", "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY")
    pip = (name for name in os.environ if name.startswith("PIP_"))
    return {**dict.fromkeys((*names, *pip), ""), **more}


def test_all_that_asks_over_tls_trusts_the_given_authority(
    behind: Outcome, shared_runner: Runner
) -> None:
    log = shared_runner.log(job_name("netlab"))
    for name in ("curl", "git", "pip", "own-pip", "sudo-pip", "urllib"):
        assert f"tried {name} ok" in log
    for where in ("in a command", "behind sudo", "in a unit"):
        assert f"requests {where}: 200" in log


def test_pip_takes_the_index_of_this_machine_and_its_password(
    behind: Outcome, net: Net, shared_runner: Runner
) -> None:
    log = shared_runner.log(job_name("netlab"))
    assert "tried index ok" in log
    assert "tried sudo-index ok" in log
    assert f"/simple/{PACKAGE}/" in net.locked.asked


def test_the_images_below_a_jobs_own_are_no_jobs(behind: Outcome, engine: Engine) -> None:
    job = job_name("netlab")
    assert {image.name.partition(":")[0] for image in engine.images(job=job)} == {
        f"devstack-runner/{job}"
    }


def test_a_password_is_in_no_image_and_no_log(behind: Outcome, shared_runner: Runner) -> None:
    image = behind.job.image
    assert image
    api = docker.APIClient(**docker.utils.kwargs_from_env())
    said = f"{api.history(image.reference)} {api.inspect_image(image.reference)}"
    api.close()
    assert _PASSWORD not in said + behind.stdout + behind.stderr
    for path in shared_runner.state.rglob("*"):
        assert not path.is_file() or _PASSWORD.encode() not in path.read_bytes(), path


def test_what_makes_sense_here_only_is_not_passed_on(
    behind: Outcome, shared_runner: Runner
) -> None:
    told = shared_runner.inside(job_name("netlab"), "cat /etc/xdg/pip/pip.conf")
    assert "trusted-host" in told
    assert "/nowhere" not in told


def test_the_proxy_is_asked_for_all_but_the_services(
    behind: Outcome, net: Net, shared_runner: Runner
) -> None:
    log = shared_runner.log(job_name("netlab"))
    assert f"CONNECT {net.tls.url.removeprefix('https://')}" in net.proxy.asked
    assert f"GET {net.locked.url}/simple/{PACKAGE}/" in net.proxy.asked
    assert log.count(": 501\n") == 4, log  # what Python's plain server says to any GET
    assert not [line for line in net.proxy.asked if ":8098" in line]


def test_a_command_in_a_kept_container_asks_its_services_without_the_proxy(
    behind: Outcome, net: Net, shared_runner: Runner
) -> None:
    before = len(net.proxy.asked)
    said = shared_runner.inside(
        job_name("netlab"),
        "set -- $(hostname -I); curl -s -o /dev/null -w '%{http_code} ' http://$1:8098/;"
        f" curl -s -o /dev/null -w '%{{http_code}}' {net.locked.url}/",
    )
    assert said == "501 401"
    assert net.proxy.asked[before:] == [f"GET {net.locked.url}/"]


def test_an_authority_that_was_not_given_is_trusted_by_nothing(
    behind: Outcome, net: Net, plugin: Path, shared_runner: Runner
) -> None:
    # with those of this machine, as the layers of that image are there already
    shared_runner.passes(
        *("stack", "-d", "debian-12", "-p", plugin, "-e", f"SITE={net.tls.url}"),
        env=_without_network_settings(),
    )
    log = shared_runner.log(job_name("netlab"))
    for name in ("curl", "git", "pip", "own-pip", "sudo-pip", "urllib"):
        assert f"tried {name} failed" in log
    for where in ("in a command", "behind sudo", "in a unit"):
        assert f"requests {where}: SSLError" in log


# Without a default route no address can be found, so it is given.
_CUT = """\
sudo ip route flush all
if curl -s --max-time 2 http://198.51.100.1/ || [[ $? != 7 ]]; then
    echo "still a network"
    exit 1
fi
"""


def _unshared(runner: Runner, *arguments: str | Path) -> Outcome:
    """Run a command in a network namespace of its own: there is nobody to ask."""
    apart = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    done = subprocess.run(
        [*apart, *runner.command(*arguments)],
        cwd=runner.folder,
        env=runner.environment(_without_network_settings()),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Outcome(code=done.returncode, stdout=done.stdout, stderr=done.stderr)


def test_offline_what_is_cached_is_enough(net: Net, runner: Runner) -> None:
    if os.environ.get("DOCKER_HOST", "unix:").partition(":")[0] != "unix":
        pytest.skip("the engine is behind the network")
    source = write_plugin(runner.folder, "cutoff", override_defaults=_CUT, plugin=":\n")
    content = runner.folder / "served"
    _publish(source, content / "cutoff.git")
    with site(content, net.address) as served:
        conf = write_conf(
            runner.folder, f"HOST_IP=127.0.0.1\nenable_plugin cutoff {served.url}/cutoff.git\n"
        )
        offline = runner.folder / "offline.conf"
        offline.write_text(f"{conf.read_text()}OFFLINE=True\n")

        # nothing is here yet: no half run, but one error
        missing = _unshared(runner, "run", "--json", "-d", "debian-12", "-c", offline)
        assert missing.code == 5, missing.stderr
        assert missing.job.problem
        assert "OFFLINE is True, and it is not in the cache" in missing.job.problem.message
        assert "without OFFLINE" in (missing.job.problem.hint or "")
        assert not missing.job.phases

        fetch = runner("build", "-d", "debian-12", "-c", conf)
        assert fetch.code == 0, fetch.stderr
    whole = _unshared(runner, "run", "--json", "-d", "debian-12", "-c", offline)
    assert whole.code == 0, whole.stderr + runner.log(job_name("cutoff"))
    assert whole.job.status is Status.PASSED


def _publish(source: Path, repository: Path) -> None:
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    commands: list[list[str | Path]] = [
        ["git", "-C", source, "init", "--quiet", "--initial-branch=master"],
        ["git", "-C", source, "add", "."],
        ["git", "-C", source, *who, "commit", "--quiet", "-m", "test"],
        ["git", "clone", "--quiet", "--bare", source, repository],
        ["git", "-C", repository, "update-server-info"],
    ]
    for command in commands:
        subprocess.run(command, check=True, capture_output=True)


def test_offline_without_the_image_nothing_is_built(runner: Runner) -> None:
    write_plugin(runner.folder, "unbuilt", plugin=":\n")
    outcome = runner("run", "--json", "-d", "debian-12", "-p", "./unbuilt", "-e", "OFFLINE=True")
    assert outcome.code == 5, outcome.stderr
    assert outcome.job.problem
    assert "OFFLINE is True, and the image of debian-12-unbuilt" in outcome.job.problem.message


def test_a_clone_that_may_not_be_made_is_the_contracts_error(net: Net, runner: Runner) -> None:
    conf = write_conf(
        runner.folder, f"ERROR_ON_CLONE=True\nenable_plugin nobody {net.tls.url}/repo.git\n"
    )
    outcome = runner("run", "--json", "-d", "debian-12", "-c", conf)
    assert outcome.code == 5, outcome.stderr
    assert outcome.job.problem
    assert "ERROR_ON_CLONE is set to True so cloning not allowed" in outcome.job.problem.message


def test_a_job_that_needs_more_is_skipped_and_the_others_go_on(runner: Runner) -> None:
    checkout = write_plugin(runner.folder, "needy", plugin=":\n")
    (checkout / "pyproject.toml").write_text(
        '[tool.devstack-runner]\nneeds = ["kernel-module:no_such_module"]\n'
    )
    outcome = runner("run", "--json", "-d", "debian-12", "-p", "./needy")
    assert outcome.code == 4, outcome.stderr
    assert outcome.job.status is Status.SKIPPED
    assert outcome.job.job == "debian-12-needy"
    assert outcome.job.skipped.startswith("needs kernel-module:no_such_module (plugin needy)")
    assert outcome.job.image is None
    assert "debian-12-needy: skipped: needs kernel-module:no_such_module" in outcome.stderr


def test_a_known_plugin_is_skipped_before_it_is_fetched(runner: Runner) -> None:
    url = "https://192.0.2.1/openstack/devstack-plugin-nfs"
    outcome = runner("run", "--json", "-d", "debian-12", "-p", f"nfs={url}")
    assert (outcome.code, outcome.job.status) == (4, Status.SKIPPED), outcome.stderr
    assert "kernel-module:nfsd" in outcome.job.skipped


def test_services_left_to_the_plugins_are_in_the_result(runner: Runner) -> None:
    write_plugin(runner.folder, "server", plugin=":\n", settings="enable_service foo-api\n")
    outcome = runner("run", "--json", "--rm", "-d", "debian-12", "-p", "./server")
    assert outcome.code == 0, outcome.stderr
    assert "services left to the plugins: foo-api" in outcome.job.notes
