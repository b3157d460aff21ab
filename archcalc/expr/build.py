"""From the tree of a text to closures, which guard their operands and their result."""

from __future__ import annotations

import _ast as ast
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from ..core.numbers import choose, is_open
from ..core.words import counted
from .comparing import comparison
from .errors import ExpressionError
from .functions import APPLICABLE, ARITHMETIC, UNARY, joined, pick
from .limits import CONSTANTS, FOREIGN, HIGH, KINDS, LOW, MAX_DEPTH, NEEDS, NUMBERS, RANGES, Run, Scope, shown, usable
from .limits import span as _span


def why() -> ModuleType:
    """What says why a text is no expression: read once one fails, not at every start."""
    from . import refuse

    return refuse


class Builder:
    """Turns the tree of one text into closures. They keep spans, not nodes, which take ten times the memory.

    ``paths`` are those that stand in for a name each: see archcalc/expr/shapes.py.
    """

    __slots__ = ("choices", "choosing", "compares", "names", "paths", "ranges", "readers", "text")

    def __init__(self, text: str, paths: Mapping[str, str]) -> None:
        self.text = text
        self.paths = paths
        self.names: set[str] = set()
        self.ranges = False
        """Whether it calls range."""
        self.compares = False
        """Whether it asks if two values are equal."""
        self.choices = 0
        """How often it calls choose."""
        self.choosing = False
        """Whether the arguments of one are being read."""
        self.readers: dict[tuple[str, bool], Run] = {}

    def build(self, node: ast.expr, depth: int, word: bool = False) -> Run:
        """The closure for a node; ``word`` where an unknown name was probably meant as a word."""
        if isinstance(node, ast.Name):
            key = (node.id, word)
            return self.readers.get(key) or self.readers.setdefault(key, self.name(node.id, word))
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if depth >= MAX_DEPTH:
            raise why().too_deep(self.text)
        method = _BUILDERS.get(node.__class__)
        if method is None:
            raise why().refusal(self.text, *why().REFUSED_NODES.get(node.__class__, ()))
        return method(self, node, depth + 1)

    def source(self, span: int) -> str:
        """The text of a node (the parser counts in bytes)."""
        return self.text.encode()[span >> 12 : span & 0xFFF].decode()

    def fault(self, span: int, problem: str, hint: str = "") -> ExpressionError:
        return ExpressionError(f"{shown(self.source(span))}: {problem}", hint)

    def misfit(self, span: int, operand: int, value: object, needed: str) -> ExpressionError:
        """The error for an operand of the wrong kind."""
        source = self.source(operand)
        kind = KINDS[value.__class__]
        negated = self.source(span).startswith("not ")
        return self.fault(span, f"{shown(source)} is {kind}, not {needed}", why().instead(source, kind, needed, negated=negated))

    def failed(self, span: int, error: Exception) -> ExpressionError:
        """The error for an operation that Python or a guard has refused."""
        if isinstance(error, ZeroDivisionError):
            return self.fault(span, "division by zero")
        return self.fault(span, "the result is too large" if isinstance(error, OverflowError) else str(error))

    def name(self, name: str, word: bool) -> Run:
        if name in CONSTANTS:
            constant = CONSTANTS[name]
            return lambda scope: constant
        if name in self.paths:
            from .shapes import shape_of

            return shape_of(self.paths[name])
        self.names.add(name)

        def run(scope: Scope) -> Any:
            try:
                value: Any = scope[name]
            except KeyError:
                raise why().unknown_name(name, scope, word) from None
            if value.__class__ is int and LOW < value < HIGH:
                return value
            return usable(name, value)

        return run

    def constant(self, node: ast.Constant) -> Run:
        value: Any = node.value
        if value.__class__ is str:
            if self.source(_span(node))[1:-1] != value:  # 'a' 'b' is one string to Python, and so is '''a'''
                raise self.fault(_span(node), "two words side by side", "a word stands in one pair of quotes: 'relu'")
        elif value.__class__ in NUMBERS:
            if not LOW < value < HIGH:
                raise self.fault(_span(node), "the number is too large")
        elif value.__class__ is not bool:
            raise why().refusal(self.text)
        return lambda scope: value

    def binary(self, node: ast.BinOp, depth: int) -> Run:
        """`a + b - c ...` is a loop, so that a long sum is not a deep one."""
        spine: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            spine.append(left)
            left = left.left
        first = self.build(left, depth)
        steps: list[tuple[Callable[[Any, Any], Any], Run, int, int, int]] = []
        for step in reversed(spine):
            operation = ARITHMETIC.get(step.op.__class__)
            if operation is None:
                raise why().refusal(self.text)
            inner = self.build(step.right, depth)
            steps.append((operation, inner, _span(step), _span(step.left), _span(step.right)))

        def run(scope: Scope) -> Any:
            value = first(scope)
            for operation, inner, whole, left, right in steps:
                other = inner(scope)
                if value.__class__ not in NUMBERS:
                    raise self.misfit(whole, left, value, "a number")
                if other.__class__ not in NUMBERS:
                    raise self.misfit(whole, right, other, "a number")
                try:
                    value = operation(value, other)
                except (ArithmeticError, ValueError) as error:
                    raise self.failed(whole, error) from None
                if not LOW < value < HIGH:
                    raise self.fault(whole, "the result is too large")
            return value

        return run

    def logical(self, node: ast.BoolOp, depth: int) -> Run:
        whole, decisive = _span(node), node.op.__class__ is ast.Or
        operands = [(self.build(operand, depth), _span(operand)) for operand in node.values]

        def misfit(operand: int, value: object) -> ExpressionError:
            return self.misfit(whole, operand, value, "a truth value")

        return lambda scope: joined(operands, scope, decisive, misfit)

    def choice(self, node: ast.IfExp, depth: int) -> Run:
        whole, condition, test = _span(node), _span(node.test), self.build(node.test, depth)
        body, orelse = self.build(node.body, depth, True), self.build(node.orelse, depth, True)

        def run(scope: Scope) -> Any:
            value = test(scope)
            if value.__class__ is not bool:
                raise self.misfit(whole, condition, value, "a truth value")
            if is_open(value):
                try:
                    return choose(value, body(scope), orelse(scope))
                except ExpressionError:
                    pass  # where the condition says so, it is not asked for
            return body(scope) if value else orelse(scope)

        return run

    def listing(self, node: ast.List, depth: int) -> Run:
        items = [self.build(item, depth, True) for item in node.elts]
        return lambda scope: [item(scope) for item in items]

    def subscript(self, node: ast.Subscript, depth: int) -> Run:
        return self.application(node, [(node.value, "a list"), (node.slice, "an integer")], pick, depth)

    def unary(self, node: ast.UnaryOp, depth: int) -> Run:
        if node.op.__class__ not in UNARY:
            raise why().refusal(self.text)
        function, needed = UNARY[node.op.__class__]
        return self.application(node, [(node.operand, needed)], function, depth)

    def call(self, node: ast.Call, depth: int) -> Run:
        if not isinstance(node.func, ast.Name):
            raise self.fault(_span(node), "only a function can be called", "a multiplication is written with *")
        name = node.func.id
        if name == "choose":
            from .options import choice

            return choice(self, node, _span(node), depth)
        if name not in APPLICABLE:
            raise why().unknown_function(name, [self.source(_span(argument)) for argument in node.args])
        if node.keywords:
            raise why().refusal(self.text, *why().UNPACKING)
        if name == "range":
            self.ranges = True
            return self.counted(self.applied(node, name, depth))
        return self.applied(node, name, depth)

    def counted(self, inner: Run) -> Run:
        """The same, where the scope is told how many values the list has."""

        def run(scope: Scope) -> Any:
            values = inner(scope)
            tell: Any = scope.get(RANGES)
            if tell is not None:
                tell(len(values))
            return values

        return run

    def applied(self, node: ast.Call, name: str, depth: int) -> Run:
        """The closure that calls a function of that name."""
        function, forms, takes = APPLICABLE[name]
        needed = forms.get(len(node.args)) or forms.get(0)
        if needed is None or not node.args:
            raise self.fault(_span(node), f"{name} takes {takes}, not {counted(len(node.args), 'argument')}")
        return self.application(node, [(argument, needed) for argument in node.args], function, depth)

    def application(self, node: ast.expr, operands: list[tuple[ast.expr, str]], function: Callable[..., Any], depth: int) -> Run:
        """The closure that applies a function to operands, each of the kind that it needs."""
        whole = _span(node)
        steps = [(self.build(operand, depth), NEEDS[needed], _span(operand), needed) for operand, needed in operands]

        def run(scope: Scope) -> Any:
            values = []
            for inner, classes, operand, needed in steps:
                value = inner(scope)
                if value.__class__ not in classes:
                    raise self.misfit(whole, operand, value, needed)
                values.append(value)
            try:
                value = function(*values)
            except (ArithmeticError, ValueError) as error:
                raise self.failed(whole, error) from None
            if value.__class__ in NUMBERS:
                if not LOW < value < HIGH:
                    raise self.fault(whole, "the result is too large")
            elif value.__class__ not in KINDS:
                raise self.fault(whole, FOREIGN)
            return value

        return run


_BUILDERS: dict[type[ast.expr], Callable[[Builder, Any, int], Run]] = {
    ast.BinOp: Builder.binary,
    ast.UnaryOp: Builder.unary,
    ast.BoolOp: Builder.logical,
    ast.Compare: comparison,
    ast.IfExp: Builder.choice,
    ast.Subscript: Builder.subscript,
    ast.Call: Builder.call,
    ast.List: Builder.listing,
}
