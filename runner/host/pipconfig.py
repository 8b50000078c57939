"""What pip is told on this machine of where packages come from, as far as it holds in a container.

pip's files and its environment variables are merged as pip merges them. What makes sense here only
stays here: `file:` URLs, folders, constraints, certificates, addresses of this machine's loopback.
"""

import configparser
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runner.host.proxies import is_loopback
from runner.urls import shown_url

# Options that hold several values, then those that hold one.
_MANY = ("extra-index-url", "trusted-host", "find-links")
_ONE = ("index-url", "no-index", "proxy", "timeout", "retries")
_URLS = {"index-url", "extra-index-url", "find-links", "proxy"}
_ALIASES = {"default-timeout": "timeout", "pypi-url": "index-url"}
_SECTIONS = ("global", "install")  # the second one wins, whichever file it is in
_NO_FILE = os.devnull


@dataclass(frozen=True, slots=True)
class PipConfig:
    """pip's options (`index-url` …) with their values; URLs may hold credentials."""

    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.options)

    def pip_conf_text(self) -> str:
        """A pip.conf that says the same; empty when there is nothing to say."""
        if not self.options:
            return ""
        lines = [_ini_line(name, values) for name, values in self.options.items()]
        return "\n".join(["[global]", *lines, ""])

    def pip_environment(self) -> Mapping[str, str]:
        """The variables that tell pip the same."""
        return {
            f"PIP_{name.upper().replace('-', '_')}": " ".join(values)
            for name, values in self.options.items()
        }

    def uv_environment(self) -> Mapping[str, str]:
        """The variables that tell uv the same."""
        options = self.options
        variables = {
            "UV_DEFAULT_INDEX": " ".join(options.get("index-url", ())),
            "UV_INDEX": " ".join(options.get("extra-index-url", ())),
            # pip takes the best of all indexes, uv by itself the first that has the name
            "UV_INDEX_STRATEGY": "unsafe-best-match" if "extra-index-url" in options else "",
            "UV_FIND_LINKS": ",".join(options.get("find-links", ())),
            "UV_NO_INDEX": "1" if "no-index" in options else "",
            "UV_INSECURE_HOST": " ".join(options.get("trusted-host", ())),
            "UV_HTTP_TIMEOUT": " ".join(options.get("timeout", ())),
            "UV_HTTP_RETRIES": " ".join(options.get("retries", ())),
        }
        if proxy := options.get("proxy"):
            variables |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), proxy[0])
        return {name: value for name, value in variables.items() if value}


def read_pip_config(
    environment: Mapping[str, str] = os.environ,
    *,
    root: Path = Path("/"),
    warn: Callable[[str], None] = lambda _: None,
) -> PipConfig:
    """Read what pip would read here; `warn` is told of an index that only this machine reaches."""
    sections: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in _SECTIONS}
    for path in _files(environment, root):
        parser = _parsed(path, warn)
        for name in filter(parser.has_section, _SECTIONS):
            sections[name] |= _options(parser.items(name))
    merged = {**sections["global"], **sections["install"], **_of_environment(environment)}
    return PipConfig(_portable(merged, warn))


def _files(environment: Mapping[str, str], root: Path) -> list[Path]:
    """The files that pip reads, the strongest last."""
    named = environment.get("PIP_CONFIG_FILE", "")
    if named == _NO_FILE:
        return []
    system = environment.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    folders = [root / folder.lstrip("/") for folder in system.split(":") if folder]
    files = [*(folder / "pip" / "pip.conf" for folder in folders), root / "etc" / "pip.conf"]
    if not (named and Path(named).exists()):
        home = Path(environment.get("HOME") or Path.home())
        config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
        files += [home / ".pip" / "pip.conf", config / "pip" / "pip.conf"]
    return [*files, *([Path(named)] if named else [])]


def _parsed(path: Path, warn: Callable[[str], None]) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(path.read_text())
    except FileNotFoundError:
        pass
    except (OSError, UnicodeError) as error:
        warn(f"{path}: cannot be read, so not passed on: {error}")
    except configparser.Error as error:
        warn(f"{path}: pip cannot read it, so not passed on: {str(error).splitlines()[0]}")
    return parser


def _of_environment(environment: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return _options(
        (name.removeprefix("PIP_"), value)
        for name, value in environment.items()
        if name.startswith("PIP_") and value
    )


def _options(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found = {}
    for raw, value in pairs:
        name = raw.lower().replace("_", "-")
        name = _ALIASES.get(name, name)
        if name in _MANY:
            found[name] = tuple(value.split())
        elif name in _ONE:
            found[name] = (value.strip(),)
    return found


def _portable(
    options: Mapping[str, Sequence[str]], warn: Callable[[str], None]
) -> dict[str, tuple[str, ...]]:
    """What a container can use, too; in the order of `_ONE` and `_MANY`."""
    kept: dict[str, tuple[str, ...]] = {}
    for name in (*_ONE, *_MANY):
        values = tuple(
            value
            for value in options.get(name, ())
            if value and (name not in _URLS or _reaches(name, value, warn))
        )
        if values:
            kept[name] = values
    no_index = kept.pop("no-index", ("",))[0].lower()
    if no_index in {"1", "true", "yes", "on"} and "find-links" in kept:
        kept["no-index"] = ("true",)
    return kept


def _reaches(name: str, url: str, warn: Callable[[str], None]) -> bool:
    """Whether a container can ask there: over the network, and not this machine's loopback."""
    if not url.startswith(("http://", "https://")):
        return name == "proxy" and "://" not in url and not is_loopback(f"http://{url}")
    if is_loopback(url):
        warn(f"pip's {name} {shown_url(url)} is this machine's loopback: not passed on")
        return False
    return True


def _ini_line(name: str, values: Sequence[str]) -> str:
    if len(values) == 1:
        return f"{name} = {values[0]}"
    return "\n".join([f"{name} =", *(f"    {value}" for value in values)])
