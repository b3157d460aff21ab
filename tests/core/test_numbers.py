"""Plain numbers go through the seam for open ones as through Python's own functions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.core import numbers

WHOLE = st.integers(-(10**30), 10**30)


@given(st.lists(WHOLE, min_size=1))
def test_the_largest_and_the_smallest_are_pythons(values: list[int]) -> None:
    assert numbers.most(*values) == max(values)
    assert numbers.least(*values) == min(values)
    assert numbers.all_but_most(values) == sorted(values)[:-1]


@given(WHOLE, WHOLE)
def test_a_divisor_is_pythons(one: int, other: int) -> None:
    assert numbers.common(one, other) == math.gcd(one, other)


@pytest.mark.parametrize("condition", [True, False])
def test_a_choice_is_made_at_once(condition: bool) -> None:
    assert numbers.choose(condition, 3, 5) == (3 if condition else 5)
    assert numbers.negated(condition) is not condition
    assert numbers.both(condition, True) is condition
    assert numbers.both(True, condition) is condition


@pytest.mark.parametrize("value", [True, False, 7, -7, 7.9, -7.9, 2**70])
def test_a_whole_number_is_what_int_gives(value: float) -> None:
    assert numbers.whole(value) == int(value)
    assert type(numbers.whole(value)) is int
    assert not numbers.is_open(value)


@given(st.lists(st.floats(0, 1e300)))
def test_a_sum_of_floats_is_rounded_once(values: list[float]) -> None:
    assert numbers.added(iter(values)) == math.fsum(values)
