"""An engine to experiment on, a plugin for it, and a package manager that needs no network."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.container.harness import Outcome, Runner, write_lists, write_plugin
from tests.container.private_engine import PrivateEngine, private_engine
from tests.container.started import Started, started
from tests.lab.build import build_image

SLEEPER = """\
if [[ "$1 $2" == "stack install" && -z ${QUICK:-} ]]; then
    echo begun
    sleep 600
fi
"""
# What apt-get does to a build, with real packages of any size or duration.
APT_GET = """\
#!/bin/bash
echo "apt-get $*"
case " $* " in
    *" install "*" slow-package "*) echo begun; sleep 600 ;;
    *" install "*" huge-package "*) cat /dev/zero >/var/cache/huge || exit 100 ;;
esac
"""
OFFLINE = "offline:1"


def offline(*distros: str) -> list[str]:
    """The options for these distros, all on the base whose apt-get is ours."""
    return [word for name in distros for word in ("-d", name, "--base-image", f"{name}={OFFLINE}")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The command line, talking to the private engine; the plugin is called `victim`."""

    engine: PrivateEngine
    runner: Runner

    def __call__(self, *arguments: str | Path, **env: str) -> Outcome:
        """Run a command and wait for it."""
        return self.runner(*arguments, env={**self.engine.environment, **env})

    @contextmanager
    def started(self, *arguments: str | Path) -> Iterator[Started]:
        """Start a command."""
        with started(self.runner, *arguments, env=self.engine.environment) as process:
            yield process

    def building(self, package: str) -> list[str]:
        """A `run` whose image needs this package, built without network."""
        checkout = self.runner.folder / package
        if not checkout.exists():
            write_lists(write_plugin(self.runner.folder, package, plugin=":\n"), debs=package)
        return [
            *("run", *offline("debian-12")),
            *("-p", f"{package}=./{package}"),
        ]


VICTIM = ("-d", "debian-12", "-p", "victim=./victim")


@contextmanager
def open_trial(runner: Runner, folder: Path) -> Iterator[Trial]:
    """Start the engine with the plugin's image, the base, and one whose apt-get is ours."""
    write_plugin(runner.folder, "victim", plugin=SLEEPER)
    image = runner.passes("build", "--json", *VICTIM).job.image
    assert image
    folder.mkdir()
    with private_engine(folder, images=[image.reference, image.base]) as engine:
        with_apt_get(image.reference, APT_GET, OFFLINE, engine.environment)
        yield Trial(engine=engine, runner=runner)


def with_apt_get(
    base: str, script: str, tag: str, environment: Mapping[str, str] = os.environ
) -> None:
    """Make an image with a script in the place of apt-get, on the environment's engine."""
    lines = [f"FROM {base}", "COPY apt-get /usr/local/bin/", "RUN chmod +x /usr/local/bin/apt-get"]
    context = {"Dockerfile": "\n".join([*lines, ""]).encode(), "apt-get": script.encode()}
    build_image(context, tag, environment=environment)
