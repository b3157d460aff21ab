"""What values an expression may have and how large, and the error for all that it may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .errors import ExpressionError

MAX_TEXT = 1000
MAX_DEPTH = 50
MAX_BITS = 4096
MAX_ITEMS = 10_000

Scope = Mapping[str, object]
Run = Callable[[Scope], Any]

HIGH = 1 << MAX_BITS
LOW = -HIGH  # `LOW < x < HIGH` is false of integers that are too large, of infinities and of NaN
NUMBERS: frozenset[Any] = frozenset({int, float})
CONSTANTS = {"True": True, "False": False, "true": True, "false": False, "null": None}
KINDS = {int: "a number", float: "a number", bool: "a truth value", str: "a word", list: "a list", type(None): "null"}
NEEDS = {
    "a number": NUMBERS,
    "an integer": frozenset({int}),
    "a truth value": frozenset({bool}),
    "a list": frozenset({list}),
}
FOREIGN = "is no number, truth value, word, list or null"
"""What is wrong with a value that no expression can go on with."""
RANGES = "range()"
"""Where a scope may hold what is told how many values each range has: no name has brackets."""
CHOICES = "choose()"
"""Where a scope may hold what takes one of the options of a `choose`, by its number in the text and these."""
COMPARED = "=="
"""Where a scope may hold what is told of two values that are asked to be equal: both as written, whether ==, and both."""
NUMBER = r"(?: 0[Xx][0-9A-Fa-f]++ | (?: (?:0|[1-9]\d*+) (?:\.\d*+)? | \.\d++ ) (?:[Ee][+-]?\d++)? )"
"""A number as it is written, for a verbose regular expression."""


def span(node: Any) -> int:
    """Where a node begins and ends, in one number: a text has less than 4,096 bytes."""
    found: int = node.col_offset << 12 | node.end_col_offset
    return found


def usable(name: str, value: Any) -> Any:
    """The value of a name, if an expression can go on with it."""
    if value.__class__ in NUMBERS:
        if LOW < value < HIGH:
            return value
        raise ExpressionError(f"{shown(name)} is too large, or not a number")
    if value.__class__ in KINDS:
        return value
    raise ExpressionError(f"{shown(name)} {FOREIGN}")


def shown(text: str) -> str:
    """A text in quotes, cut if it is long."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
