"""A whole space at once: how many designs there are, what their figures range over, how many are within conditions, and what moves a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from .ask import Asked
from .choosing import Front, Row, Wish
from .condition import Condition
from .evaluate import OpenWalks
from .points import ERROR
from .sieve import Missed, plain
from .space import Refused
from .sweep import Outcome

FIRST = 2
"""Of how many figures it is told what moves them."""


class Range:
    """What a figure comes to: the ``least`` and the ``most`` of it, how many ``distinct`` values it has, and which share of its variance
    each axis explains alone, None where points are wrong: then not every combination is there."""

    __slots__ = ("distinct", "least", "most", "moves", "name")

    def __init__(self, name: str, least: Any, most: Any, distinct: int | None, moves: Mapping[str, Any] | None) -> None:
        self.name = name
        self.least = least
        self.most = most
        self.distinct = distinct
        self.moves = moves


class Slope:
    """What the next value of an axis does, all others at their first: the values, and by how much each figure grows."""

    __slots__ = ("axis", "figures", "here", "there")

    def __init__(self, axis: str, here: Any, there: Any, figures: Mapping[str, Any]) -> None:
        self.axis = axis
        self.here = here
        self.there = there
        self.figures = figures


class Overview:
    """What can be said of a space. ``right`` are the designs that are not wrong; ``within`` how many meet all conditions, and ``alone`` each
    of them, None where that can't be said; ``front`` the designs that no other beats, where a front was asked for, ``front_size`` how many."""

    __slots__ = ("alone", "designs", "front", "front_size", "outcome", "ranges", "right", "slopes", "within")

    def __init__(self, designs: int, outcome: Outcome) -> None:
        self.designs = designs
        self.outcome = outcome
        self.right = 0
        self.ranges: list[Range] = []
        self.slopes: list[Slope] = []
        self.within: int | None = 0
        self.alone: list[tuple[str, int | None]] = []
        self.front: list[Row] | None = None
        self.front_size: int | None = None


def overview(
    asked: Asked,
    front: Sequence[Wish] = (),
    *,
    tick: Callable[[Outcome], None] = lambda outcome: None,
    stop: Callable[[], bool] = lambda: False,
) -> Overview:
    """What can be said of the space that was asked for. Raises Refused where it is too large to look at every design."""
    space, sweep = asked.space, asked.sweep
    if space.size > sweep.evaluator.searched:
        by_tables = _by_tables(asked, front)
        if by_tables is not None:
            return by_tables
        raise Refused(
            f"{space.size:,} designs are more than can be looked at one by one",
            "give some choices with --choices, or fewer values with --over; archcalc sweep --sample 10000 shows some of them",
        )
    figures = [name for name in sweep.figures if name in asked.units]
    tally = _Tally(asked, figures)
    missed = [Missed(each) for each in sweep.where.conjuncts] if sweep.where is not None else []
    outcome = Outcome(space.size, missed)
    found = Overview(space.size, outcome)
    best = Front(front) if front else None
    within = 0
    for start in range(0, space.size, sweep.evaluator.chunk):
        if stop():
            outcome.interrupted = True
            break
        numbers = range(start, min(start + sweep.evaluator.chunk, space.size))
        columns = sweep.evaluator.columns(numbers, sweep.figures)
        errors = columns.get(ERROR)
        for at, number in enumerate(numbers):
            outcome.done += 1
            row = {**space.point(number), **{name: plain(columns[name][at]) for name in sweep.figures}}
            if errors is not None and errors[at] is not None:
                outcome.take(errors[at], row, [axis.name for axis in space.axes])
                continue
            tally.add(number, row)
            holding = [each.holds(row) for each in missed]  # all of them: each counts for itself
            if all(holding):
                within += 1
                if best is not None:
                    best.add(row)
        tick(outcome)
    found.within, found.right = within, outcome.done - outcome.wrong
    found.ranges = tally.ranges(whole=not outcome.wrong and not outcome.interrupted)
    found.alone = [(each.conjunct.text, each.count) for each in missed]
    found.front = best.rows if best is not None else None
    found.front_size = len(best.rows) if best is not None else None
    found.slopes = _slopes(asked, figures)
    return found


def _by_tables(asked: Asked, front: Sequence[Wish]) -> Overview | None:
    """The same by the tables of the whole space, where every figure is a sum of them; None where they can't say."""
    space, sweep = asked.space, asked.sweep
    walks = sweep.evaluator
    if not isinstance(walks, OpenWalks) or not walks.together.arrays:
        return None
    from . import proved
    from .fronts import TooLarge
    from .tabled import pieces

    figures = [name for name in sweep.figures if name in asked.units]
    covered = pieces(walks.together, figures)
    if covered is None:
        return None
    found = Overview(space.size, Outcome(space.size, []))
    try:
        right = proved.count(covered, space.axes, proved.Limits())
        found.right = right or 0
        found.outcome.done, found.outcome.wrong = space.size, space.size - found.right
        for place, name in enumerate(figures):
            two = proved.ends(covered, space.axes, name)
            if two is None:
                return None
            moves = proved.moves(covered, space.axes, name) if place < FIRST else None
            found.ranges.append(Range(name, plain(two[0][0]), plain(two[1][0]), None, moves))
        for each in sweep.where.conjuncts if sweep.where is not None else ():
            alone = proved.limits(Condition.of(each), space.axes)
            count = None if alone is None else proved.count(covered, space.axes, alone)
            found.alone.append((each.text, count))
        whole = proved.limits(sweep.where, space.axes)
        found.within = None if whole is None else proved.count(covered, space.axes, whole)
        designs = proved.front_of(covered, space.axes, front, whole) if front and whole is not None else None
        found.front_size = None if designs is None else len(designs)
    except TooLarge:
        return None
    found.slopes = _slopes(asked, figures)
    return found


class _Tally:
    """Figures of points, added up as they come."""

    def __init__(self, asked: Asked, figures: Sequence[str]) -> None:
        self.space = asked.space
        self.counts: dict[str, Counter[Any]] = {name: Counter() for name in figures}
        self.sums: dict[str, list[list[Any]]] = {name: [[0] * len(axis.values) for axis in asked.space.axes] for name in figures[:FIRST]}

    def add(self, number: int, row: Row) -> None:
        """One more point."""
        codes = self.space.codes_of(number)
        for name, counts in self.counts.items():
            value = row.get(name)
            if isinstance(value, (int, float)):
                counts[value] += 1
                for sums, code in zip(self.sums.get(name, ()), codes):
                    sums[code] += Fraction(value) if isinstance(value, float) else value

    def ranges(self, *, whole: bool) -> list[Range]:
        """What each figure came to."""
        found = []
        for name, counts in self.counts.items():
            if counts:
                moves = self._moves(name, counts) if whole and name in self.sums else None
                found.append(Range(name, min(counts), max(counts), len(counts), moves))
        return found

    def _moves(self, name: str, counts: Counter[Any]) -> dict[str, Fraction]:
        """The share of the variance that each axis explains alone: the variance of the means over its values, by the variance of all."""
        size = self.space.size
        mean = sum((Fraction(value) * count for value, count in counts.items()), Fraction(0)) / size
        variance = sum(((Fraction(value) - mean) ** 2 * count for value, count in counts.items()), Fraction(0)) / size
        found = {}
        for axis, sums in zip(self.space.axes, self.sums[name]):
            each = Fraction(size, len(axis.values))
            explained = sum(((Fraction(total) / each - mean) ** 2 for total in sums), Fraction(0)) / len(axis.values)
            found[axis.name] = explained / variance if variance else Fraction(0)
        return found


def _slopes(asked: Asked, figures: Sequence[str]) -> list[Slope]:
    """What the second value of each axis of numbers does, from the first design on."""
    space = asked.space
    axes = [place for place, axis in enumerate(space.axes) if len(axis.values) > 1]
    first = [0] * len(space.axes)
    numbers = [space.number(first), *(space.number([int(place == other) for other in range(len(first))]) for place in axes)]
    columns = asked.sweep.evaluator.columns(numbers, asked.sweep.figures)
    errors = columns.get(ERROR) or [None] * len(numbers)
    if errors[0] is not None:
        return []
    found = []
    for at, place in enumerate(axes, 1):
        grown = {}
        for name in figures:
            one, other = plain(columns[name][0]), plain(columns[name][at])
            if errors[at] is None and isinstance(one, (int, float)) and isinstance(other, (int, float)):
                grown[name] = other - one
        if grown:
            axis = space.axes[place]
            found.append(Slope(axis.name, axis.values[0], axis.values[1], grown))
    return found
