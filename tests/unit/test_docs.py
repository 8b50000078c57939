import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_command_reference_is_what_the_commands_say() -> None:
    command = [sys.executable, "-m", "typer", "runner.cli", "utils", "docs"]
    made = subprocess.run(
        [*command, "--name", "devstack-runner"], capture_output=True, text=True, check=True
    )
    assert (ROOT / "docs" / "cli.md").read_text().strip() == made.stdout.strip(), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert [t for t in targets if not (page.parent / t).exists()] == []


def test_the_page_of_distros_is_what_their_files_say() -> None:
    command = [sys.executable, "tools/distros_page.py", "--print"]
    made = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert (ROOT / "docs" / "distros.md").read_text() == made.stdout, "run `make docs`"


def test_what_is_said_to_have_been_tried_is_a_distro() -> None:
    rows = re.findall(
        r"^\| `(\S+)` .* \| (.*) \|$", (ROOT / "docs/distros.md").read_text(), re.MULTILINE
    )
    tried = {name for name, what in rows if what != "never built"}
    assert tried == {"debian-12", "debian-13", "fedora-44", "opensuse-leap-16.0"}
    assert {name for name, _ in rows} == {path.stem for path in (ROOT / "images").glob("*.toml")}


def test_every_exit_code_is_documented() -> None:
    text = (ROOT / "docs" / "design.md").read_text()
    for code in (0, 1, 2, 3, 4, 5, 6, 130):
        assert f"| {code} |" in text
