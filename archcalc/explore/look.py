"""A run through a space that looks at every point and keeps none: what is drawn of each goes to a picture, right points alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ..core.errors import RequestError, SpecError
from .plot import Plot
from .points import ERROR
from .sieve import Missed, Sieve, plain, sifts
from .sweep import Outcome, Sweep


class Point(NamedTuple):
    """What a picture knows of a point: whether it meets the condition, what is drawn of it, by the limits of the condition what these
    are held against, and its values on the axes of the space."""

    met: bool
    shown: tuple[Any, ...]
    held: tuple[Any, ...]
    axes: tuple[Any, ...]


def look(
    sweep: Sweep,
    plot: Plot,
    see: Callable[[Iterable[Point]], None],
    *,
    tick: Callable[[Outcome], None] = lambda outcome: None,
    stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Give all right points to ``see``, some at a time; ``kept`` of the outcome are those that meet the condition."""
    missed = [Missed(each) for each in sweep.where.conjuncts] if sweep.where is not None else []
    outcome = Outcome(len(sweep.numbers), missed)
    for start in range(0, len(sweep.numbers), sweep.evaluator.chunk):
        if stop():
            outcome.interrupted = True
            break
        numbers = sweep.numbers[start : start + sweep.evaluator.chunk]
        columns = sweep.evaluator.columns(numbers, sweep.figures)
        if sifts(columns):
            see(_sifted(Sieve(sweep.space, numbers, columns), plot, missed, outcome))
            outcome.done += len(numbers)
        else:
            see(_rows(sweep, plot, numbers, columns, outcome))
        tick(outcome)
    return outcome


def _sifted(sieve: Sieve, plot: Plot, missed: Sequence[Missed], outcome: Outcome) -> Iterator[Point]:
    """Points out of arrays."""
    import numpy as np

    count, values = len(sieve.numbers), sieve.values
    met = np.zeros(count, bool)
    met[sieve.met(missed)] = True
    outcome.kept += int(met.sum())
    held = [np.broadcast_to(np.asarray(limit.what.on(values)), (count,)).tolist() for _, limit in plot.limits]
    axes = [_values(values[name]) for name in plot.axes]
    shown = [_values(values[name]) for name in plot.shown]
    return map(Point, met.tolist(), zip(*shown), zip(*held) if held else ((),) * count, zip(*axes))


def _values(column: Any) -> list[Any]:
    """A column as Python's own values; lists are held as tuples in it."""
    return [list(each) if type(each) is tuple else each for each in column.tolist()]


def _rows(sweep: Sweep, plot: Plot, numbers: Sequence[int], columns: Any, outcome: Outcome) -> Iterator[Point]:
    """Points one by one, those that are wrong counted."""
    errors = columns.get(ERROR)
    for at, number in enumerate(numbers):
        row = {**sweep.space.point(number), **{name: plain(columns[name][at]) for name in sweep.figures}}
        outcome.done += 1
        error = errors[at] if errors is not None else None
        if isinstance(error, (SpecError, RequestError)):
            outcome.take(error, row, plot.axes)
            continue
        holding = [each.holds(row) for each in outcome.missed]  # all of them: each counts for itself
        met = all(holding)
        outcome.kept += met
        held = tuple(limit.what.on(row) for _, limit in plot.limits)
        yield Point(met, tuple(row[name] for name in plot.shown), held, tuple(row[name] for name in plot.axes))
