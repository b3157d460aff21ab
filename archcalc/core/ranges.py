"""The numbers of a range: from a first to a last one, by equal steps or by equal factors. Exact: 0.25 to 1.5 by 0.05 holds 0.3."""

from __future__ import annotations

from fractions import Fraction

Number = int | float

MAX_RANGE = 10_000
"""How many numbers a range may have where it stands in a list of values."""


def stepped(first: Number, last: Number, step: Number, most: int = MAX_RANGE) -> list[Number]:
    """The numbers first, first + step, ... up to the last one, which is among them where a step meets it; down with a step below 0.

    Whole numbers where first and step are, else the doubles nearest to the decimals that these numbers are written as. Raises ValueError
    where there is none, where the step leads nowhere, and where there are more than ``most``.
    """
    start, end, by = map(_exact, (first, last, step))
    if not by:
        raise ValueError("the step of a range is not 0")
    count = (end - start) // by + 1
    if count < 1:
        raise ValueError(f"nothing lies from {first} to {last} by steps of {step}")
    _bounded(count, most)
    return [_number(start + by * index, first, step) for index in range(count)]


def scaled(first: Number, last: Number, factor: Number, most: int = MAX_RANGE) -> list[Number]:
    """The numbers first, first * factor, ... up to the last one, or down to it with a factor below 1. Raises ValueError as `stepped` does,
    and for numbers that are not above 0."""
    start, end, by = map(_exact, (first, last, factor))
    if start <= 0 or end <= 0 or by <= 0:
        raise ValueError("a range by a factor goes over numbers above 0")
    if by == 1:
        raise ValueError("the factor of a range is not 1")
    found: list[Number] = []
    value = start
    while value <= end if by > 1 else value >= end:
        found.append(_number(value, first, factor))
        _bounded(len(found), most)
        value *= by
    if not found:
        raise ValueError(f"nothing lies from {first} to {last} by factors of {factor}")
    return found


def _bounded(count: int, most: int) -> None:
    if count > most:
        shown = f"{count:,}" if most < count < 10**15 and count != most + 1 else "more"
        raise ValueError(f"a range here has at most {most:,} numbers, this one would have {shown}")


def _exact(number: Number) -> Fraction:
    """The decimal that a double is written as: 0.05 is a twentieth. Raises ValueError for infinities and NaN."""
    try:
        return Fraction(number) if number.__class__ is int else Fraction(repr(float(number)))
    except ValueError:
        raise ValueError("the ends and the step of a range are numbers") from None


def _number(value: Fraction, *of: Number) -> Number:
    """Whole where it is whole and so is what it was made of; else the nearest double."""
    if all(each.__class__ is int for each in of) and value.denominator == 1:
        return int(value)
    return float(value)
