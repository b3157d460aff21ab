"""Where numbers stand along an axis or in a row of colours, and the round ones among them that are written beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, log, log2, log10

from ..layout import display_width
from ..units import binary, seconds, si, thousands

LETTER = 7.2
"""The width of a character of words around a plot, where it is not less."""
DECADES = 100
"""A range whose end is more than so many times its start stands on a logarithmic axis."""
BASES = {
    "bytes": tuple((1024**power, 1024**power) for power in range(7)),
    "seconds": ((0, Fraction(1)), (3600, Fraction(3600)), (48 * 3600, Fraction(86400))),
}
"""From which size on the steps between numbers are round multiples of what; of other units they are so of one."""


class Scale:
    """An axis from ``start`` to ``end`` in points of the picture, for numbers from ``low`` to ``high``; logarithmic where they span more
    than two powers of ten. ``unit`` says how numbers are written; ``whole`` that there are none between whole ones."""

    def __init__(
        self, low: float, high: float, start: float, end: float, *, unit: str = "", whole: bool = False, room: float = 0.04
    ) -> None:
        self.unit = unit
        self.whole = whole
        self.start = start
        self.end = end
        self.log = low > 0 and high / low > DECADES
        self.low: float
        self.high: float
        if self.log:
            margin = (high / low) ** room
            self.low, self.high = low / margin, high * margin
        else:
            if low == high:
                low, high = (low * 0.9, high * 1.1) if low > 0 else (low - 1, high + 1)
            elif room and 0 < low <= high / 2:
                low = 0
            margin = room * (high - low)
            self.low, self.high = low - margin if low else low, high + margin

    def part(self, value: float) -> float:
        """How far along a number stands: 0 at the start, 1 at the end."""
        if self.log:
            return (log(value) - log(self.low)) / (log(self.high) - log(self.low))
        return (value - self.low) / (self.high - self.low)

    def at(self, value: float) -> float:
        """Where a number stands."""
        return self.start + self.part(value) * (self.end - self.start)

    def inside(self, value: float | Fraction) -> bool:
        """Whether a number stands on the axis."""
        return self.low <= value <= self.high

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """At most so many round numbers, or one more, each as it is written."""
        found = list(self._powers(most) if self.log else self._steps(most))
        return [(float(value), tick(value, self.unit)) for value in found if self.inside(value)]

    def _steps(self, most: int) -> Iterator[Fraction]:
        """Multiples of 1, 2 or 5 times a power of ten, of what is round in the unit."""
        base = Fraction(next(unit for least, unit in reversed(BASES.get(self.unit, ((0, 1),))) if self.high >= least or not least))
        wanted = Fraction(self.high - self.low) / base / most
        power = floor(log10(wanted))
        step = (
            next(size for size in (Fraction(10) ** (power + up) * digit for up in (0, 1) for digit in (1, 2, 5)) if size >= wanted) * base
        )
        if self.whole:
            step = max(Fraction(1), step)
        for count in range(ceil(Fraction(self.low) / step), floor(Fraction(self.high) / step) + 1):
            yield count * step

    def _powers(self, most: int) -> Iterator[Fraction]:
        """Powers of ten, or of two in bytes; twice and five times as much where there are few, some left out where there are many."""
        two = self.unit == "bytes"
        low, high = (log2(self.low), log2(self.high)) if two else (log10(self.low), log10(self.high))
        stride = max(1, ceil((high - low) / most))
        digits = (1, 2, 5) if not two and 2 * (high - low) <= most else (1,)
        for power in range(floor(low / stride) * stride, ceil(high) + 1, stride):
            for digit in digits:
                yield Fraction(2 if two else 10) ** power * digit


def tick(value: float | Fraction, unit: str) -> str:
    """A round number as tables write it, without zeros at its end: 2.5 M, 512 MiB, 1.5 ms."""
    whole = int(value) if value == int(value) else None
    if unit == "seconds":
        return _short(seconds(value))
    if whole is None:
        return f"{float(value):.6g}"
    return _short(binary(whole) if unit == "bytes" else si(whole))


def written(value: float) -> str:
    """A value of an axis in full."""
    return thousands(int(value)) if value == int(value) else f"{value:g}"


def thinned(ticks: Iterable[tuple[float, str]], *, across: bool) -> list[tuple[float, str]]:
    """Those of the ticks, by where they stand, that leave room between their words: every second, third and so on."""
    found = list(ticks)
    for stride in range(1, len(found) + 1):
        kept = found[::stride]
        if all(
            abs(b - a) >= ((display_width(one) + display_width(two)) * LETTER / 2 + 10 if across else 17)
            for (a, one), (b, two) in pairwise(kept)
        ):
            return kept
    return found[:1]


def _short(text: str) -> str:
    number, space, unit = text.partition(" ")
    return f"{number.rstrip('0').rstrip('.') if '.' in number else number}{space}{unit}"
