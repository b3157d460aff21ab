"""``lora``, at the top level, in a block and on an item: read into the rank of adapters and the layers that have them."""

from __future__ import annotations

import re
from typing import Any

from ..core.kinds import SIZE, Kind
from ..layers.kit.args import Arg
from ..text.nodes import Mapping, Node, Scalar, Sequence
from .reading import Known, Reading, kind_of_node
from .tree import Lora
from .values import read_template

EVERY = "all"
"""What stands for all linear layers but the heads."""
_RANK = Arg("rank", SIZE, "features in between of an adapter")
_NAME = r"[^\s.]+(\.[^\s.]+)*"
_LONGEST = 1000
_EXPECTED = "lora: {rank: 16, on: [query, value]}, or lora: 16 for all linear layers"


class LoraKind(Kind):
    """A rank, or a rank and names or paths."""

    expected = _EXPECTED

    def schema(self) -> dict[str, Any]:
        name = {"type": "string", "pattern": f"^{_NAME}$", "maxLength": _LONGEST}
        on = {"description": "Names or paths of linear layers, or all.", "anyOf": [name, {"type": "array", "items": name, "minItems": 1}]}
        whole = {"type": "object", "properties": {"rank": SIZE.schema(), "on": on}, "required": ["rank"], "additionalProperties": False}
        return {"anyOf": [whole, *SIZE.schema()["anyOf"]]}


LORA = Arg("lora", LoraKind(), "adapters of low rank beside the linear layers whose path has one of these names; the rest is frozen")


def read_lora(reading: Reading, node: Node, path: str, known: Known) -> Lora | None:
    """What is said of adapters; None where it is wrong, which is reported."""
    entries: dict[str, Node] = node.entries if isinstance(node, Mapping) else {"rank": node}
    if isinstance(node, Mapping):
        reading.unknown_keys(node, path, ("rank", "on"), "lora")
    if "rank" not in entries or isinstance(node, Sequence):
        reading.error(node, path, "lora needs a rank", expected=_EXPECTED, found=kind_of_node(node))
        return None
    where = f"{path}.rank" if isinstance(node, Mapping) else path
    rank = read_template(reading, entries["rank"], _RANK, where, known)
    names: dict[str, Node] = _names(reading, entries["on"], f"{path}.on") if "on" in entries else {EVERY: node}
    if rank is None or not names:
        return None
    reading.adapts = True
    return Lora(rank, names, path)


def _names(reading: Reading, node: Node, path: str) -> dict[str, Node]:
    """The names or paths of layers, each with its place; none where one is wrong."""
    nodes = node.items if isinstance(node, Sequence) else [node]
    found: dict[str, Node] = {}
    for each in nodes:
        name = each.value if isinstance(each, Scalar) else None
        if not isinstance(name, str) or len(name) > _LONGEST or not re.fullmatch(_NAME, name):
            expected = "on: [query, value], a path such as layer.0.attention, or all"
            reading.error(each, path, "on takes names or paths of layers", expected=expected, found=kind_of_node(each))
            return {}
        found[name] = each
    if not found:
        reading.error(node, path, "on must hold at least one name")
    return found
