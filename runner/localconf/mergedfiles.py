"""The files of merged sections: those without a name, those with two, and repeated options."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from msgspec import Struct

from runner.localconf.merged import Option, merged_sections, options
from runner.localconf.names import is_variable, near_variable
from runner.localconf.parse import LocalConf, Section
from runner.localconf.remark import Around, Remark, Severity

# What DevStack sets them to (contract: services.md 2, cloud.md 5); a localrc may say otherwise.
_PATHS: Mapping[str, str] = {
    "KEYSTONE_CONF": "/etc/keystone/keystone.conf",
    "GLANCE_API_CONF": "/etc/glance/glance-api.conf",
    "CINDER_CONF": "/etc/cinder/cinder.conf",
    "NOVA_CONF": "/etc/nova/nova.conf",
    "NOVA_CPU_CONF": "/etc/nova/nova-cpu.conf",
    "NEUTRON_CONF": "/etc/neutron/neutron.conf",
    "Q_PLUGIN_CONF_FILE": "etc/neutron/plugins/ml2/ml2_conf.ini",
    "NEUTRON_CORE_PLUGIN_CONF": "etc/neutron/plugins/ml2/ml2_conf.ini",
    "KEYSTONE_CONF_DIR": "/etc/keystone",
    "NOVA_CONF_DIR": "/etc/nova",
    "CINDER_CONF_DIR": "/etc/cinder",
    "NEUTRON_CONF_DIR": "/etc/neutron",
}
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_ASSIGNED = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)=(\S*)", re.MULTILINE)
_SINGLE = re.compile(r"[+-]?\d+(\.\d+)?|true|false|yes|no|on|off", re.IGNORECASE)


class _Value(Struct, frozen=True):
    """An option with the section of local.conf it stands in."""

    spec: str
    option: Option


def check_files(conf: LocalConf, around: Around) -> Iterator[Remark]:
    """Find sections whose file has no name or two, and options that are set twice."""
    assigned = dict(_ASSIGNED.findall(conf.localrc))
    sections = list(merged_sections(conf))
    for place, section in enumerate(sections):
        # a file that came before is merged by now, with all that its later headers hold
        before = {(s.group, s.file) for s in sections[:place]}
        later = [s for s in sections[place + 1 :] if s.group == section.group]
        later = [s for s in later if (s.group, s.file) not in before]
        yield from _named(section, later, assigned, around)
    by_group: dict[tuple[str, str], list[Section]] = {}
    for section in sections:
        key = (section.group, _path(section.file, assigned))
        by_group.setdefault(key, []).append(section)
    for same in by_group.values():
        yield from _repeated([_Value(s.file, option) for s in same for option in options(s)])


def _named(
    section: Section, later: Sequence[Section], assigned: Mapping[str, str], around: Around
) -> Iterator[Remark]:
    skipped = ", ".join(f"[[{s.group}|{s.file}]] in line {s.line}" for s in later)
    if not section.file:
        what, fix = "no file is named", f"[[{section.group}|$NAME_CONF]], or an absolute path"
    else:
        unset = [n for n in _variables(section.file) if not _is_set(n, assigned, around)]
        if not unset:
            return
        near = near_variable(unset[0])
        if not (near or around.complete):
            return
        what = f"nothing sets {unset[0]}"
        right = f"[[{section.group}|{section.file.replace(unset[0], near)}]]" if near else ""
        fix = right or f"name the variable that a plugin sets, or set {unset[0]} in localrc"
        if _VARIABLE.sub("", section.file):  # the rest of the path stays
            yield _error("DSR716", section.line, f"{what}, so the file is not the one meant", fix)
            return
    lost = f" and the rest of the phase: {skipped}" if skipped else ""
    yield _error("DSR716", section.line, f"{what}, so DevStack skips this section{lost}", fix)


def _is_set(name: str, assigned: Mapping[str, str], around: Around) -> bool:
    known = is_variable(name) or name in assigned or name in around.variables
    return known or name in {"HOME", "USER", "PWD"} or around.mentions(name)


def _variables(text: str) -> list[str]:
    return [one or other for one, other in _VARIABLE.findall(text)]


def _path(spec: str, assigned: Mapping[str, str]) -> str:
    """The file that is meant, as far as that is known."""

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        return assigned.get(name, _PATHS.get(name, f"${name}")).strip("\"'")

    return re.sub(r"/{2,}", "/", _VARIABLE.sub(value, spec))


def _repeated(values: Sequence[_Value]) -> Iterator[Remark]:
    """Options of one file and one phase that stand there more than once."""

    def key(value: _Value) -> tuple[str, str]:
        return value.option.section, value.option.name

    for (_, name), group in groupby(sorted(values, key=key), key=key):
        same = list(group)
        first, last = same[0], same[-1]
        if first.spec != last.spec:
            yield Remark(
                code="DSR717",
                severity=Severity.WARNING,
                line=last.option.line,
                text=f"{name} of {first.spec} in line {first.option.line} is lost: "
                f"{last.spec} is the same file, merged after it",
                fix=f"write both below [[…|{first.spec}]]",
            )
        elif len(same) > 1 and all(_SINGLE.fullmatch(v.option.value) for v in same):
            yield Remark(
                code="DSR718",
                severity=Severity.WARNING,
                line=last.option.line,
                text=f"{name} is set in line {first.option.line} already, and both lines are "
                "written: DevStack replaces nothing that local.conf says twice",
                fix="keep one of the lines",
            )


def _error(code: str, line: int, text: str, fix: str) -> Remark:
    return Remark(code=code, severity=Severity.ERROR, line=line, text=text, fix=fix)
