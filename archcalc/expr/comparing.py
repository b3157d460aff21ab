"""Comparisons in an expression: chains of them, and who is told what is asked to be equal."""

from __future__ import annotations

import _ast as ast
from typing import Any, Protocol

from ..core.numbers import both, is_open
from .errors import ExpressionError
from .functions import COMPARISONS, EQUALITY
from .limits import COMPARED, NUMBERS, Run, Scope, span


class Building(Protocol):
    """What makes closures of the tree of one text: see archcalc/expr/build.py."""

    compares: bool
    text: str

    def build(self, node: ast.expr, depth: int, word: bool = False) -> Run: ...

    def source(self, span: int) -> str: ...

    def misfit(self, span: int, operand: int, value: object, needed: str) -> ExpressionError: ...

    def failed(self, span: int, error: Exception) -> ExpressionError: ...


def comparison(builder: Building, node: ast.Compare, depth: int) -> Run:
    """The closure for `a < b == c ...`: true where each of them is."""
    word = any(op.__class__ in EQUALITY for op in node.ops)
    builder.compares |= word
    whole, first_span, first = span(node), span(node.left), builder.build(node.left, depth, word)
    steps: list[tuple[Any, Any, Run, int]] = []
    for op, right in zip(node.ops, node.comparators):
        test = COMPARISONS.get(op.__class__)
        if test is None:
            from .refuse import refusal

            raise refusal(builder.text)
        steps.append((test, EQUALITY.get(op.__class__), builder.build(right, depth, word), span(right)))

    def run(scope: Scope) -> Any:
        value, left = first(scope), first_span
        found: Any = True
        tell: Any = scope.get(COMPARED) if word else None
        for test, equality, inner, right in steps:
            other = inner(scope)
            if tell is not None and equality is not None:
                tell(builder.source(left), builder.source(right), test is COMPARISONS[ast.Eq], value, other)
            if value.__class__ not in NUMBERS or other.__class__ not in NUMBERS:
                if equality is None:
                    operand, wrong = (right, other) if value.__class__ in NUMBERS else (left, value)
                    raise builder.misfit(whole, operand, wrong, "a number")
                test = equality
            try:
                holds = test(value, other)
            except ValueError as error:
                raise builder.failed(whole, error) from None
            if is_open(holds):
                found = both(holds, found)
            elif not holds:
                return False
            value, left = other, right
        return found

    return run
