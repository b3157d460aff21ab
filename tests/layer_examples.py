"""The worked example of each layer type as a spec of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from archcalc.layers.base import LayerType

if TYPE_CHECKING:
    from archcalc.rows import Row


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
