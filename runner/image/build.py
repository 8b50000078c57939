"""A job's image: there already, or made, saying which layer changed and because of what."""

import fcntl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from msgspec import Struct, field
from msgspec.structs import replace

from runner.distros.distro import Family
from runner.engine import Engine
from runner.engine.translate import hint_for
from runner.errors import EngineError, HostError, TimeLimit
from runner.host.pipconfig import PipConfig
from runner.host.proxies import proxy_variables
from runner.host.workspace import JobFolder
from runner.image import complaints
from runner.image.chain import (
    Link,
    PythonLink,
    StageLink,
    links,
    references,
)
from runner.image.layer import LayerMaker
from runner.image.notes import note_labels, read_notes
from runner.image.pythonlayer import InstallFailed, PythonLayers
from runner.image.record import keep_record, record_of, why_anew
from runner.image.search import find_link, find_whole
from runner.image.stagelayer import StageFailed, StageLayers
from runner.lab.lab import Lab
from runner.outcome.observer import BuildLine, Observer
from runner.outcome.result import Failure, ImageInfo
from runner.plan.dockerfile import Layer
from runner.plan.planner import Plan
from runner.sources.offline import Network


class PackagesFailed(Exception):
    """A package layer could not be built: whose list it was, and what the package manager said."""

    def __init__(self, *, layer: Layer, failure: Failure, exit_code: int) -> None:
        super().__init__(layer.title)
        self.layer = layer
        self.failure = failure
        self.exit_code = exit_code


class _LeftOut(Exception):
    """A layer is not made this time; the next ones do without."""


class Builder(Struct, frozen=True, kw_only=True):
    """Makes the images of one job; the deadline is in monotonic seconds."""

    engine: Engine
    observer: Observer
    folder: JobFolder
    cache: Path
    owner: dict[str, str] = field(default_factory=dict)
    pip: PipConfig = field(default_factory=PipConfig)
    lab: Lab = field(default_factory=Lab)
    deadline: float | None = None

    def ensure(self, plan: Plan) -> ImageInfo:
        """Make the image unless one of the same content is there.

        Raises:
            PackagesFailed: the packages of a plugin's list cannot be installed.
            HostError: it is not there, and local.conf says OFFLINE.
            EngineError: the engine cannot build, or a mirror cannot be reached.
            TimeLimit: the deadline has passed.

        """
        self.folder.dockerfile.write_text(plan.dockerfile)
        base = plan.base.reference
        previous = self.cache / "dockerfiles" / plan.job
        if reference := find_whole(plan, self.engine):
            if not previous.exists():  # it was made by another user, or with another cache
                keep_record(previous, record_of(plan))
            self.observer.doing(plan.job, "image unchanged: nothing to build")
            found = self.engine.find_image(reference) or ""
            notes = read_notes(self.engine, reference)
            return ImageInfo(reference=reference, id=found, base=base, notes=notes)
        if plan.network is Network.CUT:
            missing = references(plan)[-1]
            raise HostError(
                f"OFFLINE is True, and the image of {plan.job} ({missing}) is not here",
                hint="build it once without OFFLINE, where there is a network: "
                "devstack-runner build, with the same options",
            )
        record = record_of(plan)
        reason = why_anew(previous, record)
        self.observer.doing(plan.job, f"building the image: {reason}")
        with self.folder.build_log.open("w") as log:
            making = _Making(builder=self, plan=plan, log=log)
            reference = making.all()
        keep_record(previous, record)
        return ImageInfo(
            reference=reference,
            id=self.engine.find_image(reference) or "",
            base=base,
            built=True,
            reason=reason,
            notes=(*making.left_out, *read_notes(self.engine, reference)),
        )


class _Making(Struct, kw_only=True):
    """One after the other, the images of a job that are not there."""

    builder: Builder
    plan: Plan
    log: IO[str]
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # of the image being made
    at: BuildLine = field(default_factory=lambda: BuildLine(step=0, steps=0, text=""))

    def all(self) -> str:
        """Make them; the last one's name."""
        parent = self.plan.base.image_id
        for link in links(self.plan):
            try:
                parent = find_link(link, parent, self.builder.engine) or self._make(link, parent)
            except _LeftOut as left_out:
                self.left_out.append(str(left_out))
                self._say(f"note: {left_out}")
        return parent

    def _make(self, link: Link, parent: str) -> str:
        with self._alone(link, parent):
            if found := find_link(link, parent, self.builder.engine):
                return found  # made while we waited
            reference = link.reference(parent)
            self.notes = [*read_notes(self.builder.engine, parent)]
            if isinstance(link, StageLink):
                self._build(link, parent, reference)
            else:
                self._install(link, parent, reference)
            return reference

    @contextmanager
    def _alone(self, link: Link, parent: str) -> Iterator[None]:
        """Let one process at a time make the same image, as long as there is time to wait."""
        deadline = self.builder.deadline
        file = self.builder.cache / "locks" / f"image-{link.key(parent)}.lock"
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        waiting = False
        with file.open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not waiting:
                        self._say(f"waiting: another job is making the image of {link.what}")
                        waiting = True
                if deadline is not None and time.monotonic() >= deadline:
                    raise TimeLimit(
                        f"{self.plan.job}: the time limit was reached while another job was making "
                        f"the image of {link.what}",
                        hint="--timeout gives it more",
                    )
                time.sleep(0.1)
            yield

    def _build(self, link: StageLink, parent: str, reference: str) -> None:
        stages = StageLayers(
            maker=self._maker(),
            cache=self.builder.cache,
            proxies=self.builder.lab.package_proxies(proxy_variables()),
            on_line=self._begin,
        )
        try:
            stages.make(link, parent=parent, tag=reference, marks=self._marks)
        except StageFailed as failure:
            raise self._explain(failure) from failure

    def _install(self, link: PythonLink, parent: str, reference: str) -> None:
        lists = (one for group in link.groups for one in group)
        names = " ".join(name for one in lists for name in one.requirements)
        what = f"{link.what}: {names}"
        self._begin(BuildLine(step=1, steps=1, text=what, instruction=what))
        layers = PythonLayers(
            maker=self._maker(),
            cache=self.builder.cache,
            pip=self.builder.pip,
            proxies=self.builder.lab.proxies(proxy_variables()),
        )
        layers.make(
            link,
            parent=parent,
            tag=reference,
            failed=lambda failure: self._consider(failure, link),
            marks=self._marks,
        )

    def _maker(self) -> LayerMaker:
        return LayerMaker(
            engine=self.builder.engine,
            owner=self.builder.owner,
            on_text=self._take,
            deadline=self.builder.deadline,
        )

    def _marks(self) -> Mapping[str, str]:
        """The labels that keep what was noted."""
        return note_labels(self.notes) if self.notes else {}

    def _consider(self, failure: InstallFailed, link: PythonLink) -> None:
        """Give up, leave the layer out, or be content with a note."""
        said = complaints.python_complaint(failure.tail)
        trouble = complaints.trouble(failure.tail)
        if link.required or (trouble and complaints.is_disk_full(trouble)):
            said = trouble or said
            raise EngineError(
                f"building the image of {self.plan.job}: {link.what}: {said}",
                hint=hint_for(said) or f"what was printed: {self.builder.folder.build_log}",
            ) from failure
        titles = ", ".join(one.title for one in failure.lists)
        if trouble or not all(one.plugin for one in failure.lists):
            raise _LeftOut(f"{titles}: not in the image, for now: {(trouble or said).strip()}")
        self._note(f"{titles}: cannot be installed in the image: {said}; the run tries again")

    def _begin(self, line: BuildLine) -> None:
        """A command begins."""
        self.at = line
        self.log.write(line.text + "\n")
        self.builder.observer.building(self.plan.job, line)

    def _take(self, text: str) -> None:
        """It prints a line."""
        self.log.write(text + "\n")
        self._note_scriptlet(text)
        line = replace(self.at, text=text, instruction="")
        self.builder.observer.building(self.plan.job, line)

    def _note_scriptlet(self, text: str) -> None:
        """Say what dnf only prints: that a scriptlet failed is no error to it."""
        package = complaints.failed_scriptlet(text)
        if package and self.plan.distro.family is Family.REDHAT:
            self._note(
                f"dnf went on when a scriptlet of {package} failed: the package may not work"
            )

    def _explain(self, failure: StageFailed) -> Exception:
        """Tell a plugin's wrong list from trouble with the mirror or the disk."""
        layers = (layer for layer in self.plan.recipe.of_plugins if layer.title == failure.title)
        layer = next(layers, None)
        complaint = complaints.complaint(failure.tail) or str(failure)
        trouble = complaints.trouble(failure.tail)
        if layer is None or trouble:
            said = trouble or complaint
            return EngineError(
                f"building the image of {self.plan.job}: {said}",
                hint=hint_for(said) or f"what was printed: {self.builder.folder.build_log}",
            )
        return PackagesFailed(
            layer=layer,
            failure=Failure(command=complaint, tail=failure.tail),
            exit_code=failure.code,
        )

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)
            self._say(f"note: {text}")

    def _say(self, what: str) -> None:
        self.builder.observer.doing(self.plan.job, what)
