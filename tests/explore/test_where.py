"""Conditions: they hold where Python's arithmetic on fractions says so, know the units of figures, and say what to write instead."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.explore.condition import Condition
from archcalc.explore.space import Refused
from archcalc.explore.where import read_where

UNITS = {"params": "numbers", "maccs": "multiply-accumulates", "weight_bytes": "bytes", "time_seconds": "seconds", "width": "", "op": ""}
WORDS = {"op": ("conv", "pool")}


def where(text: str) -> Condition:
    return read_where(text, UNITS, WORDS)


def holds(text: str, **values: Any) -> bool:
    return bool(
        where(text).holds({"params": 6, "maccs": 35, "weight_bytes": 2048, "time_seconds": 0.002, "width": 0.5, "op": "conv", **values})
    )


# --- what holds ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("params < 7", True),
        ("params < 6", False),
        ("params <= 6 and maccs > 35", False),
        ("params <= 6, maccs >= 35", True),
        ("params > 6 or maccs == 35", True),
        ("params > 6 or maccs != 35", False),
        ("not params > 6 and not maccs < 35", True),
        ("not (params == 6 and maccs == 36)", True),
        ("params > 6, maccs == 35 or maccs == 36", False),
        ("maccs == 35 or maccs == 36, params > 6", False),
        ("maccs == 35 or params > 6 and maccs == 36", True),
        ("(maccs == 35 or params > 6) and maccs == 36", False),
        ("5 < params < 7", True),
        ("5 < params < 6", False),
        ("1 < params <= 6 < maccs", True),
        ("maccs / params < 6", True),
        ("maccs / params * params == maccs", True),
        ("maccs // params == 5 and maccs % params == 5", True),
        ("2 + 3 * params - 1 == 19", True),
        ("-params < -5", True),
        ("(params + 1) * 5 == maccs", True),
        ("weight_bytes == 2KiB", True),
        ("weight_bytes <= 2 kB", False),
        ("weight_bytes < 2048B", False),
        ("weight_bytes == 2.048k", True),
        ("0.002M == weight_bytes - 48", True),
        ("params * 1k == 6000", True),
        ("params < 7B", True),
        ("time_seconds <= 2ms", False),  # the double of 0.002 is above it
        ("time_seconds < 2001 us", True),
        ("time_seconds > 1min", False),
        ("time_seconds < 3\u00b5s", False),
        ("weight_bytes / time_seconds > 1M", True),
        ("op == conv", True),
        ("op != 'conv'", False),
        ("conv == op and width <= 0.5", True),
        ("1e3 > maccs", True),
    ],
)
def test_a_condition_holds_or_not(text: str, expected: bool) -> None:
    assert holds(text) is expected


LEAVES = st.sampled_from(["params", "maccs", "width", "3", "2.5", "1k"])
NUMBERS: Any = st.recursive(
    LEAVES, lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner), max_leaves=5
)
COMPARED = st.builds("{} {} {}".format, NUMBERS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS)
CONDITIONS: Any = st.recursive(
    COMPARED,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner), st.builds("not ({})".format, inner)
    ),
    max_leaves=4,
)


@given(CONDITIONS, st.integers(-9, 9), st.integers(1, 10**19), st.sampled_from([Fraction(1, 2), Fraction(3)]))
def test_it_is_pythons_own_arithmetic_on_fractions(text: str, params: int, maccs: int, width: Fraction) -> None:
    values: dict[str, Any] = {"params": params, "maccs": maccs, "width": width}
    try:
        expected = eval(
            text.replace("1k", "Fraction(1000)")
            .replace("2.5", "Fraction(5, 2)")
            .replace(" 3", " Fraction(3)")
            .replace("(3", "(Fraction(3)"),
            {"Fraction": Fraction},
            {name: Fraction(value) for name, value in values.items()},
        )
    except ZeroDivisionError:
        where(text).holds(values)  # infinite, or no number: no error at least
        return
    assert bool(where(text).holds(values)) == expected


def test_a_quotient_is_exact_where_doubles_are_not() -> None:
    large = 3 * 2**60
    assert holds("maccs / params > 3", params=2**60, maccs=large + 1)
    assert not holds("maccs / params <= 3", params=2**60, maccs=large + 1)


def test_divided_by_nothing_is_infinite_and_meets_no_upper_limit() -> None:
    assert not holds("maccs / params < 1T", params=0)
    assert holds("maccs / params > 1T", params=0)
    for text in ("maccs / params < 1", "maccs / params >= 1", "maccs % params < 1", "maccs // params >= 1"):
        assert not holds(text, params=0, maccs=0)


def test_what_a_point_has_not_meets_no_comparison() -> None:
    for text in ("weight_bytes < 5", "weight_bytes >= 5", "weight_bytes != 5", "5 < weight_bytes * 2 + 1", "-weight_bytes / 3 < 5"):
        assert not holds(text, weight_bytes=None)
    assert holds("weight_bytes < 5 or params == 6", weight_bytes=None)


class Column(list[Any]):
    """A column of values with the operators that arrays have."""

    def each(self, other: Any, what: Any) -> Column:
        others = other if isinstance(other, list) else [other] * len(self)
        return Column(what(a, b) for a, b in zip(self, others))

    def __lt__(self, other: Any) -> Any:
        return self.each(other, lambda a, b: a < b)

    def __gt__(self, other: Any) -> Any:
        return self.each(other, lambda a, b: a > b)

    def __and__(self, other: Any) -> Column:
        return self.each(other, lambda a, b: a and b)

    __rand__ = __and__

    def __xor__(self, other: Any) -> Column:
        return self.each(other, lambda a, b: a != b)

    def __truediv__(self, other: Any) -> Column:
        return self.each(other, lambda a, b: Fraction(a) / b)


def test_columns_are_taken_as_well() -> None:
    values = {"params": Column([2, 5, 9]), "maccs": Column([30, 5, 81])}
    assert where("params < 6, not maccs / params > 3").holds(values) == [False, True, False]


def test_names_limits_and_parts() -> None:
    found = where("params < 5M and 100k <= maccs and maccs / params > 2, weight_bytes < 1MiB")
    assert found.names == {"params", "maccs", "weight_bytes"}
    assert [each.text for each in found.conjuncts] == ["params < 5M", "100k <= maccs", "maccs / params > 2", "weight_bytes < 1MiB"]
    assert found.limits is None
    assert where("params < 5M and 100k <= maccs, weight_bytes < 1MiB").limits == [
        ("params", "<", 5_000_000),
        ("maccs", ">=", 100_000),
        ("weight_bytes", "<", 2**20),
    ]
    assert where("1k < params <= 5k").limits == [("params", ">", 1000), ("params", "<=", 5000)]
    assert where("params < 5 or maccs < 3").limits is None
    assert where("-5 <= params, params < --3k").limits == [("params", ">=", -5), ("params", "<", 3000)]
    assert where("time_seconds < 2ms").limits == [("time_seconds", "<", Fraction(1, 500))]


# --- what is no condition -----------------------------------------------------------------------------------------

EXAMPLE = 'for example --where "params < 5M and maccs <= 300M"'


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "there is no condition", EXAMPLE),
        ("parms < 5", "there is no figure 'parms'", "did you mean 'params'?"),
        ("zzz < 5", "there is no figure 'zzz'", "there are params, maccs, weight_bytes, time_seconds, width, op"),
        ("maccs < zzz + 1", "there is no figure 'zzz'", "there are params, maccs, weight_bytes, time_seconds, width, op"),
        ("params", "'params' is no condition", 'compare it with something: --where "params < 5M"'),
        ("5", "'5' is no condition", EXAMPLE),
        ("params + 1 and maccs < 3", "'params + 1' is no condition", 'compare it with something: --where "params + 1 < 5M"'),
        ("params = 5", "'=' can't stand there", "write =="),
        ("params < 5 && maccs < 3", "'&&' can't stand there", "write and"),
        ("!params < 5", "'!' can't stand there", "write not"),
        ("params => 5", "'=>' can't stand there", "write >="),
        ("params < 5 and", "it ends where a figure or a number is wanted", EXAMPLE),
        ("params <", "it ends where a figure or a number is wanted", EXAMPLE),
        ("(params < 5", "a bracket is not closed", "write )"),
        ("params < 5)", "')' is too much", "close what was opened, and write and or or between two conditions"),
        ("params < 5 maccs < 3", "'5 maccs': numbers have no unit 'maccs'", "there are k, M, G, B, T, Ki, Mi, Gi"),
        ("params < 3MiB", "'3 MiB': numbers have no unit 'MiB'", "there are k, M, G, B, T, Ki, Mi, Gi"),
        (
            "weight_bytes < 3 ms",
            "'3 ms': bytes have no unit 'ms'",
            "there are k, M, G, B, T, Ki, Mi, Gi, kB, MB, GB, TB, KiB, MiB, GiB, TiB",
        ),
        ("time_seconds < 3M", "'3 M': seconds have no unit 'M'", "there are h, min, s, ms, us, ns, \u00b5s"),
        ("op == convv", "op is never 'convv'", "did you mean 'conv'?"),
        ("op == zzz", "op is never 'zzz'", "it is one of conv, pool"),
        ("op < pool", "words are the same or not: < is for numbers", "write == or !="),
        ("op == 5", "op is one of conv, pool, and can't be compared with a number", EXAMPLE),
        ("params == 'a'", "a is a word, and can't be compared with a number", EXAMPLE),
        ("params == conv", "there is no figure 'conv'", "there are params, maccs, weight_bytes, time_seconds, width, op"),
        ("op * 2 == 5", "'op' is no number to reckon with", EXAMPLE),
        ("(params < 5) * 2 == 5", "'(params < 5)' is no number to reckon with", EXAMPLE),
        ("(params < 5) == (maccs < 3)", "a condition is compared with something", "write and or or between conditions"),
        ("params < 5 and not maccs", "'maccs' is no condition", 'compare it with something: --where "maccs < 5M"'),
        ("(" * 60 + "params < 5" + ")" * 60, "more than 50 levels of brackets", EXAMPLE),
        ("-" * 60 + "params < 5", "more than 50 levels of brackets", EXAMPLE),
        ("params < 5 @", "'@' is too much", "close what was opened, and write and or or between two conditions"),
    ],
)
def test_what_is_no_condition_says_what_to_write(text: str, message: str, hint: str) -> None:
    with pytest.raises(Refused) as caught:
        where(text)
    assert (caught.value.message, caught.value.hint) == (f"--where: {message}", hint)


@given(
    st.lists(
        st.sampled_from([*"()<>=+-*/%,'", "and", "or", "not", "params", "op", "conv", "5", "2.5M", "3MiB", " ", "\u00e9"]), max_size=12
    )
)
def test_any_text_is_a_condition_or_refused(parts: list[str]) -> None:
    text = " ".join(parts)
    refused: list[Refused] = []
    try:
        found = where(text)
    except Refused as error:
        refused.append(error)
    for each in refused:
        assert each.message.startswith("--where: ")
        assert each.hint
    if refused:
        return
    value = found.holds({"params": 6, "maccs": 35, "weight_bytes": 2048, "time_seconds": math.pi, "width": 0.5, "op": "conv"})
    assert value in (True, False)
