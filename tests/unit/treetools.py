"""The tree's programs in Python, which are in no package."""

import importlib.util
from types import ModuleType

from runner.resources import TREE


def load_tool(name: str) -> ModuleType:
    """The program `tools/NAME.py` as a module."""
    spec = importlib.util.spec_from_file_location(name, TREE / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
