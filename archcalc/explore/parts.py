"""A run in parts: the same questions asked of some points at a time, here or elsewhere, and what the parts give put together.

Parts are ranges of the run, in its order. Whatever works them out, the whole is what one run through all points would give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from ..core.errors import Problem
from .choosing import Front, Order, Row
from .sieve import Missed
from .sweep import Outcome, Sweep, Wrong


class Told(NamedTuple):
    """What a part came to, in values that can be sent from one process to another."""

    done: int
    kept: int
    wrong: int
    kinds: tuple[tuple[tuple[Any, ...], Problem, dict[str, Any], int], ...]
    """Of each kind of what is wrong its key, the first problem and its point, and how many points have it."""
    missed: tuple[tuple[int, bool, Any, Row | None, Any], ...]
    """Of each condition how many points meet it, and how near the others came."""
    interrupted: bool = False


def told(outcome: Outcome) -> Told:
    """What is sent of an outcome."""
    kinds = tuple((key, kind.problem, dict(kind.point), kind.count) for key, kind in outcome.kinds.items())
    return Told(
        *(outcome.done, outcome.kept, outcome.wrong, kinds, tuple(each.state for each in outcome.missed), outcome.interrupted),
    )


def ranges(points: int, size: int) -> list[tuple[int, int]]:
    """The parts of a run of so many points: where each begins and ends, all but the last of ``size``."""
    return [(start, min(start + size, points)) for start in range(0, points, size)]


def part(sweep: Sweep, start: int, stop: int) -> Sweep:
    """The same questions of some of the points. Of a front the whole decides which come first."""
    first: dict[str, Any] = {} if sweep.front else {"order": sweep.order, "top": sweep.top}
    numbers = sweep.numbers[start:stop]
    return Sweep(sweep.space, sweep.evaluator, sweep.figures, numbers=numbers, where=sweep.where, front=sweep.front, **first)


class Whole:
    """What parts come to together, as they come in, in their order."""

    def __init__(self, sweep: Sweep, emit: Callable[[Row], None]) -> None:
        missed = [Missed(each) for each in sweep.where.conjuncts] if sweep.where is not None else []
        self.outcome = Outcome(len(sweep.numbers), missed)
        self._front = Front(sweep.front) if sweep.front else None
        self._order = Order(sweep.order, sweep.top) if sweep.order else None
        self._left = sweep.top
        self._emit = emit

    def add(self, found: Told, rows: Sequence[Row] = ()) -> None:
        """One more part: what it came to, and the rows that it would have shown."""
        self.outcome.done += found.done
        self.outcome.kept += found.kept
        self.outcome.wrong += found.wrong
        for key, problem, point, count in found.kinds:
            self.outcome.kinds.setdefault(key, Wrong(problem, point)).count += count
        for mine, state in zip(self.outcome.missed, found.missed):
            mine.join(state)
        for row in rows:
            if self._front is not None:
                self._front.add(row)
            else:
                self._ordered(row)

    def end(self) -> Outcome:
        """Show what could not be shown before all parts were there."""
        if self._front is not None:
            self.outcome.kept = len(self._front.rows)
            for row in self._front.rows:
                self._ordered(row)
        for row in self._order.rows if self._order is not None else ():
            self._emit(row)
        return self.outcome

    def _ordered(self, row: Row) -> None:
        if self._order is not None:
            self._order.add(row)
        elif self._left is None:
            self._emit(row)
        elif self._left > 0:
            self._left -= 1
            self._emit(row)


def in_order(results: Iterator[tuple[int, Any]]) -> Iterator[Any]:
    """What comes in any order under the numbers 0, 1, 2, … in the order of these."""
    waiting: dict[int, Any] = {}
    following = 0
    for number, result in results:
        waiting[number] = result
        while following in waiting:
            yield waiting.pop(following)
            following += 1
