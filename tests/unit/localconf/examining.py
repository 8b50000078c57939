"""Local.conf texts for the tests of what is said of them."""

import subprocess
from pathlib import Path

from runner.localconf.doctor import examine
from runner.localconf.parse import LocalConf, parse_sections
from runner.localconf.remark import Around, Remark
from runner.resources import TREE

_MERGE = """
warn() { :; }
source "$1/inc/meta-config"
cd "$2"
OTHER_CONF=o.conf
merge_config_group local.conf post-config
"""


def read(text: str) -> LocalConf:
    return LocalConf(text=text, path=Path("local.conf"), sections=parse_sections(text))


def remarks(text: str, around: Around | None = None) -> tuple[Remark, ...]:
    return examine(read(text), around or Around())


def brief(found: tuple[Remark, ...]) -> list[tuple[str, str, int]]:
    """Code, severity and line of each."""
    return [(remark.code, remark.severity.value, remark.line) for remark in found]


def repaired(text: str) -> str:
    """The text with what is safe to write instead."""
    lines = text.splitlines()
    for remark in remarks(text):
        if remark.instead is not None:
            lines[remark.line - 1] = remark.instead
    return "\n".join(lines) + "\n"


def merged(folder: Path, text: str) -> str:
    """What o.conf holds after our tree merged the text's post-config sections."""
    (folder / "local.conf").write_text(text)
    (folder / "o.conf").unlink(missing_ok=True)
    subprocess.run(
        ["bash", "-c", _MERGE, "-", TREE, folder], check=True, capture_output=True, text=True
    )
    file = folder / "o.conf"
    return file.read_text() if file.exists() else ""
