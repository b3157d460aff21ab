"""How many designs of a whole space have which figure, exactly, and what moves a figure: from sums of tables, by dynamic programming.

A distribution is every value that a figure comes to and how many designs have it; those of parts that share no axis are convolved. Numbers of
designs are Python's own, for they pass 64 bits soon.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any, TypeAlias

import numpy as np

from .fronts import CELLS, TooLarge
from .sums import Axes, Factor, Mask, Sum, dtype_for, factors, order_of

FEW = 100_000
"""Pairs of values that are simply sorted."""
PAIRS = 2_000_000_000
BINS = 40_000_000
"""Pairs, and bins, of values that are counted in bins."""
MOST = 20_000_000
"""How many sums of two parts are looked at at once."""


Made: TypeAlias = "tuple[Distribution, Distribution] | list[tuple[int, int, Distribution]] | None"


class Distribution:
    """Values in rising order, and how many part designs have each.

    ``of`` says what it was made of, where that is kept: two distributions whose values add up, or else for each value that an axis may have
    its number, that value's, and the distribution with it.
    """

    __slots__ = ("counts", "of", "values")

    def __init__(self, values: Any, counts: Any, of: Made = None) -> None:
        self.values = values
        self.counts = counts
        self.of = of

    def __len__(self) -> int:
        return len(self.values)

    @property
    def total(self) -> int:
        """How many there are in all."""
        return int(sum(self.counts.tolist()))


def parts(sizes: Sequence[int], figure: Sum, masks: Sequence[Mask] = (), *, keep: bool = False) -> list[Distribution]:
    """The distributions of parts that share no axis: what the figure comes to is its start and one value of each. ``keep`` has them know
    what they were made of.

    Raises TooLarge where a part hangs together too much.
    """
    found = factors(sizes, [figure], masks)
    dtype = dtype_for([figure])
    messages: list[tuple[Axes, dict[tuple[int, ...], Distribution]]] = []
    for axis in order_of(sizes, found):
        mine = [each for each in found if axis in each.axes]
        taken = [each for each in messages if axis in each[0]]
        found = [each for each in found if axis not in each.axes]
        messages = [each for each in messages if axis not in each[0]]
        around = tuple(sorted(set().union(*(each.axes for each in mine), *(axes for axes, _ in taken)) - {axis}))
        messages.append((around, _without(sizes, axis, around, mine, taken, dtype, keep)))
    nothing = Distribution(np.zeros(0, dtype=dtype), np.zeros(0, dtype=object))
    return [cells.get((), nothing) for _, cells in messages]


def within(sizes: Sequence[int], figure: Sum, limit: Any, masks: Sequence[Mask] = ()) -> int:
    """How many designs have a figure of at most so much. Raises TooLarge."""
    found = sorted(parts(sizes, figure, masks), key=len)
    room = limit - figure.start
    most = {id(part): part.values.max() if len(part) else 0 for part in found}
    if any(not len(part) for part in found):
        return 0
    if sum(most.values()) <= room:  # all of them
        product = 1
        for part in found:
            product *= part.total
        return product
    one, other = halves(found, room)
    if not len(one) or not len(other):
        return 0
    running = [0, *accumulate(other.counts.tolist())]
    return sum(count * running[place] for count, place in zip(one.counts.tolist(), beside(one, other, room), strict=True))


def beside(one: Distribution, other: Distribution, room: Any) -> list[int]:
    """For each value of one half how many values of the other leave room."""
    if one.values.dtype == object:
        listed = other.values.tolist()
        return [bisect_right(listed, room - each) for each in one.values.tolist()]
    found: list[int] = np.searchsorted(other.values, room - one.values, side="right").tolist()
    return found


def distribution(sizes: Sequence[int], figure: Sum, masks: Sequence[Mask] = ()) -> Distribution:
    """Every value that the figure comes to, and how many designs have it. Raises TooLarge where these are too many."""
    found = sorted(parts(sizes, figure, masks), key=len)
    whole = Distribution(np.array([figure.start], dtype=dtype_for([figure])), np.array([1], dtype=object))
    for part in found:
        whole = _convolved(whole, part)
    return whole


def halves(found: Sequence[Distribution], room: Any) -> tuple[Distribution, Distribution]:
    """Two distributions in place of several, each time the two smallest convolved: only what leaves room for the least of the rest stays."""
    left = list(found) or [_alone(0, np.int64)]
    while len(left) > 2:
        left.sort(key=len)
        one, other, *left = left
        rest = sum(part.values.min() for part in left)
        left.append(_convolved(one, other, room - rest))
        left[-1].of = (one, other)
        if not len(left[-1]):
            return left[-1], left[-1]
    return left[0], left[1] if len(left) > 1 else _alone(0, left[0].values.dtype)


def _alone(value: Any, dtype: Any) -> Distribution:
    return Distribution(np.array([value], dtype=dtype), np.array([1], dtype=object))


def _convolved(one: Distribution, other: Distribution, room: Any = None) -> Distribution:
    """The sums of a value of one and a value of the other, up to room. Raises TooLarge."""
    if len(one) * len(other) > FEW:
        dense = _in_bins(one, other, room)
        if dense is not None:
            return dense
    if len(one) * len(other) > MOST:
        raise TooLarge
    values = (one.values[:, None] + other.values[None, :]).ravel()
    counts = (one.counts[:, None] * other.counts[None, :]).ravel()
    if room is not None:
        keep = (values <= room).astype(bool)
        values, counts = values[keep], counts[keep]
    return _gathered(values, counts)


def _in_bins(one: Distribution, other: Distribution, room: Any) -> Distribution | None:
    """The same by a bin for every value that the sums may have, where that is not too many; None where it is, or numbers are too large.

    Bins are multiples of what all differences have in common. Counts are added up as doubles, which are exact below 2^53.
    """
    if one.values.dtype != np.int64 or other.values.dtype != np.int64 or one.total * other.total >= 2**53:
        return None
    first, second = (each.values - each.values[0] for each in (one, other))
    step = max(int(np.gcd.reduce(np.concatenate([first, second]))), 1)
    low = int(one.values[0]) + int(other.values[0])
    high = int(one.values[-1]) + int(other.values[-1])
    bins = ((high if room is None else min(high, int(room))) - low) // step + 1
    if bins > BINS or len(one) * len(other) > PAIRS:
        return None
    if bins < 1:
        return Distribution(one.values[:0], one.counts[:0])
    places, beside = first // step, second // step
    weights, others = one.counts.astype(float), other.counts.astype(float)
    found = np.zeros(bins)
    rows = max(max(bins, 1 << 20) // len(other), 1)
    for start in range(0, len(one), rows):
        sums = (places[start : start + rows, None] + beside[None, :]).ravel()
        product = (weights[start : start + rows, None] * others[None, :]).ravel()
        inside = sums < bins
        found += np.bincount(sums[inside], product[inside], minlength=bins)
    there = np.flatnonzero(found)
    return Distribution(low + there * step, np.array([int(count) for count in found[there].tolist()], dtype=object))


def _gathered(values: Any, counts: Any) -> Distribution:
    """Equal values put together."""
    if not len(values):
        return Distribution(values, counts)
    order = np.argsort(values, kind="stable")
    values, counts = values[order], counts[order]
    starts = np.flatnonzero(np.concatenate([[True], (values[1:] != values[:-1]).astype(bool)]))
    return Distribution(values[starts], np.add.reduceat(counts, starts))


def _without(
    sizes: Sequence[int],
    axis: int,
    around: Axes,
    mine: Sequence[Factor],
    taken: Sequence[tuple[Axes, dict[tuple[int, ...], Distribution]]],
    dtype: Any,
    keep: bool,
) -> dict[tuple[int, ...], Distribution]:
    """What is left when an axis is worked out: for every combination of those around it the distribution of the part designs."""
    cells: dict[tuple[int, ...], Distribution] = {}
    shape = tuple(sizes[each] for each in around)
    if int(np.prod(shape, dtype=object)) * sizes[axis] > CELLS:
        raise TooLarge
    for cell in np.ndindex(*shape):
        at = dict(zip(around, cell, strict=True))
        found: list[tuple[int, int, Distribution]] = []
        for value in range(sizes[axis]):
            at[axis] = value
            places = [tuple(at[each] for each in factor.axes) for factor in mine]
            if not all(factor.allowed[place] for factor, place in zip(mine, places, strict=True)):
                continue
            part = _alone(sum(factor.costs[place][0] for factor, place in zip(mine, places, strict=True)), dtype)
            for axes, inner in taken:
                more = inner.get(tuple(at[each] for each in axes))
                if more is None:
                    break
                part, before = _convolved(part, more), part
                part.of = (before, more) if keep else None
            else:
                found.append((axis, value, part))
        if found:
            cells[cell] = _gathered(*(np.concatenate(each) for each in zip(*((part.values, part.counts) for _, _, part in found))))
            cells[cell].of = found if keep else None
    return cells


def shares(sizes: Sequence[int], figure: Sum) -> tuple[Fraction, list[Fraction]]:
    """The variance of a figure over all designs, each as likely, and the part of it that each axis explains alone, as shares of 1.

    What is left to 1 is of axes together (Sobol', Mathematics and Computers in Simulation 55, 2001, equation 2). Exact: figures that are
    doubles are taken as the fractions that they are.
    """
    tables = {axes: _exactly(table) for axes, table in figure.tables.items() if axes}
    alone: list[Fraction] = []
    for axis, size in enumerate(sizes):
        mean = [Fraction(0)] * size
        for axes, table in tables.items():
            if axis in axes:
                rest = tuple(place for place, each in enumerate(axes) if each != axis)
                summed = table.sum(axis=rest) if rest else table
                entries = table.size // size
                mean = [old + Fraction(new) / entries for old, new in zip(mean, summed.tolist(), strict=True)]
        alone.append(_variance(mean))
    whole = Fraction(0)
    listed = list(tables.items())
    for place, (axes, table) in enumerate(listed):
        for other, more in listed[place:]:
            if set(axes) & set(other):
                whole += _covariance(axes, table, other, more) * (1 if other == axes else 2)
    return whole, [each / whole if whole else Fraction(0) for each in alone]


def _exactly(table: Any) -> Any:
    """A table of Python's own numbers: whole ones, or fractions."""
    if table.dtype.kind == "f":
        return np.vectorize(Fraction, otypes=[object])(table)
    return table.astype(object)


def _variance(values: Sequence[Fraction]) -> Fraction:
    count = len(values)
    mean = sum(values, Fraction(0)) / count
    return sum(((value - mean) ** 2 for value in values), Fraction(0)) / count


def _covariance(axes: Axes, table: Any, other: Axes, more: Any) -> Fraction:
    """How two tables move together, over the axes of both."""
    means = [Fraction(each.sum()) / each.size for each in (table, more)]
    if axes == other:
        together = Fraction((table * more).sum()) / table.size
    else:
        common = tuple(sorted(set(axes) & set(other)))
        one, two = (_mean_over(common, own, each).ravel().tolist() for own, each in ((axes, table), (other, more)))
        together = sum((a * b for a, b in zip(one, two, strict=True)), Fraction(0)) / len(one)
    found: Fraction = together - means[0] * means[1]
    return found


def _mean_over(common: Axes, axes: Axes, table: Any) -> Any:
    """The mean of a table for each combination of some of its axes."""
    rest = tuple(place for place, axis in enumerate(axes) if axis not in common)
    summed = table.sum(axis=rest) if rest else table
    entries = 1
    for place in rest:
        entries *= table.shape[place]
    return np.vectorize(lambda value: Fraction(value) / entries, otypes=[object])(np.asarray(summed, dtype=object))
