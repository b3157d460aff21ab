"""Designs by chance among those that meet a condition, each set of them as likely as any other of its size."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

from . import gather
from .ask import Asked
from .space import Axis, Refused
from .sweep import Sweep
from .whole import few, said

if TYPE_CHECKING:
    from .backward import Within
    from .proved import Limits
    from .tabled import Piece

DRAWN = 500_000
"""Designs of a large space that are drawn in the hope that enough of them meet a condition; a tenth of it without numpy."""
LONGER = 40
"""How many times as many are drawn where the tables of the whole space can't say how many meet it."""


def draw(asked: Asked, count: int, seed: int) -> list[int]:
    """The numbers of so many designs that are right and meet the condition of a run, none twice, in their order; all where there are no more.

    Where the space is small every design is looked at. Else designs of the whole space are drawn, each as likely, and those kept that meet
    the condition: so each of these is as likely (rejection, von Neumann, 1951). Where hardly any do, they are drawn by their exact number,
    from the tables of the whole space. Raises Refused where neither can be.
    """
    sweep = asked.sweep
    if few(asked):
        every = gather.numbers(sweep)
        return sorted(Random(seed).sample(every, min(count, len(every))))
    drawing = _Rejection(sweep, count, seed)
    found = drawing.found(DRAWN)
    if len(found) < count:
        counted = _by_count(asked, count, seed)
        found = drawing.found(DRAWN * LONGER) if counted is None else counted
        if counted is None and len(found) < count:
            raise Refused(
                f"of {drawing.done:,} designs that were drawn by chance {len(found):,} meet the condition, and {count:,} are wanted",
                "a wider condition, or fewer designs",
            )
    return sorted(found)


class _Rejection:
    """Designs of the whole space drawn one after another: those that meet the condition, in the order in which they were drawn."""

    def __init__(self, sweep: Sweep, count: int, seed: int) -> None:
        self.sweep = sweep
        self.count = count
        self.done = 0
        self._chance = Random(seed)
        self._found: dict[int, None] = {}

    def found(self, most: int) -> list[int]:
        """As many as are wanted, or those that are met among so many that are drawn in all."""
        sweep = self.sweep
        most = most if sweep.evaluator.searched > 1_000_000 else most // 10
        size = min(sweep.evaluator.chunk, max(4 * self.count, 1024))
        while self.done < most and len(self._found) < self.count:
            several = [self._chance.randrange(sweep.space.size) for _ in range(size)]
            run = Sweep(sweep.space, sweep.evaluator, sweep.figures, numbers=several, where=sweep.where)
            self._found.update(dict.fromkeys(gather.numbers(run)))
            self.done += size
            size = sweep.evaluator.chunk
        return list(self._found)[: self.count]


def _by_count(asked: Asked, count: int, seed: int) -> list[int] | None:
    """Drawn by their exact number; None where tables can't say it."""
    space = asked.space
    covered: list[Within] | None = said(asked, lambda pieces, limits: _within(pieces, space.axes, limits))
    if covered is None:
        return None
    chance, found = Random(seed), set[int]()
    totals = [*accumulate(each.total for each in covered)] or [0]
    while len(found) < min(count, totals[-1]):
        place = bisect_right(totals, chance.randrange(totals[-1]))
        found.add(space.number(covered[place].draw(chance)))
    return [*found]


def _within(pieces: Sequence[Piece], axes: Sequence[Axis], limits: Limits) -> list[Within] | None:
    """The designs of each walk that are right and within limits, of which one at most is of a figure."""
    from .backward import Within
    from .proved import limited

    sizes = [len(axis.values) for axis in axes]
    found = limited(pieces, axes, limits)
    return None if found is None else [Within(sizes, figure, most, masks) for figure, most, masks in found]
