"""How code writes a layer, where counters tell one way from another."""

from __future__ import annotations

from ..layers.kit.compound import Compound
from ..network.graph import Group, Leaf
from ..spec.language import FOR_BYTES, NEED_WEIGHTS, STYLES

WAYS = frozenset(STYLES) - {"module", NEED_WEIGHTS, *FOR_BYTES}
"""The ways of writing code that are not the usual module."""


def style_of(node: Leaf | Group) -> str:
    """How a layer or what is in a group is said to be written, as far as a counter sees it.

    A feed-forward layer whose activation is written out is made of modules all the same.
    """
    plain = isinstance(node, Group) and isinstance(node.layer, Compound) and node.layer.plain
    return "" if node.style in FOR_BYTES or (plain and node.style == "written") else node.style


def style_inside(node: Group, outer: str) -> str:
    """How the layers inside a group are written, where those around it are written as ``outer``.

    As the group says; of the modules inside a Transformer layer none is called for its weights. Else, inside a compound layer, as the module that it is has them: its type stands in front of those around it.
    """
    style = style_of(node)
    called = style == NEED_WEIGHTS
    if style and style != "module" and not called:
        return style
    if called:
        outer = "" if outer in WAYS else outer
        outer = outer if NEED_WEIGHTS in outer.split() else f"{NEED_WEIGHTS} {outer}".strip()
    if node.layer is None or node.layer.declared or (outer in WAYS and not style):
        return outer
    if not isinstance(node.layer, Compound):
        return f"{node.type} {outer if outer not in WAYS else ''}".strip()
    own = node.layer.written(node.args, [tensor.shape or () for tensor in node.inputs])
    around = [word for word in outer.split() if word not in WAYS and (word != NEED_WEIGHTS or node.layer.packs)]
    return own or " ".join([node.type, *around])


def styled(types: str, *styles: str) -> str:
    """Keys for each of some types in each of some styles."""
    return " ".join(f"{type}:{style}" for type in types.split() for style in styles)
