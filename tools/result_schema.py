"""Writes docs/result.schema.json: what `--json` and `--report json=PATH` give, for other programs.

It is made from the types of runner/result.py. `make docs` calls it; a test says when it is old.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from runner.outcome.result import SCHEMA, RunResult, pretty_json

PAGE = Path(__file__).parents[1] / "docs" / "result.schema.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def make_schema() -> dict[str, Any]:
    """The schema; every field that a type has is always written, so a reader may rely on it."""
    document = msgspec.defstruct(
        "Result",
        [
            ("schema", Literal[SCHEMA]),  # type: ignore[valid-type]
            ("exit_code", int),
            *((field.name, field.type) for field in msgspec.structs.fields(RunResult)),
        ],
        kw_only=True,
        namespace={"__doc__": "What became of a run of devstack-runner."},
    )
    _, components = msgspec.json.schema_components([document], ref_template="#/$defs/{name}")
    for component in components.values():
        if "properties" in component:
            component["required"] = list(component["properties"])
            for value in component["properties"].values():
                value.pop("default", None)
    whole = components.pop("Result")
    return {"$schema": _DIALECT, **whole, "$defs": dict(sorted(components.items()))}


def main(arguments: Sequence[str]) -> None:
    """Write the schema, or print it with `--print`."""
    text = f"{pretty_json(make_schema())}\n"
    if arguments == ["--print"]:
        sys.stdout.write(text)
    else:
        PAGE.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
