"""What the options mean together."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.cli.options import Ran
from runner.cli.request import choose_distros, make_request, parse_environment, parse_seconds
from runner.errors import ConfigError


def a_plugin(folder: Path) -> Path:
    (folder / "devstack").mkdir(parents=True)
    (folder / "devstack" / "plugin.sh").touch()
    return folder


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("15m", 900), ("1h", 3600), ("1.5h", 5400), ("0.5", 0.5)],
)
def test_times_have_units(text: str, seconds: float) -> None:
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["abc", "0", "-1", "1d", "m", "", "nan", "inf", "1h30m", "s"])
def test_what_is_no_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ConfigError, match="not a time") as caught:
        parse_seconds(text)
    assert "15m" in (caught.value.hint or "")


@given(st.text(max_size=12))
def test_any_other_text_is_a_time_or_a_config_error(text: str) -> None:
    with contextlib.suppress(ConfigError):
        assert 0 < parse_seconds(text) < float("inf")


def test_a_variable_without_value_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "a=b")
    monkeypatch.delenv("YOURS", raising=False)
    given_ = parse_environment(["MINE", "YOURS", "A=b=c", "EMPTY="])
    assert given_ == {"MINE": "a=b", "A": "b=c", "EMPTY": ""}


def test_without_options_the_folder_is_the_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_plugin(tmp_path / "my-plugin")
    monkeypatch.chdir(folder)
    request = make_request(Ran())
    assert [(p.name, p.location, p.live) for p in request.plugins] == [
        ("my-plugin", str(folder), True)
    ]
    assert (request.config, request.project) == (None, folder)


def test_without_options_the_local_conf_of_the_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "local.conf").write_text("[[local|localrc]]\nA=b\n")
    monkeypatch.chdir(tmp_path)
    request = make_request(Ran())
    assert request.config is not None
    assert request.config.localrc == "A=b\n"
    assert request.plugins == ()


def test_a_plugin_option_sets_the_folder_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(a_plugin(tmp_path / "here"))
    there = a_plugin(tmp_path / "there")
    request = make_request(Ran(plugin=[f"other={there}"]))
    assert [p.name for p in request.plugins] == ["other"]


def test_an_empty_folder_is_nothing_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="nothing to run") as caught:
        make_request(Ran())
    assert "devstack-runner init" in (caught.value.hint or "")


def test_base_images_are_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(a_plugin(tmp_path / "p"))
    request = make_request(Ran(base_image=["debian-12=me/deb:1"]))
    assert request.base_images == {"debian-12": "me/deb:1"}
    for wrong in ("x", "=me/deb:1", "debian-12="):
        with pytest.raises(ConfigError, match="--base-image"):
            make_request(Ran(base_image=[wrong]))


def test_distros_are_names_globs_and_families() -> None:
    assert [d.name for d in choose_distros(["debian-12", "ubuntu-2[24].04"])] == [
        "debian-12",
        "ubuntu-22.04",
        "ubuntu-24.04",
    ]
    assert {d.id for d in choose_distros(["suse"])} == {
        "opensuse-leap",
        "opensuse-tumbleweed",
        "sles",
    }
    assert len(choose_distros(None)) == 1


def test_certificates_are_the_hosts_own_unless_none_are_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(a_plugin(tmp_path / "foo"))
    assert make_request(Ran(ca_certificates="none")).certificates == {}
    with pytest.raises(ConfigError, match="no such folder"):
        make_request(Ran(ca_certificates="./host"))


def test_what_pip_is_told_here_is_part_of_the_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(a_plugin(tmp_path / "foo"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    request = make_request(Ran())
    assert request.pip.options["index-url"] == ("https://index.example/simple",)


def test_a_proxy_that_no_container_reaches_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(a_plugin(tmp_path / "foo"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:3128")
    make_request(Ran())
    assert "warning: http_proxy is http://127.0.0.1:3128" in capsys.readouterr().err
