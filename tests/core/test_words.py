"""Numbers in words: how many of a thing, and how long something takes."""

from __future__ import annotations

from fractions import Fraction

import pytest

from archcalc.core.words import counted, seconds

HOUR, DAY, YEAR = 3600, 86400, 365.25 * 86400


@pytest.mark.parametrize(
    ("number", "thing", "text"),
    [(0, "layer", "0 layers"), (1, "layer", "1 layer"), (2, "line", "2 lines"), (25_000, "byte", "25,000 bytes")],
)
def test_how_many(number: int, thing: str, text: str) -> None:
    assert counted(number, thing) == text


@pytest.mark.parametrize(
    ("time", "rounded", "exact"),
    [
        (0, "0 s", "0 s"),
        (1e-12, "0.00 ns", "0.001 ns"),
        (1e-9, "1.00 ns", "1 ns"),
        (9.994e-3, "9.99 ms", "9.994 ms"),
        (9.995e-3, "10.0 ms", "9.995 ms"),
        (99.94e-3, "99.9 ms", "99.94 ms"),
        (99.96e-3, "100 ms", "99.96 ms"),
        (1.234567891e-5, "12.3 \u00b5s", "12.3457 \u00b5s"),
        (Fraction(2, 1000), "2.00 ms", "2 ms"),
        (1.0, "1.00 s", "1 s"),
        (123.456789, "123 s", "123.457 s"),
        (HOUR - 1, "3,599 s", "3,599 s"),
        (1.2 * HOUR, "1 h 12 min", "4,320 s"),
        (47 * HOUR, "47 h 0 min", "169,200 s"),
        (48 * HOUR, "2.0 d", "172,800 s"),
        (2 * YEAR, "2.0 years", "63,115,200 s"),
    ],
)
def test_how_long(time: float, rounded: str, exact: str) -> None:
    assert seconds(time) == rounded
    assert seconds(time, exact=True) == exact
