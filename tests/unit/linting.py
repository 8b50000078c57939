"""Plugins and local.conf files for the tests of lint."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from runner.distros.distro import Distro, Family, read_distros
from runner.lint.files import PluginText, read_plugin
from runner.lint.finding import Finding
from runner.resources import IMAGES

DISTROS: Mapping[str, Distro] = read_distros(IMAGES)
FAMILIES = frozenset(Family)
PHASES = """\
if [[ "$1" == "stack" && "$2" == "install" ]]; then
    echo installing
elif [[ "$1" == "unstack" ]]; then
    echo over
fi
"""


def plugin(folder: Path, files: Mapping[str, str | bytes], *, name: str = "tea") -> PluginText:
    """Write files below `devstack/` of a plugin (plugin.sh, unless it is given) and read it."""
    for inside, content in {"plugin.sh": PHASES, **files}.items():
        path = folder / name / "devstack" / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_plugin(name, folder / name)


def brief(findings: Iterable[Finding]) -> list[tuple[str, str, str, int | None]]:
    """Code, severity, file and line of each."""
    return [(f.code, f.severity.value, f.path.name, f.line) for f in findings]
