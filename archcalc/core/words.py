"""Numbers in words, one way for all rooms: how many of a thing there are, and how long something takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction


def counted(number: int, thing: str) -> str:
    """``1 layer``, ``25,000 layers``."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


_UNITS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))


def seconds(time: float | Fraction, *, exact: bool = False) -> str:
    """A time with three digits: 4.48 ms, 12.3 µs, 1 h 12 min, 34.2 d, 3.1 years.

    ``exact`` gives six digits and never hours, for those who follow a formula with numbers: 4.48213 ms.
    """
    if not time:
        return "0 s"
    time = float(time)
    if time >= 3600 and not exact:
        return _long(time)
    unit, factor = next((each for each in _UNITS if time >= each[1]), _UNITS[-1])
    number = time / factor
    if exact:
        digits = _rounded(number, 6)
        return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits} {unit}"
    return f"{_rounded(number, 3)} {unit}"


def _long(time: float) -> str:
    """A time of an hour or more."""
    if time >= 2 * 365.25 * 86400:
        return f"{time / 86400 / 365.25:,.1f} years"
    if time >= 48 * 3600:
        return f"{time / 86400:,.1f} d"
    hours, minutes = divmod(round(time / 60), 60)
    return f"{hours} h {minutes} min"


def _rounded(number: float, digits: int) -> str:
    """A number with so many digits, or all of them before the point."""
    places = digits - 1
    while places and number >= 10 ** (digits - places) - 0.5 * 10**-places:  # it would be rounded up to one more before the point
        places -= 1
    return f"{number:,.{places}f}"
