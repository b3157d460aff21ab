"""What the operators and functions of an expression do, on values whose kinds are known."""

from __future__ import annotations

import _ast as ast  # the classes of `ast` without its helpers, which take a millisecond to import
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from ..core.numbers import both, choose, is_open, least, most, negated, real
from ..core.words import counted
from .errors import ExpressionError
from .limits import HIGH, KINDS, LOW, MAX_BITS, MAX_ITEMS, MAX_TEXT, NUMBERS, Run, Scope, usable


def make_divisible(v: float, divisor: int = 8) -> int:
    """The multiple of ``divisor`` nearest to ``v``, but at least nine tenths of it: the rounding of MobileNet."""
    if divisor.__class__ is not int or divisor < 1:
        raise ValueError("the divisor is an integer from 1")
    new = most(divisor, math.trunc(v + divisor / 2) // divisor * divisor)
    return choose(new < 0.9 * v, new + divisor, new)  # type: ignore[no-any-return]


def _power(base: Any, exponent: Any) -> Any:
    """The power, if its size is bearable: that of integers has at least ``(bits - 1) * exponent`` bits."""
    if base.__class__ is int and exponent.__class__ is int and exponent >= 0:
        if not (is_open(base) or is_open(exponent)) and (base.bit_length() - 1) * exponent > MAX_BITS:
            raise OverflowError
        return base**exponent
    value = base**exponent
    if value.__class__ is complex:
        raise ValueError("the result is not a real number")
    if value == 0 and base != 0:
        raise ValueError("the result is too small")
    return value


def _round(value: Any, digits: Any = None) -> Any:
    if digits is None:
        return round(value)
    if digits.__class__ is not int or not -MAX_TEXT <= digits <= MAX_TEXT:
        raise ValueError(f"the digits are an integer from -{MAX_TEXT} to {MAX_TEXT}")
    return round(value, digits)


def _sqrt(value: Any) -> float:
    if value < 0:
        raise ValueError("the square root of a negative number")
    return real("sqrt", value)  # type: ignore[no-any-return]


def _log2(value: Any) -> float:
    if value <= 0:
        raise ValueError("the logarithm of a number that is not above 0")
    return real("log2", value)  # type: ignore[no-any-return]


def _series(fold: Callable[[Any], Any], of_nothing: bool) -> Callable[..., Any]:
    """A function of one list or of several numbers."""

    def function(*values: Any) -> Any:
        numbers = values[0] if len(values) == 1 else values
        if len(numbers) > MAX_ITEMS:
            raise ValueError(f"the list has more than {MAX_ITEMS:,} values")
        for value in numbers:
            if value.__class__ not in NUMBERS:
                raise ValueError(f"the list holds {KINDS.get(value.__class__, 'something else')}, not only numbers")
        if not (numbers or of_nothing):
            raise ValueError("the list is empty")
        return fold(numbers)

    return function


def _folded(operation: Callable[[Any, Any], Any], start: int) -> Callable[[Any], Any]:
    def fold(numbers: Any) -> Any:
        total: Any = start
        for number in numbers:
            total = operation(total, number)
            if not LOW < total < HIGH:
                raise OverflowError
        return total

    return fold


def _range(*ends: int) -> list[int]:
    """The numbers from a start (0) to an end, which is not among them, by a step (1)."""
    start, stop, step = (0, *ends, 1) if len(ends) == 1 else (*ends, 1)[:3]
    if step == 0:
        raise ValueError("the step of a range is not 0")
    values = max(0, -((start - stop) // step))
    if values > MAX_ITEMS:
        shown = f"{values:,}" if values < 10**15 else "far more"
        raise ValueError(f"a list has at most {MAX_ITEMS:,} values, this one would have {shown}")
    return list(range(start, stop, step))


def equal(left: Any, right: Any) -> Any:
    """Equality in which a truth value equals no number; lists are equal if their values are. It may be open."""
    if is_open(left) or is_open(right):
        return left == right if (left.__class__ is bool) is (right.__class__ is bool) else False
    pairs, seen = [(left, right)], 0
    while pairs:
        left, right = pairs.pop()
        if left.__class__ is list and right.__class__ is list:
            seen += len(left)
            if seen > MAX_ITEMS:
                raise ValueError(f"the lists have more than {MAX_ITEMS:,} values")
            if len(left) != len(right):
                return False
            pairs.extend(zip(left, right))
        elif (left.__class__ is bool) is not (right.__class__ is bool) or left != right:
            return False
    return True


def joined(operands: Sequence[tuple[Run, int]], scope: Scope, decisive: bool, misfit: Callable[[int, object], ExpressionError]) -> Any:
    """Whether all of some conditions hold, or where True is decisive any of them; those behind one that decides are not asked.

    It may be open. Raises ExpressionError, made by ``misfit`` for what is no truth value.
    """
    found: Any = not decisive
    for inner, operand in operands:
        try:
            value = inner(scope)
            if value.__class__ is not bool:
                raise misfit(operand, value)
        except ExpressionError:
            if is_open(found) and bool(found) is decisive:
                return decisive
            raise
        if is_open(value):
            found = negated(both(negated(value), negated(found))) if decisive else both(value, found)
        elif value is decisive:
            return decisive
    return found


def too_many(values: list[Any]) -> bool:
    """Whether a list has too many values with those of its lists (which may be shared, and double at each level)."""
    lists, seen = [values], 0
    while lists:
        values = lists.pop()
        seen += len(values)
        if seen > MAX_ITEMS:
            return True
        lists.extend(value for value in values if value.__class__ is list)
    return False


def lone(name: str) -> Run:
    """The closure for a text that is nothing but a name: its value in scope, or else the word itself."""

    def run(scope: Scope) -> Any:
        value = scope.get(name, name)
        return usable(name, value) if value.__class__ in NUMBERS else value

    return run


def pick(values: list[Any], place: int) -> Any:
    """The value at a place, from the end where it is negative. Raises ValueError where there is none."""
    try:
        return values[place]
    except IndexError:
        raise ValueError(f"the list has {counted(len(values), 'value')}, the first is [0]") from None


ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}
UNARY: dict[type, tuple[Callable[[Any], Any], str]] = {
    ast.USub: (operator.neg, "a number"),
    ast.UAdd: (operator.pos, "a number"),
    ast.Not: (negated, "a truth value"),
}
COMPARISONS: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
EQUALITY: dict[type, Callable[[Any, Any], bool]] = {ast.Eq: equal, ast.NotEq: lambda a, b: negated(equal(a, b))}

_ONE = {1: "a number"}
_TWO = {1: "a number", 2: "a number"}
_ENDS = {1: "an integer", 2: "an integer", 3: "an integer"}
_MANY = {1: "a list", 0: "a number"}  # 0 stands for any other count
APPLICABLE: dict[str, tuple[Callable[..., Any], dict[int, str], str]] = {
    "min": (_series(lambda numbers: least(*numbers), False), _MANY, "a list or several numbers"),
    "max": (_series(lambda numbers: most(*numbers), False), _MANY, "a list or several numbers"),
    "sum": (_series(_folded(operator.add, 0), True), _MANY, "a list or several numbers"),
    "prod": (_series(_folded(operator.mul, 1), True), _MANY, "a list or several numbers"),
    "len": (len, {1: "a list"}, "one list"),
    "range": (_range, _ENDS, "an end, a start and an end, or a start, an end and a step"),
    "abs": (abs, _ONE, "one number"),
    "round": (_round, _TWO, "a number and perhaps the digits to keep"),
    "ceil": (math.ceil, _ONE, "one number"),
    "floor": (math.floor, _ONE, "one number"),
    "sqrt": (_sqrt, _ONE, "one number"),
    "log2": (_log2, _ONE, "one number"),
    "make_divisible": (make_divisible, _TWO, "a number and perhaps a divisor"),
}
_ALL = [*APPLICABLE, "shape", "choose"]
FUNCTIONS = frozenset(_ALL)
FUNCTIONS_HINT = f"the functions are {', '.join(_ALL)}"
