"""Exact answers about whole spaces: fronts, counts, shares of variance, each against every design counted one by one."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.explore import counts, fronts
from archcalc.explore.sums import Mask, Sum


@st.composite
def spaces(draw: Any, figures: int) -> tuple[list[int], list[Sum], list[Mask]]:
    """Axes of a few values, figures over some of them, and what is allowed."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    axes = st.sets(st.integers(0, len(sizes) - 1), min_size=0, max_size=3).map(lambda found: tuple(sorted(found)))
    reach = draw(st.sampled_from([9, 10**6, 10**25]))

    def table(of: tuple[int, ...], values: Any) -> Any:
        shape = tuple(sizes[axis] for axis in of)
        return np.array(draw(st.lists(values, min_size=int(np.prod(shape)), max_size=int(np.prod(shape)))), dtype=object).reshape(shape)

    def smallest(found: Any) -> Any:
        return found if reach > 10**18 else found.astype(np.int64)

    sums = []
    for _ in range(figures):
        some = draw(st.lists(axes, max_size=4, unique=True))
        sums.append(Sum(draw(st.integers(-reach, reach)), {of: smallest(table(of, st.integers(-reach, reach))) for of in some}))
    masks = [(of, table(of, st.booleans()).astype(bool)) for of in draw(st.lists(axes.filter(bool), max_size=2, unique=True))]
    return sizes, sums, masks


def designs(sizes: list[int], masks: list[Mask]) -> list[tuple[int, ...]]:
    """Every design that is allowed."""
    every = itertools.product(*map(range, sizes))
    return [codes for codes in every if all(mask[tuple(codes[axis] for axis in axes)] for axes, mask in masks)]


@given(spaces(2))
def test_a_front_is_what_no_design_beats(case: tuple[list[int], list[Sum], list[Mask]]) -> None:
    sizes, sums, masks = case
    points = {tuple(each.at(codes) for each in sums) for codes in designs(sizes, masks)}
    wanted = sorted(p for p in points if not any(q != p and all(a <= b for a, b in zip(q, p, strict=True)) for q in points))
    found = fronts.front(sizes, sums, masks)
    assert [tuple(row) for row in found.costs.tolist()] == wanted
    for row in range(len(found)):
        assert tuple(each.at(found.design(row)) for each in sums) == tuple(found.costs[row].tolist())


@given(spaces(3), st.integers(0, 100))
def test_a_front_within_limits(case: tuple[list[int], list[Sum], list[Mask]], share: int) -> None:
    sizes, sums, masks = case
    points = {tuple(each.at(codes) for each in sums) for codes in designs(sizes, masks)}
    limits: list[Any] = [None, None, None]
    for place in (0, 1):
        values = sorted({point[place] for point in points})
        limits[place] = values[len(values) * share // 101] if values else 0
    points = {point for point in points if all(limit is None or value <= limit for value, limit in zip(point, limits, strict=True))}
    wanted = sorted(p for p in points if not any(q != p and all(a <= b for a, b in zip(q, p, strict=True)) for q in points))
    assert [tuple(row) for row in fronts.front(sizes, sums, masks, limits).costs.tolist()] == wanted


@given(spaces(1))
def test_the_least_is_the_least(case: tuple[list[int], list[Sum], list[Mask]]) -> None:
    sizes, [figure], masks = case
    every = [figure.at(codes) for codes in designs(sizes, masks)]
    found = fronts.least(sizes, figure, masks)
    assert (None if found is None else found[0]) == (min(every) if every else None)
    most = fronts.least(sizes, figure.negative(), masks)
    assert (None if most is None else -most[0]) == (max(every) if every else None)


@given(spaces(1), st.integers(0, 100))
def test_counts_are_those_of_every_design(case: tuple[list[int], list[Sum], list[Mask]], share: int) -> None:
    sizes, [figure], masks = case
    every = sorted(figure.at(codes) for codes in designs(sizes, masks))
    limit = every[len(every) * share // 101] if every else 0
    assert counts.within(sizes, figure, limit, masks) == sum(value <= limit for value in every)
    found = counts.distribution(sizes, figure, masks)
    assert list(zip(found.values.tolist(), found.counts.tolist(), strict=True)) == [(v, every.count(v)) for v in sorted(set(every))]


@given(spaces(1))
@settings(max_examples=60)
def test_shares_are_those_of_every_design(case: tuple[list[int], list[Sum], list[Mask]]) -> None:
    sizes, [figure], _ = case
    every = {codes: Fraction(figure.at(codes)) for codes in designs(sizes, [])}
    mean = sum(every.values()) / len(every)
    variance = sum((value - mean) ** 2 for value in every.values()) / len(every)
    whole, alone = counts.shares(sizes, figure)
    assert whole == variance
    for axis, size in enumerate(sizes):
        means = [sum(v for codes, v in every.items() if codes[axis] == code) / Fraction(len(every), size) for code in range(size)]
        explained = sum((value - mean) ** 2 for value in means) / size
        assert alone[axis] == (explained / variance if variance else 0)


def test_what_hangs_together_too_much_says_so() -> None:
    sizes = [60, 60, 60, 60]
    table = np.arange(60**4, dtype=np.int64).reshape(sizes)
    with pytest.raises(fronts.TooLarge):
        fronts.least(sizes, Sum(0, {(0, 1, 2, 3): table}))
