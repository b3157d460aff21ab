"""Expressions in a spec: a small, closed part of Python's, which can neither run code nor hang.

A text goes three ways. Its tokens are checked by one regular expression, so that Python's parser sees nothing that it
would warn of or read in a way of its own. The parser's tree becomes closures, by a list of the nodes that are allowed.
Each closure guards its operands and its result. Only a text that fails is looked at token by token, to say why.
"""

from __future__ import annotations

import _ast as ast  # the classes of `ast` without its helpers, which take a millisecond to import
import math
import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ..core.errors import did_you_mean

MAX_TEXT = 1000
MAX_DEPTH = 50
MAX_BITS = 4096
MAX_ITEMS = 10_000

Scope = Mapping[str, object]
Run = Callable[[Scope], Any]

_HIGH = 1 << MAX_BITS
_LOW = -_HIGH  # `_LOW < x < _HIGH` is false of integers that are too large, of infinities and of NaN
_NUMBERS: frozenset[Any] = frozenset({int, float})
_TRUTHS = {"True": True, "False": False, "true": True, "false": False}
_KINDS = {int: "a number", float: "a number", bool: "a truth value", str: "a word", list: "a list"}
_NEEDS = {
    "a number": _NUMBERS,
    "an integer": frozenset({int}),
    "a truth value": frozenset({bool}),
    "a list": frozenset({list}),
}
_NUMBER = r"(?: 0[Xx][0-9A-Fa-f]++ | (?: (?:0|[1-9]\d*+) (?:\.\d*+)? | \.\d++ ) (?:[Ee][+-]?\d++)? )"
_HARMLESS = re.compile(
    rf"""(?: \ *+ (?:
        (?! [BbFfRrTtUu]{{1,2}}['"] ) [A-Za-z_] \w*+
      | {_NUMBER} (?![\w.])
      | '[^'\\]*+' | "[^"\\]*+"
      | [<>]=?(?![<>=]) | [=!]=(?!=) | [-+*/%()\[\],]
    ) )*+""",
    re.VERBOSE | re.ASCII,
)


class ExpressionError(Exception):
    """What is wrong with an expression, or with what it came to, and how to mend it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class Expression:
    """An expression that was read once and can be evaluated in any scope.

    ``names`` are the names that it reads, and ``word`` says that it is nothing but a name.
    """

    __slots__ = ("_run", "names", "text", "word")

    def __init__(self, text: str, names: frozenset[str], word: bool, run: Run) -> None:
        self.text = text
        self.names = names
        self.word = word
        self._run = run

    def evaluate(self, scope: Scope) -> Any:
        """The value in this scope: a number, a truth value, a word or a list."""
        value = self._run(scope)
        if value.__class__ is list and _too_many(value):
            raise ExpressionError(f"{_shown(self.text)}: a list of more than {MAX_ITEMS:,} values")
        return value

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """Read an expression; a text that is none raises ExpressionError."""
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"{_shown(text)}: an expression has at most {MAX_TEXT:,} characters, this one has {len(text):,}")
    text = text.translate({9: " ", 10: " ", 13: " "}).strip(" ")
    if text.isidentifier() and text.isascii() and text not in _TRUTHS:
        return Expression(text, frozenset((text,)), True, _lone(text))
    if not text:
        raise ExpressionError("the expression is empty")
    if not (_HARMLESS.fullmatch(text) and text.isprintable()):
        raise _refusal(text)
    if text.count("(") + text.count("[") > MAX_DEPTH and _bracket_depth(text) > MAX_DEPTH:
        raise _too_deep(text)
    try:
        tree: Any = compile(text, "<expression>", "eval", ast.PyCF_ONLY_AST, True)
    except SyntaxError:
        raise _refusal(text) from None
    except (RecursionError, MemoryError):
        raise _too_deep(text) from None
    builder = _Builder(text)
    run = builder.build(tree.body, 0, True)
    return Expression(text, frozenset(builder.names), False, run)


# From the tree to closures


class _Builder:
    """Turns the tree of one text into closures. They keep spans, not nodes, which take ten times the memory."""

    __slots__ = ("names", "readers", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: set[str] = set()
        self.readers: dict[tuple[str, bool], Run] = {}

    def build(self, node: ast.expr, depth: int, word: bool = False) -> Run:
        """The closure for a node; ``word`` where an unknown name was probably meant as a word."""
        if isinstance(node, ast.Name):
            key = (node.id, word)
            return self.readers.get(key) or self.readers.setdefault(key, self.name(node.id, word))
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if depth >= MAX_DEPTH:
            raise _too_deep(self.text)
        method = _BUILDERS.get(node.__class__)
        if method is None:
            raise _refusal(self.text, *_REFUSED_NODES.get(node.__class__, ()))
        return method(self, node, depth + 1)

    def source(self, span: int) -> str:
        """The text of a node (the parser counts in bytes)."""
        return self.text.encode()[span >> 12 : span & 0xFFF].decode()

    def fault(self, span: int, problem: str, hint: str = "") -> ExpressionError:
        return ExpressionError(f"{_shown(self.source(span))}: {problem}", hint)

    def misfit(self, span: int, operand: int, value: object, needed: str) -> ExpressionError:
        """The error for an operand of the wrong kind."""
        source = self.source(operand)
        kind = _KINDS[value.__class__]
        inner = f"({source})" if " if " in source else source
        hints = {
            ("a number", "a truth value"): f"{inner} != 0",
            ("a number", "an integer"): "// divides to an integer, round and floor make one",
            ("a truth value", "a number"): f"1 if {inner} else 0",
            ("a list", "a number"): f"one value of it is {inner}[0]",
        }
        return self.fault(span, f"{_shown(source)} is {kind}, not {needed}", hints.get((kind, needed), ""))

    def failed(self, span: int, error: Exception) -> ExpressionError:
        """The error for an operation that Python or a guard has refused."""
        if isinstance(error, ZeroDivisionError):
            return self.fault(span, "division by zero")
        return self.fault(span, "the result is too large" if isinstance(error, OverflowError) else str(error))

    def name(self, name: str, word: bool) -> Run:
        if name in _TRUTHS:
            truth = _TRUTHS[name]
            return lambda scope: truth
        self.names.add(name)

        def run(scope: Scope) -> Any:
            try:
                value: Any = scope[name]
            except KeyError:
                raise _unknown(name, scope, word) from None
            if value.__class__ is int and _LOW < value < _HIGH:
                return value
            return _usable(name, value)

        return run

    def constant(self, node: ast.Constant) -> Run:
        value: Any = node.value
        if value.__class__ is str:
            if self.source(_span(node))[1:-1] != value:  # 'a' 'b' is one string to Python, and so is '''a'''
                raise self.fault(_span(node), "two words side by side", "a word stands in one pair of quotes: 'relu'")
        elif value.__class__ in _NUMBERS:
            if not _LOW < value < _HIGH:
                raise self.fault(_span(node), "the number is too large")
        elif value.__class__ is not bool:
            raise _refusal(self.text)
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
            operation = _ARITHMETIC.get(step.op.__class__)
            if operation is None:
                raise _refusal(self.text)
            inner = self.build(step.right, depth)
            steps.append((operation, inner, _span(step), _span(step.left), _span(step.right)))

        def run(scope: Scope) -> Any:
            value = first(scope)
            for operation, inner, whole, left, right in steps:
                other = inner(scope)
                if value.__class__ not in _NUMBERS:
                    raise self.misfit(whole, left, value, "a number")
                if other.__class__ not in _NUMBERS:
                    raise self.misfit(whole, right, other, "a number")
                try:
                    value = operation(value, other)
                except (ArithmeticError, ValueError) as error:
                    raise self.failed(whole, error) from None
                if not _LOW < value < _HIGH:
                    raise self.fault(whole, "the result is too large")
            return value

        return run

    def comparison(self, node: ast.Compare, depth: int) -> Run:
        word = any(op.__class__ in _EQUALITY for op in node.ops)
        whole, first_span, first = _span(node), _span(node.left), self.build(node.left, depth, word)
        steps: list[tuple[Any, Any, Run, int]] = []
        for op, right in zip(node.ops, node.comparators):
            test = _COMPARISONS.get(op.__class__)
            if test is None:
                raise _refusal(self.text)
            steps.append((test, _EQUALITY.get(op.__class__), self.build(right, depth, word), _span(right)))

        def run(scope: Scope) -> bool:
            value, left = first(scope), first_span
            for test, equality, inner, right in steps:
                other = inner(scope)
                if value.__class__ not in _NUMBERS or other.__class__ not in _NUMBERS:
                    if equality is None:
                        operand, wrong = (right, other) if value.__class__ in _NUMBERS else (left, value)
                        raise self.misfit(whole, operand, wrong, "a number")
                    test = equality
                try:
                    if not test(value, other):
                        return False
                except ValueError as error:
                    raise self.failed(whole, error) from None
                value, left = other, right
            return True

        return run

    def logical(self, node: ast.BoolOp, depth: int) -> Run:
        whole, decisive = _span(node), node.op.__class__ is ast.Or
        operands = [(self.build(operand, depth), _span(operand)) for operand in node.values]

        def run(scope: Scope) -> bool:
            for inner, operand in operands:
                value = inner(scope)
                if value.__class__ is not bool:
                    raise self.misfit(whole, operand, value, "a truth value")
                if value is decisive:
                    return decisive
            return not decisive

        return run

    def choice(self, node: ast.IfExp, depth: int) -> Run:
        whole, condition, test = _span(node), _span(node.test), self.build(node.test, depth)
        body, orelse = self.build(node.body, depth, True), self.build(node.orelse, depth, True)

        def run(scope: Scope) -> Any:
            value = test(scope)
            if value.__class__ is not bool:
                raise self.misfit(whole, condition, value, "a truth value")
            return body(scope) if value else orelse(scope)

        return run

    def listing(self, node: ast.List, depth: int) -> Run:
        items = [self.build(item, depth, True) for item in node.elts]
        return lambda scope: [item(scope) for item in items]

    def subscript(self, node: ast.Subscript, depth: int) -> Run:
        return self.application(node, [(node.value, "a list"), (node.slice, "an integer")], _pick, depth)

    def unary(self, node: ast.UnaryOp, depth: int) -> Run:
        if node.op.__class__ not in _UNARY:
            raise _refusal(self.text)
        function, needed = _UNARY[node.op.__class__]
        return self.application(node, [(node.operand, needed)], function, depth)

    def call(self, node: ast.Call, depth: int) -> Run:
        if not isinstance(node.func, ast.Name):
            raise self.fault(_span(node), "only a function can be called", "a multiplication is written with *")
        name = node.func.id
        if name not in _FUNCTIONS:
            hint = did_you_mean(name[:40], FUNCTIONS) or _FUNCTIONS_HINT
            raise ExpressionError(f"unknown function {_shown(name)}", hint)
        if node.keywords:
            raise _refusal(self.text, *_UNPACKING)
        function, forms, takes = _FUNCTIONS[name]
        needed = forms.get(len(node.args)) or forms.get(0)
        if needed is None or not node.args:
            raise self.fault(_span(node), f"{name} takes {takes}, not {_count(len(node.args), 'argument')}")
        return self.application(node, [(argument, needed) for argument in node.args], function, depth)

    def application(self, node: ast.expr, operands: list[tuple[ast.expr, str]], function: Callable[..., Any], depth: int) -> Run:
        """The closure that applies a function to operands, each of the kind that it needs."""
        whole = _span(node)
        steps = [(self.build(operand, depth), _NEEDS[needed], _span(operand), needed) for operand, needed in operands]

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
            if value.__class__ in _NUMBERS:
                if not _LOW < value < _HIGH:
                    raise self.fault(whole, "the result is too large")
            elif value.__class__ not in _KINDS:
                raise self.fault(whole, _foreign(value))
            return value

        return run


def _span(node: Any) -> int:
    """Where a node begins and ends, in one number: a text has less than 4,096 bytes."""
    span: int = node.col_offset << 12 | node.end_col_offset
    return span


_BUILDERS: dict[type[ast.expr], Callable[[_Builder, Any, int], Run]] = {
    ast.BinOp: _Builder.binary,
    ast.UnaryOp: _Builder.unary,
    ast.BoolOp: _Builder.logical,
    ast.Compare: _Builder.comparison,
    ast.IfExp: _Builder.choice,
    ast.Subscript: _Builder.subscript,
    ast.Call: _Builder.call,
    ast.List: _Builder.listing,
}


# What operators and functions do


def make_divisible(v: float, divisor: int = 8) -> int:
    """The multiple of ``divisor`` nearest to ``v``, but at least nine tenths of it: the rounding of MobileNet."""
    if divisor.__class__ is not int or divisor < 1:
        raise ValueError("the divisor is an integer from 1")
    new = max(divisor, int(v + divisor / 2) // divisor * divisor)
    return new + divisor if new < 0.9 * v else new


def _power(base: Any, exponent: Any) -> Any:
    """The power, if its size is bearable: that of integers has at least ``(bits - 1) * exponent`` bits."""
    if base.__class__ is int and exponent.__class__ is int and exponent >= 0:
        if (base.bit_length() - 1) * exponent > MAX_BITS:
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
    return math.sqrt(value)


def _log2(value: Any) -> float:
    if value <= 0:
        raise ValueError("the logarithm of a number that is not above 0")
    return math.log2(value)


def _series(fold: Callable[[Any], Any], of_nothing: bool) -> Callable[..., Any]:
    """A function of one list or of several numbers."""

    def function(*values: Any) -> Any:
        numbers = values[0] if len(values) == 1 else values
        if len(numbers) > MAX_ITEMS:
            raise ValueError(f"the list has more than {MAX_ITEMS:,} values")
        for value in numbers:
            if value.__class__ not in _NUMBERS:
                raise ValueError(f"the list holds {_KINDS.get(value.__class__, 'something else')}, not only numbers")
        if not (numbers or of_nothing):
            raise ValueError("the list is empty")
        return fold(numbers)

    return function


def _folded(operation: Callable[[Any, Any], Any], start: int) -> Callable[[Any], Any]:
    def fold(numbers: Any) -> Any:
        total: Any = start
        for number in numbers:
            total = operation(total, number)
            if not _LOW < total < _HIGH:
                raise OverflowError
        return total

    return fold


def _equal(left: Any, right: Any) -> bool:
    """Equality in which a truth value equals no number; lists are equal if their values are."""
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


def _too_many(values: list[Any]) -> bool:
    """Whether a list has too many values with those of its lists (which may be shared, and double at each level)."""
    lists, seen = [values], 0
    while lists:
        values = lists.pop()
        seen += len(values)
        if seen > MAX_ITEMS:
            return True
        lists.extend(value for value in values if value.__class__ is list)
    return False


def _lone(name: str) -> Run:
    def run(scope: Scope) -> Any:
        value = scope.get(name, name)
        return _usable(name, value) if value.__class__ in _NUMBERS else value

    return run


def _pick(values: list[Any], place: int) -> Any:
    try:
        return values[place]
    except IndexError:
        raise ValueError(f"the list has {_count(len(values), 'value')}, the first is [0]") from None


def _usable(name: str, value: Any) -> Any:
    """The value of a name, if an expression can go on with it."""
    if value.__class__ in _NUMBERS:
        if _LOW < value < _HIGH:
            return value
        raise ExpressionError(f"{_shown(name)} is too large, or not a number")
    if value.__class__ in _KINDS:
        return value
    raise ExpressionError(f"{_shown(name)} {_foreign(value)}")


def _foreign(value: object) -> str:
    return "has no value" if value is None else "is no number, truth value, word or list"


_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}
_UNARY: dict[type, tuple[Callable[[Any], Any], str]] = {
    ast.USub: (operator.neg, "a number"),
    ast.UAdd: (operator.pos, "a number"),
    ast.Not: (operator.not_, "a truth value"),
}
_COMPARISONS: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_EQUALITY: dict[type, Callable[[Any, Any], bool]] = {ast.Eq: _equal, ast.NotEq: lambda a, b: not _equal(a, b)}

_ONE = {1: "a number"}
_TWO = {1: "a number", 2: "a number"}
_MANY = {1: "a list", 0: "a number"}  # 0 stands for any other count
_FUNCTIONS: dict[str, tuple[Callable[..., Any], dict[int, str], str]] = {
    "min": (_series(min, False), _MANY, "a list or several numbers"),
    "max": (_series(max, False), _MANY, "a list or several numbers"),
    "sum": (_series(_folded(operator.add, 0), True), _MANY, "a list or several numbers"),
    "prod": (_series(_folded(operator.mul, 1), True), _MANY, "a list or several numbers"),
    "len": (len, {1: "a list"}, "one list"),
    "abs": (abs, _ONE, "one number"),
    "round": (_round, _TWO, "a number and perhaps the digits to keep"),
    "ceil": (math.ceil, _ONE, "one number"),
    "floor": (math.floor, _ONE, "one number"),
    "sqrt": (_sqrt, _ONE, "one number"),
    "log2": (_log2, _ONE, "one number"),
    "make_divisible": (make_divisible, _TWO, "a number and perhaps a divisor"),
}
FUNCTIONS = frozenset(_FUNCTIONS)
_FUNCTIONS_HINT = f"the functions are {', '.join(_FUNCTIONS)}"


# What is wrong with a text


_PREFIXES = "BbFfRrTtUu"
_TOKENS = rf"""
    [{_PREFIXES}]{{0,2}} (?: '[^']*' | "[^"]*" ) | [A-Za-z_]\w* | 0[Xx][\w.]* | \.?\d (?: [Ee][+-] | [\w.] )*
  | \*\* | // | << | >> | <> | && | \|\| | := | [<>=!]= | \S"""
_SYMBOLS = frozenset(("+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!=", "(", ")", "[", "]", ","))
_WORDS = frozenset(("and", "or", "not", "if", "else"))
_OPENING = ("(", "[")
_ALLOWED = "there are + - * / // % **, comparisons, and, or, not, a if c else b, x[0] and functions"
_UNPACKING = ("* and ** don't unpack", "sum, prod, min and max take a list as it is")
_MAPPINGS = ("sets and mappings aren't allowed", "a name stands alone, a list is written [a, b]")
_REFUSED_NODES: dict[type, tuple[str, str]] = {
    ast.Tuple: ("tuples aren't allowed", "a list is written [a, b]"),
    ast.Starred: _UNPACKING,
}
_REFUSED = {
    ".": ("attributes aren't allowed", "a value of a list is x[0]"),
    "{": _MAPPINGS,
    "}": _MAPPINGS,
    ":": ("slices aren't allowed", "a subscript is one integer: x[0]"),
    ":=": ("names can't be assigned here", "they are given under vars"),
    "=": ("'=' isn't allowed", "a comparison is written ==, a function takes its arguments by place"),
    "lambda": ("functions can't be made here", _FUNCTIONS_HINT),
    "for": ("comprehensions aren't allowed", "a list is written out: [a, b]"),
    "in": ("'in' isn't allowed", "write a == 1 or a == 2"),
    "is": ("'is' isn't allowed", "write =="),
    "None": ("None isn't allowed", "there are numbers, true, false, words in quotes and lists"),
    "<<": ("'<<' isn't allowed", "write x * 2 ** n"),
    ">>": ("'>>' isn't allowed", "write x // 2 ** n"),
}
_MEANT = {"!": "not", "&": "and", "&&": "and", "|": "or", "||": "or", "^": "**", "<>": "!=", "@": "*"}
_MEANT |= {"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "≤": "<=", "≥": ">=", "≠": "!=", "?": "a if c else b"}


def _refusal(text: str, problem: str = "", hint: str = "") -> ExpressionError:
    """Why a text is no expression; unless it is known already, the first thing that is wrong with its tokens."""
    if not problem:
        problem, hint = _first_problem(text)
    return ExpressionError(f"{_shown(text)}: {problem}", hint)


def _first_problem(text: str) -> tuple[str, str]:
    opened: list[str] = []
    before = ""
    for token in re.findall(_TOKENS, text, re.VERBOSE | re.ASCII):
        problem = _token_problem(token) or _order_problem(before, token, opened)
        if problem:
            return problem
        before = token
    if not _ends_value(before):
        return f"something is missing after {_shown(before)}", ""
    if opened:
        return f"'{opened[-1]}' is not closed", ""
    if re.search(r"\bif\b(?!.*\belse\b)", text):
        return "an if needs an else", "a if c else b"
    return "this is no expression", _ALLOWED


def _token_problem(token: str) -> tuple[str, str] | None:
    """What is wrong with a token wherever it stands."""
    from keyword import iskeyword

    if token in _REFUSED:
        return _REFUSED[token]
    if token in _MEANT:
        return f"{_shown(token)} isn't allowed", f"write {_MEANT[token]}"
    if token in ("'", '"'):
        return "a quote is not closed", ""
    if token[-1] in "'\"":
        if token[0] not in "'\"":
            return "strings with a prefix aren't allowed", f"a word stands in plain quotes: {token.lstrip(_PREFIXES)}"
        if "\\" in token or not token.isprintable():
            return "a word in quotes holds no backslash and nothing that can't be printed", ""
    elif (token[0].isdigit() and token.isascii()) or token[0] == ".":
        if not re.fullmatch(_NUMBER, token, re.VERBOSE | re.ASCII):
            plain = token.replace("_", "").lstrip("0")
            hint = f"write {plain}" if plain.isdigit() else "as in 10, 0.5, 1e3, 0xff; a multiplication is 2 * width"
            return f"{_shown(token)} is no number", hint
    elif iskeyword(token) and token not in _WORDS and token not in _TRUTHS:
        return f"{_shown(token)} is a word of Python's own", _ALLOWED
    elif token not in _SYMBOLS and not (token.isascii() and token.isidentifier()):
        return (
            f"{_shown(token)} isn't allowed",
            "names are made of a-z, A-Z, 0-9 and _" if token.isalnum() else _ALLOWED,
        )
    return None


def _order_problem(before: str, token: str, opened: list[str]) -> tuple[str, str] | None:
    """What is wrong with a token after the one before it; ``opened`` keeps the brackets that are open."""
    follows_value = _ends_value(before)
    if token in _OPENING:
        opened.append(token)
    elif token in (")", "]"):
        if not opened or opened.pop() != ("(" if token == ")" else "["):
            return f"{_shown(token)} closes no bracket", ""
        if not follows_value and before not in ("(", "[", ","):
            return f"something is missing before {_shown(token)}", ""
    elif _ends_value(token):
        if follows_value:
            return f"an operator is missing between {_shown(before)} and {_shown(token)}", ""
    elif not follows_value and token not in ("+", "-", "not"):
        if token in ("*", "**") and before in ("(", "[", ","):
            return _UNPACKING
        return f"something is missing before {_shown(token)}", ""
    return None


def _ends_value(token: str) -> bool:
    """Whether a value ends with this token: a name, a number, a word in quotes, a closing bracket."""
    return token not in _WORDS and (token[-1:].isalnum() or token[-1:] in ("_", ".", "'", '"', ")", "]"))


def _bracket_depth(text: str) -> int:
    depth = deepest = 0
    for token in re.findall(_TOKENS, text, re.VERBOSE | re.ASCII):
        depth += (token in _OPENING) - (token in (")", "]"))
        deepest = max(deepest, depth)
    return deepest


def _too_deep(text: str) -> ExpressionError:
    return ExpressionError(f"{_shown(text)}: nested more than {MAX_DEPTH} deep")


def _unknown(name: str, scope: Scope, word: bool) -> ExpressionError:
    """The error for a name that is not in scope. Few are compared with it: a file may hold thousands of each."""
    hint = ""
    if name in FUNCTIONS:
        hint = f"a function is called: {name}(...)"
    elif len(name) <= 40:
        alike = [other for other in scope if abs(len(other) - len(name)) <= 3]
        hint = did_you_mean(name, [*alike[:200], *FUNCTIONS])
    if word:
        hint = f"{hint} a word stands in quotes: '{name}'".lstrip()
    return ExpressionError(f"unknown name {_shown(name)}", hint)


def _shown(text: str) -> str:
    """A text in quotes, cut if it is long."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
