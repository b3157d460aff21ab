"""The points of a run that meet its condition, as columns: some at a time, all together, or their numbers alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from ..core.errors import SpecError
from .points import ERROR
from .sieve import Missed, Sieve, plain, sifts
from .sweep import Outcome, Sweep

SMALL = 2**63
"""Whole numbers below it are held in 64 bits, others as Python's own."""


def met(sweep: Sweep, missed: Sequence[Missed]) -> Iterator[tuple[Sequence[int], Mapping[str, Any], Sequence[int]]]:
    """Of some points at a time their numbers, their columns of axes and figures, and the places of those that meet the condition. Without a
    condition all do, those that are wrong too: what is wrong with each is in the column ``error``."""
    for start in range(0, len(sweep.numbers), sweep.evaluator.chunk):
        numbers = sweep.numbers[start : start + sweep.evaluator.chunk]
        columns = sweep.evaluator.columns(numbers, sweep.figures)
        if sifts(columns):
            sieve = Sieve(sweep.space, numbers, columns)
            yield numbers, sieve.values, sieve.met(missed)
            continue
        points = [sweep.space.point(number) for number in numbers]
        values = {axis.name: [point[axis.name] for point in points] for axis in sweep.space.axes} | dict(columns)
        wrong = columns.get(ERROR, [None] * len(points))
        rows = ({name: plain(column[at]) for name, column in values.items()} for at in range(len(points)))
        yield (
            numbers,
            values,
            [at for at, row in enumerate(rows) if not missed or (wrong[at] is None and all(each.holds(row) for each in missed))],
        )


def conditions(sweep: Sweep) -> list[Missed]:
    """What points are held against."""
    return [Missed(each) for each in sweep.where.conjuncts] if sweep.where is not None else []


def count(sweep: Sweep) -> int:
    """How many points meet the condition."""
    return sum(len(places) for _, _, places in met(sweep, conditions(sweep)))


def numbers(sweep: Sweep) -> list[int]:
    """The numbers of the points that meet the condition, and of all that are right where there is none."""
    return [
        int(found[place])
        for found, values, places in met(sweep, conditions(sweep))
        for place in places
        if ERROR not in values or values[ERROR][place] is None
    ]


def gathered(sweep: Sweep) -> dict[str, Any]:
    """Axes and figures of the points that meet the condition, each as an array, or as a list where there is no numpy.

    Where some are wrong, there without a condition alone, their figures are None, and the column ``error`` says what is wrong with them.
    """
    columns, errors, _ = columns_of(sweep)
    return columns if not any(errors) else {**columns, ERROR: errors}


def columns_of(sweep: Sweep) -> tuple[dict[str, Any], list[str | None], Outcome]:
    """The same; what is wrong with each of the points, None: nothing; and what the run came to."""
    outcome = Outcome(len(sweep.numbers), conditions(sweep))
    axes = [axis.name for axis in sweep.space.axes]
    parts: dict[str, list[Any]] = {name: [] for name in dict.fromkeys([*axes, *sweep.figures])}
    errors: list[str | None] = []
    for numbers, values, places in met(sweep, outcome.missed):
        outcome.done += len(numbers)
        outcome.kept += len(places)
        for at, error in enumerate(values.get(ERROR, ())):
            if error is not None:
                outcome.take(error, {name: values[name][at] for name in axes}, axes)
        for name, column in parts.items():
            given = values[name]
            column.append(given[places] if hasattr(given, "dtype") else [given[place] for place in places])
        errors += map(_told, [values[ERROR][place] for place in places] if ERROR in values else [None] * len(places))
    return {name: joined(column) for name, column in parts.items()}, errors, outcome


def _told(error: Exception | None) -> str | None:
    """What is wrong with a point, in one line."""
    return None if error is None else error.errors[0].message if isinstance(error, SpecError) else str(error).partition("\n")[0]


def joined(parts: Sequence[Any]) -> Any:
    """Parts of a column as one: arrays where there is numpy, of objects for words and what 64 bits don't hold."""
    if find_spec("numpy") is None:
        return [plain(value) for part in parts for value in part]
    import numpy as np

    arrays = [part if hasattr(part, "dtype") else _array(part) for part in parts]
    kinds = {each.dtype for each in arrays}
    if len(kinds) > 1 and np.dtype(object) in kinds:
        arrays = [each.astype(object) for each in arrays]
    return np.concatenate(arrays) if arrays else np.zeros(0)


def _array(values: Sequence[Any]) -> Any:
    import numpy as np

    kinds = {type(value) for value in values}
    if kinds <= {int, float} or kinds == {bool}:
        whole = kinds == {int}
        if not whole or all(-SMALL <= value < SMALL for value in values):
            return np.array(values, np.int64 if whole else None)
    found = np.empty(len(values), object)
    found[:] = [tuple(value) if isinstance(value, list) else plain(value) for value in values]
    return found
