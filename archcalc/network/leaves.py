"""The layers of a network one after another: with their paths, and which of them ran before the new token."""

from __future__ import annotations

from collections.abc import Iterator

from ..layers.kit.compound import Compound
from ..spec.tree import Item
from .graph import Copies, Group, Leaf, Network, Node, leaves_of


def paths(network: Network) -> Iterator[tuple[str, Leaf, Item | None]]:
    """The layers with their paths and their items, those of a compound layer with its own; of what is used several times the first use."""
    yield from _paths(network.frame.children, "", ("", None), set())


def _paths(nodes: list[Node], prefix: str, outer: tuple[str, Item | None], seen: set[int]) -> Iterator[tuple[str, Leaf, Item | None]]:
    """Nodes under a path, inside a compound layer with a path and an item, or inside none."""
    for node in nodes:
        if isinstance(node, Leaf):
            yield outer[0] or prefix + node.name, node, outer[1] or node.item
        elif isinstance(node, Copies):
            yield from _paths(node.nodes, f"{prefix}{node.name}.", outer, seen)
        elif isinstance(node, Group) and id(node.frame) not in seen:
            seen.add(id(node.frame))
            inner = (prefix + node.name if node.layer is not None else "", node.item if isinstance(node.layer, Compound) else None)
            yield from _paths(node.frame.children, f"{prefix}{node.name}." if node.name else prefix, outer if outer[0] else inner, seen)


def ran_before(node: Node) -> bool:
    """Whether all layers of a node that something comes into ran before the new token came in."""
    found = False
    for leaf in leaves_of(node):
        if leaf.inputs and not leaf.before:
            return False
        found = found or leaf.before
    return found
