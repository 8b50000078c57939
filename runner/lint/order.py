"""What plugins say of their order: `plugin_requires` and `plugin_after` in their settings."""

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from msgspec import Struct

from runner.lint.bash import read_script
from runner.lint.files import File, PluginText
from runner.lint.finding import Finding
from runner.localconf.remark import Severity


class _Wish(Struct, frozen=True):
    """A plugin is to come after another."""

    plugin: str
    other: str
    requires: bool
    file: File
    line: int


def check_order(
    order: Sequence[str], plugins: Sequence[PluginText], *, complete: bool
) -> Iterator[Finding]:
    """Find circles, and plugins that come too early in `order`.

    When the order is `complete`, what is not in it is not enabled.
    """
    wishes = [wish for plugin in plugins for wish in _wishes(plugin)]
    circle = _circle(wishes)
    if circle:
        among = {*circle}
        wish = next(w for w in wishes if {w.plugin, w.other} <= among)
        yield _finding(
            "DSR601",
            Severity.ERROR,
            wish,
            f"plugins follow each other in a circle: {' -> '.join(circle)}",
            "remove the line of the plugin that can do without the other",
        )
    for wish in wishes:
        if circle and {wish.plugin, wish.other} <= {*circle}:
            continue
        yield from _misplaced(wish, order, complete=complete)


def _misplaced(wish: _Wish, order: Sequence[str], *, complete: bool) -> Iterator[Finding]:
    if wish.plugin not in order:
        return
    if wish.other not in order:
        if complete and wish.requires:
            yield _finding(
                "DSR604",
                Severity.ERROR,
                wish,
                f"{wish.plugin} requires the plugin {wish.other}, which is not enabled",
                f"enable_plugin {wish.other} URL   # above {wish.plugin}'s line in local.conf",
            )
    elif order.index(wish.other) > order.index(wish.plugin):
        yield _finding(
            "DSR602" if wish.requires else "DSR603",
            Severity.ERROR if wish.requires else Severity.WARNING,
            wish,
            f"{wish.plugin} is to come after {wish.other}, but is enabled before it",
            f"put the line of {wish.other} above that of {wish.plugin}",
        )


def _wishes(plugin: PluginText) -> Iterator[_Wish]:
    settings = plugin.file("devstack/settings")
    if settings is None:
        return
    for command in read_script(settings.text).called("plugin_requires", "plugin_after"):
        names = [word.value for word in command.words]
        match names:
            case [str(name), str(other)] if name != other:
                # A line may speak for the plugin under the name that define_plugin gives it.
                yield _Wish(name, other, command.name == "plugin_requires", settings, command.line)
            case _:
                continue


def _circle(wishes: Sequence[_Wish]) -> list[str]:
    graph: dict[str, set[str]] = {}
    for wish in wishes:
        graph.setdefault(wish.plugin, set()).add(wish.other)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def _finding(code: str, severity: Severity, wish: _Wish, message: str, fix: str) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        path=wish.file.path,
        line=wish.line,
        message=message,
        fix=fix,
    )
