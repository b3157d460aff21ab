"""A run through a space: its points are worked out in order, held against a condition, and given to whoever shows them, one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..core.errors import Problem, SpecError
from .choosing import Front, Order, Row, Wish
from .condition import Condition
from .evaluate import Evaluator
from .points import ERROR
from .sieve import Missed, Sieve, plain, sifts
from .space import Space

_NUMBERS = re.compile(r"-?[0-9][0-9,._]*(?:e[-+]?[0-9]+)?")


class Wrong:
    """One kind of what is wrong with points: the same message at the same place, whatever its numbers. The first one stands for all."""

    __slots__ = ("count", "point", "problem")

    def __init__(self, problem: Problem, point: Mapping[str, Any]) -> None:
        self.problem = problem
        self.point = point
        self.count = 0

    def to_dict(self) -> dict[str, Any]:
        """The kind as the JSON contract has it."""
        return {**self.problem.to_dict(), "points": self.count, "example": dict(self.point)}


class Outcome:
    """What a run came to, so far."""

    __slots__ = ("done", "interrupted", "kept", "kinds", "missed", "points", "wrong")

    def __init__(self, points: int, missed: Sequence[Missed]) -> None:
        self.points = points
        """How many were to be worked out."""
        self.done = 0
        self.kept = 0
        """Those that were chosen: all, or those that meet the condition, or of them those on the front."""
        self.wrong = 0
        self.kinds: dict[tuple[Any, ...], Wrong] = {}
        self.missed = missed
        self.interrupted = False

    @property
    def fails(self) -> bool:
        """Whether there is nothing to show for it: every point is wrong, or none meets the condition."""
        return bool(self.done) and (self.wrong == self.done or bool(self.missed and not self.kept))

    def take(self, error: Exception, row: Row, axes: Iterable[str]) -> Problem:
        """Count one more point that is wrong."""
        problem = error.errors[0] if isinstance(error, SpecError) else Problem(str(error))
        key = (problem.file, problem.line, problem.column, *(_NUMBERS.sub("#", text) for text in (problem.path, problem.message)))
        kind = self.kinds.setdefault(key, Wrong(problem, {name: row[name] for name in axes}))
        kind.count += 1
        self.wrong += 1
        return problem


class Sweep:
    """What is wanted of a space: the figures of which points, the condition that they meet, the front and the order that are chosen.

    Without any of these three every point is a row, those that are wrong among them, with the Problem under ``error``; else these
    are counted alone.
    """

    def __init__(
        self,
        space: Space,
        evaluator: Evaluator,
        figures: Sequence[str],
        *,
        numbers: Sequence[int] | None = None,
        where: Condition | None = None,
        front: Sequence[Wish] = (),
        order: Sequence[Wish] = (),
        top: int | None = None,
    ) -> None:
        self.space = space
        self.evaluator = evaluator
        self.figures = figures
        self.numbers: Sequence[int] = range(space.size) if numbers is None else numbers
        self.where = where
        self.front = front
        self.order = order
        self.top = top

    def run(
        self,
        emit: Callable[[Row], None],
        *,
        tick: Callable[[Outcome], None] = lambda outcome: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Outcome:
        """Give every row to ``emit``. ``tick`` is called now and then with how far it is; ``stop`` says whether to end before the end."""
        missed = [Missed(each) for each in self.where.conjuncts] if self.where is not None else []
        outcome = Outcome(len(self.numbers), missed)
        axes = [axis.name for axis in self.space.axes]
        chooses = bool(missed or self.front or self.order or self.top is not None)
        front = Front(self.front) if self.front else None
        order = Order(self.order, self.top) if self.order else None
        left = [self.top]

        def first(row: Row) -> None:
            if left[0] is None or left[0] > 0:
                emit(row)
            if left[0] is not None:
                left[0] -= 1

        ordered = order.add if order is not None else first
        chosen = front.add if front is not None else ordered
        for start in range(0, len(self.numbers), self.evaluator.chunk):
            if stop():
                outcome.interrupted = True
                break
            numbers = self.numbers[start : start + self.evaluator.chunk]
            columns = self.evaluator.columns(numbers, self.figures)
            if chooses and sifts(columns):
                sieve = Sieve(self.space, numbers, columns)
                outcome.done += len(numbers)
                met = sieve.met(missed)
                if front is None:
                    outcome.kept += len(met)
                for row in sieve.rows(sieve.wanted(met, self.front, self.order, self.top)):
                    chosen(row)
                tick(outcome)
                continue
            errors = columns.get(ERROR)
            for at, number in enumerate(numbers):
                row = {**self.space.point(number), **{name: plain(columns[name][at]) for name in self.figures}}
                outcome.done += 1
                error = errors[at] if errors is not None else None
                if error is not None:
                    problem = outcome.take(error, row, axes)
                    if not chooses:
                        outcome.kept += 1
                        emit({**row, ERROR: problem})
                    continue
                holding = [each.holds(row) for each in missed]  # all of them: each counts for itself
                if all(holding):
                    outcome.kept += 1
                    chosen(row)
            tick(outcome)
        if front is not None:
            outcome.kept = len(front.rows)
            for best in front.rows:
                ordered(best)
        if order is not None:
            for sorted_row in order.rows:
                emit(sorted_row)
        return outcome
