"""Outputs that are the memory of the input under other axes: the steps between elements, or a copy where there are none.

A view is told by its strides: for each axis, how many elements of memory lie between two neighbours on it. A function here takes the
symbols of the layer, the strides and the shape of the input, and the shapes of the outputs; it gives the strides of each output, or
None where the elements have to be copied (NumPy documentation, the internal memory layout of an ndarray).
"""

from __future__ import annotations

from typing import Any

from .args import Shape
from .axes import axis_of
from .keeps import Strides


def in_order(shape: Shape) -> Strides:
    """The strides of a tensor whose elements lie one behind the other."""
    strides = [1] * len(shape)
    for axis in range(len(shape) - 1, 0, -1):
        strides[axis - 1] = strides[axis] * shape[axis]
    return tuple(strides)


def regrouped(shape: Shape, strides: Strides, new: Shape) -> Strides | None:
    """The strides of the same elements in another shape, None where no strides say it: axes that are joined must lie one in the other."""
    runs: list[list[int]] = []  # [elements, innermost stride] of axes that lie one in the other
    for size, stride in zip(shape, strides):
        if size == 1:
            continue
        if runs and runs[-1][1] == size * stride:
            runs[-1] = [runs[-1][0] * size, stride]
        else:
            runs.append([size, stride])
    found: list[int] = []
    left = 1
    step = 1
    for size in reversed(new):
        if size == 1:
            found.append(left * step)
            continue
        if left == 1:
            if not runs:
                return None
            left, step = runs.pop()
        if left % size:
            return None
        found.append(step)
        left, step = left // size, step * size
    return tuple(reversed(found))


def same(symbols: dict[str, Any], strides: Strides, shape: Shape, outputs: list[Shape]) -> list[Strides | None]:
    """The input itself."""
    return [strides]


def reshaped(symbols: dict[str, Any], strides: Strides, shape: Shape, outputs: list[Shape]) -> list[Strides | None]:
    """The same elements in the output's shape."""
    return [regrouped(shape, strides, outputs[0])]


def permuted(symbols: dict[str, Any], strides: Strides, shape: Shape, outputs: list[Shape]) -> list[Strides | None]:
    """The axes in another order."""
    return [tuple(strides[axis_of(axis, shape)] for axis in symbols["axes"])]


def cut(symbols: dict[str, Any], strides: Strides, shape: Shape, outputs: list[Shape]) -> list[Strides | None]:
    """A part of an axis."""
    return [strides] * len(outputs)


def stepped(symbols: dict[str, Any], strides: Strides, shape: Shape, outputs: list[Shape]) -> list[Strides | None]:
    """Every so many positions of an axis."""
    axis = axis_of(symbols["axis"], shape)
    return [(*strides[:axis], strides[axis] * symbols["step"], *strides[axis + 1 :])]


def repeated(symbols: dict[str, Any], strides: Strides, shape: Shape, outputs: list[Shape]) -> list[Strides | None]:
    """Axes that are repeated: there is no step between neighbours on them."""
    new = outputs[0]
    more = len(new) - len(shape)
    kept = (stride if size == wanted else 0 for size, wanted, stride in zip(shape, new[more:], strides, strict=True))
    return [(*(0,) * more, *kept)]
