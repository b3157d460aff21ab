"""The values that take the place of a spec's own vars: those of a variant, then those that are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import RequestError
from ..core.kinds import ANYTHING
from ..layers.kit.layer import Arg
from ..spec.document import Parser
from ..spec.tree import Spec, Template
from ..spec.values import Names
from ..text.python import from_python


def settings(spec: Spec, vars: Mapping[str, Any], variant: str | None) -> dict[str, Template]:
    """The values that take the place of a spec's own vars: those of a variant, then those given."""
    found: dict[str, Template] = {}
    if variant is not None:
        if variant not in spec.variants:
            there = "it has " + ", ".join(spec.variants) if spec.variants else "it has none"
            raise RequestError(f"{spec.name or spec.file} has no variant '{variant}': {there}")
        found.update(spec.variants[variant])
    for name, value in vars.items():
        if name not in spec.vars:
            there = "it has " + ", ".join(spec.vars) if spec.vars else "it has none"
            raise RequestError(f"{spec.name or spec.file} has no var '{name}': {there}")
        parser = Parser("")
        node, problems = from_python(value)
        earlier = list(spec.vars)[: list(spec.vars).index(name)]
        template = None if node is None or problems else parser.template(node, Arg(name, ANYTHING, ""), name, Names(earlier))
        if template is None:
            raise RequestError("; ".join(str(problem) for problem in [*problems, *parser.problems]))
        found[name] = template
    return found
