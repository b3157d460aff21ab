"""Figures of a whole space as sums of small tables: what is asked of all designs at once is worked out from these.

A `Sum` is a start value and tables, each over a few axes of the space: the figure of a design is the start and one entry of each table. A
`Mask` is a table of truth values that a design has to meet. Axes are told by their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

Axes = tuple[int, ...]

FITS = 2**62
"""Sums of smaller whole numbers are worked out in 64 bits; larger ones as Python's own."""


class Sum:
    """A figure: a start and tables by their axes in rising order, each an array with an axis of the same length for each of them."""

    __slots__ = ("start", "tables")

    def __init__(self, start: Any, tables: Mapping[Axes, Any]) -> None:
        self.start = start + sum(np.asarray(table).item() for axes, table in tables.items() if not axes)
        self.tables = {axes: np.asarray(table) for axes, table in tables.items() if axes}

    def at(self, codes: Sequence[int]) -> Any:
        """The figure of the design that has these values, by their places on the axes."""
        found = self.start
        for axes, table in self.tables.items():
            entry = table[tuple(codes[axis] for axis in axes)]
            found += entry.item() if isinstance(entry, np.generic) else entry
        return found

    def negative(self) -> Sum:
        """The same with the other sign: the most of a figure is the least of that."""
        return Sum(-self.start, {axes: -table for axes, table in self.tables.items()})

    def times(self, factor: int) -> Sum:
        """So many times the figure."""
        return Sum(self.start * factor, {axes: table.astype(object) * factor for axes, table in self.tables.items()})

    def plus(self, other: Sum) -> Sum:
        """The sum of two figures."""
        tables = {axes: table.astype(object) for axes, table in self.tables.items()}
        for axes, table in other.tables.items():
            tables[axes] = tables[axes] + table if axes in tables else table.astype(object)
        return Sum(self.start + other.start, tables)


Mask = tuple[Axes, Any]
"""Axes, and an array of truth values: only where it is true a design is allowed."""


class Factor:
    """What a few axes add to several figures: an array with an axis for each of ``axes`` and a last one for the figures; where ``allowed``
    is false there is no design."""

    __slots__ = ("allowed", "axes", "costs")

    def __init__(self, axes: Axes, costs: Any, allowed: Any) -> None:
        self.axes = axes
        self.costs = costs
        self.allowed = allowed


def dtype_for(sums: Iterable[Sum]) -> Any:
    """A type of numbers in which sums of these come out right: 64 bits, Python's own whole numbers, or doubles where there are any."""
    reach = 0
    for each in sums:
        reach = max(reach, sum(_reach(table) for table in each.tables.values()) + abs(each.start))
        if isinstance(each.start, float) or any(table.dtype.kind == "f" for table in each.tables.values()):
            return np.float64
    return np.int64 if reach < FITS else object


def _reach(table: Any) -> Any:
    """The largest size of an entry."""
    return max(abs(table.max()), abs(table.min())) if table.size else 0


def factors(sizes: Sequence[int], sums: Sequence[Sum], masks: Sequence[Mask]) -> list[Factor]:
    """The tables of several figures, and the masks, put together by their axes: what lies on some axes of another's is added to that one.

    ``sizes`` are the lengths of the axes. Every axis is on one of them at least.
    """
    dtype = dtype_for(sums)
    wanted = {axes for each in sums for axes in each.tables} | {axes for axes, _ in masks} | {(axis,) for axis in range(len(sizes))}
    wanted.discard(())
    home: dict[Axes, Axes] = {}
    for axes in sorted(wanted, key=len, reverse=True):
        inside = set(axes)
        home[axes] = next((other for other in home.values() if inside <= set(other)), axes)
    made: dict[Axes, Factor] = {}
    for axes in set(home.values()):
        shape = tuple(sizes[axis] for axis in axes)
        made[axes] = Factor(axes, np.zeros((*shape, len(sums)), dtype=dtype), np.ones(shape, dtype=bool))
    for place, each in enumerate(sums):
        for axes, table in each.tables.items():
            if axes:
                factor = made[home[axes]]
                factor.costs[..., place] += spread(table, axes, factor.axes).astype(dtype)
    for axes, mask in masks:
        if axes:
            factor = made[home[axes]]
            factor.allowed &= spread(np.asarray(mask, dtype=bool), axes, factor.axes)
    return list(made.values())


def spread(table: Any, axes: Axes, onto: Axes) -> Any:
    """A table over some axes as one over more, with a length of 1 where it does not depend on them."""
    return np.asarray(table).reshape([table.shape[axes.index(axis)] if axis in axes else 1 for axis in onto])


def order_of(sizes: Sequence[int], found: Sequence[Factor]) -> list[int]:
    """The order in which axes are worked out, one after another: each time the one that leaves the fewest combinations of those it is with.

    Variable elimination; the greedy rule is the least weight of Koller and Friedman, Probabilistic Graphical Models, 2009, section 9.4.3.
    """
    scopes = [set(each.axes) for each in found]
    left, order = set(range(len(sizes))), []

    def beside(axis: int) -> set[int]:
        return set().union(*(scope for scope in scopes if axis in scope)) - {axis}

    def weight(axis: int) -> tuple[int, int]:
        combinations = 1
        for other in beside(axis):
            combinations *= sizes[other]
        return combinations, axis

    while left:
        axis = min(left, key=weight)
        joined = beside(axis)
        scopes = [scope for scope in scopes if axis not in scope] + ([joined] if joined else [])
        left.discard(axis)
        order.append(axis)
    return order
