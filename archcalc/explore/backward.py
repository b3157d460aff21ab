"""Designs drawn by chance by their exact number: backward through the counts of a whole space, each design within a limit as likely.

What a count was added up of says with which chance each part of it is taken (forward filtering, backward sampling). All chances are whole
numbers over whole numbers: nothing is rounded.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Any

import numpy as np

from .counts import Distribution, beside, halves, parts
from .sums import Mask, Sum


class Within:
    """The designs whose figure is at most a limit: how many there are, and one of them by chance. Raises TooLarge where they can't be counted."""

    def __init__(self, sizes: Sequence[int], figure: Sum, limit: Any, masks: Sequence[Mask]) -> None:
        self.count = len(sizes)
        self._running: list[int] = [0]
        found = parts(sizes, figure, masks, keep=True)
        if all(len(part) for part in found):
            room = limit - figure.start
            self._one, self._other = halves(found, room)
            self._below = beside(self._one, self._other, room)
            self._others = [0, *accumulate(self._other.counts.tolist())]
            self._running = [*accumulate(count * self._others[place] for count, place in zip(self._one.counts.tolist(), self._below))] or [
                0
            ]

    @property
    def total(self) -> int:
        """How many there are."""
        return self._running[-1]

    def draw(self, chance: Random) -> tuple[int, ...]:
        """One of them, by the numbers of its values on the axes. There has to be one."""
        first = bisect_right(self._running, chance.randrange(self.total))
        second = bisect_right(self._others, chance.randrange(self._others[self._below[first]])) - 1
        codes: dict[int, int] = {}
        _down(self._one, self._one.values[first], chance, codes)
        _down(self._other, self._other.values[second], chance, codes)
        return tuple(codes[axis] for axis in range(self.count))


def _down(found: Distribution, value: Any, chance: Random, codes: dict[int, int]) -> None:
    """Part designs that come to a value: which of them, and so on down to the values of axes."""
    if isinstance(found.of, list):
        ways = [_count(part, value) for _, _, part in found.of]
        axis, code, part = found.of[_taken(ways, chance)]
        codes[axis] = code
        _down(part, value, chance, codes)
    elif found.of:
        one, other = sorted(found.of, key=len)
        places, matching = _pairs(one, other, value)
        ways = [a * b for a, b in zip(one.counts[places].tolist(), other.counts[matching].tolist())]
        taken = _taken(ways, chance)
        _down(one, one.values[places[taken]], chance, codes)
        _down(other, other.values[matching[taken]], chance, codes)


def _taken(ways: Sequence[int], chance: Random) -> int:
    """One of several, each by how many ways lead to it."""
    running = [*accumulate(ways)]
    return bisect_right(running, chance.randrange(running[-1]))


def _count(found: Distribution, value: Any) -> int:
    """How many part designs have a value."""
    place = bisect_left(found.values, value)
    return int(found.counts[place]) if place < len(found) and found.values[place] == value else 0


def _pairs(one: Distribution, other: Distribution, value: Any) -> tuple[Any, Any]:
    """The places of all values of two that add up to a value."""
    if one.values.dtype == object:
        listed = other.values.tolist()
        matching = np.array([bisect_left(listed, value - each) for each in one.values.tolist()])
    else:
        matching = np.searchsorted(other.values, value - one.values)
    there = matching < len(other)
    there[there] = (other.values[matching[there]] == value - one.values[there]).astype(bool)
    return np.flatnonzero(there), matching[there]
