"""Ranges: the numbers from a first to a last one, exact as decimals."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.core.ranges import scaled, stepped


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (stepped(128, 224, 32), [128, 160, 192, 224]),
        (stepped(128, 223, 32), [128, 160, 192]),
        (stepped(0.25, 0.4, 0.05), [0.25, 0.3, 0.35, 0.4]),
        (stepped(1, 2, 0.5), [1.0, 1.5, 2.0]),
        (stepped(7, 1, -3), [7, 4, 1]),
        (scaled(1, 64, 4), [1, 4, 16, 64]),
        (scaled(3, 100, 3), [3, 9, 27, 81]),
        (scaled(8, 1, 0.5), [8.0, 4.0, 2.0, 1.0]),
        (scaled(0.1, 0.9, 3), [0.1, 0.3, 0.9]),
    ],
)
def test_ranges(found: list[float], wanted: list[float]) -> None:
    assert found == wanted
    assert list(map(type, found)) == list(map(type, wanted))


@given(st.integers(-50, 50), st.integers(1, 60), st.integers(1, 9))
def test_whole_steps_are_those_of_python(first: int, length: int, step: int) -> None:
    assert stepped(first, first + length, step) == list(range(first, first + length + 1, step))


@given(st.integers(1, 400), st.integers(1, 40), st.integers(1, 80))
def test_hundredths_are_the_nearest_doubles(first: int, step: int, count: int) -> None:
    found = stepped(first / 100, (first + step * count) / 100, step / 100)
    assert found == [(first + step * index) / 100 for index in range(count + 1)]
    assert all(Fraction(repr(value)) * 100 % 1 == 0 for value in found)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: stepped(1, 9, 0), "the step of a range is not 0"),
        (lambda: stepped(9, 3, 2), "nothing lies from 9 to 3 by steps of 2"),
        (lambda: stepped(1, 10**9, 1), "a range here has at most 10,000 numbers, this one would have 1,000,000,000"),
        (lambda: scaled(1, 9, 1), "the factor of a range is not 1"),
        (lambda: scaled(0, 9, 2), "a range by a factor goes over numbers above 0"),
        (lambda: scaled(9, 3, 2), "nothing lies from 9 to 3 by factors of 2"),
        (lambda: scaled(1, 1e300, 1.0001), "a range here has at most 10,000 numbers, this one would have more"),
        (lambda: stepped(1, float("inf"), 1), "the ends and the step of a range are numbers"),
    ],
)
def test_what_is_no_range(make: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()  # type: ignore[operator]
