"""Open numbers: exact at every point, with intervals that hold, and a guard wherever code looks at a value."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.core.numbers import added, all_but_most, both, choose, common, least, most, negated, real, whole
from archcalc.explore.numbers import Sym, Trace
from archcalc.explore.program import compiled
from archcalc.expr.functions import make_divisible

A, B, C = [3, 5, 8], [-2, 7, 11, 2**65], [0.25, 1.5, 3.0]

OPERATIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "sum": lambda a, b, c: a + b + 4 - a,
    "difference from a number": lambda a, b, c: 9 - b - a,
    "product": lambda a, b, c: a * b * 3 * (a - 1),
    "whole division": lambda a, b, c: b // a + -b // 2 + 100 // a,
    "remainder": lambda a, b, c: b % a + a % 2 + 17 % a,
    "share": lambda a, b, c: b / a + 1 / a,
    "power": lambda a, b, c: a**2 + b**2,
    "power of a number": lambda a, b, c: 2**a,
    "negative": lambda a, b, c: -b + +a,
    "size": lambda a, b, c: abs(b),
    "floats": lambda a, b, c: a * c + c / 3 - 0.1,
    "floor, ceiling, nearest": lambda a, b, c: math.floor(a * c) + 10 * math.ceil(a * c) + 100 * round(a * c),
    "without what is behind the point": lambda a, b, c: whole(b * 0.3 * c) if abs(b) < 100 else 0,
    "rounded to digits": lambda a, b, c: round(a * c / 7, 2),
    "largest and smallest": lambda a, b, c: most(a, b, 6) + 1000 * least(a, b, 6),
    "choice": lambda a, b, c: choose(a > 4, b, a) + choose(b == 7, 1, 2),
    "choice of two conditions": lambda a, b, c: choose(both(a > 4, negated(b < 0)), 1, 0),
    "divisor": lambda a, b, c: common(a, 24),
    "all but the largest": lambda a, b, c: sum(all_but_most([a, b, 6])) + 7 * len(all_but_most([a, b])),
    "a branch": lambda a, b, c: b if a > 4 else -1,
    "a place in a list": lambda a, b, c: list(range(20))[a],
    "so many": lambda a, b, c: sum(index * b for index in range(a)),
    "an equation": lambda a, b, c: int(a == b) + 2 * int(a != 5) + 4 * int(a in (5, 8)),
    "truth": lambda a, b, c: whole(a > 4) + (a > 4) * b + whole(2 <= a <= 5),
    "the rounding of MobileNet": lambda a, b, c: make_divisible(32 * c * a, 8),
    "powers": lambda a, b, c: 2**a + 3 ** (a + 1) + a**3,
    "roots and logarithms": lambda a, b, c: round(real("sqrt", a) + real("log2", a * c), 6),
    "whole floats": lambda a, b, c: int((a * c).is_integer()) + int(float(a).is_integer()),
    "a sum of floats": lambda a, b, c: round(added([c, a / 4, 1.0]), 9),
}


def open_at(a: int, b: int, c: float) -> tuple[Trace, list[Any]]:
    trace = Trace()
    return trace, [trace.variable(name, values, value) for name, values, value in (("a", A, a), ("b", B, b), ("c", C, c))]


POINTS = [(a, b, c) for a in A for b in B for c in C]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_what_is_done_once_holds_wherever_its_guards_do(operation: Callable[[Any, Any, Any], Any]) -> None:
    """Each walk gives a function; at every point each of these gives what Python gives, or says that it does not hold there."""
    for at in POINTS:
        trace, numbers = open_at(*at)
        found = operation(*numbers)
        function = compiled("abc", [found], list(trace.guards.values()))
        assert function(at) == (operation(*at),)
        held = [point for point in POINTS if function(point) is not None]
        for point in held:
            value = operation(*point)
            assert function(point) == (value,)
            if type(found) is Sym:
                assert found.low <= value <= found.high


@given(st.lists(st.tuples(st.sampled_from("+-*/%<M"), st.integers(-50, 50)), min_size=1, max_size=8), st.sampled_from(POINTS))
@settings(max_examples=300)
def test_any_chain_of_operations_holds_wherever_its_guards_do(steps: list[tuple[str, int]], at: tuple[int, int, float]) -> None:
    def run(a: Any, b: Any, c: Any) -> Any:
        found = b
        for op, number in steps:
            other = a * number + 3
            if op == "+":
                found = found + other
            elif op == "-":
                found = other - found
            elif op == "*":
                found = found * other
            elif op == "/":
                found = found // other if other != 0 else found
            elif op == "%":
                found = found % other if other != 0 else found
            elif op == "<":
                found = choose(found < other, other, found + 1)
            else:
                found = most(found, other)
        return found

    trace, numbers = open_at(*at)
    found = run(*numbers)
    function = compiled("abc", [found], list(trace.guards.values()))
    assert function(at) == (run(*at),)
    for point in POINTS:
        result = function(point)
        assert result is None or result == (run(*point),)


def test_an_open_number_is_taken_for_a_whole_one_and_can_not_be_read_unseen() -> None:
    trace, (a, _b, c) = open_at(5, 7, 1.5)
    assert a.__class__ is int
    assert isinstance(a, int)
    assert c.__class__ is float
    assert (a < 4).__class__ is bool
    assert not issubclass(Sym, int)
    assert not trace.guards
    assert bytes(a) == bytes(5)  # C code asks for the value, and leaves a guard
    assert len(trace.guards) == 1


def test_the_same_operation_is_one_number() -> None:
    trace, (a, b, _c) = open_at(5, 7, 1.5)
    assert a * b + 1 is b * a + 1
    assert hash(a * b) == hash(b * a)
    assert len({a * b, b * a, a + b}) == 2
    assert not trace.guards


def test_what_intervals_decide_leaves_no_guard() -> None:
    trace, (a, b, _c) = open_at(5, 7, 1.5)
    assert a > 2
    assert 1 <= a <= 2**63 - 1
    assert a != 9
    assert a - a == 0
    assert (a * 6) % 3 == 0
    assert b <= 2**65
    assert most(a, 2) is a
    assert least(a, 100) is a
    assert not trace.guards


def test_a_guard_says_the_truth_at_the_representative_once() -> None:
    trace, (a, _b, _c) = open_at(5, 7, 1.5)
    assert not a > 6
    assert not a > 6
    assert a <= 6
    assert len(trace.guards) == 2
    assert [guard.value for guard in trace.guards.values()] == [False, True]


def test_a_division_by_what_may_be_zero_is_guarded() -> None:
    trace = Trace()
    number = trace.variable("n", [0, 2, 5], 2)
    assert compiled("n", [10 // number], list(trace.guards.values()))([0]) is None
    assert compiled("n", [10 // number], list(trace.guards.values()))([5]) == (2,)
    none = Trace().variable("n", [0, 2, 5], 0)
    with pytest.raises(ZeroDivisionError):
        10 // none


def test_words_stay_open_until_they_are_compared() -> None:
    trace = Trace()
    word = trace.variable("op", ["relu", "gelu"], "relu")
    assert isinstance(word, str)
    assert not trace.guards
    assert word == "relu"
    assert len(trace.guards) == 1
    assert ["gelu", "relu"].index(word) == 1
    assert len(trace.guards) == 2
    assert choose(trace.variable("n", [1, 2], 1) > 1, word, "tanh").__class__ is str
    assert word.__eq__(3) is False
    assert f"{word}" == "relu"
    assert trace.spelled


def test_an_axis_of_one_value_is_that_value() -> None:
    assert Trace().variable("n", [3], 3) == 3
    assert type(Trace().variable("n", [3], 3)) is int


def test_text_is_known_to_have_numbers_in_it() -> None:
    trace, (a, _b, _c) = open_at(5, 7, 1.5)
    before = trace.spelled
    assert f"{a:,}" == "5"
    assert (before, trace.spelled) == (False, True)
    assert str(a) == repr(a) == "5"


def test_fractions_are_none_of_them() -> None:
    _trace, (a, _b, _c) = open_at(5, 7, 1.5)
    with pytest.raises(TypeError):
        a + "x"
    assert (a == Fraction(5)) is False
