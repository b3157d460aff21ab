"""Expressions in a spec: a small, closed part of Python's, which can neither run code nor hang.

A text goes three ways. Its tokens are checked by one regular expression, so that Python's parser sees nothing that it
would warn of or read in a way of its own. The parser's tree becomes closures, by a list of the nodes that are allowed.
Each closure guards its operands and its result. Only a text that fails is looked at token by token, to say why.
"""

from __future__ import annotations

import _ast as ast  # the classes of `ast` without its helpers, which take a millisecond to import
import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from .build import Builder, why
from .errors import ExpressionError
from .functions import lone, too_many
from .limits import CONSTANTS, MAX_DEPTH, MAX_ITEMS, MAX_TEXT, NUMBER, Run, Scope, shown

_HARMLESS = re.compile(
    rf"""(?: \ *+ (?:
        (?! [BbFfRrTtUu]{{1,2}}['"] ) [A-Za-z_] \w*+
      | {NUMBER} (?![\w.])
      | '[^'\\]*+' | "[^"\\]*+"
      | [<>]=?(?![<>=]) | [=!]=(?!=) | [-+*/%()\[\],]
    ) )*+""",
    re.VERBOSE | re.ASCII,
)


_NO_PATHS: Mapping[str, str] = MappingProxyType({})


class Expression:
    """An expression that was read once and can be evaluated in any scope.

    ``names`` are the names that it reads, ``paths`` those of the items whose shapes it reads: a scope holds that of ``stem`` as
    ``shape(stem)``. ``word`` says that it is nothing but a name, ``ranges`` whether it calls range, ``compares`` whether it asks if two values are equal, ``choices`` how often it calls choose. ``items`` is what is known of the
    paths at the place where it stands, for whoever evaluates it there.
    """

    __slots__ = ("_run", "choices", "compares", "items", "names", "paths", "ranges", "text", "word")

    def __init__(self, text: str, names: frozenset[str], run: Run, *, word: bool = False) -> None:
        self.text = text
        self.names = names
        self.paths: frozenset[str] = frozenset()
        self.ranges = False
        self.compares = False
        self.choices = 0
        self.word = word
        self.items: Mapping[str, Any] = _NO_PATHS
        self._run = run

    def evaluate(self, scope: Scope) -> Any:
        """The value in this scope: a number, a truth value, a word, a list or null."""
        value = self._run(scope)
        if value.__class__ is list and too_many(value):
            raise ExpressionError(f"{shown(self.text)}: a list of more than {MAX_ITEMS:,} values")
        return value

    def placed(self, items: Mapping[str, Any]) -> Expression:
        """The same at one place, with what is known there of its paths."""
        found = Expression(self.text, self.names, self._run)
        found.paths, found.ranges, found.choices, found.items = self.paths, self.ranges, self.choices, items
        found.compares = self.compares
        return found

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """Read an expression; a text that is none raises ExpressionError."""
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"{shown(text)}: an expression has at most {MAX_TEXT:,} characters, this one has {len(text):,}")
    text = text.translate({9: " ", 10: " ", 13: " "}).strip(" ")
    if text.isidentifier() and text.isascii() and text not in CONSTANTS:
        return Expression(text, frozenset((text,)), lone(text), word=True)
    if not text:
        raise ExpressionError("the expression is empty")
    plain, paths = _without_paths(text) if "shape" in text else (text, _NO_PATHS)
    plain, parsed = _with_ranges(plain) if "choose" in text else (plain, plain)
    if not (_HARMLESS.fullmatch(plain) and text.isprintable()):
        raise _refusal(text, plain, paths)
    if plain.count("(") + plain.count("[") > MAX_DEPTH and why().bracket_depth(plain) > MAX_DEPTH:
        raise why().too_deep(text)
    try:
        tree: Any = compile(parsed, "<expression>", "eval", ast.PyCF_ONLY_AST, True)
    except SyntaxError:
        raise _refusal(text, plain, paths) from None
    except (RecursionError, MemoryError):
        raise why().too_deep(text) from None
    builder = Builder(text, paths)
    expression = Expression(text, frozenset(), builder.build(tree.body, 0, True))
    expression.names, expression.paths, expression.ranges = frozenset(builder.names), frozenset(paths.values()), builder.ranges
    expression.choices, expression.compares = builder.choices, builder.compares
    return expression


def _refusal(text: str, plain: str, paths: Mapping[str, str]) -> ExpressionError:
    """Why a text is no expression, by the one that has names in place of its paths."""
    problem, hint = why().first_problem(plain)
    problem = re.sub(r"\bs0\d+\b", lambda name: f"shape({paths[name[0]]})" if name[0] in paths else name[0], problem)
    found: ExpressionError = why().refusal(text, problem, hint)
    return found


def _without_paths(text: str) -> tuple[str, Mapping[str, str]]:
    """The text with a name in place of each `shape(path)`, and the path of each: read where a text may have one."""
    from .shapes import named

    return named(text)


def _with_ranges(text: str) -> tuple[str, str]:
    """The text as its tokens are checked, and as it is parsed: read where there may be a choice."""
    from .options import ranged

    return ranged(text)
