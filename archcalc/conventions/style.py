"""How code writes a layer, where counters tell one way from another."""

from __future__ import annotations

from ..layers.kit.compound import Compound
from ..network.graph import Group
from ..spec.language import STYLES

WAYS = frozenset(STYLES) - {"module"}
"""The ways of writing code that are not the usual module."""


def style_inside(node: Group, outer: str) -> str:
    """How the layers inside a group are written, where those around it are written as ``outer``.

    As the group says; else, inside a compound layer, as the module that it is has them: its type stands in front of those around it.
    """
    if node.style and node.style != "module":
        return node.style
    if node.layer is None or node.layer.declared or (outer in WAYS and not node.style):
        return outer
    own = node.layer.written(node.args, [tensor.shape or () for tensor in node.inputs]) if isinstance(node.layer, Compound) else ""
    return own or f"{node.type} {outer if outer not in WAYS else ''}".strip()


def styled(types: str, *styles: str) -> str:
    """Keys for each of some types in each of some styles."""
    return " ".join(f"{type}:{style}" for type in types.split() for style in styles)
