"""The heads of a network: the layers whose weights make what it gives, with nothing but layers without weights behind them."""

from __future__ import annotations

from .graph import Copies, Group, Leaf, Network, Node, Tensor


def heads(network: Network) -> frozenset[str]:
    """The paths of the heads. Behind a head come layers of one input alone, such as a softmax: what joins several values has none."""
    found: set[str] = set()
    for tensor in network.outputs:
        _follow(tensor, network.frame.children, "", found)
    return frozenset(found)


def _follow(tensor: Tensor | None, nodes: list[Node], prefix: str, found: set[str]) -> Tensor | None:
    """Follow a value back through some nodes: the head that is met is put into ``found`` by its path; given back is what comes in, where
    none was met."""
    for node in reversed(nodes):
        if tensor is None:
            return None
        if isinstance(node, Copies):
            tensor = _follow(tensor, node.nodes, f"{prefix}{node.name}.", found)
        elif isinstance(node, Leaf):
            if any(each is tensor for each in (*node.outputs, *node.extra)):
                if node.result.params:
                    found.add(prefix + node.name)
                    return None
                tensor = node.inputs[0] if len(node.inputs) == 1 else None
        elif isinstance(node, Group):
            tensor = _group(tensor, node, prefix, found)
    return tensor


def _group(tensor: Tensor, group: Group, prefix: str, found: set[str]) -> Tensor | None:
    """The same through a block or composite: its inner values are others than those outside, but where it has no frame of its own."""
    frame, inside = group.frame, f"{prefix}{group.name}." if group.name else prefix
    if group.inputs is frame.inputs:
        return _follow(tensor, frame.children, inside, found)
    pairs = [*zip(group.outputs, frame.outputs), *zip(group.inputs, frame.inputs)]
    inner = next((theirs for mine, theirs in pairs[: len(group.outputs)] if mine is tensor), None)
    if inner is None:
        return tensor
    before = _follow(inner, frame.children, inside, found)
    return next((mine for mine, theirs in pairs[len(group.outputs) :] if theirs is before), None)
