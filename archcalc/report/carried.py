"""What is made before the first token, is the same for all, and is read by each: which layer is the first to read which piece of memory."""

from __future__ import annotations

from math import prod

from ..core.dtypes import BITS
from ..network.graph import INPUTS, Group, Leaf, Network, Tensor


class Piece:
    """A piece of memory: its bits, whether each sample has its own, and whether a layer that follows the tokens has read it."""

    __slots__ = ("bits", "each", "read")

    def __init__(self, bits: int, *, each: bool) -> None:
        self.bits = bits
        self.each = each
        self.read = False


class Carried:
    """Follows the values that are the same for all tokens through a network, in the order in which data flows.

    A frame that serves several groups is gone through once for each, and its values are other pieces of memory each time.
    """

    __slots__ = ("_behind", "_follows", "_pieces")

    def __init__(self, network: Network) -> None:
        self._follows = network.follows
        self._behind = network.behind
        self._pieces: dict[int, Piece] = {}
        """By the id() of tensors, which the network holds."""

    def past(self, tensor: Tensor) -> bool:
        """Whether a value is the same for all tokens."""
        return not tensor.origin & self._follows

    def reads(self, group: Group) -> bool:
        """Whether of what comes into a group, and is the same for all tokens, something has been read: who reads it first, counts it."""
        return any(self._piece(tensor).read for tensor in group.inputs if self.past(tensor))

    def enter(self, group: Group) -> None:
        """Into a block or compound layer: what comes in is known inside by another name."""
        for outer, inner in zip(group.inputs, group.frame.inputs):
            if self.past(outer):
                self._pieces[id(inner)] = self._piece(outer)

    def leave(self, group: Group, times: int) -> None:
        """Out of one that was gone through, as one that runs so often for a sample."""
        self._outside(group, [*zip(map(id, group.frame.outputs), group.outputs), *group.reached()], times)

    def skip(self, group: Group, times: int) -> None:
        """Past one that is not gone through as it is like another: its values are new ones."""
        self._outside(group, [(0, outer) for outer in (*group.outputs, *(outer for _, outer in group.reached()))], times)

    def _outside(self, group: Group, pairs: list[tuple[int, Tensor]], times: int) -> None:
        for inner, outer in pairs:
            if self.past(outer) and not any(outer is each for each in group.inputs):
                self._pieces[id(outer)] = self._pieces.get(inner) or _piece(outer, times)

    def through(self, leaf: Leaf, times: int) -> tuple[int, int]:
        """Through a layer that runs so often for a sample: the bits for each sample of what it is the first to read, and those for all."""
        if self.past(leaf.outputs[0]):
            view = leaf.layer.keeps.view is not None or leaf.layer.keeps.passes
            for tensor in (*leaf.outputs, *leaf.extra):
                weights = not leaf.inputs  # they are held anyhow
                self._pieces[id(tensor)] = (
                    Piece(0, each=False) if weights else self._piece(leaf.inputs[0]) if view else _piece(tensor, times)
                )
            return 0, 0
        each = once = 0
        if not leaf.before and id(leaf) not in self._behind:
            for tensor in (
                leaf.inputs[:1] if leaf.layer.gives_state else leaf.inputs
            ):  # a state that comes in is replaced at the first token
                piece = self._piece(tensor) if self.past(tensor) else None
                if piece is not None and not piece.read:
                    piece.read = True
                    each, once = (each + piece.bits, once) if piece.each else (each, once + piece.bits)
        return each, once

    def _piece(self, tensor: Tensor) -> Piece:
        found = self._pieces.get(id(tensor))
        if found is None:  # an input of the network
            found = self._pieces[id(tensor)] = _piece(tensor, 1)
        return found


def _piece(tensor: Tensor, times: int) -> Piece:
    return Piece(prod(tensor.shape or ()) * BITS[tensor.dtype] * times, each=tensor.origin >= INPUTS)
