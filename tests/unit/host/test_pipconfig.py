"""What pip's configuration here means for a container."""

import configparser
from pathlib import Path

import pytest

from runner.host.pipconfig import PipConfig, read_pip_config


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


def read(root: Path, *, warned: list[str] | None = None, **environment: str) -> PipConfig:
    home = root / "home" / "me"
    said = warned if warned is not None else []
    return read_pip_config({"HOME": str(home), **environment}, root=root, warn=said.append)


def write(path: Path, *lines: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def test_nothing_said_is_nothing_passed_on(root: Path) -> None:
    config = read(root)
    assert not config
    assert (config.pip_conf_text(), config.pip_environment(), config.uv_environment()) == (
        "",
        {},
        {},
    )


def test_files_are_merged_as_pip_merges_them(root: Path) -> None:
    home = root / "home" / "me"
    write(root / "etc/xdg/pip/pip.conf", "[global]", "index-url = https://xdg/", "retries = 1")
    write(root / "etc/pip.conf", "[global]", "index-url = https://etc/", "timeout = 2")
    write(home / ".pip/pip.conf", "[global]", "timeout = 3", "trusted-host = old")
    write(home / ".config/pip/pip.conf", "[global]", "trusted-host = a", "  b")
    config = read(root, PIP_EXTRA_INDEX_URL="https://one/ https://two/")
    assert config.options == {
        "index-url": ("https://etc/",),
        "timeout": ("3",),
        "retries": ("1",),
        "extra-index-url": ("https://one/", "https://two/"),
        "trusted-host": ("a", "b"),
    }


def test_the_section_of_install_wins_in_whichever_file_it_is(root: Path) -> None:
    write(root / "etc/pip.conf", "[install]", "index-url = https://install/")
    write(root / "home/me/.pip/pip.conf", "[global]", "index_url = https://global/")
    assert read(root).options == {"index-url": ("https://install/",)}


def test_a_file_that_is_named_stands_for_the_users_own(root: Path) -> None:
    write(root / "home/me/.pip/pip.conf", "[global]", "timeout = 3", "retries = 4")
    named = write(root / "named", "[global]", "timeout = 5")
    assert read(root, PIP_CONFIG_FILE=named).options == {"timeout": ("5",)}


def test_no_file_is_read_when_pip_is_told_to_read_none(root: Path) -> None:
    write(root / "etc/pip.conf", "[global]", "timeout = 3")
    assert not read(root, PIP_CONFIG_FILE="/dev/null")


def test_variables_win_and_empty_ones_say_nothing(root: Path) -> None:
    write(root / "etc/pip.conf", "[install]", "index-url = https://file/", "timeout = 1")
    config = read(root, PIP_INDEX_URL="https://variable/", PIP_TIMEOUT="", PIP_DEFAULT_TIMEOUT="9")
    assert config.options == {"index-url": ("https://variable/",), "timeout": ("9",)}


def test_what_makes_sense_on_this_machine_only_stays_here(root: Path) -> None:
    warned: list[str] = []
    config = read(
        root,
        warned=warned,
        PIP_INDEX_URL="file:///opt/pypi/simple",
        PIP_EXTRA_INDEX_URL="http://localhost:3141/simple https://index.example/simple",
        PIP_FIND_LINKS="/opt/wheels ./here file:///x",
        PIP_PROXY="127.0.0.1:3128",
        PIP_CONSTRAINT="/home/me/constraints.txt",
        PIP_CERT="/etc/ssl/mine.pem",
        PIP_CACHE_DIR="/home/me/.cache",
    )
    assert config.options == {"extra-index-url": ("https://index.example/simple",)}
    (text,) = warned
    assert "extra-index-url http://localhost:3141/simple" in text


@pytest.mark.parametrize(("links", "kept"), [("/opt/wheels", False), ("https://links/", True)])
def test_without_an_index_the_links_must_be_reachable(links: str, kept: bool, root: Path) -> None:
    config = read(root, PIP_NO_INDEX="1", PIP_FIND_LINKS=links)
    assert ("no-index" in config.options) is kept
    assert ("UV_NO_INDEX" in config.uv_environment()) is kept


def test_a_file_that_pip_cannot_read_is_a_warning(root: Path) -> None:
    write(root / "etc/pip.conf", "index-url = https://no.section/")
    (root / "etc/xdg/pip").mkdir(parents=True)
    (root / "etc/xdg/pip/pip.conf").write_bytes(b"\xff\xfe")
    warned: list[str] = []
    assert not read(root, warned=warned)
    assert len(warned) == 2


def test_the_text_says_to_pip_what_was_read(root: Path) -> None:
    config = read(
        root,
        PIP_INDEX_URL="https://me:pa%20ss@index/simple",
        PIP_EXTRA_INDEX_URL="https://one/ https://two/",
        PIP_TRUSTED_HOST="index",
    )
    parser = configparser.RawConfigParser()
    parser.read_string(config.pip_conf_text())
    assert {name: tuple(text.split()) for name, text in parser.items("global")} == config.options
    assert config.pip_environment()["PIP_EXTRA_INDEX_URL"] == "https://one/ https://two/"


def test_uv_is_told_the_same_and_to_look_at_all_indexes(root: Path) -> None:
    config = read(
        root,
        PIP_INDEX_URL="https://i/",
        PIP_EXTRA_INDEX_URL="https://a/ https://b/",
        PIP_TRUSTED_HOST="a b",
        PIP_TIMEOUT="60",
        PIP_PROXY="http://proxy:3128",
    )
    assert config.uv_environment() == {
        "UV_DEFAULT_INDEX": "https://i/",
        "UV_INDEX": "https://a/ https://b/",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_INSECURE_HOST": "a b",
        "UV_HTTP_TIMEOUT": "60",
        "HTTP_PROXY": "http://proxy:3128",
        "HTTPS_PROXY": "http://proxy:3128",
    }


def test_a_password_is_not_shown_by_chance(root: Path) -> None:
    assert "secret" not in repr(read(root, PIP_INDEX_URL="https://me:secret@index/simple"))
