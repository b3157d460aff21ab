"""The head on the last position alone, as a prefill that makes one more token needs it."""

from __future__ import annotations

from ..core.errors import RequestError
from ..core.kinds import show
from ..layers.concat import slice_
from ..layers.kit.args import Symbols
from .graph import Leaf, Network, Tensor
from .head import find_head

NAME = "last_position"
AXIS = -2
"""The positions of [..., length, features]."""


def last_position(network: Network, run: Symbols) -> None:
    """Put a slice in front of the head, so that it runs on the last position alone; ``run`` says how the network is run.

    Raises RequestError where the network has no head that runs on every position by itself.
    """
    head = find_head(network)
    if head is None or not (head.last and head.by_position and not head.shared):
        raise RequestError(
            "logits last: the output does not come from a linear layer at the network's end, which could run on one position"
        )
    leaf, tensor = head.leaf, head.leaf.inputs[0]
    shape = tensor.shape or ()
    if len(shape) < 2:
        raise RequestError(f"logits last: {head.name} takes {show(shape)} and runs on no positions: leave --logits out")
    args = {arg.name: arg.default for arg in slice_.args} | {"axis": AXIS, "start": -1}
    cut = slice_.apply(args, [shape])
    one = Leaf(NAME, slice_, args, [tensor], [Tensor(cut.shapes[0], tensor.dtype, NAME, tensor.origin)], cut, leaf.dtype)
    one.held, leaf.inputs = leaf.held[:0], one.outputs
    leaf.result = leaf.layer.apply(leaf.args, cut.shapes, run)
    leaf.outputs[0].shape = leaf.result.shapes[0]
    head.nodes.insert(next(number for number, each in enumerate(head.nodes) if each is leaf), one)
