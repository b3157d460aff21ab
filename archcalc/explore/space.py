"""A space of designs: axes with their values, and every combination of them as a point with a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isfinite
from typing import Any, overload

from ..core.errors import RequestError


class Refused(RequestError):
    """A space, a condition or a figure that can't be asked for: what is wrong, and a hint that is what to write."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Steps(Sequence[Any]):
    """``length`` numbers from ``start`` on, ``step`` apart, worked out exactly and none of them held: whole numbers, or the nearest doubles."""

    __slots__ = ("length", "start", "step", "whole")

    def __init__(self, start: Fraction, step: Fraction, length: int, *, whole: bool) -> None:
        self.start = start
        self.step = step
        self.length = length
        self.whole = whole

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, index: int) -> int | float: ...

    @overload
    def __getitem__(self, index: slice) -> list[int | float]: ...

    def __getitem__(self, index: int | slice) -> int | float | list[int | float]:
        if isinstance(index, slice):
            return [self[each] for each in range(self.length)[index]]
        value = self.start + range(self.length)[index] * self.step
        return int(value) if self.whole else float(value)

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """The place of a value. Raises ValueError where it is none of them."""
        place = round((Fraction(value) - self.start) / self.step) if isinstance(value, (int, float)) and isfinite(value) else -1
        if place not in range(self.length)[start:stop] or self[place] != value:
            raise ValueError(f"{value!r} is none of {self}")
        return place

    def __repr__(self) -> str:
        return f"{self.start}..{self[-1]}:{self.step}"


class Axis:
    """What is open, and the values that it takes, in their order.

    ``kind`` is "var" (of the spec), "choice" (in the spec), "option" (of the request) or "spec" (which of several). ``text`` is how the
    values were written, where they were; ``sets`` is the option where that has another name.
    """

    __slots__ = ("kind", "name", "sets", "text", "values")

    def __init__(self, name: str, values: Sequence[Any], kind: str, text: str = "", sets: str = "") -> None:
        self.name = name
        self.sets = sets or name
        self.values = values
        self.kind = kind
        self.text = text

    def __repr__(self) -> str:
        values = repr(self.values) if isinstance(self.values, Steps) else repr(list(self.values))
        return f"{self.kind} {self.name}: {values}"


def is_number(axis: Axis) -> bool:
    """Whether all values of an axis are numbers."""
    return isinstance(axis.values, (Steps, range)) or all(isinstance(value, (int, float)) for value in axis.values)


class Space:
    """Every combination of the values of some axes. Points count from 0, and of two that follow one another the last axis differs first."""

    __slots__ = ("axes", "size")

    def __init__(self, axes: Sequence[Axis]) -> None:
        self.axes = tuple(axes)
        self.size = 1
        for axis in self.axes:
            self.size *= len(axis.values)

    @property
    def hash(self) -> str:
        """What tells this space from others: the same axes with the same values in the same order have the same."""
        from hashlib import sha256

        return sha256("\n".join(map(repr, self.axes)).encode()).hexdigest()

    def codes_of(self, number: int) -> tuple[int, ...]:
        """For each axis which of its values a point has, from 0. Raises IndexError for a number that no point has."""
        if not 0 <= number < self.size:
            raise IndexError(number)
        codes = []
        for axis in reversed(self.axes):
            number, code = divmod(number, len(axis.values))
            codes.append(code)
        return tuple(reversed(codes))

    def number(self, codes: Sequence[int]) -> int:
        """The number of the point that has these values."""
        number = 0
        for axis, code in zip(self.axes, codes, strict=True):
            number = number * len(axis.values) + range(len(axis.values))[code]
        return number

    def point(self, number: int) -> dict[str, Any]:
        """The values of a point by the names of the axes."""
        return {axis.name: axis.values[code] for axis, code in zip(self.axes, self.codes_of(number), strict=True)}

    def codes(self, start: int, stop: int) -> Iterator[tuple[int, ...]]:
        """The values of the points from one number to before another."""
        return map(self.codes_of, range(start, stop))

    def sample(self, count: int, seed: int) -> list[int]:
        """The numbers of so many points, each set of them as likely, none twice, in their order; all points where there are no more.

        Floyd: Bentley, Programming Pearls: A Sample of Brilliance, Communications of the ACM 30 (9), 1987.
        """
        from random import Random

        draw, found = Random(seed), set[int]()
        for last in range(max(self.size - count, 0), self.size):
            number = draw.randrange(last + 1)
            found.add(last if number in found else number)
        return sorted(found)
