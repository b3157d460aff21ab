"""What a reader may want to know of a network beside its numbers: above all where it may not be what its author had in mind."""

from __future__ import annotations

from ..core.kinds import show
from .graph import Copies, Group, Leaf, Network, Node, Tensor

MOST = 3
"""How many layers a note names."""


def notes(network: Network) -> list[str]:
    """Notes on a network: axes in an unusual order, layers and inputs that nothing uses."""
    walk = _Walk(network)
    found = [note for tensor in network.inputs for note in [_axes(tensor)] if note]
    found += named(
        "linear works on the last axis, here the width of a map with channels first: flatten or permute comes before it", walk.flat
    )
    found += named("nothing takes the output, and it is counted", walk.unused())
    found += named("the input is not used", [tensor.maker for tensor in network.inputs if id(tensor) not in walk.used])
    return found


def _axes(tensor: Tensor) -> str:
    """A shape that has its batch with it, or its channels last."""
    shape = tensor.shape or ()
    if len(shape) == 4 and shape[0] == 1:
        return f"{tensor.maker} {show(shape)}: the first axis is read as channels; shapes leave the batch out"
    if len(shape) == 3 and shape[2] <= 4 < shape[1] and shape[0] > 16:
        return f"{tensor.maker} {show(shape)}: the first axis is read as channels; channels come first"
    return ""


def named(what: str, names: list[str]) -> list[str]:
    """A note on layers, of which the first few are named; none where there are no such layers."""
    more = f" and {len(names) - MOST:,} more" if len(names) > MOST else ""
    return [f"{', '.join(names[:MOST])}{more}: {what}"] if names else []


class _Walk:
    """One walk over a network, each frame once, in the order in which data flows.

    Values and frames are told apart by their id(): the network holds all of them as long as the walk lasts.
    """

    def __init__(self, network: Network) -> None:
        self.used = {id(tensor) for tensor in network.outputs}
        self.maps: set[int] = set()
        """The values that are maps with channels first: what convolutions and pools make, until something else reorders them."""
        self.flat: list[str] = []
        self._made: list[tuple[str, list[Tensor]]] = []
        self._seen: set[int] = set()
        self.nodes(network.frame.children, "", inside=False)

    def unused(self) -> list[str]:
        """The layers and blocks whose outputs nothing takes."""
        return [name for name, outputs in self._made if outputs and not any(id(tensor) in self.used for tensor in outputs)]

    def nodes(self, nodes: list[Node], prefix: str, *, inside: bool) -> None:
        for node in nodes:
            if isinstance(node, Leaf):
                self.leaf(node, prefix + node.name, inside)
            elif isinstance(node, Copies):
                self.nodes(node.nodes, f"{prefix}{node.name}.", inside=inside)
            elif isinstance(node, Group):
                self.group(node, f"{prefix}{node.name}." if node.name else prefix, inside)

    def leaf(self, leaf: Leaf, name: str, inside: bool) -> None:
        self.used.update(map(id, leaf.inputs))
        layer, outputs = leaf.layer, leaf.outputs
        first = leaf.inputs[0] if leaf.inputs else None
        is_map = first is not None and id(first) in self.maps
        if (layer.spatial and len(outputs[0].shape or ()) > 1) or (is_map and first is not None and outputs[0].shape == first.shape):
            self.maps.update(map(id, outputs))
        if not inside:
            self._made.append((name, [*outputs, *leaf.extra]))
            if layer.features_last and is_map:
                self.flat.append(name)

    def group(self, group: Group, prefix: str, inside: bool) -> None:
        frame = group.frame
        own = group.inputs is not frame.inputs
        self.used.update(map(id, group.inputs))
        reached = [identity for identity, _ in group.reached()]
        self.used.update(reached)
        if own:
            self.used.update(map(id, frame.outputs))
            if not inside and not reached:
                self._made.append((prefix.removesuffix("."), group.outputs))
            self.maps.update(id(mine) for mine, theirs in zip(frame.inputs, group.inputs) if id(theirs) in self.maps)
        if id(frame) not in self._seen:
            self._seen.add(id(frame))
            self.nodes(frame.children, prefix, inside=inside or group.layer is not None)
        if own:
            self.maps.update(id(mine) for mine, theirs in zip(group.outputs, frame.outputs) if id(theirs) in self.maps)
