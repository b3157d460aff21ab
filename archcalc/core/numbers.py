"""What code asks of numbers beside arithmetic, where a number may stand for many: the seam by which one walk serves a whole design space.

Plain integers and floats go through these functions as through Python's own. An ``Open`` number, as archcalc/explore makes them, answers by
itself, so that the choice stays open in place of being made for one of its values. An open number says by its ``__class__`` what it is
(int, float, bool or str), so that ``value.__class__ is int`` and ``isinstance(value, int)`` hold for it; it is no subclass of these, so that
no code can read a value out of it unseen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any


class Open:
    """A number that stands for many values: what was done (``op``) with what (``args``), a class, an interval, and its value at one point."""

    __slots__ = ()

    trace: Any
    op: str
    args: tuple[Any, ...]
    low: Any
    high: Any
    kind: type
    value: Any
    id: int

    def most(self, values: Sequence[Any]) -> Any:
        """The largest of values, of which this is the first open one."""
        raise NotImplementedError

    def least(self, values: Sequence[Any]) -> Any:
        """The smallest of values, of which this is the first open one."""
        raise NotImplementedError

    def choose(self, one: Any, other: Any) -> Any:
        """One value where this truth value holds, the other one where it does not."""
        raise NotImplementedError

    def settled(self) -> Any:
        """Its value, which it has from here on."""
        raise NotImplementedError

    def whole(self) -> Any:
        """The whole number in it, without what is behind the point."""
        raise NotImplementedError

    def common(self, other: Any) -> Any:
        """The greatest common divisor."""
        raise NotImplementedError

    def real_of(self, name: str) -> Any:
        """What this function of the module math, which rises, makes of it."""
        raise NotImplementedError

    def splits(self, place: str) -> bool:
        """Whether both ways of this condition, which stands at a place, are to be followed."""
        raise NotImplementedError

    def assumed(self, truth: bool) -> AbstractContextManager[None]:
        """What is done inside is done where this condition has that truth."""
        raise NotImplementedError

    def negated(self) -> Any:
        """Whether this truth value does not hold."""
        raise NotImplementedError

    def both(self, other: Any) -> Any:
        """Whether this truth value and another one hold."""
        raise NotImplementedError


def is_open(value: object) -> bool:
    """Whether a number stands for many values."""
    return isinstance(value, Open)


def told(value: Any) -> Any:
    """A value that is to be told in words: a word that was open is one of its words from here on."""
    return value.settled() if isinstance(value, Open) and isinstance(value, str) else value


def most(*values: Any) -> Any:
    """The largest of some numbers."""
    for value in values:
        if isinstance(value, Open):
            return value.most(values)
    return max(values)


def least(*values: Any) -> Any:
    """The smallest of some numbers."""
    for value in values:
        if isinstance(value, Open):
            return value.least(values)
    return min(values)


def all_but_most(values: Sequence[Any]) -> list[Any]:
    """All numbers but the largest of them; of plain ones the smallest first."""
    if not any(isinstance(value, Open) for value in values):
        return sorted(values)[:-1]
    found, largest = [], values[0]
    for value in values[1:]:
        found.append(least(largest, value))
        largest = most(largest, value)
    return found


def choose(condition: Any, one: Any, other: Any) -> Any:
    """One number where a condition holds, else the other one; both are worked out before."""
    return condition.choose(one, other) if isinstance(condition, Open) else one if condition else other


def negated(condition: Any) -> Any:
    """Whether a condition does not hold."""
    return condition.negated() if isinstance(condition, Open) else not condition


def both(one: Any, other: Any) -> Any:
    """Whether two conditions hold."""
    if isinstance(one, Open):
        return one.both(other)
    return one and other


def whole(value: Any) -> Any:
    """The whole number in a number or truth value, as int() gives it."""
    return value.whole() if isinstance(value, Open) else int(value)


def common(one: Any, other: Any) -> Any:
    """The greatest common divisor of two whole numbers."""
    if isinstance(one, Open):
        return one.common(other)
    return other.common(one) if isinstance(other, Open) else math.gcd(one, other)


def real(name: str, value: Any) -> Any:
    """The square root ("sqrt") or the logarithm ("log2") of a number, in floating point."""
    found: Any = value.real_of(name) if isinstance(value, Open) else getattr(math, name)(value)
    return found


def added(values: Iterable[Any]) -> Any:
    """The sum of floats, rounded once; where some are open it is rounded at each step."""
    found = list(values)
    if any(isinstance(value, Open) for value in found):
        return sum(found)
    return math.fsum(found)
