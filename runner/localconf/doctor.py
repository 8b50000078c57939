"""All that is worth saying of a local.conf before it is used."""

from collections.abc import Iterable, Iterator, Sequence

from runner.localconf.lines import localrc_lines
from runner.localconf.merged import check_lines, merged_sections
from runner.localconf.mergedfiles import check_files
from runner.localconf.order import check_disabled, check_names, check_services
from runner.localconf.parse import LocalConf
from runner.localconf.remark import Around, Remark, Severity
from runner.localconf.slips import check_slips
from runner.sources.plugin import Plugin


def examine(conf: LocalConf, around: Around) -> tuple[Remark, ...]:
    """The remarks of a local.conf, in the order of its lines."""
    return tuple(sorted(_remarks(conf, around), key=lambda remark: (remark.line, remark.code)))


def notes(
    conf: LocalConf, plugins: Sequence[Plugin], environment: Iterable[str]
) -> tuple[str, ...]:
    """What a run says of its local.conf: what is a mistake; what may be meant is for `lint`."""
    around = Around(
        variables=frozenset(environment),
        plugins=tuple((plugin.name, plugin.folder) for plugin in plugins),
        complete=True,
    )
    found = (remark for remark in examine(conf, around) if remark.severity is not Severity.NOTE)
    return tuple(f"{conf.path.name}:{r.line}: {r.text}; {r.fix} ({r.code})" for r in found)


def _remarks(conf: LocalConf, around: Around) -> Iterator[Remark]:
    lines = localrc_lines(conf)
    for line in lines:
        yield from check_slips(line)
    yield from check_services(lines)
    yield from check_disabled(lines, around)
    yield from check_names(lines, around)
    for section in merged_sections(conf):
        yield from check_lines(section)
    yield from check_files(conf, around)
