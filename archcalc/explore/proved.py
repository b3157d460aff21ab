"""Answers about a whole space that is too large to look at every design, exactly, by its tables: the best within conditions, the least and the
most of a figure, how many designs are within a limit, a front.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np

from . import counts, fronts
from .choosing import Wish
from .condition import Condition
from .fronts import Front
from .space import Axis, is_number
from .sums import Mask, Sum
from .tabled import Piece

Found = tuple[Any, tuple[int, ...]]
"""A value and a design that has it."""


class Limits:
    """Conditions as tables can hold to them: figures that are at most so much, and what is allowed on single axes."""

    __slots__ = ("masks", "sums")

    def __init__(self) -> None:
        self.sums: list[tuple[str, int, Any]] = []
        """Of each the figure, 1 or -1, and the most that so many times the figure may be."""
        self.masks: list[Mask] = []


def limits(condition: Condition | None, axes: Sequence[Axis]) -> Limits | None:
    """The conditions that must all hold, as limits of single figures and axes; None where one of them is something else."""
    found = Limits()
    if condition is None:
        return found
    places = {axis.name: place for place, axis in enumerate(axes)}
    for each in condition.conjuncts:
        if each.names and each.names <= places.keys() and len(each.names) == 1:
            [name] = each.names
            values = axes[places[name]].values
            found.masks.append(((places[name],), np.array([bool(each.holds({name: value})) for value in values])))
            continue
        limit = each.limit
        if limit is None or not limit.figure or limit.sign == "!=":
            return None
        value = Fraction(limit.value)
        if limit.sign in ("<", "<=", "=="):
            found.sums.append((limit.figure, 1, ceil(value) - 1 if limit.sign == "<" else floor(value)))
        if limit.sign in (">", ">=", "=="):
            found.sums.append((limit.figure, -1, -(floor(value) + 1) if limit.sign == ">" else -ceil(value)))
    return found


def figure_of(piece: Piece, name: str, axes: Sequence[Axis]) -> Sum | None:
    """A figure, or the values of an axis of numbers, as a sum; None where it is none."""
    for place, axis in enumerate(axes):
        if axis.name == name:
            return Sum(0, {(place,): np.array(list(axis.values))}) if is_number(axis) else None
    return piece.sums.get(name)


def best_front(
    pieces: Sequence[Piece], axes: Sequence[Axis], wish: Wish, within: Limits
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]] | None:
    """The designs that no other beats in the first limit and in what is wished for, the best last, and those that are beyond that limit;
    None where tables can't answer. Raises TooLarge."""
    sizes = [len(axis.values) for axis in axes]
    found: list[tuple[Any, Any, tuple[int, ...]]] = []
    for piece in pieces:
        if piece.wrong is not None:
            continue
        aim = figure_of(piece, wish.name, axes)
        bounded = [(figure_of(piece, name, axes), sign, most) for name, sign, most in within.sums]
        if aim is None or not _whole([figure for figure, _, _ in bounded]):
            return None
        sums = [figure if sign > 0 else figure.negative() for figure, sign, _ in bounded if figure is not None]
        most: list[Any] = [None if place == 0 else limit for place, (_, _, limit) in enumerate(bounded)]
        goal = aim.negative() if wish.most else aim
        made = fronts.front(sizes, [*sums, goal], [*piece.masks, *within.masks], [*most, None])
        found += _rows(made)
    if not within.sums:
        return [min(found, key=lambda each: each[1])[2]] if found else [], []
    lowest: Any = None
    inside: list[tuple[int, ...]] = []
    beyond: list[tuple[int, ...]] = []
    for cost, short, design in sorted(found, key=lambda each: each[:2]):
        if lowest is None or short < lowest:
            lowest = short
            (inside if cost <= within.sums[0][2] else beyond).append(design)
    return inside, beyond


def _rows(made: Front) -> list[tuple[Any, Any, tuple[int, ...]]]:
    return [(row[0], row[-1], made.design(place)) for place, row in enumerate(made.costs.tolist())]


def _whole(sums: Sequence[Sum | None]) -> bool:
    """Whether these are sums of whole numbers: of doubles the last digits depend on the order."""
    return all(each is not None and all(table.dtype.kind != "f" for table in each.tables.values()) for each in sums)


def ends(pieces: Sequence[Piece], axes: Sequence[Axis], name: str) -> tuple[Found, Found] | None:
    """The least and the most of a figure over all designs that are right; None where tables can't answer, or no design is right."""
    sizes = [len(axis.values) for axis in axes]
    low: Found | None = None
    high: Found | None = None
    for piece in pieces:
        if piece.wrong is not None:
            continue
        figure = piece.sums.get(name)
        if figure is None:
            return None
        one = fronts.least(sizes, figure, piece.masks)
        other = fronts.least(sizes, figure.negative(), piece.masks)
        if one is not None and (low is None or one[0] < low[0]):
            low = one
        if other is not None and (high is None or -other[0] > high[0]):
            high = -other[0], other[1]
    return None if low is None or high is None else (low, high)


def limited(pieces: Sequence[Piece], axes: Sequence[Axis], within: Limits) -> list[tuple[Sum, Any, list[Mask]]] | None:
    """For each walk of right designs the figure that is limited, the most that it may be, and what is allowed; None where limits are of
    several figures, or of one that is no sum of tables."""
    if len(within.sums) > 1:
        return None
    found: list[tuple[Sum, Any, list[Mask]]] = []
    for piece in pieces:
        if piece.wrong is not None:
            continue
        figure, most = Sum(0, {}), 0
        for name, sign, limit in within.sums:
            named = figure_of(piece, name, axes)
            if named is None:
                return None
            figure, most = (named if sign > 0 else named.negative()), limit
        found.append((figure, most, [*piece.masks, *within.masks]))
    return found


def count(pieces: Sequence[Piece], axes: Sequence[Axis], within: Limits) -> int | None:
    """How many designs are right and within limits, of which one at most is of a figure; None where tables can't answer. Raises TooLarge."""
    found = limited(pieces, axes, within)
    sizes = [len(axis.values) for axis in axes]
    return None if found is None else sum(counts.within(sizes, figure, most, masks) for figure, most, masks in found)


def front_of(pieces: Sequence[Piece], axes: Sequence[Axis], wishes: Sequence[Wish], within: Limits) -> list[tuple[int, ...]] | None:
    """The designs within limits that no other of them beats, of equal ones one, the best in the first wish first; None where tables can't
    answer. Raises TooLarge."""
    sizes = [len(axis.values) for axis in axes]
    found: list[tuple[list[Any], tuple[int, ...]]] = []
    for piece in pieces:
        if piece.wrong is not None:
            continue
        wanted = [figure_of(piece, wish.name, axes) for wish in wishes]
        bounded = [figure_of(piece, name, axes) for name, _, _ in within.sums]
        if any(each is None for each in wanted) or not _whole(bounded):
            return None
        signed = [each.negative() if wish.most else each for each, wish in zip(wanted, wishes) if each is not None]
        signed += [each if sign > 0 else each.negative() for each, (_, sign, _) in zip(bounded, within.sums) if each is not None]
        most = [*(None for _ in wishes), *(limit for _, _, limit in within.sums)]
        made = fronts.front(sizes, signed, [*piece.masks, *within.masks], most)
        found += [(row[: len(wishes)], made.design(place)) for place, row in enumerate(made.costs.tolist())]
    found.sort()
    if not found:
        return []
    best = fronts.unbeaten(np.array([costs for costs, _ in found], dtype=object if _large(found) else None))
    return [found[row][1] for row in best]


def _large(found: Sequence[tuple[list[Any], Any]]) -> bool:
    return any(type(cost) is int and abs(cost) >= 2**62 for costs, _ in found for cost in costs)


def moves(pieces: Sequence[Piece], axes: Sequence[Axis], name: str) -> dict[str, Fraction] | None:
    """The share of a figure's variance that each axis explains alone; None where not every combination is a right design of one walk."""
    if len(pieces) != 1 or pieces[0].masks or pieces[0].wrong is not None:
        return None
    figure = pieces[0].sums.get(name)
    if figure is None:
        return None
    _, shares = counts.shares([len(axis.values) for axis in axes], figure)
    return {axis.name: part for axis, part in zip(axes, shares, strict=True)}
