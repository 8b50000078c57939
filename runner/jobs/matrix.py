"""Which jobs there are, and which of them are wanted."""

import fnmatch
import re
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from runner.distros.distro import Distro
from runner.errors import ConfigError, Interrupted
from runner.localconf.parse import named_plugins
from runner.outcome.result import JobResult
from runner.plan.plan import Request, job_identifier

_SHARD = re.compile(r"(\d+)/(\d+)")
_GLOB = re.compile(r"[*?\[]")
# A job that was never seen counts for this many seconds when shards are balanced.
_UNKNOWN = 120.0


class Candidate(Struct, frozen=True, kw_only=True):
    """A job that may be run; `seconds` is how long it took before, when that is known."""

    distro: Distro
    request: Request
    may_fail: bool = False
    seconds: float | None = None

    @property
    def job(self) -> str:
        """Its identifier, as far as it can be told without asking bash for the plugins."""
        request = self.request
        enabled = named_plugins(request.config) if request.config else ()
        given = (source.name for source in request.plugins)
        return job_identifier(self.distro, list(dict.fromkeys((*enabled, *given))))


def judged(candidate: Candidate, result: JobResult) -> JobResult:
    """The result, with whether its failure is allowed; to be interrupted is no failure."""
    failed = result.status.is_bad and result.exit_code != Interrupted.exit_code
    return replace(result, may_fail=True) if candidate.may_fail and failed else result


def with_history(
    candidates: Sequence[Candidate], durations: Mapping[str, float]
) -> tuple[Candidate, ...]:
    """The same, with how long each took before."""
    return tuple(replace(each, seconds=durations.get(each.job)) for each in candidates)


def select_jobs(candidates: Sequence[Candidate], patterns: Sequence[str]) -> tuple[Candidate, ...]:
    """Those whose identifiers match a pattern: a glob, or a part of the identifier."""
    globs = [text if _GLOB.search(text) else f"*{text}*" for text in patterns]
    return tuple(
        each
        for each in candidates
        if not globs or any(fnmatch.fnmatchcase(each.job, glob) for glob in globs)
    )


def parse_shard(text: str) -> tuple[int, int]:
    """I and N from `I/N`; I counts from 1.

    Raises:
        ConfigError: it is not such a pair.

    """
    found = _SHARD.fullmatch(text)
    index, count = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= index <= count:
        raise ConfigError(
            f"--shard {text}: not a part of a whole", hint="for example 1/3, 2/3, 3/3"
        )
    return index, count


def take_shard(candidates: Sequence[Candidate], index: int, count: int) -> tuple[Candidate, ...]:
    """The jobs of one of `count` shards, in their order.

    The longest job goes to the shard that has least to do, then the next: each machine that knows
    the same durations comes to the same shards.
    """
    loads = [0.0] * count
    mine = set()
    for each in sorted(candidates, key=lambda c: (-_expected(c), c.job)):
        shard = loads.index(min(loads))
        loads[shard] += _expected(each)
        if shard == index - 1:
            mine.add(each.job)
    return tuple(each for each in candidates if each.job in mine)


def longest_first(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The order in which to begin, so that none is left alone at the end."""
    return tuple(sorted(candidates, key=_expected, reverse=True))


def _expected(candidate: Candidate) -> float:
    return _UNKNOWN if candidate.seconds is None else candidate.seconds
