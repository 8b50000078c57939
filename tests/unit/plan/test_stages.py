"""The stages of a Dockerfile are kept by what they are rendered from."""

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from runner.plan import stages
from runner.plan.stages import find_stages
from runner.plan.templates import render_stages
from tests.unit.building import FOO, RECIPE


def test_what_is_found_is_what_would_be_rendered(tmp_path: Path) -> None:
    for _ in range(2):
        assert find_stages(RECIPE, tmp_path) == render_stages(RECIPE)


def test_an_unchanged_recipe_needs_no_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_stages(RECIPE, tmp_path)
    monkeypatch.setitem(sys.modules, "runner.plan.templates", None)
    assert find_stages(RECIPE, tmp_path) == found


def test_another_recipe_of_the_job_is_rendered(tmp_path: Path) -> None:
    find_stages(RECIPE, tmp_path)
    other = replace(RECIPE, layers=(replace(FOO, packages=("gcc",)),))
    assert find_stages(other, tmp_path) == render_stages(other)


def test_other_templates_are_rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_stages(RECIPE, tmp_path)
    kept = tmp_path / "stages" / RECIPE.job
    kept.write_bytes(kept.read_bytes().replace(found.job.splitlines()[0].encode(), b"old"))
    assert find_stages(RECIPE, tmp_path) != found
    (tmp_path / "new.Dockerfile.j2").write_text("new")
    monkeypatch.setattr(stages, "TEMPLATES", tmp_path)
    assert find_stages(RECIPE, tmp_path) == found


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\x00"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    found = find_stages(RECIPE, tmp_path)
    (tmp_path / "stages" / RECIPE.job).write_bytes(damage)
    assert find_stages(RECIPE, tmp_path) == found


def test_planning_does_without_the_template_engine() -> None:
    code = "import sys, runner.jobs.pipeline; sys.exit('jinja2' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
