"""What a layer reads from memory and writes to it in a forward pass."""

from __future__ import annotations

from math import prod

from ..core.dtypes import size_of
from ..network.graph import Leaf
from .storage import Step


class Traffic:
    """Bytes that a layer by itself reads and writes; and those that it must even if it is fused with its neighbours.

    ``values`` are the sizes of the inputs and outputs that pass through memory when layers that work element by element are done
    together with the layer before them, and the inside of attention is never written down (Dao et al., FlashAttention, 2022,
    arXiv:2205.14135, section 3.1). ``weights`` are the bytes that it reads of what was there before: weights, and the key-value cache.
    """

    __slots__ = ("out", "read", "values", "weights", "written")

    def __init__(self, weights: int, read: int, written: int, values: tuple[int, ...], out: int = 0) -> None:
        self.weights = weights
        self.read = read
        self.written = written
        self.values = values
        self.out = out
        """The one of the values that is the output; 0 where it is not among them."""


NONE = Traffic(0, 0, 0, ())


def traffic(leaf: Leaf, step: Step, samples: int, weights: int) -> Traffic:
    """The traffic of a layer that takes so many samples and reads so many bytes of weights. Shapes without the batch, sizes in bytes."""
    layer = leaf.layer
    if not leaf.inputs or layer.cache is not None or ((layer.keeps.view is not None or layer.keeps.passes) and not step.made):
        return NONE  # weights that stand alone, views, and what is in the cache already: those who use them read them
    inputs = [size_of(prod(tensor.shape or ()) * samples, tensor.dtype) for tensor in leaf.inputs]
    written = sum(size_of(prod(tensor.shape or ()) * samples, tensor.dtype) for tensor in (*leaf.outputs, *leaf.extra))
    cached = [size for size, storage in zip(inputs, step.used) if storage.cached]
    passing = [size for size, storage in zip(inputs, step.used) if not storage.cached]
    core, out = layer.keeps.core, 0
    if core == "starts":
        values = tuple(passing)
    elif core == "ends":
        values, out = (*passing[1:], written), written
    elif any(storage.core for storage in step.used):
        values = ()
    elif layer.fuses:
        values = tuple(sorted(passing)[:-1]) if layer.fuses == "others" else ()
    else:
        values, out = (*passing, written), written
    return Traffic(weights + sum(cached), sum(inputs) + weights, written, values, out)


class Work:
    """What a layer has to compute and to move at least: once forward, and for each of its ``gradients`` once more backward.

    ``operations`` are two for each MACC of the forward pass, in ``dtype``, and ``least`` those of them that no kernel can leave out: of
    causal attention the unmasked ones. ``again`` says whether the backward pass works it out anew.
    """

    __slots__ = ("again", "dtype", "gradients", "least", "moved", "operations")

    def __init__(self, dtype: str, operations: int, least: int, moved: Traffic, gradients: int, again: bool) -> None:
        self.dtype = dtype
        self.operations = operations
        self.least = least
        self.moved = moved
        self.gradients = gradients
        self.again = again
