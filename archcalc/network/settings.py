"""What takes the place of a spec's own vars: the vars of a variant, and values given beside the spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import RequestError
from ..spec.reading import Reading
from ..spec.tree import Spec, Template
from ..spec.variables import read_var
from ..text.python import from_python


def settings(spec: Spec, vars: Mapping[str, Any], variant: str | None) -> dict[str, Template]:
    """The values that take the place of a spec's own vars: those of a variant, then those given, which may read the vars above them.

    Raises RequestError for a variant or a var that the spec does not have, and for a value that is none.
    """
    found: dict[str, Template] = {}
    if variant is not None:
        if variant not in spec.variants:
            raise RequestError(f"{spec.name or spec.file} has no variant '{variant}': {_those(spec.variants)}")
        found.update(spec.variants[variant])
    order = list(spec.vars)
    for name, value in vars.items():
        if name not in spec.vars:
            raise RequestError(f"{spec.name or spec.file} has no var '{name}': {_those(spec.vars)}")
        found[name] = _given(name, value, order[: order.index(name)])
    return found


def _those(names: Mapping[str, Any]) -> str:
    return "it has " + ", ".join(names) if names else "it has none"


def _given(name: str, value: Any, earlier: list[str]) -> Template:
    """A value as it was given, read like one that stands in a spec."""
    reading = Reading("")
    node, problems = from_python(value)
    template = None if node is None or problems else read_var(reading, node, name, name, earlier, rule="")
    if template is None:
        raise RequestError("; ".join(str(problem) for problem in [*problems, *reading.problems]))
    return template
