"""Numbers in words, one way for all rooms: how many of a thing there are, and how long something takes."""

from __future__ import annotations


def counted(number: int, thing: str) -> str:
    """``1 layer``, ``25,000 layers``."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def seconds(time: float) -> str:
    """A time with three digits: 4.48 ms, 12.3 µs, 1 h 12 min, 34.2 d, 3.1 years."""
    if time >= 2 * 365.25 * 86400:
        return f"{time / 86400 / 365.25:,.1f} years"
    if time >= 48 * 3600:
        return f"{time / 86400:,.1f} d"
    if time >= 3600:
        hours, minutes = divmod(round(time / 60), 60)
        return f"{hours} h {minutes} min"
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)):
        if time >= factor or unit == "ns":
            return f"{_three(time / factor)} {unit}"
    raise AssertionError


def _three(number: float) -> str:
    """A number with three digits, or all of them before the point."""
    places = 2 if number < 9.995 else 1 if number < 99.95 else 0
    return f"{number:,.{places}f}"
