"""Plugins: what -p and enable_plugin mean."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.errors import ConfigError
from runner.sources.plugin import PluginSource, check_layout, check_unique, parse_plugin_option

BASE = Path("/srv/code")


def parsed(text: str, base: Path = BASE) -> tuple[str, str, str | None, bool]:
    source = parse_plugin_option(text, base=base)
    return source.name, source.location, source.ref, source.live


@pytest.mark.parametrize(
    ("text", "name", "location", "ref"),
    [
        ("foo=https://opendev.org/x/bar", "foo", "https://opendev.org/x/bar", None),
        ("https://opendev.org/x/bar.git", "bar", "https://opendev.org/x/bar.git", None),
        ("https://opendev.org/x/bar/", "bar", "https://opendev.org/x/bar/", None),
        ("https://opendev.org/x/bar@1.2", "bar", "https://opendev.org/x/bar", "1.2"),
        ("a=https://h/x/bar@stable/2025.1", "a", "https://h/x/bar", "stable/2025.1"),
        ("a=https://me:to@ken@h/x@v1", "a", "https://me:to@ken@h/x", "v1"),
        ("a=https://me@h/x", "a", "https://me@h/x", None),
        ("a=https://h/@scope/x", "a", "https://h/@scope/x", None),
        ("a=https://h/@scope/x@v1", "a", "https://h/@scope/x", "v1"),
        ("git@host:org/foo", "foo", "git@host:org/foo", None),
        ("git@host:org/foo.git@dev", "foo", "git@host:org/foo.git", "dev"),
        ("host:foo@refs/changes/45/12345/6", "foo", "host:foo", "refs/changes/45/12345/6"),
        ("foo=git@host:org/foo", "foo", "git@host:org/foo", None),
        ("ssh://git@host/x", "x", "ssh://git@host/x", None),
        ("ssh://git@host:29418/x@dev", "x", "ssh://git@host:29418/x", "dev"),
        ("git@[::1]:org/foo@dev", "foo", "git@[::1]:org/foo", "dev"),
        ("file:///srv/git/foo.git@dev", "foo", "file:///srv/git/foo.git", "dev"),
        ("git://h/foo", "foo", "git://h/foo", None),
    ],
)
def test_a_url_is_a_repository_to_fetch(
    text: str, name: str, location: str, ref: str | None
) -> None:
    assert parsed(text) == (name, location, ref, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("foo", ("foo", "/srv/code/foo", None, True)),
        ("./a=b/foo", ("foo", "/srv/code/a=b/foo", None, True)),
        ("bar=foo", ("bar", "/srv/code/foo", None, True)),
        ("bar=../foo", ("bar", "/srv/code/../foo", None, True)),
        (".", ("code", "/srv/code", None, True)),
        ("..", ("srv", "/srv/code/..", None, True)),
        ("/opt/x/", ("x", "/opt/x", None, True)),
        ("foo=/opt/x@dev", ("foo", "/opt/x", "dev", False)),
        ("/opt/x@stable/2025.1", ("x", "/opt/x", "stable/2025.1", False)),
        ("foo=/opt/@x", ("foo", "/opt/@x", None, True)),
    ],
)
def test_a_path_is_a_folder_to_use_as_it_is_unless_a_ref_is_given(
    text: str, expected: tuple[str, str, str | None, bool]
) -> None:
    assert parsed(text) == expected


def test_an_existing_folder_keeps_its_at_sign(tmp_path: Path) -> None:
    (tmp_path / "foo@home").mkdir()
    assert parsed("foo=foo@home", tmp_path) == ("foo", f"{tmp_path}/foo@home", None, True)
    assert parsed("foo=foo@work", tmp_path) == ("foo", f"{tmp_path}/foo", "work", False)


def test_home_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert parsed("foo=~/src/foo") == ("foo", "/home/me/src/foo", None, True)
    assert parsed("foo=~no-such-user/foo") == ("foo", "/srv/code/~no-such-user/foo", None, True)


def test_a_bare_repository_is_not_used_as_a_folder(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "foo.git"], check=True)
    assert parsed("foo.git", tmp_path) == ("foo", f"{tmp_path}/foo.git", None, False)


@pytest.mark.parametrize(
    "text",
    [
        *("", "foo=", "=x", "a b=x", "foo=x@", "foo=x@-f", "-x", "a=--upload-pack=id", "data=/x"),
        *("foo=ext::sh -c id", "ext::id", "foo=\0", "foo=a\nb", "/", "a" * 5000, "https://h/.."),
        *("x=ftp://h/x", "https://h/x?a=b", "/opt/@x", "/opt/with blank"),
    ],
)
def test_nonsense_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_plugin_option(text)
    assert raised.value.hint
    assert "\n" not in raised.value.message


@given(st.text(alphabet=st.characters(), max_size=40) | st.text("ab/@:=.-~ \0\n+[]", max_size=20))
def test_any_text_is_a_source_or_a_configuration_error(text: str) -> None:
    try:
        source = parse_plugin_option(text, base=BASE)
    except ConfigError:
        pass
    else:
        assert "/" not in source.name
        assert not source.location.startswith("-")
        assert not (source.live and source.ref)


def test_enable_plugin_with_a_url() -> None:
    source = PluginSource.enabled("foo", "https://h/x", "dev")
    assert source == PluginSource(name="foo", location="https://h/x", ref="dev", live=False)
    assert PluginSource.enabled("foo", "https://h/x", "").ref is None


def test_enable_plugin_takes_an_at_sign_for_part_of_the_url() -> None:
    assert PluginSource.enabled("foo", "https://h/x@dev").location == "https://h/x@dev"


def test_enable_plugin_with_a_folder_is_live_only_without_a_ref(tmp_path: Path) -> None:
    (tmp_path / "foo").mkdir()
    live = PluginSource.enabled("foo", "./foo", folder=tmp_path)
    assert (live.location, live.live) == (f"{tmp_path}/foo", True)
    assert not PluginSource.enabled("foo", "foo", "master", folder=tmp_path).live


def test_enable_plugin_without_a_url_is_refused() -> None:
    with pytest.raises(ConfigError, match="enable_plugin foo: the URL is missing") as raised:
        PluginSource.enabled("foo", "")
    assert "enable_plugin foo URL [REF]" in str(raised.value.hint)


@pytest.mark.parametrize(
    "change", [{"name": ".."}, {"location": "ext::id"}, {"location": "-x"}, {"ref": "-x"}]
)
def test_no_source_exists_that_is_not_acceptable(change: dict[str, str]) -> None:
    good = PluginSource(name="foo", location="https://h/x")
    with pytest.raises(ConfigError):
        replace(good, **change)


def test_names_are_unique() -> None:
    one = PluginSource(name="foo", location="https://h/x")
    other = PluginSource(name="bar", location="https://h/x")
    check_unique([one, other])
    with pytest.raises(ConfigError, match="plugin foo is enabled twice"):
        check_unique([one, other, replace(one, location="https://h/y")])


def test_a_plugin_needs_a_devstack_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="plugin foo: there is no devstack/ folder") as raised:
        check_layout("foo", tmp_path)
    assert "devstack/plugin.sh" in str(raised.value.hint)
    (tmp_path / "devstack").mkdir()
    check_layout("foo", tmp_path)


def test_the_model_does_without_gitpython() -> None:
    code = "import sys, runner.sources.plugin; sys.exit('git' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
