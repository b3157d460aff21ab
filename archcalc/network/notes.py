"""What a reader may want to know of a network beside its numbers: above all where it may not be what its author had in mind."""

from __future__ import annotations

from ..core.kinds import show
from ..core.words import counted
from .graph import Copies, Group, Leaf, Network, Node, Tensor
from .uses import uses_of

MOST = 3
"""How many layers a note names."""


def notes(network: Network, batch: int = 1) -> list[str]:
    """Notes on a network, for a batch: axes in an unusual order, what is worked out for nothing, inputs that nothing uses."""
    walk, uses = _Walk(network), uses_of(network)
    waste = uses.waste
    found = [note for tensor in network.inputs for note in [_axes(tensor)] if note]
    found += named(
        "linear works on the last axis, here the width of a map with channels first: flatten or permute comes before it", walk.flat
    )
    alone: dict[tuple[str, str], list[str]] = {}
    for name, last in network.alone:
        alone.setdefault((last.path, last.hint), []).append(name)
    for (path, hint), names in alone.items():
        found += named(f"one value alone is joined, the last of {path}; {hint}", names)
    counts = f"{counted(waste.layers, 'layer')}, {counted(waste.maccs * batch, 'MACC')}"
    found += named(f"nothing takes the output; counted all the same: {counts}", waste.ends)
    params = f"{waste.params:,} params" if waste.params != 1 else "1 param"
    found += named(
        f"a bias in front of batch_norm does nothing: {params}; write bias: false, or bias: true where it is meant", waste.biased
    )
    found += named("the input is not used", [tensor.maker for tensor in network.inputs if not uses.of([tensor])])
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
        self.maps: set[int] = set()
        """The values that are maps with channels first: what convolutions and pools make, until something else reorders them."""
        self.flat: list[str] = []
        self._seen: set[int] = set()
        self.nodes(network.frame.children, "", inside=False)

    def nodes(self, nodes: list[Node], prefix: str, *, inside: bool) -> None:
        for node in nodes:
            if isinstance(node, Leaf):
                self.leaf(node, prefix + node.name, inside)
            elif isinstance(node, Copies):
                self.nodes(node.nodes, f"{prefix}{node.name}.", inside=inside)
            elif isinstance(node, Group):
                self.group(node, f"{prefix}{node.name}." if node.name else prefix, inside)

    def leaf(self, leaf: Leaf, name: str, inside: bool) -> None:
        layer, outputs = leaf.layer, leaf.outputs
        first = leaf.inputs[0] if leaf.inputs else None
        is_map = first is not None and id(first) in self.maps
        if (layer.spatial and len(outputs[0].shape or ()) > 1) or (is_map and first is not None and outputs[0].shape == first.shape):
            self.maps.update(map(id, outputs))
        if not inside and layer.features_last and is_map:
            self.flat.append(name)

    def group(self, group: Group, prefix: str, inside: bool) -> None:
        frame = group.frame
        own = group.inputs is not frame.inputs
        if own:
            self.maps.update(id(mine) for mine, theirs in zip(frame.inputs, group.inputs) if id(theirs) in self.maps)
        if id(frame) not in self._seen:
            self._seen.add(id(frame))
            self.nodes(frame.children, prefix, inside=inside or group.layer is not None)
        if own and not group.apart:
            self.maps.update(id(mine) for mine, theirs in zip(group.outputs, frame.outputs) if id(theirs) in self.maps)
