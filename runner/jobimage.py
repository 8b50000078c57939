"""A job's image: there already, or built, saying which layer changed and because of what."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from runner.dockerfile import Layer, changed_layer, layer_of_step
from runner.engine import BuildFailure, BuildLine, Engine
from runner.engine.images import is_output, plain
from runner.errors import EngineError
from runner.observer import Observer
from runner.plan import Plan
from runner.proxies import proxy_variables
from runner.result import Failure, ImageInfo
from runner.workspace import JobFolder


class PackagesFailed(Exception):
    """A package layer could not be built: whose list it was, and what the package manager said."""

    def __init__(self, *, layer: Layer, failure: Failure, exit_code: int) -> None:
        super().__init__(layer.title)
        self.layer = layer
        self.failure = failure
        self.exit_code = exit_code


def ensure_image(
    plan: Plan, *, engine: Engine, observer: Observer, folder: JobFolder, cache: Path
) -> ImageInfo:
    """Build the image unless one of the same content is there.

    Raises:
        PackagesFailed: the packages of a list cannot be installed.
        EngineError: the engine cannot build.

    """
    text = plan.dockerfile
    folder.dockerfile.write_text(text)
    reference = image_reference(plan, text)
    if found := engine.find_image(reference):
        return ImageInfo(reference=reference, id=found, base=plan.base.reference)
    previous = cache / "dockerfiles" / plan.job
    reason = _reason(previous, text)
    observer.doing(plan.job, f"building the image: {reason}")
    image = _build(plan, text, reference, engine=engine, observer=observer, folder=folder)
    previous.parent.mkdir(parents=True, exist_ok=True)
    previous.write_text(text)
    return ImageInfo(
        reference=reference, id=image, base=plan.base.reference, built=True, reason=reason
    )


def describe(plan: Plan, engine: Engine) -> Iterator[str]:
    """What a run of the plan would do, a line each; nothing is done."""
    reference = image_reference(plan, plan.dockerfile)
    built = "is there" if engine.find_image(reference) else "would be built"
    yield f"{plan.job} on {plan.base.reference}"
    yield f"  image {reference} {built}"
    for layer in plan.recipe.layers:
        yield f"  packages of {layer.title}: {' '.join(layer.packages)}"
    for plugin in plan.plugins:
        state = f" at {plugin.sha[:12]}" if plugin.sha else ""
        yield f"  plugin {plugin.name} from {plugin.folder}{state}"


def image_reference(plan: Plan, text: str) -> str:
    """`devstack-runner/JOB:HASH`, the hash being over all that the image depends on."""
    digest = hashlib.sha256(plan.base.image_id.encode() + b"\0" + text.encode())
    for name, content in plan.certificates.items():
        digest.update(name.encode() + b"\0" + content)
    return f"devstack-runner/{plan.job.lower()}:{digest.hexdigest()[:16]}"


def _build(
    plan: Plan, text: str, reference: str, *, engine: Engine, observer: Observer, folder: JobFolder
) -> str:
    context: Mapping[str, bytes] = {"Dockerfile": text.encode(), **plan.certificates}
    tail: list[str] = []
    with folder.build_log.open("w") as log:

        def on_line(line: BuildLine) -> None:
            log.write(line.text + "\n")
            if is_output(line.text):
                tail.append(plain(line.text))
                del tail[:-20]
            observer.building(plan.job, line)

        try:
            return engine.build(
                context=context, tag=reference, build_args=proxy_variables(), on_line=on_line
            )
        except BuildFailure as failure:
            layer = layer_of_step(text, failure.step, plan.recipe.layers)
            if layer is None or layer.plugin is None or _is_network_trouble(tail):
                raise EngineError(
                    f"building the image of {plan.job}: {_complaint(tail) or failure.message}",
                    hint=f"what was printed: {folder.build_log}",
                ) from failure
            raise PackagesFailed(
                layer=layer,
                failure=Failure(command=_complaint(tail), tail=tuple(tail)),
                exit_code=failure.exit_code,
            ) from failure


def _is_network_trouble(tail: list[str]) -> bool:
    """Whether the mirror could not be reached, for which no plugin is to blame."""
    signs = ("Failed to fetch", "Could not resolve", "Temporary failure", "Curl error", "Timeout")
    return any(sign in line for line in tail for sign in signs)


def _complaint(tail: list[str]) -> str:
    """The package manager's own sentence: apt says `E: …`, dnf and zypper name the package."""
    signs = ("E: ", "Error: ", "No match for argument", "Package '", "No provider of", "'")
    found = (line for line in tail if line.startswith(signs) or "not found in package" in line)
    return next(found, tail[-1] if tail else "")


def _reason(previous: Path, text: str) -> str:
    try:
        before = previous.read_text()
    except OSError:
        return "its first build"
    return changed_layer(before, text) or "the base image or a certificate changed"
