"""Layers whose weight is under a norm: worked out anew in each pass, of what is learned in its place."""

from __future__ import annotations

from copy import copy
from functools import cache
from math import prod

from ...core.formula import Formula
from .args import LayerError, Shape, Symbols
from .layer import LayerType
from .norms import Norm

WEIGHT = "weight"
"""The tensor that a norm is of."""


def may_be_normed(layer: LayerType) -> bool:
    """Whether a layer type has a weight that something is multiplied with, all of it: tables that rows are looked up in are none."""
    return "," in layer.tensors.get(WEIGHT, "") and not layer.looks_up and not layer.declared and "maccs" in layer.operations


@cache
def normed(layer: LayerType, norm: Norm) -> LayerType:
    """The layer type with its weight under a norm: the same declaration with more params, tensors and buffers."""
    found = copy(layer)
    first, *_ = layer.tensors[WEIGHT].partition("[")[2].split(",")
    axis = 1 if norm.outputs and first == "C_in" else 0  # transposed convolutions have their output channels on the second axis

    def symbols(symbols: Symbols, inputs: list[Shape]) -> None:
        if layer.more_symbols is not None:
            layer.more_symbols(symbols, inputs)
        plan = layer.formulas(len(inputs[0]) - 1 if layer.spatial else 0)
        shape = next(tuple(sizes(symbols)) for name, _, sizes in plan.tensors if name == WEIGHT)
        if len(shape) < 2:
            raise LayerError(f"{norm.name} is of a matrix or a kernel, and the weight of {layer.name} is a vector here")
        symbols["weights"], symbols["rows"] = prod(shape), shape[axis]

    found.more_symbols = symbols
    found.params = f"{layer.params} + {norm.params}" if norm.params != "0" else layer.params
    found.tensors = {**layer.tensors, **norm.tensors}
    found.buffers = Formula(f"{layer.buffers.text if layer.buffers else 0} + {norm.buffers}") if norm.buffers != "0" else layer.buffers
    found.source = f"{layer.source}; {norm.name}: {norm.source}"
    found.norm = norm
    found._plans = {}
    return found
