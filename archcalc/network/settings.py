"""What takes the place of a spec's own vars: the vars of a variant, and values given beside the spec."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from ..core.errors import RequestError
from ..core.numbers import is_open
from ..core.suggest import did_you_mean
from ..spec.reading import Reading
from ..spec.templates import Template
from ..spec.tree import Input, Spec
from ..spec.variables import read_var
from ..text.python import from_python
from .incoming import sizes_of


def with_inputs(spec: Spec, shapes: Mapping[str, tuple[int, ...]]) -> Spec:
    """The spec with other shapes in place of those of its inputs, by their names; an empty name is that of the only one.

    Raises RequestError for an input that it does not have.
    """
    names = [each.name for each in spec.inputs]
    those = f"{spec.name or spec.file} has {len(names)} inputs, {', '.join(names)}"
    named = {}
    for name, shape in shapes.items():
        if not name and len(names) > 1:
            raise RequestError(f"{those}: say which with {names[0]}={'x'.join(map(str, shape))}")
        if name and name not in names:
            raise RequestError(f"{spec.name or spec.file} has no input '{name}': it has {', '.join(names)}")
        named[name or names[0]] = shape
    found = copy(spec)
    found.inputs = [
        Input(each.name, Template(each.shape.node, each.shape.path, each.shape.arg, named[each.name]), each.dtype)
        if each.name in named
        else each
        for each in spec.inputs
    ]
    return found


def sizes_in(spec: Spec, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Template]:
    """The vars of the spec that say sizes of the inputs which have other shapes, as these make them."""
    given = [(each, shapes.get(each.name) or shapes.get("")) for each in spec.inputs]
    found = sizes_of([each for each, shape in given if shape], [shape for _, shape in given if shape])
    return {name: Template(spec.vars[name].node, name, spec.vars[name].arg, value) for name, value in found.items() if name in spec.vars}


def settings(
    spec: Spec, vars: Mapping[str, Any], variant: str | None, shapes: Mapping[str, tuple[int, ...]] | None = None
) -> dict[str, Template]:
    """The values that take the place of a spec's own vars: those of a variant, those that follow from other ``shapes`` of its inputs,
    then those given, which may read the vars above them.

    Raises RequestError for a variant or a var that the spec does not have, and for a value that is none.
    """
    found: dict[str, Template] = {}
    if variant is not None:
        if variant not in spec.variants:
            raise RequestError(f"{spec.name or spec.file} has no variant '{variant}': {_meant(variant, spec.variants)}")
        found.update(spec.variants[variant])
    found.update(sizes_in(spec, shapes or {}))
    order = list(spec.vars)
    for name, value in vars.items():
        if name not in spec.vars:
            raise RequestError(f"{spec.name or spec.file} has no var '{name}': {_meant(name, spec.vars)}")
        own = spec.vars[name]
        found[name] = Template(own.node, name, own.arg, value) if is_open(value) else _given(name, value, order[: order.index(name)])
    return found


def _meant(name: str, names: Mapping[str, Any]) -> str:
    """Which of the names was probably meant, and all of them."""
    hint = did_you_mean(name, names)
    return f"{hint} {_those(names)}" if hint else _those(names)


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
