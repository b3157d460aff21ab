"""The heads of a network: the layers whose weights make what it gives, with nothing but layers without weights behind them."""

from __future__ import annotations

from ..layers.kit.positions import APART
from .graph import Copies, Group, Leaf, Network, Node, Tensor

Layers = dict[str, Leaf]
"""Layers by their paths."""


def heads(network: Network) -> frozenset[str]:
    """The paths of the heads. Behind a head come layers of one input alone, such as a softmax: what joins several values has none."""
    found: Layers = {}
    for tensor in network.outputs:
        _follow(tensor, network.frame.children, "", found, {})
    return frozenset(found)


def on_one_position(network: Network) -> frozenset[str]:
    """The paths of the heads and of the layers behind them that can run on one position of a sequence [..., length, features] alone."""
    found: Layers = {}
    for tensor in network.outputs:
        _follow(tensor, network.frame.children, "", found, found)
    return frozenset(name for name, leaf in found.items() if _apart(leaf))


def _apart(leaf: Leaf) -> bool:
    """Whether each position goes through by itself."""
    shapes = [tensor.shape or () for tensor in leaf.inputs]
    return all(
        len(shape) > 1 and leaf.layer.moves(leaf.result, shapes, number, len(shape) - 2)[0] == APART for number, shape in enumerate(shapes)
    )


def _follow(tensor: Tensor | None, nodes: list[Node], prefix: str, found: Layers, behind: Layers) -> Tensor | None:
    """Follow a value back through some nodes: the head that is met is put into ``found``, the layers behind it into ``behind``; given back is
    what comes in, where none was met."""
    for node in reversed(nodes):
        if tensor is None:
            return None
        if isinstance(node, Copies):
            tensor = _follow(tensor, node.nodes, f"{prefix}{node.name}.", found, behind)
        elif isinstance(node, Leaf):
            if any(each is tensor for each in (*node.outputs, *node.extra)):
                if node.result.params:
                    found[prefix + node.name] = node
                    return None
                behind[prefix + node.name] = node
                tensor = node.inputs[0] if len(node.inputs) == 1 else None
        elif isinstance(node, Group):
            tensor = _group(tensor, node, prefix, found, behind)
    return tensor


def _group(tensor: Tensor, group: Group, prefix: str, found: Layers, behind: Layers) -> Tensor | None:
    """The same through a block or composite: its inner values are others than those outside, but where it has no frame of its own."""
    frame, inside = group.frame, f"{prefix}{group.name}." if group.name else prefix
    if group.inputs is frame.inputs:
        return _follow(tensor, frame.children, inside, found, behind)
    pairs = [*zip(group.outputs, frame.outputs), *zip(group.inputs, frame.inputs)]
    inner = next((theirs for mine, theirs in pairs[: len(group.outputs)] if mine is tensor), None)
    if inner is None:
        return tensor
    before = _follow(inner, frame.children, inside, found, behind)
    return next((mine for mine, theirs in pairs[len(group.outputs) :] if theirs is before), None)
