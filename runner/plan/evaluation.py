"""What bash says a local.conf enables: evaluated in the distro, offline, never on the host."""

import contextlib
import hashlib
from collections.abc import Sequence
from pathlib import Path

from runner import labels
from runner.distros.baseimage import BaseImage
from runner.engine import ContainerSpec, Engine, Mount
from runner.errors import ConfigError, EngineError
from runner.host.files import write_whole
from runner.host.workspace import RunFolder
from runner.localconf.parse import Evaluated, LocalConf, decode_evaluation
from runner.resources import TREE

_SECONDS = 60
_GIVEN = "/srv/local.conf"


def evaluate(
    engine: Engine,
    *,
    base: BaseImage,
    conf: LocalConf,
    variables: Sequence[str] = (),
    cache: Path,
    run: RunFolder,
) -> Evaluated:
    """Plugins, services, DEST and these variables after the localrc sections of a local.conf ran.

    The answer is kept in `cache`, by all it depends on: local.conf, base image, our tree.

    Raises:
        ConfigError: bash refuses the localrc, or it never ends.

    """
    kept = cache / "evaluations" / f"{_key(conf.text, base, variables)}.json"
    with contextlib.suppress(OSError):
        return decode_evaluation(kept.read_text())
    answer = _ask(engine, base, conf, variables, run)
    evaluated = decode_evaluation(answer)
    write_whole(kept, answer.encode())
    return evaluated


def _ask(
    engine: Engine,
    base: BaseImage,
    conf: LocalConf,
    variables: Sequence[str],
    run: RunFolder,
) -> str:
    spec = ContainerSpec(
        image=base.image_id,
        name=None,
        command=["/bin/bash", "/srv/tree/tools/list_plugins.sh", _GIVEN, *variables],
        labels=labels.for_object("evaluation", **run.owner),
        mounts=[Mount(target="/srv/tree", source=TREE)],
        network=False,
    )
    with engine.create(spec) as container:
        container.put_files("/srv", {"local.conf": conf.text.encode()})
        container.start()
        try:
            code = container.wait(seconds=_SECONDS)
        except EngineError as error:
            raise ConfigError(
                f"evaluating local.conf took longer than {_SECONDS} s",
                hint="does its localrc section wait for something? It runs without network",
            ) from error
        stdout, stderr = (stream.decode(errors="replace") for stream in container.output())
    if code:
        complaint = _complaint(stderr).replace(_GIVEN, str(conf.path))
        raise ConfigError(
            complaint or f"{conf.path} cannot be evaluated (exit {code})",
            hint="bash says so of the localrc section",
        )
    return stdout


def _complaint(stderr: str) -> str:
    """The line of the tree's that says what is wrong, without its `[ERROR] file:line` part."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("[ERROR] ") for line in lines if line.startswith("[ERROR]")]
    return (errors or lines or [""])[-1]


def _key(conf: str, base: BaseImage, variables: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for part in (conf, base.image_id, tree_digest(), *variables):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:32]


def tree_digest() -> str:
    """A hash over our tree: names, sizes and times, which is what changes when it is edited."""
    digest = hashlib.sha256()
    for path in sorted(TREE.rglob("*")):
        stat = path.stat()
        digest.update(f"{path.relative_to(TREE)}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
