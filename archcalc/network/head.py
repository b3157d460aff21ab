"""The head of a network: the layer whose output are classes, if there is one.

A network gives classes where its only output comes from a linear layer of several features, which are then the classes, or from a convolution
whose kernel is a point, with a class for each channel, as networks that segment have it. Between that layer and the output there may be what
changes no value (reshape, slice, permute, a dropout) and what changes the size of a map alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from .graph import Absent, Copies, Group, Leaf, Network, Node, Tensor


class Head:
    """A layer that gives classes, so many of them, and whether its output is the network's own.

    ``name`` is its path, ``nodes`` the list that the layer stands in, ``shared`` whether other groups may have the same list.
    """

    __slots__ = ("classes", "last", "leaf", "name", "nodes", "shared")

    def __init__(self, name: str, leaf: Leaf, nodes: list[Node], classes: int, *, last: bool, shared: bool) -> None:
        self.name = name
        self.leaf = leaf
        self.nodes = nodes
        self.classes = classes
        self.last = last
        self.shared = shared

    @property
    def by_position(self) -> bool:
        """Whether it is a matrix on the features of each position: it can run on some of them alone."""
        return bool(self.leaf.layer.weight) and len(self.leaf.inputs) == 1


def find_head(network: Network) -> Head | None:
    """The head of a network; None where it gives no classes, or several values."""
    if len(network.outputs) != 1:
        return None
    (output,) = network.outputs
    leaf, nodes, shared, made, name = _maker(network.frame.children, output, False, "")
    if leaf is None or nodes is None:
        return None
    classes = leaf.layer.classes(leaf.result.symbols) if leaf.layer.classes is not None else 0
    return Head(name, leaf, nodes, classes, last=made is output, shared=shared) if classes > 1 else None


def _maker(nodes: list[Node], tensor: Tensor, shared: bool, prefix: str) -> tuple[Leaf | None, list[Node] | None, bool, Tensor, str]:
    """The layer that made a value, the list that it stands in, the value as that layer gave it, and its path; no layer where the value came in."""
    for node, around, path in _backward(nodes, prefix):
        if isinstance(node, Leaf):
            if any(tensor is each for each in node.outputs):
                if not _hands_on(node):
                    return node, around, shared, tensor, path + node.name
                tensor = node.inputs[0]
        elif any(tensor is each for each in node.outputs):
            own = node.inputs is not node.frame.inputs
            inner = node.frame.outputs[next(number for number, each in enumerate(node.outputs) if tensor is each)] if own else tensor
            leaf, place, within, inner, name = _maker(
                node.frame.children, inner, shared or own, f"{path}{node.name}." if node.name else path
            )
            if leaf is not None:
                return leaf, place, within, tensor if own and inner is node.frame.outputs[0] else inner, name
            came = next((number for number, each in enumerate(node.frame.inputs) if inner is each), None)
            if own and came is None:
                break
            tensor = node.inputs[came] if own and came is not None else inner
    return None, None, shared, tensor, ""


def _backward(nodes: list[Node], prefix: str) -> Iterator[tuple[Leaf | Group, list[Node], str]]:
    """Layers and groups from the last to the first, each with the list that it stands in, and what paths begin with there."""
    for node in reversed(nodes):
        if isinstance(node, Copies):
            yield from _backward(node.nodes, f"{prefix}{node.name}.")
        elif not isinstance(node, Absent):
            yield node, nodes, prefix


def _hands_on(leaf: Leaf) -> bool:
    """Whether what it gives are the values that came in, or a map of another size made of them."""
    keeps = leaf.layer.keeps
    return bool(leaf.inputs) and (keeps.view is not None or keeps.passes or leaf.layer.resizes)
