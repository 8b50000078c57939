"""How a command answers what it cannot do: one line, a hint, a code, and nothing left behind."""

from dataclasses import dataclass
from pathlib import Path

from runner import labels
from runner.engine import Engine, Found
from tests.container.harness import Runner


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The answer; `job` errors come as part of the result, others on stderr."""

    code: int
    message: str
    hint: str


def refusal(
    runner: Runner, engine: Engine, *arguments: str | Path, command: str = "run", **env: str
) -> Refusal:
    """Run a command that is to be refused; checks what all refusals have in common."""
    outcome = runner(command, "--json", *arguments, env=env)
    assert "Traceback" not in outcome.stderr, outcome.stderr
    assert left_by(runner, engine) == []
    if outcome.stdout:
        problem = outcome.job.problem
        assert problem, outcome.stderr
        found = Refusal(code=outcome.code, message=problem.message, hint=problem.hint or "")
    else:
        message, *rest = outcome.stderr.splitlines()
        assert message.startswith("error: ")
        assert all(line.startswith("hint: ") for line in rest)
        hint = " ".join(line.removeprefix("hint: ") for line in rest)
        found = Refusal(code=outcome.code, message=message.removeprefix("error: "), hint=hint)
    assert "\n" not in found.message
    assert found.hint, f"no hint with: {found.message}"
    return found


def left_by(runner: Runner, engine: Engine) -> list[Found]:
    """Containers and volumes of the runs that have a folder in this runner's state."""
    folder = runner.state / "runs"
    runs = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    objects = (*engine.containers(), *engine.volumes())
    below = str(runner.folder.resolve())
    return [
        found
        for found in objects
        if found.run in runs or found.labels.get(labels.PROJECT, "").startswith(below)
    ]
