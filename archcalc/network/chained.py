"""How copies are written that take what is named."""

from __future__ import annotations

from ..layers.kit.layer import LayerType
from ..spec.tree import Block, Item


def chained(item: Item, count: int) -> str:
    """How copies are written that take what is named: each of them beside what the one before gives, or the first alone."""
    names = ", ".join(ref.text for ref in item.sources or [])
    if isinstance(item.type, LayerType):
        most = item.type.inputs[1]
    else:
        most = len(item.type.inputs) if isinstance(item.type, Block) else 1
    if 1 < most == len(item.sources or []):
        first, rest = names.split(", ", 1)
        inner = f"{{{item.type_name}: ..., repeat: {count}, from: [previous, {rest}]}}"
        return f"where the first copy takes {first}: {{sequence: [{inner}], from: {first}}}"
    if most > 1:
        return f"from: [previous, {names}] gives each copy what the one before it gives, too"
    source = names if len(item.sources or []) == 1 else f"[{names}]"
    return f"where the first copy takes it: {{sequence: [{{{item.type_name}: ..., repeat: {count}}}], from: {source}}}"
