"""Which names, URLs and refs are taken, and how URLs are read and shown."""

import re
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.errors import ConfigError
from runner.sources.rules import check_location, check_name, check_ref
from runner.urls import repository_name, repository_path, shown_url


@pytest.mark.parametrize("name", ["heat", "devstack-plugin-container", "a", "_x", "x.y+z", "3par"])
def test_names_of_plugins_are_taken(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "a/b", "/", "a\0b", "a b", " a", "a\n", "\t", "-x", "--", ".ssh"),
        *("a:b", "a,b", "$(id)", "a]", "a'b", "é", "a" * 101),
    ],
)
def test_names_that_are_not_one_path_component_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="plugin name") as raised:
        check_name(name)
    assert raised.value.hint


@pytest.mark.parametrize("name", ["devstack", "data", "logs", "status", "async", "requirements"])
def test_names_that_are_taken_in_dest_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"\$DEST/{name} is taken"):
        check_name(name)


@pytest.mark.parametrize(
    "location",
    [
        *("https://h/x", "http://h:8080/x", "git://h/x", "ssh://git@h:22/x", "ssh://h/~me/x"),
        *(
            "file:///srv/x",
            "git@h:x/y",
            "h:x",
            "git@[::1]:x",
            "/srv/x",
            "./x",
            "../x y",
            "~/x",
            "x",
        ),
    ],
)
def test_urls_and_paths_are_taken(location: str) -> None:
    check_location(location)


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("", "empty"),
        ("-x", "begins with '-'"),
        ("--upload-pack=touch /tmp/x", "begins with '-'"),
        ("ext::sh -c id", "run a program"),
        ("fd::17", "run a program"),
        ("::x", "run a program"),
        ("transport::https://h/x", "run a program"),
        ("ext://h/x", "transport 'ext'"),
        ("ftp://h/x", "transport 'ftp'"),
        ("HTTPS://h/x", "transport 'HTTPS'"),
        ("git+ssh://h/x", "transport 'git+ssh'"),
        ("https://h/a b", "blank"),
        ("git@h:a b", "blank"),
        ("https://h/\u202ex", "blank"),
        ("https://h/x\n", "control character"),
        ("/srv/x\0", "control character"),
        ("\x1b[31m/x", "control character"),
        ("ssh://-oProxyCommand=id/x", "host begins with '-'"),
        ("ssh://me@-oProxyCommand=id/x", "host begins with '-'"),
        ("me@-oProxyCommand=id:x", "host begins with '-'"),
        ("https://", "names no repository"),
        ("https://h", "names no repository"),
        ("https://h/", "names no repository"),
        ("https:///x", "names no repository"),
        ("file:///", "names no repository"),
        ("git@h:", "names no repository"),
    ],
)
def test_what_is_more_than_fetching_is_refused(location: str, why: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(why)) as raised:
        check_location(location)
    assert raised.value.hint
    assert "\n" not in raised.value.message
    assert "\x1b" not in raised.value.message


def test_a_refused_url_is_shown_without_its_credentials() -> None:
    with pytest.raises(ConfigError) as raised:
        check_location("https://me:secret@h")
    assert "secret" not in raised.value.message


@pytest.mark.parametrize(
    "ref",
    ["master", "stable/2025.1", "1.0.0", "v1", "refs/changes/45/12345/6", "HEAD", "a@b", "1a2b3c4"],
)
def test_refs_are_taken(ref: str) -> None:
    check_ref(ref)


@pytest.mark.parametrize("ref", ["", "-", "-f", "--upload-pack=id"])
def test_refs_like_options_are_refused(ref: str) -> None:
    with pytest.raises(ConfigError, match="not a branch"):
        check_ref(ref)


@settings(max_examples=200, deadline=None)
@given(st.text("ab./@{~^:?*[\\ \x01\x7flock-é", min_size=1, max_size=8))
def test_refs_are_what_git_calls_one(ref: str) -> None:
    git = subprocess.run(["git", "check-ref-format", "--allow-onelevel", ref], check=False)
    expected = git.returncode == 0 and not ref.startswith("-")
    try:
        check_ref(ref)
    except ConfigError:
        assert not expected
    else:
        assert expected


@pytest.mark.parametrize(
    ("location", "name", "path"),
    [
        ("https://opendev.org/openstack/heat", "heat", "openstack/heat"),
        ("https://h/a/b/c.git/", "c", "a/b/c"),
        ("git@h:org/foo.git", "foo", "org/foo"),
        ("h:foo", "foo", "foo"),
        ("ssh://h:29418/org/foo", "foo", "org/foo"),
        ("/srv/git/foo.git", "foo", "srv/git/foo"),
    ],
)
def test_a_repository_has_a_name_and_a_path(location: str, name: str, path: str) -> None:
    assert repository_name(location) == name
    assert repository_path(location) == path


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:secret@h/x", "https://h/x"),
        ("https://secret@h/x", "https://h/x"),
        ("https://me:se@cret@h/x", "https://h/x"),
        ("ssh://git@h/x", "ssh://git@h/x"),
        ("ssh://git:secret@h/x", "ssh://git@h/x"),
        ("git@h:x", "git@h:x"),
        ("unable to access 'https://a:secret@h/x/': no", "unable to access 'https://h/x/': no"),
        ("https://a:secret@h/x and http://secret@h/y", "https://h/x and http://h/y"),
        ("https://h/@scope/x", "https://h/@scope/x"),
    ],
)
def test_credentials_are_not_shown(text: str, shown: str) -> None:
    assert shown_url(text) == shown
