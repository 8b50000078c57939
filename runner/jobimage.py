"""A job's image: there already, or built, saying which layer changed and because of what."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runner.dockerfile import Layer, changed_layer, layer_of_step
from runner.engine import BuildFailure, BuildLine, Engine
from runner.engine.images import is_output, plain
from runner.engine.translate import hint_for
from runner.errors import EngineError
from runner.observer import Observer
from runner.plan import Plan
from runner.proxies import proxy_variables
from runner.result import Failure, ImageInfo
from runner.workspace import JobFolder

# The mirror could not be reached or the disk is full, for which no plugin is to blame.
_TROUBLE = re.compile(
    "Failed to fetch|Could not resolve|Temporary failure|Curl error|no space left", re.IGNORECASE
)


class PackagesFailed(Exception):
    """A package layer could not be built: whose list it was, and what the package manager said."""

    def __init__(self, *, layer: Layer, failure: Failure, exit_code: int) -> None:
        super().__init__(layer.title)
        self.layer = layer
        self.failure = failure
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """Builds the images of one job; the deadline is in monotonic seconds."""

    engine: Engine
    observer: Observer
    folder: JobFolder
    cache: Path
    deadline: float | None = None

    def ensure(self, plan: Plan) -> ImageInfo:
        """Build the image unless one of the same content is there.

        Raises:
            PackagesFailed: the packages of a plugin's list cannot be installed.
            EngineError: the engine cannot build, or a mirror cannot be reached.
            TimeLimit: the deadline has passed.

        """
        text = plan.dockerfile
        self.folder.dockerfile.write_text(text)
        reference = image_reference(plan, text)
        if found := self.engine.find_image(reference):
            self.observer.doing(plan.job, "image unchanged: nothing to build")
            return ImageInfo(reference=reference, id=found, base=plan.base.reference)
        previous = self.cache / "dockerfiles" / plan.job
        reason = _reason(previous, text)
        self.observer.doing(plan.job, f"building the image: {reason}")
        image = self._build(plan, text, reference)
        previous.parent.mkdir(parents=True, exist_ok=True)
        previous.write_text(text)
        return ImageInfo(
            reference=reference, id=image, base=plan.base.reference, built=True, reason=reason
        )

    def _build(self, plan: Plan, text: str, reference: str) -> str:
        tail: list[str] = []
        with self.folder.build_log.open("w") as log:

            def on_line(line: BuildLine) -> None:
                log.write(line.text + "\n")
                if is_output(line.text):
                    tail.append(plain(line.text))
                    del tail[:-20]
                self.observer.building(plan.job, line)

            try:
                return self.engine.build(
                    context={"Dockerfile": text.encode(), **plan.certificates},
                    tag=reference,
                    build_args=proxy_variables(),
                    on_line=on_line,
                    deadline=self.deadline,
                )
            except BuildFailure as failure:
                raise self._explain(failure, plan, text, tail) from failure

    def _explain(self, failure: BuildFailure, plan: Plan, text: str, tail: list[str]) -> Exception:
        """Tell a plugin's wrong list from trouble with the mirror or the disk."""
        layer = layer_of_step(text, failure.step, plan.recipe.layers)
        complaint = _complaint(tail) or failure.message
        trouble = next((line for line in tail if _TROUBLE.search(line)), None)
        if layer is None or layer.plugin is None or trouble:
            said = trouble or complaint
            return EngineError(
                f"building the image of {plan.job}: {said}",
                hint=hint_for(said) or f"what was printed: {self.folder.build_log}",
            )
        return PackagesFailed(
            layer=layer,
            failure=Failure(command=complaint, tail=tuple(tail)),
            exit_code=failure.exit_code,
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
