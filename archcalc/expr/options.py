"""Open places in expressions: `choose(3, 5, 7)` and `choose(128 to 224 step 4)`, and how the words of a range are read."""

from __future__ import annotations

import _ast as ast
import re
from collections.abc import Callable
from typing import Any, Protocol

from ..core.ranges import scaled, stepped
from .errors import ExpressionError
from .limits import CHOICES, MAX_ITEMS, Run, Scope
from .shapes import closed

_CALL = re.compile(r"'[^']*'|\"[^\"]*\"|(?<![\w.])choose *\(", re.ASCII)
_WORDS = re.compile(r"(?<=[\w)\]'\"]) +(to|step|times) +(?=[\w(\[.+'\"-])", re.ASCII)
_OPERATORS = {"to": "<<", "step": ">>", "times": "^"}
"""What stands for the words of a range while Python's parser reads them: operators that no expression has, and that bind in this order."""
_FORMS = "`a to b`, `a to b step s` or `a to b times f`"


def ranged(text: str) -> tuple[str, str]:
    """A text in which `to`, `step` and `times` inside of a `choose(...)` are commas, and one in which they are operators; both of its length."""
    plain = parsed = ""
    position = 0
    while match := _CALL.search(text, position):
        called = match[0].endswith("(")
        end = closed(text, match.end()) if called else match.end()
        if end < 0:
            break  # a bracket is missing, which is said of the text as a whole
        before, inside = text[position : match.end()], text[match.end() : end] if called else ""
        plain += before + _WORDS.sub(lambda word: ",".ljust(len(word[0])), inside)
        parsed += before + _WORDS.sub(lambda word: _OPERATORS[word[1]].ljust(len(word[0])), inside)
        position = end
    return plain + text[position:], parsed + text[position:]


class Maker(Protocol):
    """What makes closures of the nodes of one text: see archcalc/expr/build.py."""

    choices: int
    choosing: bool

    def build(self, node: ast.expr, depth: int, word: bool = False) -> Run:
        """The closure for a node."""

    def application(self, node: ast.expr, operands: list[tuple[ast.expr, str]], function: Callable[..., Any], depth: int) -> Run:
        """The closure that applies a function to operands, each of the kind that it needs."""

    def fault(self, span: int, problem: str, hint: str = "") -> ExpressionError:
        """The error for what is wrong with a part of the text."""


def choice(maker: Maker, node: ast.Call, span: int, depth: int) -> Run:
    """The closure for a `choose`: one of its options, the first unless the scope says which."""
    if not node.args:
        raise maker.fault(span, "choose takes its options", "as in choose(3, 5, 7) or choose(128 to 224 step 4)")
    if maker.choosing:
        raise maker.fault(span, "a choice can't stand in another", "give the inner one a name with `let`, or a var")
    maker.choosing = True
    arguments = [_options(maker, each, span, depth) for each in node.args]
    maker.choosing = False
    number = maker.choices
    maker.choices += 1

    def run(scope: Scope) -> Any:
        values: list[Any] = []
        for each in arguments:
            values += each(scope)
        if len(values) > MAX_ITEMS:
            raise maker.fault(span, f"a choice has at most {MAX_ITEMS:,} options")
        seen = set()
        for value in values:
            key = _told_apart(value)
            if key in seen:
                raise maker.fault(span, f"the option {value!r} stands there twice")
            seen.add(key)
        take: Any = scope.get(CHOICES)
        return values[0] if take is None else take(number, values)

    return run


def _options(maker: Maker, node: ast.expr, span: int, depth: int) -> Run:
    """The closure for one argument, which gives a list: its value alone, or the numbers of a range."""
    ends: list[ast.expr] = [node]
    fold: Callable[..., Any] = _whole
    if isinstance(node, ast.BinOp) and node.op.__class__ in (ast.RShift, ast.BitXor):
        fold = stepped if isinstance(node.op, ast.RShift) else scaled
        ends = [node.left, node.right]
    if isinstance(ends[0], ast.BinOp) and isinstance(ends[0].op, ast.LShift):
        ends[:1] = [ends[0].left, ends[0].right]
    elif len(ends) > 1:
        raise maker.fault(span, "a range has two ends", f"write {_FORMS}")
    if len(ends) > 1:
        return maker.application(node, [(each, "a number") for each in ends], fold, depth)
    alone = maker.build(node, depth, True)
    return lambda scope: [alone(scope)]


def _whole(first: Any, last: Any) -> list[Any]:
    """The whole numbers of a range without a step."""
    if not first.__class__ is last.__class__ is int:
        raise ValueError(f"a range of numbers that are not whole needs a step: {_FORMS}")
    return stepped(first, last, 1)


def _told_apart(value: Any) -> Any:
    """A hashable form of an option: 1 is 1.0 and is not true."""
    if value.__class__ is list:
        return tuple(map(_told_apart, value))
    return value.__class__ is bool, value
