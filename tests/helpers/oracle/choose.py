"""Axes that become one number, tensors side by side, and elements that are looked up."""

from __future__ import annotations

from collections.abc import Sequence

from .machine import Index, Machine, Tensor, groups_of, indices, over_axes, shape_of


def _reduced(machine: Machine, values: list[float], function: str) -> float:
    if function in ("max", "min"):
        return machine.largest(values) if function == "max" else -machine.largest([-value for value in values])
    if function == "sum":
        return machine.sum(values)
    if function == "norm":
        return machine.sqrt(machine.sum([machine.multiply(value, value) for value in values]))
    mean = machine.mean(values)
    if function == "mean":
        return mean
    centred = [machine.subtract(value, mean) for value in values]
    variance = machine.mean([machine.multiply(value, value) for value in centred])
    return variance if function == "var" else machine.sqrt(variance)


def _listed(axes: int | Sequence[int]) -> Sequence[int]:
    return [axes] if isinstance(axes, int) else axes


def reduce(machine: Machine, values: Tensor, *, function: str, axes: int | Sequence[int], keep: bool = False) -> Tensor:
    shape = shape_of(values)
    gone = {axis % len(shape) for axis in _listed(axes)}
    by, _ = over_axes(values, axes=sorted(gone))
    out: Tensor = {}
    for group in groups_of(values, by=by):
        place = tuple(0 if axis in gone else at for axis, at in enumerate(group[0]) if keep or axis not in gone)
        out[place] = _reduced(machine, [values[index] for index in group], function)
    return out


def l2_normalise(machine: Machine, values: Tensor, *, axes: int | Sequence[int]) -> Tensor:
    by, _ = over_axes(values, axes=_listed(axes))
    out: Tensor = {}
    for group in groups_of(values, by=by):
        length = machine.maximum(_reduced(machine, [values[index] for index in group], "norm"), 1e-12)
        out.update({index: machine.divide(values[index], length) for index in group})
    return out


def stack(_: Machine, *tensors: Tensor, axis: int) -> Tensor:
    axis %= len(shape_of(tensors[0])) + 1
    return {(*index[:axis], number, *index[axis:]): value for number, values in enumerate(tensors) for index, value in values.items()}


def expand(_: Machine, values: Tensor, *, shape: Sequence[int]) -> Tensor:
    old = shape_of(values)
    more = len(shape) - len(old)
    return {index: values[tuple(0 if size == 1 else at for at, size in zip(index[more:], old, strict=True))] for index in indices(shape)}


def gather(_: Machine, values: Tensor, index: Tensor, *, axis: int) -> Tensor:
    """The positions are what the numbers of the second tensor leave over."""
    shape = shape_of(values)
    axis %= len(shape)
    out: Tensor = {}
    for place, number in index.items():
        chosen = int(abs(number) * 8) % shape[axis]
        out.update({(*at[:axis], *place, *at[axis + 1 :]): value for at, value in values.items() if at[axis] == chosen})
    return out


def nearest(machine: Machine, values: Tensor, *others: Tensor, k: int) -> Tensor:
    """Squared distances from products and lengths, and the least of those that are left, k times."""
    among = others[0] if others else values

    def points(tensor: Tensor) -> dict[Index, list[float]]:
        found: dict[Index, list[float]] = {}
        for index, value in tensor.items():
            found.setdefault(index[:-1], []).append(value)
        return found

    def squares(some: dict[Index, list[float]]) -> dict[Index, float]:
        return {place: machine.sum([machine.multiply(value, value) for value in vector]) for place, vector in some.items()}

    asked, given = points(values), points(among)
    long = squares(asked)
    wide = squares(given) if others else long
    out: Tensor = {}
    for place, vector in asked.items():
        left = {}
        for other, against in given.items():
            if other[:-1] != place[:-1]:
                continue
            total = 0.0
            for one, two in zip(vector, against, strict=True):
                total = machine.macc(total, one, two)
            left[other[-1]] = machine.add(machine.subtract(long[place], machine.multiply(total, 2.0)), wide[other])
        for number in range(k):
            least = -machine.largest([-value for value in left.values()])
            found = next(at for at, value in left.items() if value == least)
            out[*place, number] = float(found)
            del left[found]
    return out
