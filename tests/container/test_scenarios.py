"""Each folder in `scenarios` is a test: a local.conf, small plugins, and what must be true inside.

The runner's commands named in `scenario.toml` (`stack` without that file) are run one after the
other on the same container, and after each the script `verify` inside, as the stack user, with
the command as its argument.
"""

import shutil
from pathlib import Path

import msgspec
import pytest

from runner.localconf.parse import read_local_conf
from tests.container.harness import Runner

SCENARIOS = Path(__file__).with_name("scenarios")


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    job: str
    commands: tuple[str, ...] = ("stack",)


@pytest.mark.parametrize("name", sorted(path.name for path in SCENARIOS.iterdir()))
def test_scenario_is_as_its_verify_script_says(name: str, runner: Runner) -> None:
    folder = runner.folder / name
    shutil.copytree(SCENARIOS / name, folder)
    assert read_local_conf(folder / "local.conf").text
    scenario = msgspec.toml.decode((folder / "scenario.toml").read_text(), type=Scenario)
    verify = (folder / "verify").read_text()
    for command in scenario.commands:
        what = ["-c", folder / "local.conf"] if command == "stack" else [scenario.job]
        runner.passes(command, "--json", *what)
        runner.passes("exec", "--job", scenario.job, "bash", "-c", verify, "verify", command)
