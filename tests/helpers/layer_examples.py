"""The layer types, each of them applied to shapes, and its worked example as a spec of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from archcalc import layers
from archcalc.layers.kit.compound import Compound
from archcalc.layers.kit.layer import LayerType
from archcalc.layers.kit.result import Result

if TYPE_CHECKING:
    from archcalc.report.rows import Row

Args = dict[str, Any]
Shapes = list[list[int]]

TYPES = list(layers.every())
PLAIN = [layer for layer in TYPES if not isinstance(layer, Compound)]


def name_of(layer: LayerType) -> str:
    return layer.name


def applied(*, kind: str, shapes: Shapes, args: Args) -> Result:
    """The layer type on shapes, its other arguments at their defaults."""
    layer = layers.find(kind)
    assert layer is not None
    assert set(args) <= set(layer.arg_names)
    given = {arg.name: arg.convert(args[arg.name]) if arg.name in args else arg.default for arg in layer.args}
    return layer.apply(given, [tuple(shape) for shape in shapes])


def example_spec(layer: LayerType, **more: Any) -> dict[str, Any]:
    """A document whose one item is the example; it has the layer type's name."""
    example = layer.example
    names = [f"in_{index}x" for index in range(len(example.inputs))]
    item: dict[str, Any] = {layer.name: json.loads(json.dumps(example.args))}  # tuples as lists
    if len(names) > 1:
        item["from"] = names
    dtype = {"dtype": "int64"} if layer.tokens else {}
    inputs = {name: {"shape": shape, **dtype} for name, shape in zip(names, example.inputs, strict=True)}
    return {"inputs": inputs or {"unused": [1]}, "layers": [item], **more}


def leaves(rows: list[Row]) -> Iterator[Row]:
    """Rows that are no sums: layers, and the parts of compound layers, however deep."""
    for row in rows:
        if row.parts:
            yield from leaves(row.parts)
        else:
            yield row
