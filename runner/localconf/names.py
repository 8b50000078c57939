"""The names that DevStack knows: its variables, and the commands of a localrc."""

import difflib
import re
from functools import cache

from runner.resources import VARIABLES

COMMANDS = (
    *("enable_plugin", "enable_service", "disable_service", "disable_all_services"),
    "use_database",
)
_SECRET = re.compile(r"(?i)passw|token|secret|_key$|_hash$|credential|connection|_url$")
_NEAR = 0.8  # of each word of a name
_SLIPS = 2
_NEAR_COMMAND = 0.9


def is_variable(name: str) -> bool:
    """Whether DevStack reads or sets it."""
    return name in _variables()


def is_secret(name: str) -> bool:
    """Whether its value is for nobody's eyes, so that no remark repeats it."""
    return _SECRET.search(name) is not None


def near_variable(name: str) -> str | None:
    """The variable whose name was probably meant: of as many words, each of them near."""
    if is_variable(name):
        return None
    words = name.split("_")
    for known, others in _by_words().get(len(words), ()):
        if abs(len(known) - len(name)) <= _SLIPS and all(map(_is_near, words, others)):
            return known
    return None


def near_command(name: str) -> str | None:
    """The command that was probably meant."""
    near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=_NEAR_COMMAND)
    return near[0] if near and name not in COMMANDS else None


def _is_near(word: str, other: str) -> bool:
    if word == other:
        return True
    # IPV4 is no slip of IPV6, and one of two letters is another word
    if abs(len(word) - len(other)) > 1 or re.search(r"\d", word + other) or len(word) < len("TYPE"):
        return False
    return difflib.SequenceMatcher(None, word, other).ratio() >= _NEAR


@cache
def _variables() -> frozenset[str]:
    return frozenset(VARIABLES.read_text().split())


@cache
def _by_words() -> dict[int, list[tuple[str, list[str]]]]:
    """The variables with the words of their names, by how many these are."""
    found: dict[int, list[tuple[str, list[str]]]] = {}
    for name in sorted(_variables()):
        found.setdefault(name.count("_") + 1, []).append((name, name.split("_")))
    return found
