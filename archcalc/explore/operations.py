"""What can be done with open numbers: on plain values, and with what is known of their intervals."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from ..core.numbers import Open

INT, FLOAT, BOOL, STR = int, float, bool, str

DO: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "not": operator.not_,
    "and": lambda one, other: bool(one and other),
    "choose": lambda condition, one, other: one if condition else other,
    "max": max,
    "min": min,
    "floor": math.floor,
    "ceil": math.ceil,
    "trunc": math.trunc,
    "round": round,
    "gcd": math.gcd,
    "sqrt": math.sqrt,
    "log2": math.log2,
}
"""Every operation but that of an axis, by its name, on Python's own numbers."""

POWER = 256
"""The largest exponent that stays open, and the bits of what it is the power of."""
_NUMBERS = frozenset({int, float, bool})


def kind_of(value: Any) -> Any:
    """The class of a plain or open value."""
    return value.__class__


def is_number(value: Any) -> bool:
    """Whether it is a number or a truth value, open or not."""
    return value.__class__ in _NUMBERS


def bounds(value: Any) -> tuple[Any, Any]:
    """The least and the most that a number can be."""
    return (value.low, value.high) if isinstance(value, Open) else (value, value)


def settled(value: Any) -> Any:
    """The value of a number at the representative."""
    return value.value if isinstance(value, Open) else value


def pinned(number: Any) -> Any:
    """The value of a number at the representative, which it has from here on."""
    if isinstance(number, Open):
        number.trace.guard(equal(number, number.value))
        return number.value
    return number


def _trace(*numbers: Any) -> Any:
    return next(number.trace for number in numbers if isinstance(number, Open))


def arithmetic(trace: Any, op: str, one: Any, other: Any) -> Any:
    """The number that an operator gives of two, of which one is open, both of one trace."""
    if not (is_number(one) and is_number(other)):
        return NotImplemented
    floats = kind_of(one) is FLOAT or kind_of(other) is FLOAT
    kind = FLOAT if floats or op == "/" else INT
    if kind is INT:
        if op == "+" and not isinstance(one, Open):
            one, other = other, one
        simpler = _simpler(op, one, other)
        if simpler is not None:
            return simpler
    (low, high), (least, most) = bounds(one), bounds(other)
    if op in ("/", "//", "%") and least <= 0 <= most:
        trace.guard(compare("<", 0, other) if settled(other) > 0 else compare("<", other, 0) if settled(other) < 0 else equal(other, 0))
        if settled(other) == 0:
            raise ZeroDivisionError
        least, most = (1 if kind_of(other) is INT else math.ulp(0.0), most) if settled(other) > 0 else (least, -1)
    value = DO[op](settled(one), settled(other)) if op != "**" else None
    if op == "+":
        low, high = low + least, high + most
    elif op == "-":
        low, high = low - most, high - least
    elif op == "%":
        if least <= 0:
            low, high = least, max(most, 0)
        elif low // least == high // most == low // most == high // least and least == most:
            low, high = low % least, high % least
        else:
            low, high = 0, most if floats else most - 1
    elif op == "**":
        if not (least >= 0 and low >= 0) or most > POWER or high > 2**POWER or (low < 1 and isinstance(other, Open)):
            return DO[op](pinned(one), pinned(other))
        value, low, high = DO[op](settled(one), settled(other)), DO[op](low, least), DO[op](high, most)
    else:
        ends = [DO[op](x, y) for x in (low, high) for y in (least, most)] if kind is INT or math.isfinite(low) else [-math.inf, math.inf]
        low, high = min(ends), max(ends)
    if low == high and kind is INT:
        return low
    if op in "+*" and kind is INT and isinstance(one, Open) and isinstance(other, Open) and one.id > other.id:
        one, other = other, one
    return trace.make(op, (one, other), low, high, kind, value)


def _simpler(op: str, one: Any, other: Any) -> Any:
    """A sum, product, quotient or remainder of whole numbers in fewer or nearer operations; None where there is none."""
    known = None if isinstance(other, Open) else int(other)
    if op == "*":
        for number, factor in ((one, other), (other, one)):
            if not isinstance(factor, Open) and (factor == 0 or (factor == 1 and number.kind is INT)):
                return number if factor else 0
        return None
    if one is other and one.kind is INT and (op == "-" or (op == "%" and one.low > 0)):
        return 0
    if op == "//" and bounds(other)[0] > 0:
        share = _without(one, other)
        if share is not None:
            return share
    if known is None or not isinstance(one, Open) or one.kind is not INT:
        return None
    if op == "-":
        return one + -known  # type: ignore[operator]
    inner: Any
    beside: Any
    inner, beside = one.args if len(one.args) == 2 and type(one.args[1]) is int else (None, None)
    if op == "+":
        if known == 0:
            return one
        if one.op == "+" and beside is not None:
            return inner if beside == -known else inner + (beside + known)
    elif known > 0 and op in ("//", "%"):
        if op == "%" and multiple(one, known):
            return 0
        if op == "//" and known == 1:
            return one
        if op == "//" and one.op == "+" and beside is not None and not 0 <= beside < known:
            return (inner + beside % known) // known + beside // known
        if op == "//" and one.op == "//" and beside is not None and beside > 0:
            return inner // (beside * known)
    return None


def _without(number: Any, factor: Any) -> Any:
    """A product without one of its factors, or of a number that it is known to be a multiple of; None where it is not known."""
    if number is factor:
        return 1
    if not isinstance(number, Open):
        return number // factor if type(number) is type(factor) is int and number % factor == 0 else None
    if number.op == "*" and number.kind is INT:
        for each, beside in (number.args, number.args[::-1]):
            share = _without(each, factor)
            if share is not None:
                return share * beside
    return None


def multiple(number: Any, divisor: int) -> bool:
    """Whether a number is known to be a multiple of a whole number."""
    if not isinstance(number, Open):
        return type(number) is int and number % divisor == 0
    if number.op in "+-" and number.kind is INT:
        return all(multiple(each, divisor) for each in number.args)
    return number.op == "*" and number.kind is INT and any(multiple(each, divisor) for each in number.args)


def compare(op: str, one: Any, other: Any) -> Any:
    """Whether a number is less than another one, or at most as much: a plain truth value where the intervals say so."""
    if not (is_number(one) and is_number(other)):
        return NotImplemented
    (low, high), (least, most) = bounds(one), bounds(other)
    if high < least or (op == "<=" and high == least) or (one is other and op == "<="):
        return True
    if low > most or (op == "<" and low == most) or one is other:
        return False
    value = DO[op](settled(one), settled(other))
    return _trace(one, other).make(op, (one, other), 0, 1, BOOL, value)


def equal(one: Any, other: Any) -> Any:
    """Whether two values are equal."""
    if one is other:
        return True
    words = [kind_of(each) is STR for each in (one, other)]
    if any(words):
        if not all(words):
            return False
    elif not (is_number(one) and is_number(other)) or bounds(one)[1] < bounds(other)[0] or bounds(one)[0] > bounds(other)[1]:
        return False
    if not isinstance(one, Open) or (isinstance(other, Open) and other.id < one.id):
        one, other = other, one
    return one.trace.make("==", (one, other), 0, 1, BOOL, settled(one) == settled(other))


def rounded(op: str, number: Any) -> Any:
    """A whole number near a number."""
    if number.kind is not FLOAT:
        return number.whole()
    low, high = DO[op](number.low), DO[op](number.high)
    return low if low == high else number.trace.make(op, (number,), low, high, INT, DO[op](number.value))


def extreme(op: str, values: Sequence[Any]) -> Any:
    """The largest or smallest of numbers, those left out that it can't be."""
    larger = op == "max"
    found = values[0]
    for value in values[1:]:
        (low, high), (least, most) = bounds(found), bounds(value)
        if value is found or (low >= most if larger else high <= least):
            continue
        if least >= high if larger else most <= low:
            found = value
            continue
        low, high = (max(low, least), max(high, most)) if larger else (min(low, least), min(high, most))
        kind = FLOAT if FLOAT in (kind_of(found), kind_of(value)) else INT
        found = _trace(found, value).make(op, (found, value), low, high, kind, DO[op](settled(found), settled(value)))
    return found
