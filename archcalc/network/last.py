"""The head on the last position alone, as a prefill that makes one more token needs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import copy
from typing import TypeVar

from ..core.kinds import show
from ..layers.concat import slice_
from ..layers.kit.args import Symbols
from ..layers.kit.positions import APART
from .graph import Copies, Group, Leaf, Network, Node, Tensor, inside

NAME = "last_position"
AXIS = -2
"""The positions of [..., length, features]."""
Made = TypeVar("Made", Leaf, Group)
Cut = tuple[list[Node], Tensor]
"""The nodes of a list, of which the last ones run on one position, and the value that they then give."""


def last_position(network: Network, run: Symbols) -> str:
    """Put a slice in front of the linear layers at the network's end, so that they and what is behind them run on the last position alone.

    ``run`` says how the network is run. Gives why it can't be done: no output comes from such a layer, with nothing behind it but what takes
    each position by itself. Empty where it is done.
    """
    cutting = _Cutting(network, run)
    for number, output in enumerate(network.outputs):
        found = cutting.nodes(network.frame.children, output)
        if found is not None:
            network.frame.children, given = found
            network.frame.outputs = network.outputs = _put(network.outputs, network.outputs[number], given)
            network.last_alone = True
    return "" if network.last_alone else cutting.why


class _Cutting:
    """A way back from an output to its head. What serves several groups is copied first: it runs on one position in the last of them alone."""

    def __init__(self, network: Network, run: Symbols) -> None:
        self.run = run
        self.serves = Counter(id(group.frame) for group in _groups(network.frame.children))
        self.why = "the output does not come from a linear layer at the network's end, which could run on one position"

    def nodes(self, nodes: list[Node], tensor: Tensor, shared: bool = False) -> Cut | None:
        """Some nodes with the head of a value on one position, and that value; None where there is no such head. ``shared``: whether they
        stand in what serves several groups."""
        for number in reversed(range(len(nodes))):
            node, found = nodes[number], None
            if isinstance(node, Copies):
                found = self._copies(node, tensor, shared)
            elif isinstance(node, Leaf) and any(each is tensor for each in node.outputs):
                return self._leaf(nodes[:number], node, nodes[number + 1 :], shared)
            elif isinstance(node, Group) and any(each is tensor for each in node.outputs):
                found = self._group(node, tensor, shared)
            if found is not None:
                return [*nodes[:number], *found[0], *nodes[number + 1 :]], found[1]
        return None

    def _leaf(self, before: list[Node], leaf: Leaf, behind: list[Node], shared: bool) -> Cut | None:
        """The head itself, with a slice in front; or a layer without weights behind it."""
        if len(leaf.inputs) != 1:
            return None
        source, head = leaf.inputs[0], leaf.result.params > 0
        shape = source.shape or ()
        if head and leaf.layer.weight and len(shape) < 2:
            self.why = f"{leaf.name} takes {show(shape)} and runs on no positions: leave --logits out"
        apart = len(shape) > 1 and leaf.layer.moves(leaf.result, [shape], 0, len(shape) + AXIS) == (APART, len(shape) + AXIS)
        if not apart or (head and not leaf.layer.weight):
            return None
        found: Cut | None
        if head:
            cut = _slice(source, leaf.dtype)
            found = [*before, cut], cut.outputs[0]
        else:
            found = self.nodes(before, source, shared)
        if found is None:
            return None
        made = _own(leaf, shared)
        made.inputs = [found[1]]
        made.result = leaf.layer.apply(leaf.args, [found[1].shape or ()], self.run)
        made.outputs = [_reshaped(each, new, shared) for each, new in zip(leaf.outputs, made.result.shapes)]
        return [*found[0], made, *behind], made.outputs[0]

    def _copies(self, copies: Copies, tensor: Tensor, shared: bool) -> Cut | None:
        found = self.nodes(copies.nodes, tensor, shared)
        if found is None:
            return None
        made = copy(copies)
        made.nodes, made.outputs = found[0], _put(copies.outputs, tensor, found[1])
        return [made], found[1]

    def _group(self, group: Group, tensor: Tensor, shared: bool) -> Cut | None:
        if group.layer is not None or group.times > 1 or group.weights > 1 or group.apart:
            return None
        frame = group.frame
        own = group.inputs is not frame.inputs
        serves = shared or self.serves[id(frame)] > 1
        inner = next(theirs for mine, theirs in zip(group.outputs, frame.outputs) if mine is tensor) if own else tensor
        found = self.nodes(frame.children, inner, serves)
        if found is None:
            return None
        given = _reshaped(tensor, found[1].shape or (), shared) if own else found[1]
        made = _own(group, shared)
        made.frame = copy(frame) if serves else frame
        made.frame.children, made.frame.outputs = found[0], _put(frame.outputs, inner, found[1])
        made.outputs = _put(group.outputs, tensor, given)
        return [made], given


def _groups(nodes: list[Node]) -> Iterator[Group]:
    for node in nodes:
        if isinstance(node, Group):
            yield node
        yield from _groups(inside(node))


def _slice(source: Tensor, dtype: str) -> Leaf:
    """A layer that takes the last position of a value."""
    args = {arg.name: arg.default for arg in slice_.args} | {"axis": AXIS, "start": -1}
    cut = slice_.apply(args, [source.shape or ()])
    return Leaf(NAME, slice_, args, [source], [Tensor(cut.shapes[0], source.dtype, NAME, source.origin)], cut, dtype)


def _own(node: Made, shared: bool) -> Made:
    """A node that may be changed: other nodes know one that is not shared, which stays what it is."""
    return copy(node) if shared else node


def _reshaped(tensor: Tensor, shape: tuple[int, ...], shared: bool) -> Tensor:
    """A value in another shape; by its identity others know one that is not shared."""
    if shared:
        return tensor.shaped(shape)
    tensor.shape = shape
    return tensor


def _put(tensors: list[Tensor], old: Tensor, new: Tensor) -> list[Tensor]:
    """Values with a new one in place of an old one."""
    return [new if each is old else each for each in tensors]
