"""The container engine: the one package that imports `docker`.

Its objects and exceptions go no further: callers see our own types and
`EngineError`.
"""

from runner.engine.client import Engine, EngineInfo, Found, answers
from runner.engine.container import Container
from runner.engine.spec import ContainerSpec, Mount
from runner.engine.translate import START_HINT

__all__ = [
    "START_HINT",
    "Container",
    "ContainerSpec",
    "Engine",
    "EngineInfo",
    "Found",
    "Mount",
    "answers",
]
