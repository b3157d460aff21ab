"""Columns of figures: put together of rows and of pieces, and held against one another."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

CLOSE = 1e-12
"""By how much of them seconds may differ: they are sums of rounded numbers, added up in another order."""


def codes_of(numbers: Sequence[int], sizes: Sequence[int]) -> list[Any]:
    """For each axis of these lengths which of its values the points of these numbers have, as arrays."""
    import numpy as np

    rest: Any = np.array(numbers, object) if len(numbers) and max(numbers) >= FITS else np.asarray(numbers, np.int64)
    found: list[Any] = []
    left = [*sizes]
    while left:
        together = 1  # the axes that are taken out of a large number at once
        several: list[int] = []
        while left and (not several or together * left[-1] < FITS):
            together *= left[-1]
            several.append(left.pop())
        part = rest
        if rest.dtype == object:
            rest, part = rest // together, (rest % together).astype(np.int64 if together < FITS else object)
        for size in several:
            found.append((part % size).astype(np.int64))
            part = part // size
        rest = rest if rest.dtype == object else part
    return found[::-1]


FITS = 2**62
"""Whole numbers below it are worked with in 64 bits."""


def same(one: Any, other: Any) -> bool:
    """Whether two values of a figure are the same: whole numbers exactly, seconds but for rounding."""
    if isinstance(one, float):
        return other is not None and abs(one - other) <= CLOSE * abs(one)
    return bool(one == other)


def corners(sizes: Sequence[int], chance: random.Random, most: int) -> Iterator[list[int]]:
    """Points whose axes all have their first or last value; some of them where there are many."""
    if len(sizes) <= 5:
        yield from ([0 if first else size - 1 for first, size in zip(each, sizes)] for each in product((True, False), repeat=len(sizes)))
        return
    yield [0] * len(sizes)
    yield [size - 1 for size in sizes]
    for _ in range(most - 2):
        yield [chance.choice((0, size - 1)) for size in sizes]


def of_rows(rows: Sequence[Mapping[str, Any]], figures: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as lists, of a row for each point; ``error`` among them where some row has one."""
    found: dict[str, Any] = {name: [row.get(name) for row in rows] for name in figures}
    if any("error" in row for row in rows):
        found["error"] = [row.get("error") for row in rows]
    return found


def assembled(
    pieces: Sequence[tuple[Any, Mapping[str, Any]]], rows: Mapping[int, Mapping[str, Any]], figures: Mapping[str, Any], count: int
) -> dict[str, Any]:
    """Columns put together of arrays for some places and of rows for others."""
    import numpy as np

    found: dict[str, Any] = {}
    wrong = any("error" in row for row in rows.values())
    for name in figures:
        kinds = [columns[name].dtype for _, columns in pieces]
        kinds += [np.asarray(row[name]).dtype for row in rows.values() if name in row]
        array = found[name] = np.empty(count, object if wrong or not kinds else np.result_type(*kinds))
        for places, columns in pieces:
            array[places] = columns[name]
        for place, row in rows.items():
            array[place] = row.get(name)
    if wrong:
        found["error"] = np.full(count, None, object)
        for place, row in rows.items():
            found["error"][place] = row.get("error")
    return found
