"""How many tokens a sample of a network has: what is a token is said by its spec, never by the dtype that it runs in."""

from __future__ import annotations

from math import prod

from ..core.dtypes import BITS, FLOATS
from ..core.kinds import show
from ..layers.kit.args import LayerError
from ..layers.kit.axes import axis_of
from .evaluate import evaluate
from .graph import Tensor
from .walk import Walk, Wrong

ID_BITS = 32
"""The least width in which whole numbers that no layer looks up are taken for ids: narrower ones are images and waves as often."""


def tokens_of(walk: Walk, inputs: list[Tensor]) -> tuple[int, tuple[str, int] | None]:
    """The tokens of a sample, 0 where the network does not take a sequence of tokens; and the input and its axis that the spec says they lie on.

    They are those of the axis that the spec's `tokens` names; else the ids of the first input, if the spec declares that it holds whole
    numbers and an embedding looks them up, or they stand on a single axis. While decoding they are those that come in now.
    """
    said = _said(walk, inputs)
    if walk.run["incoming"]:
        return int(walk.run["incoming"]), said
    if walk.spec.tokens is not None:
        sizes = [tensor.shape[said[1]] for tensor in inputs if said is not None and tensor.maker == said[0] and tensor.shape is not None]
        return sum(sizes), said
    if not walk.spec.inputs or inputs[0].shape is None:
        return 0, None
    first, shape = walk.spec.inputs[0], inputs[0].shape
    if first.dtype is None or first.dtype in FLOATS:
        return 0, None
    ids = first.name in walk.looked_up or (len(shape) == 1 and BITS[first.dtype] >= ID_BITS)
    return prod(shape) if ids else 0, None


def _said(walk: Walk, inputs: list[Tensor]) -> tuple[str, int] | None:
    """The input and its axis that the spec's `tokens` names."""
    if walk.spec.tokens is None:
        return None
    name, template = walk.spec.tokens
    tensor = next((each for each in inputs if each.maker == name), None)
    if tensor is None or tensor.shape is None:
        return None
    try:
        return name, axis_of(evaluate(walk, template, walk.vars, []), tensor.shape)
    except Wrong as wrong:
        walk.report(wrong)
    except LayerError:
        message = f"tokens: {tensor.maker} {show(tensor.shape)} has no such axis"
        walk.error(template.node, template.path, message, expected=f"an axis from 0 to {len(tensor.shape) - 1}")
    return None
