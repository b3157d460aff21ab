"""Conditions on points as they were read: what holds of the values of one point, and of columns of NumPy arrays just as well.

They have no other operations than Python's on what they are given. Whole numbers are divided exactly.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

Values = Mapping[str, Any]
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def divided(a: Any, b: Any) -> Any:
    """A quotient, exact of whole numbers; by zero it is infinite, and of zero by zero no number."""
    if type(a) in (int, Fraction) and type(b) in (int, Fraction) and b:
        return Fraction(a) / b
    if type(b) in (int, float, Fraction) and not b:
        return float("nan") if not a or a != a else float("inf") if a > 0 else float("-inf")
    return a / b


def _rest(sign: str, a: Any, b: Any) -> Any:
    if type(b) in (int, float, Fraction) and not b:
        return float("nan")
    return a // b if sign == "//" else a % b


class Part:
    """A piece of a condition. ``names`` are the figures and axes that it reads; ``kind`` is "truth", "number" or "text"."""

    __slots__ = ("kind", "names", "of", "sign", "start", "stop", "value")

    def __init__(self, sign: str, kind: str, of: tuple[Part, ...] = (), value: Any = None) -> None:
        self.sign = sign
        self.kind = kind
        self.of = of
        self.value = value
        self.names: frozenset[str] = frozenset().union(*(each.names for each in of))
        self.start = self.stop = 0

    def on(self, values: Values) -> Any:
        """What it comes to. A comparison with what a point has not, as the bytes of a training while decoding, is false."""
        sign = self.sign
        if sign == "value":
            return self.value
        if sign == "name":
            return values[self.value]
        found = [each.on(values) for each in self.of]
        if sign == "and":
            return found[0] & found[1]
        if sign == "or":
            return found[0] | found[1]
        if sign == "not":
            return found[0] ^ True
        if any(each is None for each in found):
            return False if self.kind == "truth" else None
        if sign == "negative":
            return -found[0]
        a, b = found
        if sign in COMPARISONS:
            return COMPARISONS[sign](a, b)
        if sign in _ARITHMETIC:
            return _ARITHMETIC[sign](a, b)
        return divided(a, b) if sign == "/" else _rest(sign, a, b)

    def and_parts(self) -> Iterator[Part]:
        """The parts that must all hold."""
        if self.sign == "and":
            for each in self.of:
                yield from each.and_parts()
        else:
            yield self


class Limit:
    """A comparison of something with a number: ``params < 5M``. ``what`` is read of a point, ``figure`` its name where it is nothing else."""

    __slots__ = ("figure", "sign", "value", "what")

    def __init__(self, what: Part, sign: str, value: Any) -> None:
        self.what = what
        self.sign = sign
        self.value = value
        self.figure = what.value if what.sign == "name" else ""


class Conjunct:
    """One of the conditions that must all hold: its text, itself, and its limit where it is one."""

    __slots__ = ("holds", "limit", "names", "text")

    def __init__(self, text: str, part: Part) -> None:
        self.text = text
        self.names = part.names
        self.holds = part.on
        self.limit: Limit | None = None
        if part.sign in COMPARISONS:
            left, right = part.of
            if right.sign == "value" and right.kind == "number":
                self.limit = Limit(left, part.sign, right.value)
            elif left.sign == "value" and left.kind == "number":
                self.limit = Limit(right, _MIRRORED[part.sign], left.value)


class Condition:
    """A condition that was read. ``names`` are the figures and axes that it needs the values of."""

    __slots__ = ("conjuncts", "names", "text")

    def __init__(self, text: str, whole: Part) -> None:
        self.text = text
        self.names = whole.names
        self.conjuncts = [Conjunct(text[each.start : each.stop].strip(), each) for each in whole.and_parts()]

    @classmethod
    def of(cls, conjunct: Conjunct) -> Condition:
        """One of several conditions alone."""
        found = cls.__new__(cls)
        found.text, found.names, found.conjuncts = conjunct.text, conjunct.names, [conjunct]
        return found

    def holds(self, values: Values) -> Any:
        """Whether a point meets it, or for columns of arrays which do."""
        found = True
        for each in self.conjuncts:
            found = each.holds(values) & found
        return found

    @property
    def limits(self) -> list[tuple[str, str, Any]] | None:
        """Figure, comparison and number of each, where all are such and joined by `and`; else None."""
        found = [(each.limit.figure, each.limit.sign, each.limit.value) for each in self.conjuncts if each.limit is not None]
        return found if len(found) == len(self.conjuncts) and all(figure for figure, _, _ in found) else None
