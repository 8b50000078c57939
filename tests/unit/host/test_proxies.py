"""The proxies of the environment."""

import pytest

from runner.host.proxies import is_loopback, proxy_variables, unreachable_proxies


def test_those_that_are_set_are_passed_on_as_they_are_spelled() -> None:
    given = {"http_proxy": "http://p:1", "HTTPS_PROXY": "http://p:2", "no_proxy": "", "X": "y"}
    assert proxy_variables(given) == {"http_proxy": "http://p:1", "HTTPS_PROXY": "http://p:2"}


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:3128", True),
        ("127.9.9.9:3128", True),
        ("http://me:x@localhost:1/", True),
        ("http://[::1]:3128", True),
        ("http://sub.localhost", True),
        ("http://192.0.2.1:3128", False),
        ("proxy.example:3128", False),
        ("http://[bad", False),
    ],
)
def test_this_machines_loopback_is_told_from_others(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback


def test_a_proxy_that_no_container_reaches_is_a_warning_without_its_password() -> None:
    given = {"http_proxy": "http://me:secret@127.0.0.1:3128", "no_proxy": "localhost"}
    (text,) = unreachable_proxies(given)
    assert "http://127.0.0.1:3128" in text
    assert "secret" not in text
