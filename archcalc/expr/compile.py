"""Expressions in a spec: a small, closed part of Python's, which can neither run code nor hang.

A text goes three ways. Its tokens are checked by one regular expression, so that Python's parser sees nothing that it
would warn of or read in a way of its own. The parser's tree becomes closures, by a list of the nodes that are allowed.
Each closure guards its operands and its result. Only a text that fails is looked at token by token, to say why.
"""

from __future__ import annotations

import _ast as ast  # the classes of `ast` without its helpers, which take a millisecond to import
import re
from functools import lru_cache
from typing import Any

from .build import Builder, why
from .errors import ExpressionError
from .functions import lone, too_many
from .limits import MAX_DEPTH, MAX_ITEMS, MAX_TEXT, NUMBER, TRUTHS, Run, Scope, shown

_HARMLESS = re.compile(
    rf"""(?: \ *+ (?:
        (?! [BbFfRrTtUu]{{1,2}}['"] ) [A-Za-z_] \w*+
      | {NUMBER} (?![\w.])
      | '[^'\\]*+' | "[^"\\]*+"
      | [<>]=?(?![<>=]) | [=!]=(?!=) | [-+*/%()\[\],]
    ) )*+""",
    re.VERBOSE | re.ASCII,
)


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
        if value.__class__ is list and too_many(value):
            raise ExpressionError(f"{shown(self.text)}: a list of more than {MAX_ITEMS:,} values")
        return value

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """Read an expression; a text that is none raises ExpressionError."""
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"{shown(text)}: an expression has at most {MAX_TEXT:,} characters, this one has {len(text):,}")
    text = text.translate({9: " ", 10: " ", 13: " "}).strip(" ")
    if text.isidentifier() and text.isascii() and text not in TRUTHS:
        return Expression(text, frozenset((text,)), True, lone(text))
    if not text:
        raise ExpressionError("the expression is empty")
    if not (_HARMLESS.fullmatch(text) and text.isprintable()):
        raise why().refusal(text)
    if text.count("(") + text.count("[") > MAX_DEPTH and why().bracket_depth(text) > MAX_DEPTH:
        raise why().too_deep(text)
    try:
        tree: Any = compile(text, "<expression>", "eval", ast.PyCF_ONLY_AST, True)
    except SyntaxError:
        raise why().refusal(text) from None
    except (RecursionError, MemoryError):
        raise why().too_deep(text) from None
    builder = Builder(text)
    run = builder.build(tree.body, 0, True)
    return Expression(text, frozenset(builder.names), False, run)
