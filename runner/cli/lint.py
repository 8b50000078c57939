"""The command that looks at a plugin and a local.conf without running them: lint."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.cli import options as opt
from runner.cli.app import app

if TYPE_CHECKING:
    from runner.distros.distro import Distro
    from runner.lint.check import Material, Subject
    from runner.lint.finding import Finding
    from runner.plan.project import Project
    from runner.sources.plugin import PluginSource


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


@app.command(epilog="Example: devstack-runner lint -p heat=~/src/heat -d debian-12")
def lint(
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            "-c", "--config", metavar="FILE", readable=False, help="The local.conf to check."
        ),
    ] = None,
    distro: Annotated[
        list[str] | None,
        typer.Option(
            "-d",
            "--distro",
            metavar="NAME",
            help="Look packages up on this distro, and refs in repositories; repeatable.",
        ),
    ] = None,
    plugin: opt.Plugins = None,
    base_image: opt.BaseImages = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Make the fixes that are safe, and say which.")
    ] = False,
    output: Annotated[
        Format, typer.Option("--format", metavar="text|json|sarif", help="How to print findings.")
    ] = Format.TEXT,
    no_packages: Annotated[
        bool, typer.Option("--no-packages", help="Look nothing up outside; needs no engine.")
    ] = False,
) -> None:
    """Check a plugin and a local.conf without running them."""
    from runner.cli.request import parse_base_images
    from runner.distros.distro import read_distros, select_distros
    from runner.lint.check import in_order, read_subject
    from runner.localconf.remark import Severity
    from runner.plan.project import read_project
    from runner.resources import IMAGES

    known = read_distros(IMAGES)
    asked = select_distros(distro or (), known)
    bases = parse_base_images(base_image or ())
    project = read_project(Path.cwd())
    distros = asked or select_distros(project.distros or ("*",), known)
    subject = _subject(config, plugin or (), distros, project, fixing=fix)
    material = read_subject(subject)
    if fix:
        material = _fixed(material)
    outside = _outside(material, asked, bases) if asked and not no_packages else ()
    findings = in_order([*material.findings(), *outside])
    _print(findings, output)
    raise typer.Exit(any(finding.severity is Severity.ERROR for finding in findings))


def _subject(
    config: Path | None,
    plugins: Sequence[str],
    distros: "tuple[Distro, ...]",
    project: "Project",
    *,
    fixing: bool,
) -> "Subject":
    """What the options name; without any, what a run in this folder would take."""
    from runner.cli.request import found_here
    from runner.errors import ConfigError
    from runner.lint.check import Subject
    from runner.sources.plugin import check_unique, parse_plugin_option

    sources = tuple(parse_plugin_option(text) for text in plugins)
    here = Path.cwd()
    within = None
    if config is None and not sources:
        within = here
        is_plugin = (here / "devstack").is_dir()
        sources, config = found_here(here, project.plugins, project.local_conf, plugin=is_plugin)
        if config is None and not sources:
            raise ConfigError(
                "nothing to check: no devstack/ and no local.conf in this folder",
                hint="give one with -c local.conf or -p NAME=PATH",
            )
    check_unique(sources)
    for source in sources:
        if fixing and not source.live:
            raise ConfigError(
                f"plugin {source.name}: --fix changes folders, not what is fetched",
                hint=f"clone it, and give the folder: -p {source.name}=PATH",
            )
    return Subject(
        plugins=tuple((source.name, _folder(source)) for source in sources),
        config=config.absolute() if config else None,
        within=within,
        distros=distros,
    )


def _folder(source: "PluginSource") -> Path:
    """The plugin's folder; one that holds no plugin is a finding, not an error."""
    from runner.errors import ConfigError
    from runner.host.workspace import Workspace
    from runner.sources.fetch import Sources

    if not source.live:
        return Sources(cache=Workspace.open().cache).fetch(source, with_state=False).folder
    folder = Path(source.location).resolve()
    if not folder.is_dir():
        raise ConfigError(
            f"plugin {source.name}: there is no folder {source.location}",
            hint="give a folder that holds devstack/plugin.sh, or a repository's URL",
        )
    return folder


def _fixed(material: "Material") -> "Material":
    """Make safe fixes until there are none: line ends come first, as all else is read by line."""
    from runner.lint.check import read_subject
    from runner.lint.fix import fix
    from runner.lint.report import shown, shown_fix

    here = Path.cwd()
    while any(finding.edits for finding in material.findings()):
        for made in fix(material.findings()):
            line = f":{made.line}" if made.line else ""
            what = f"{shown(made.path, here)}{line}: {made.code}: {shown_fix(made, here)}"
            typer.echo(f"fixed {what}", err=True)
        material = read_subject(material.subject)
    return material


def _outside(
    material: "Material", distros: "Sequence[Distro]", base_images: "Mapping[str, str]"
) -> "Iterator[Finding]":
    """What repositories and package managers say, which are asked where a distro is named."""
    from runner.lint.refs import check_refs

    if material.conf is not None and material.subject.config is not None:
        yield from check_refs(material.conf, material.subject.config)
    yield from _packages(material, distros, base_images)


def _packages(
    material: "Material", distros: "Sequence[Distro]", base_images: "Mapping[str, str]"
) -> "Iterator[Finding]":
    from runner.engine import Engine
    from runner.errors import EngineError
    from runner.host.workspace import Workspace
    from runner.lint.metadata import Packager, check_packages, named, not_asked

    asked = [(p, d) for p in material.plugins for d in distros if named(p, d)]
    if not asked:
        return
    try:
        engine = Engine.connect()
    except EngineError as error:
        yield from (not_asked(plugin, distro, error) for plugin, distro in asked)
        return
    workspace = Workspace.open()
    run = workspace.new_run(remember=False)
    try:
        packager = Packager(
            engine=engine,
            cache=workspace.cache,
            run=run,
            announce=lambda text: typer.echo(text, err=True),
            base_images=base_images,
        )
        for plugin, distro in asked:
            yield from check_packages(plugin, distro, packager)
    finally:
        run.close()
        engine.close()


def _print(findings: "Sequence[Finding]", output: Format) -> None:
    from runner.lint import report
    from runner.outcome.result import pretty_json

    here = Path.cwd()
    match output:
        case Format.JSON:
            typer.echo(pretty_json(report.as_json(findings, here=here)))
        case Format.SARIF:
            typer.echo(pretty_json(report.as_sarif(findings, here=here)))
        case Format.TEXT:
            for line in report.render_text(findings, here=here):
                typer.echo(line)
