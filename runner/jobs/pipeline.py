"""One job from its request to its result: plan, image, container, modes."""

import contextlib
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from runner.distros.distro import Distro
from runner.engine import Container, ContainerSpec, Engine
from runner.errors import EngineError, HostError, Interrupted, NeedsMore, RunnerError
from runner.host.proxies import proxy_variables
from runner.host.workspace import RunFolder, Workspace
from runner.image.build import ensure_image
from runner.image.failure import PackagesFailed
from runner.image.workshop import Workshop
from runner.outcome.collect import Collector
from runner.outcome.observer import Observer
from runner.outcome.phases import Mode, Status
from runner.outcome.result import ImageInfo, JobResult, PluginInfo, Problem, StageResult
from runner.plan.plan import Plan, Request, plugin_info
from runner.plan.planner import Planner
from runner.stack import downloads
from runner.stack.kept import find_stack, kept_name
from runner.stack.modes import Modes, run_modes
from runner.stack.spec import container_spec, given_files

# What ends a job and becomes part of its result; an OSError is that of a state folder.
STOPPERS = (RunnerError, KeyboardInterrupt, OSError)


class Keep(StrEnum):
    """When a container outlives its run."""

    NEVER = "never"
    FAILED = "failed"
    ALWAYS = "always"


class Pipeline(Struct, kw_only=True):
    """Runs jobs, one at a time; what they share."""

    engine: Engine
    workspace: Workspace
    run: RunFolder
    request: Request
    observer: Observer
    planner: Planner

    def run_job(self, distro: Distro, *, modes: Sequence[Mode], keep: Keep) -> JobResult:
        """Run the modes one after the other, until one fails.

        A kept container of the same job is used again when `keep` is ALWAYS and nothing that it
        was made from has changed. What goes wrong becomes part of the result, Ctrl-C too: then
        the container is gone (or, if it was there before, its command ended).
        """
        begun = time.monotonic()
        self.observer.job_started(distro.name)
        try:
            plan = self.planner.plan(distro)
        except NeedsMore as more:
            result = JobResult(
                job=more.job,
                distro=distro.name,
                status=Status.SKIPPED,
                skipped=f"{more.message}; {more.hint}",
                seconds=time.monotonic() - begun,
            )
        except (RunnerError, KeyboardInterrupt) as error:
            result = JobResult(
                job=distro.name,
                distro=distro.name,
                status=Status.ERROR,
                seconds=time.monotonic() - begun,
                problem=problem_of(error),
            )
        else:
            job = _Job(pipeline=self, plan=plan, modes=tuple(modes), keep=keep, begun=begun)
            result = job.run()
        self.observer.job_finished(result.job, result)
        return result


class _Job:
    """The life of one planned job."""

    def __init__(
        self, *, pipeline: Pipeline, plan: Plan, modes: tuple[Mode, ...], keep: Keep, begun: float
    ) -> None:
        self._pipeline = pipeline
        self._plan = plan
        self._modes = modes
        self._keep = keep
        self._begun = begun
        limit = pipeline.request.timeout
        self._deadline = begun + limit if limit else None
        self._folder = pipeline.run.job(plan.job)
        self._collector = Collector(plugins=[plugin_info(p) for p in plan.plugins], modes=modes)
        self._image: ImageInfo | None = None
        self._kept = ""

    def run(self) -> JobResult:
        """Build, run, keep or remove; the result says what happened."""
        pipeline = self._pipeline
        for note in self._plan.notes:
            self._say(f"note: {note}")
        try:
            self._image = ensure_image(self._plan, self._workshop())
            spec = container_spec(
                self._plan,
                pipeline.request,
                image=self._image.reference,
                run=pipeline.run,
                downloads=downloads.of_runs(pipeline.workspace.cache),
            )
            if self._modes:
                self._run_in(spec)
        except PackagesFailed as failed:
            return self._packages_failed(failed)
        except STOPPERS as error:
            return self._finish(problem=problem_of(error))
        return self._finish()

    def _workshop(self) -> Workshop:
        pipeline = self._pipeline
        return Workshop(
            engine=pipeline.engine,
            observer=pipeline.observer,
            folder=self._folder,
            cache=pipeline.workspace.cache,
            owner={**pipeline.run.owner, "job": self._plan.job},
            pip=pipeline.request.pip,
            lab=pipeline.request.lab,
            deadline=self._deadline,
        )

    def _run_in(self, spec: ContainerSpec) -> None:
        with self._take_container(spec) as container:
            try:
                self._run_modes(container)
            except (RunnerError, OSError):
                container.keep = container.keep or self._keep is not Keep.NEVER
                self._rename_kept(container)
                raise
            failed = self._collector.finish(job="", distro="").status is not Status.PASSED
            container.keep = self._keep is Keep.ALWAYS or (failed and self._keep is Keep.FAILED)
            self._rename_kept(container)

    def _take_container(self, spec: ContainerSpec) -> contextlib.AbstractContextManager[Container]:
        engine = self._pipeline.engine
        found, same = find_stack(engine, self._plan, spec)
        if found and same and self._keep is Keep.ALWAYS:
            self._say(f"using the container {found.name}")
            container = engine.container(found)
            container.keep = True
            if found.state != "running":
                container.start()
            return container
        self._say("container")
        container = engine.create(spec)
        try:
            container.start()
        except BaseException:
            container.remove()
            raise
        return container

    def _run_modes(self, container: Container) -> None:
        with ThreadPoolExecutor(max_workers=1) as idle:
            # git is slow to ask, and nobody waits for the answer while the container works
            states = idle.submit(self._plugin_states)
            self._run_modes_in(container)
            self._collector.plugins = states.result()

    def _plugin_states(self) -> tuple[PluginInfo, ...]:
        sources = self._pipeline.planner.sources
        return tuple(plugin_info(sources.with_state(plugin)) for plugin in self._plan.plugins)

    def _run_modes_in(self, container: Container) -> None:
        request = self._pipeline.request
        run_modes(
            container,
            Modes(
                modes=self._modes,
                job=self._plan.job,
                plugins=[plugin.name for plugin in self._plan.plugins],
                environment={**request.lab.proxies(proxy_variables()), **request.environment},
                deadline=self._deadline,
                phase_limit=request.phase_timeout,
                stdin=given_files(self._plan, request),
            ),
            collector=self._collector,
            observer=self._pipeline.observer,
            folder=self._folder,
        )

    def _rename_kept(self, container: Container) -> None:
        """Give a container that stays the job's name; an older one of that name makes room."""
        if not container.keep:
            return
        name = kept_name(self._plan.job, failed=self._keep is Keep.FAILED)
        with contextlib.suppress(EngineError):
            if container.name != name:
                for found in self._pipeline.engine.containers(job=self._plan.job):
                    if found.name == name:
                        self._pipeline.engine.container(found).remove()
                container.rename(name)
            self._kept = name

    def _packages_failed(self, failed: PackagesFailed) -> JobResult:
        stage = StageResult(
            mode=Mode.STACK,
            stage=f"packages of plugin {failed.layer.plugin} ({failed.layer.source})",
            status=Status.FAILED,
            exit_code=failed.exit_code,
            failure=failed.failure,
        )
        return replace(self._finish(), status=Status.FAILED, stages=(stage,))

    def _finish(self, *, problem: Problem | None = None) -> JobResult:
        result = self._collector.finish(
            job=self._plan.job,
            distro=self._plan.distro.name,
            seconds=time.monotonic() - self._begun,
            image=self._image,
            notes=(*self._plan.notes, *(self._image.notes if self._image else ())),
            problem=problem,
            kept=self._kept,
        )
        return replace(result, stands_in=self._plan.base.stands_in)

    def _say(self, what: str) -> None:
        self._pipeline.observer.doing(self._plan.job, what)


def problem_of(error: RunnerError | KeyboardInterrupt | OSError) -> Problem:
    """What the result says of what stopped a job."""
    if isinstance(error, OSError):
        where = error.filename or "the state folder"
        error = HostError(
            f"{where}: {error.strerror or error}",
            hint="XDG_STATE_HOME says where logs and results are written",
        )
    return Problem.of(error if isinstance(error, RunnerError) else Interrupted("interrupted"))
