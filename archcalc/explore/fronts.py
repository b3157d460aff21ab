"""The best designs of a whole space, exactly: fronts of figures that are sums of tables, by dynamic programming over the axes.

Axes are worked out one after another (variable elimination). What is worked out of an axis is kept for every combination of the axes that it
shares a table with: all that is not beaten there. Figures add up, so what is beaten in a part is beaten in the whole (Bellman's principle for
several figures). All is exact: no design is left out of a front but by one that is at least as good in every figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .sums import Axes, Factor, Mask, Sum, dtype_for, factors, order_of

MOST = 4_000_000
"""How many part designs may be held side by side."""
CELLS = 200_000
"""How many combinations of axes that hang together are looked at one by one."""


class TooLarge(Exception):
    """The space hangs together too much for this way of working it out."""


class Front:
    """Designs of which none beats another: a row of ``costs`` for each, and its values on the axes ``axes`` in the same row of ``codes``."""

    __slots__ = ("axes", "codes", "costs")

    def __init__(self, axes: list[int], costs: Any, codes: Any) -> None:
        self.axes = axes
        self.costs = costs
        self.codes = codes

    def __len__(self) -> int:
        return len(self.costs)

    def design(self, row: int) -> tuple[int, ...]:
        """The values of a design on all axes, in their order."""
        of = dict(zip(self.axes, self.codes[row].tolist(), strict=True))
        return tuple(of[axis] for axis in range(len(of)))


def front(sizes: Sequence[int], sums: Sequence[Sum], masks: Sequence[Mask] = (), limits: Sequence[Any] | None = None) -> Front:
    """All designs that no other beats: at least as small in every figure, smaller in one. Of equal ones there is one.

    Args:
        sizes: how many values each axis has.
        sums: the figures, the less the better; `Sum.negative` turns one round.
        masks: what is allowed.
        limits: for each figure the most that it may be, None where there is no limit.

    Raises TooLarge where too many part designs would have to be held side by side.
    """
    found = factors(sizes, sums, masks)
    dtype = dtype_for(sums)
    messages: list[tuple[Axes, dict[tuple[int, ...], Front]]] = []
    for axis in order_of(sizes, found):
        mine = [each for each in found if axis in each.axes]
        taken = [each for each in messages if axis in each[0]]
        found = [each for each in found if axis not in each.axes]
        messages = [each for each in messages if axis not in each[0]]
        around = tuple(sorted(set().union(*(each.axes for each in mine), *(axes for axes, _ in taken)) - {axis}))
        messages.append((around, _without(sizes, axis, around, mine, taken, len(sums), dtype)))
    constants = np.array([each.start for each in sums], dtype=dtype)
    whole = Front([], constants.reshape(1, -1), np.zeros((1, 0), dtype=np.int32))
    parts = [cells.get(()) for _, cells in messages]
    if any(part is None for part in parts):
        return Front(list(range(len(sizes))), np.zeros((0, len(sums)), dtype=dtype), np.zeros((0, len(sizes)), dtype=np.int32))
    rest = sorted((part for part in parts if part is not None), key=len)
    for place, part in enumerate(rest):
        whole = _within(_joined(whole, part), rest[place + 1 :], limits)
    return whole


def least(sizes: Sequence[int], figure: Sum, masks: Sequence[Mask] = ()) -> tuple[Any, tuple[int, ...]] | None:
    """The least that a figure comes to, and a design of which it is; None where no design is allowed. Raises TooLarge."""
    found = front(sizes, [figure], masks)
    return (found.costs[0, 0], found.design(0)) if len(found) else None


def _within(found: Front, rest: Sequence[Front], limits: Sequence[Any] | None) -> Front:
    """The part designs that can stay within the limits, whatever the rest adds."""
    keep = np.ones(len(found), dtype=bool)
    for place, limit in enumerate(limits or ()):
        if limit is not None:
            more = sum(part.costs[:, place].min() for part in rest)
            keep &= (found.costs[:, place] + more <= limit).astype(bool)
    return found if keep.all() else Front(found.axes, found.costs[keep], found.codes[keep])


def _without(
    sizes: Sequence[int],
    axis: int,
    around: Axes,
    mine: Sequence[Factor],
    taken: Sequence[tuple[Axes, dict[tuple[int, ...], Front]]],
    count: int,
    dtype: Any,
) -> dict[tuple[int, ...], Front]:
    """What is left when an axis is worked out: for every combination of those around it the part designs that nothing beats."""
    cells: dict[tuple[int, ...], Front] = {}
    shape = tuple(sizes[each] for each in around)
    if int(np.prod(shape, dtype=object)) * sizes[axis] > CELLS:
        raise TooLarge
    for cell in np.ndindex(*shape):
        at = dict(zip(around, cell, strict=True))
        parts: list[Front] = []
        for value in range(sizes[axis]):
            at[axis] = value
            places = [tuple(at[each] for each in factor.axes) for factor in mine]
            if not all(factor.allowed[place] for factor, place in zip(mine, places, strict=True)):
                continue
            cost = sum((factor.costs[place] for factor, place in zip(mine, places, strict=True)), np.zeros(count, dtype=dtype))
            part = Front([axis], np.asarray(cost, dtype=dtype).reshape(1, count), np.array([[value]], dtype=np.int32))
            for axes, inner in taken:
                more = inner.get(tuple(at[each] for each in axes))
                if more is None:
                    break
                part = _joined(part, more)
            else:
                parts.append(part)
        if parts:
            cells[cell] = _those(
                Front(parts[0].axes, np.concatenate([each.costs for each in parts]), np.concatenate([each.codes for each in parts]))
            )
    return cells


def _joined(one: Front, other: Front) -> Front:
    """Every part design of one with every one of the other: those that nothing beats."""
    if len(one) * len(other) > MOST:
        raise TooLarge
    costs = (one.costs[:, None, :] + other.costs[None, :, :]).reshape(-1, one.costs.shape[1])
    first, second = np.divmod(np.arange(len(costs)), len(other))
    keep = unbeaten(costs)
    codes = np.concatenate([one.codes[first[keep]], other.codes[second[keep]]], axis=1)
    return Front(one.axes + other.axes, costs[keep], codes)


def _those(found: Front) -> Front:
    keep = unbeaten(found.costs)
    return Front(found.axes, found.costs[keep], found.codes[keep])


def unbeaten(costs: Any) -> Any:
    """The rows that no other beats, one of equal ones, in the order of the first figure."""
    if costs.shape[1] == 1:
        return np.array([int(np.argmin(costs[:, 0]))] if len(costs) else [], dtype=np.intp)
    order = np.lexsort(tuple(costs[:, place] for place in reversed(range(costs.shape[1])))) if costs.dtype != object else _sorted(costs)
    if costs.shape[1] == 2:
        second = costs[order, 1]
        lowest = np.minimum.accumulate(second)
        keep = np.ones(len(order), dtype=bool)
        keep[1:] = (second[1:] < lowest[:-1]).astype(bool)
        return order[keep]
    return order[_not_beaten(costs[order])]


def _sorted(costs: Any) -> Any:
    return np.array(sorted(range(len(costs)), key=lambda row: tuple(costs[row])), dtype=np.intp)


def _not_beaten(costs: Any) -> Any:
    """Which rows no row before them beats, where rows are in the order of their figures: only those can beat them."""
    kept: list[int] = []
    best = np.zeros((0, costs.shape[1] - 1), dtype=costs.dtype)
    held = 0
    for row in range(len(costs)):
        mine = costs[row, 1:]
        if held and bool(np.any(np.all(best[:held] <= mine, axis=1))):
            continue
        if held == len(best):
            best = np.concatenate([best, np.zeros((max(64, held), best.shape[1]), dtype=costs.dtype)])
        best[held] = mine
        held += 1
        kept.append(row)
    return np.array(kept, dtype=np.intp)
