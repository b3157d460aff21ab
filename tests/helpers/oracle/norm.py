"""Norms and softmax."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence

from .machine import Index, Machine, Tensor, groups_of, over_axes, shape_of

EPSILON = 1e-5


def normalised(
    machine: Machine,
    values: Tensor,
    *,
    by: Callable[[Index], Hashable],
    key: Callable[[Index], Hashable],
    scale: bool,
    shift: bool,
    centre: bool = True,
) -> Tensor:
    """Each group brought to mean 0 (unless ``centre`` is false) and variance 1; then scaled and shifted by the parameters of ``key``."""
    out: Tensor = {}
    for group in groups_of(values, by=by):
        deviations = [values[index] for index in group]
        if centre:
            mean = machine.mean(deviations)
            deviations = [machine.subtract(value, mean) for value in deviations]
        variance = machine.mean([machine.multiply(value, value) for value in deviations])
        root = machine.sqrt(machine.add(variance, EPSILON))
        for index, value in zip(group, deviations, strict=True):
            result = machine.divide(value, root)
            result = machine.scaled(result, "scale", key(index)) if scale else result
            out[index] = machine.shifted(result, "shift", key(index)) if shift else result
    return out


def channel(index: Index) -> int:
    return index[0]


def batch_norm(machine: Machine, values: Tensor, *, affine: bool) -> Tensor:
    """At inference: the statistics are folded into one scale and one shift per channel beforehand."""
    if affine:
        return {index: machine.shifted(machine.scaled(value, "scale", index[0]), "shift", index[0]) for index, value in values.items()}
    return {index: machine.add(machine.multiply(value, 0.5), 0.25) for index, value in values.items()}


def instance_norm(machine: Machine, values: Tensor, *, affine: bool) -> Tensor:
    return normalised(machine, values, by=channel, key=channel, scale=affine, shift=affine)


def group_norm(machine: Machine, values: Tensor, *, groups: int, affine: bool) -> Tensor:
    per_group = shape_of(values)[0] // groups
    return normalised(machine, values, by=lambda index: index[0] // per_group, key=channel, scale=affine, shift=affine)


def layer_norm(machine: Machine, values: Tensor, *, axes: int | Sequence[int], affine: bool, bias: bool) -> Tensor:
    by, key = over_axes(values, axes=axes)
    return normalised(machine, values, by=by, key=key, scale=affine, shift=affine and bias)


def rms_norm(machine: Machine, values: Tensor, *, axes: int | Sequence[int], affine: bool) -> Tensor:
    by, key = over_axes(values, axes=axes)
    return normalised(machine, values, by=by, key=key, scale=affine, shift=False, centre=False)


def layer_scale(machine: Machine, values: Tensor, *, axis: int | str) -> Tensor:
    return {index: machine.scaled(value, "scale", 0 if isinstance(axis, str) else index[axis]) for index, value in values.items()}


def local_response_norm(machine: Machine, values: Tensor, *, size: int) -> Tensor:
    """Each element over (k + alpha / size * the sum of the squares of ``size`` channels around it) ** beta."""
    squares = {index: machine.multiply(value, value) for index, value in values.items()}
    out: Tensor = {}
    for (at, *place), value in values.items():
        around = [squares.get((at - size // 2 + step, *place), 0.0) for step in range(size)]
        denominator = machine.power(machine.add(machine.multiply(machine.sum(around), 1e-4 / size), 1.0), 0.75)
        out[at, *place] = machine.divide(value, denominator)
    return out


def softmax(machine: Machine, values: Tensor, *, axis: int) -> Tensor:
    out: Tensor = {}
    by, _ = over_axes(values, axes=[axis])
    for group in groups_of(values, by=by):
        largest = machine.largest(values[index] for index in group)
        powers = [machine.transcendental(math.exp, machine.subtract(values[index], largest)) for index in group]
        total = machine.sum(powers)
        out.update({index: machine.divide(power, total) for index, power in zip(group, powers, strict=True)})
    return out


def log_softmax(machine: Machine, values: Tensor, *, axis: int) -> Tensor:
    out: Tensor = {}
    by, _ = over_axes(values, axes=[axis])
    for group in groups_of(values, by=by):
        largest = machine.largest(values[index] for index in group)
        below = [machine.subtract(values[index], largest) for index in group]
        total = machine.sum([machine.transcendental(math.exp, value) for value in below])
        logarithm = machine.transcendental(math.log, total)
        out.update({index: machine.subtract(value, logarithm) for index, value in zip(group, below, strict=True)})
    return out
