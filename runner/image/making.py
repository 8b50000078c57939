"""Making the images of a job that are not there, one from the other."""

import fcntl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from msgspec import Struct, field
from msgspec.structs import replace

from runner.distros.distro import Family
from runner.engine.translate import hint_for
from runner.errors import EngineError, TimeLimit
from runner.host.proxies import proxy_variables
from runner.image import complaints
from runner.image.chain import (
    Link,
    PythonLink,
    StageLink,
    links,
)
from runner.image.failure import PackagesFailed
from runner.image.layer import LayerMaker
from runner.image.notes import note_labels, read_notes
from runner.image.pythonlayer import InstallFailed, PythonLayers
from runner.image.search import find_link
from runner.image.stagelayer import StageFailed, StageLayers
from runner.image.workshop import Workshop
from runner.outcome.observer import BuildLine
from runner.outcome.result import Failure
from runner.plan.plan import Plan


class _LeftOut(Exception):
    """A layer is not made this time; the next ones do without."""


class Making(Struct, kw_only=True):
    """One after the other, the images of a job that are not there."""

    workshop: Workshop
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
                parent = find_link(link, parent, self.workshop.engine) or self._make(link, parent)
            except _LeftOut as left_out:
                self.left_out.append(str(left_out))
                self._say(f"note: {left_out}")
        return parent

    def _make(self, link: Link, parent: str) -> str:
        with self._alone(link, parent):
            if found := find_link(link, parent, self.workshop.engine):
                return found  # made while we waited
            reference = link.reference(parent)
            self.notes = [*read_notes(self.workshop.engine, parent)]
            if isinstance(link, StageLink):
                self._build(link, parent, reference)
            else:
                self._install(link, parent, reference)
            return reference

    @contextmanager
    def _alone(self, link: Link, parent: str) -> Iterator[None]:
        """Let one process at a time make the same image, as long as there is time to wait."""
        deadline = self.workshop.deadline
        file = self.workshop.cache / "locks" / f"image-{link.key(parent)}.lock"
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
            cache=self.workshop.cache,
            proxies=self.workshop.lab.package_proxies(proxy_variables()),
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
            cache=self.workshop.cache,
            pip=self.workshop.pip,
            proxies=self.workshop.lab.proxies(proxy_variables()),
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
            engine=self.workshop.engine,
            owner=self.workshop.owner,
            on_text=self._take,
            deadline=self.workshop.deadline,
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
                hint=hint_for(said) or f"what was printed: {self.workshop.folder.build_log}",
            ) from failure
        titles = ", ".join(one.title for one in failure.lists)
        if trouble or not all(one.plugin for one in failure.lists):
            raise _LeftOut(f"{titles}: not in the image, for now: {(trouble or said).strip()}")
        self._note(f"{titles}: cannot be installed in the image: {said}; the run tries again")

    def _begin(self, line: BuildLine) -> None:
        """A command begins."""
        self.at = line
        self.log.write(line.text + "\n")
        self.workshop.observer.building(self.plan.job, line)

    def _take(self, text: str) -> None:
        """It prints a line."""
        self.log.write(text + "\n")
        self._note_scriptlet(text)
        line = replace(self.at, text=text, instruction="")
        self.workshop.observer.building(self.plan.job, line)

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
                hint=hint_for(said) or f"what was printed: {self.workshop.folder.build_log}",
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
        self.workshop.observer.doing(self.plan.job, what)
