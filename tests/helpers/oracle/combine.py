"""Several tensors into one, means, and interpolation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import product

from .machine import Machine, Tensor, groups_of, indices, over_axes, shape_of


def broadcast(combine: Callable[[float, float], float], tensors: Sequence[Tensor]) -> Tensor:
    """Every output element from one element of each tensor.

    NumPy's rule: shapes are aligned at their ends, and an axis of size 1 meets every index.
    """
    shapes = [shape_of(values) for values in tensors]
    rank = max(map(len, shapes))
    whole = [max(sizes) for sizes in zip(*([1] * (rank - len(shape)) + shape for shape in shapes), strict=True)]
    out: Tensor = {}
    for index in indices(whole):
        places = (tuple(0 if size == 1 else at for at, size in zip(index[rank - len(shape) :], shape, strict=True)) for shape in shapes)
        out[index] = reduce(combine, [values[place] for values, place in zip(tensors, places, strict=True)])
    return out


def add(machine: Machine, *tensors: Tensor) -> Tensor:
    return broadcast(machine.add, tensors)


def multiply(machine: Machine, *tensors: Tensor) -> Tensor:
    return broadcast(machine.multiply, tensors)


def mean(machine: Machine, values: Tensor, *, axes: Sequence[int]) -> Tensor:
    by, _ = over_axes(values, axes=axes)
    groups = groups_of(values, by=by)
    out: Tensor = {}
    for group in groups:
        where = by(group[0])
        assert isinstance(where, tuple)
        out[where] = machine.mean([values[index] for index in group])
    return out


def upsample(machine: Machine, values: Tensor, *, size: Sequence[int], taps: int) -> Tensor:
    """Interpolation between ``taps`` neighbours on one axis after the other; one neighbour is a copy.

    The weights of the neighbours are the same for a whole row or column: making them costs nothing here.
    """
    channels, *sizes = shape_of(values)
    weight = 1 / taps
    out: Tensor = {}
    for where in indices(size):
        near = []
        for at, wanted, incoming in zip(where, size, sizes, strict=True):
            centre = at * incoming // wanted
            near.append([min(max(centre + step - (taps - 1) // 2, 0), incoming - 1) for step in range(taps)])
        for channel in range(channels):
            found = [values[channel, *place] for place in product(*near)]
            while len(found) > 1:
                lines = [found[start : start + taps] for start in range(0, len(found), taps)]
                found = [machine.sum([machine.multiply(value, weight) for value in line]) for line in lines]
            [out[channel, *where]] = found
    return out
