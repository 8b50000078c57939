"""Which package names a distro does not know, asked of its own package manager in its image."""

import contextlib
import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from runner import labels
from runner.distros.baseimage import acquire
from runner.distros.distro import Distro
from runner.distros.machine import Announce
from runner.engine import ContainerSpec, Engine
from runner.errors import ConfigError, EngineError, RunnerError
from runner.host.files import write_whole
from runner.host.proxies import proxy_variables
from runner.host.workspace import RunFolder
from runner.lint.files import PluginText
from runner.lint.finding import Finding
from runner.localconf.remark import Severity
from runner.plan.packages import PackageList, read_plugin_lists
from runner.resources import CONTAINER

_SECONDS = 300
_FRESH = 24 * 60 * 60  # an answer's; repositories change
_PROGRAM = CONTAINER / "unknown-packages"
_PLACE = "/srv"


class Packager(Struct, frozen=True, kw_only=True):
    """Asks distros; an answer is kept in `cache` for a day, by image and names."""

    engine: Engine
    cache: Path
    run: RunFolder
    announce: Announce
    base_images: Mapping[str, str] = field(default_factory=dict)  # by distro

    def unknown(self, distro: Distro, names: Iterable[str]) -> frozenset[str]:
        """Those of the names that `install` would refuse on the distro.

        Raises:
            BaseImageError: its image cannot be had here.
            EngineError: the engine refuses, or the package manager has no answer.

        """
        wanted = sorted(set(names))
        base = acquire(
            distro,
            engine=self.engine,
            override=self.base_images.get(distro.name),
            announce=self.announce,
            cache=self.cache,
        )
        program = _PROGRAM.read_bytes()
        asked = "\0".join([base.image_id, *wanted]).encode()
        key = hashlib.sha256(program + asked).hexdigest()[:32]
        kept = self.cache / "packages" / f"{key}.json"
        with contextlib.suppress(OSError, ValueError):
            if time.time() - kept.stat().st_mtime < _FRESH:
                return frozenset(json.loads(kept.read_text()))
        self.announce(f"asking {distro.name} for {len(wanted)} packages")
        missing = self._ask(base.image_id, program, wanted, distro)
        write_whole(kept, json.dumps(sorted(missing)).encode())
        return missing

    def _ask(
        self, image: str, program: bytes, names: Sequence[str], distro: Distro
    ) -> frozenset[str]:
        spec = ContainerSpec(
            image=image,
            name=None,
            command=["/bin/bash", f"{_PLACE}/ask", distro.family.value, f"{_PLACE}/names"],
            labels=labels.for_object("packages", **self.run.owner),
            environment={**proxy_variables(), "LC_ALL": "C"},
        )
        listed = "".join(f"{name}\n" for name in names).encode()
        with self.engine.create(spec) as container:
            container.put_files(_PLACE, {"ask": program, "names": listed})
            container.start()
            code = container.wait(seconds=_SECONDS)
            stdout, stderr = (out.decode(errors="replace") for out in container.output())
        if code:
            said = (stderr.strip() or stdout.strip()).splitlines()[-1:]
            raise EngineError(
                f"the package manager of {distro.name} has no answer: {''.join(said)}",
                hint="does a container reach the distro's mirrors?",
            )
        return frozenset(line.removeprefix("-") for line in stdout.splitlines() if line[:1] == "-")


def named(plugin: PluginText, distro: Distro) -> tuple[PackageList, ...]:
    """The lists that name packages for the distro; none where one is refused by its grammar."""
    try:
        return read_plugin_lists(plugin.folder, plugin.name, distro)
    except ConfigError:  # a finding of its own
        return ()


def check_packages(plugin: PluginText, distro: Distro, packager: Packager) -> Iterator[Finding]:
    """Find the names in a plugin's lists that the distro does not have."""
    lists = named(plugin, distro)
    try:
        unknown = packager.unknown(distro, [name for found in lists for name in found.names])
    except RunnerError as error:
        yield not_asked(plugin, distro, error)
        return
    for found in lists:
        for name in dict.fromkeys(found.names):
            if name in unknown:
                yield _unknown(plugin, distro, found, name)


def not_asked(plugin: PluginText, distro: Distro, error: RunnerError) -> Finding:
    """Say that and why the distro's packages were not looked at."""
    return Finding(
        code="DSR304",
        severity=Severity.NOTE,
        path=plugin.folder / "devstack/files",
        message=f"packages were not looked up on {distro.name}: {' '.join(error.message.split())}",
        fix=error.hint or "--no-packages leaves this out",
    )


def _unknown(plugin: PluginText, distro: Distro, found: PackageList, name: str) -> Finding:
    file = plugin.file(found.file.as_posix())
    line = _line_of(name, file.text) if file else None
    return Finding(
        code="DSR303",
        severity=Severity.ERROR,
        path=plugin.folder / found.file,
        line=line,
        message=f"{distro.name} has no package {name!r}",
        fix=f"write its name there, or behind it: # not:{distro.codename}"
        if found.file.name != "bindep.txt"
        else f"write its name there, or behind it: [!platform:{distro.id}]",
    )


def _line_of(name: str, text: str) -> int | None:
    numbered = enumerate(text.split("\n"), start=1)
    return next((n for n, line in numbered if name in line.partition("#")[0].split()), None)
