import base64
from pathlib import Path

import pytest
from msgspec.structs import replace

from runner import labels
from runner.engine import Found
from runner.engine.client import _health, _published
from runner.errors import ConfigError
from runner.host.pipconfig import PipConfig
from runner.lab.lab import Lab, Use, lab_of, parse_use, upstream
from runner.lab.settings import lab_settings, render_env

LAB = Lab(packages="http://172.17.0.1:3142", python="http://172.17.0.1:3141/index/")
COMPANY = PipConfig({"index-url": ("https://me:secret@pypi.example/simple",)})


def service(name: str, port: int, **labelled: str) -> Found:
    return Found(
        kind="container",
        id=name,
        name=f"lab_{name}_1",
        labels={**labels.for_object("lab", lab="lab", **labelled), labels.SERVICE: name},
        state="running",
        health="healthy",
        published=(f"127.0.0.1:{port}", f"172.17.0.1:{port}"),
    )


PACKAGES, PYTHON = service("packages", 3142), service("python", 3141)


def test_services_are_reached_on_the_bridge() -> None:
    assert lab_of([PACKAGES, PYTHON, service("git", 9418)]) == LAB
    assert LAB.services == ["packages", "python"]


@pytest.mark.parametrize(
    "change",
    [
        {"state": "exited"},
        {"health": "unhealthy"},
        {"health": "starting"},
        {"published": ("127.0.0.1:3142",)},
        {"published": ()},
    ],
)
def test_what_does_not_work_or_is_on_the_loopback_is_not_used(change: dict[str, str]) -> None:
    found = replace(PACKAGES, **change)
    assert lab_of([found, PYTHON]) == Lab(python=LAB.python)


def test_a_lab_that_is_not_up_changes_nothing() -> None:
    proxies = {"http_proxy": "http://proxy:1"}
    none = lab_of([])
    assert none.services == []
    assert none.package_proxies(proxies) == proxies
    assert none.proxies(proxies) == proxies
    assert none.pip(COMPANY) == COMPANY


def test_builds_get_the_cache_of_packages_as_proxy_for_http_alone() -> None:
    assert LAB.package_proxies({}) == {"http_proxy": LAB.packages}
    given = {"HTTP_PROXY": "http://proxy:1", "https_proxy": "http://proxy:1", "no_proxy": "near"}
    assert LAB.package_proxies(given) == {
        "https_proxy": "http://proxy:1",
        "no_proxy": "near",
        "http_proxy": LAB.packages,
    }


def test_the_index_is_asked_without_a_proxy() -> None:
    assert LAB.proxies({}) == {}
    told = LAB.proxies({"https_proxy": "http://proxy:1", "NO_PROXY": "near"})
    assert told["no_proxy"] == told["NO_PROXY"] == "near,172.17.0.1"
    everything = {"https_proxy": "http://proxy:1", "no_proxy": "*"}
    assert LAB.proxies(everything) == everything


def test_pip_and_uv_ask_the_lab() -> None:
    told = LAB.pip(PipConfig({"timeout": ("60",), "proxy": ("proxy:1",)}))
    assert told.options == {
        "index-url": (LAB.python,),
        "timeout": ("60",),
        "trusted-host": ("172.17.0.1",),
    }
    assert told.uv_environment()["UV_DEFAULT_INDEX"] == LAB.python
    assert f"index-url = {LAB.python}" in told.pip_conf_text()


def test_a_lab_for_other_indexes_is_not_asked() -> None:
    assert LAB.pip(COMPANY) == COMPANY
    for_company = replace(LAB, upstream=upstream(COMPANY))
    assert for_company.pip(PipConfig()) == PipConfig()
    asked = for_company.pip(COMPANY)
    assert asked.options["index-url"] == (LAB.python,)
    assert "secret" not in asked.pip_conf_text()
    assert lab_of([service("python", 3141, upstream=upstream(COMPANY))]).upstream


def test_the_hash_tells_indexes_from_further_ones() -> None:
    first, second = ("https://a/simple",), ("https://b/simple",)
    hashes = {
        upstream(PipConfig({"index-url": first})),
        upstream(PipConfig({"extra-index-url": first})),
        upstream(PipConfig({"index-url": first, "extra-index-url": second})),
        upstream(PipConfig({"timeout": ("60",)})),
    }
    assert len(hashes) == 4
    assert "" in hashes


def test_who_may_ask_no_index_asks_none() -> None:
    config = PipConfig({"no-index": ("true",), "find-links": ("https://wheels.example",)})
    assert LAB.pip(config) == config


def test_an_unknown_word_is_refused() -> None:
    assert parse_use("off") is Use.OFF
    with pytest.raises(ConfigError, match="--lab yes: not one of auto, on, off"):
        parse_use("yes")


def test_the_settings_are_those_of_this_machine() -> None:
    settings = lab_settings(
        base="devstack-runner/base:debian-12-1",
        address="172.17.0.1",
        git=Path("/cache/mirrors"),
        pip=PipConfig({**COMPANY.options, "extra-index-url": ("https://a/x,y", "https://b")}),
        proxies={"HTTP_PROXY": "http://proxy:1", "no_proxy": "near"},
        certificates={"one.crt": b"ONE\n", "two.crt": b"TWO\n"},
    )
    assert base64.b64decode(settings["LAB_CERTIFICATES"]) == b"ONE\nTWO\n"
    assert settings["LAB_HTTP_PROXY"] == "http://proxy:1"
    assert settings["LAB_NO_PROXY"] == "near"
    assert settings["LAB_EXTRA_INDEXES"] == "https://a/x%2Cy,https://b"
    assert settings["LAB_UPSTREAM"]
    assert "LAB_HTTPS_PROXY" not in settings


def test_pips_own_proxy_goes_before_the_environments() -> None:
    settings = lab_settings(
        base="base",
        address="",
        git=Path("/git"),
        pip=PipConfig({"proxy": ("http://pip:1",)}),
        proxies={"https_proxy": "http://proxy:1"},
        certificates={},
    )
    assert settings == {
        "LAB_BASE": "base",
        "LAB_GIT": "/git",
        "LAB_HTTPS_PROXY": "http://pip:1",
    }


def test_in_env_nothing_is_expanded() -> None:
    text = render_env({"LAB_INDEX": "https://me:pa$$wo'rd@pypi.example/simple"})
    assert text.endswith("\nLAB_INDEX='https://me:pa$$wo%27rd@pypi.example/simple'\n")


@pytest.mark.parametrize(
    ("said", "health"),
    [
        ("Up 2 minutes", ""),
        ("Up 2 minutes (healthy)", "healthy"),
        ("Up 2 seconds (health: starting)", "starting"),
        ("Up 2 hours (unhealthy)", "unhealthy"),
        ("Exited (0) 2 minutes ago", ""),
    ],
)
def test_health_is_read_from_what_the_engine_says(said: str, health: str) -> None:
    assert _health(said) == health


def test_ports_that_are_not_published_have_no_address() -> None:
    ports = [
        {"PrivatePort": 5000, "Type": "tcp"},
        {"IP": "127.0.0.1", "PrivatePort": 3142, "PublicPort": 3142, "Type": "tcp"},
    ]
    assert _published(ports) == ("127.0.0.1:3142",)
