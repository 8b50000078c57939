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


def test_every_exit_code_is_documented() -> None:
    text = (ROOT / "docs" / "design.md").read_text()
    for code in (0, 1, 2, 3, 4, 5, 6, 130):
        assert f"| {code} |" in text
