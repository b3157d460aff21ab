"""Who makes what each layer takes: the edges of a network, by paths."""

from __future__ import annotations

from .graph import Copies, Group, Leaf, Network, Node


def edges(network: Network) -> dict[str, list[str]]:
    """Of each layer, and of each part of a compound one, by its path: the paths of what made its inputs, in their order.

    A value that comes into the network has the name of the input. What a compound layer gives is made by that layer, and for its own parts
    by the part.
    """
    found: dict[str, list[str]] = {}

    def walk(nodes: list[Node], prefix: str, known: dict[int, str]) -> None:
        for node in nodes:
            if isinstance(node, Leaf):
                name = prefix + node.name
                found[name] = [known.get(id(tensor), tensor.maker) for tensor in node.inputs]
                known.update((id(tensor), name) for tensor in (*node.outputs, *node.extra))
            elif isinstance(node, Copies):
                walk(node.nodes, f"{prefix}{node.name}.", known)
            elif isinstance(node, Group):
                group(node, prefix + node.name, prefix, known)

    def group(node: Group, name: str, prefix: str, known: dict[int, str]) -> None:
        frame, inner = node.frame, known
        if node.inputs is not frame.inputs:  # a frame serves many groups: its values are made by other layers in each
            inner = {id(mine): known.get(id(outer), outer.maker) for mine, outer in zip(frame.inputs, node.inputs)}
        if node.layer is not None:
            found[name] = [known.get(id(tensor), tensor.maker) for tensor in node.inputs]
        walk(frame.children, f"{name}." if node.name else prefix, inner)
        made = {id(outer): inner.get(id(mine), mine.maker) for outer, mine in zip(node.outputs, frame.outputs)}
        known.update(dict.fromkeys(made, name) if node.layer is not None else made)
        known.update((id(outer), inner.get(mine, outer.maker)) for mine, outer in node.reached())

    walk(network.frame.children, "", {})
    return found
