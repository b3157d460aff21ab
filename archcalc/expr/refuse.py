"""Why a text is no expression: its tokens are looked at one by one, once it has failed."""

from __future__ import annotations

import _ast as ast
import re

from ..core.suggest import did_you_mean
from .errors import ExpressionError
from .functions import FUNCTIONS, FUNCTIONS_HINT
from .limits import CONSTANTS, MAX_DEPTH, NUMBER, Scope, shown

_PREFIXES = "BbFfRrTtUu"
_TOKENS = rf"""
    [{_PREFIXES}]{{0,2}} (?: '[^']*' | "[^"]*" ) | is\ not\b | [A-Za-z_]\w* | 0[Xx][\w.]* | \.?\d (?: [Ee][+-] | [\w.] )*
  | \*\* | // | << | >> | <> | && | \|\| | := | [<>=!]= | \S"""
_SYMBOLS = frozenset(("+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!=", "(", ")", "[", "]", ","))
_WORDS = frozenset(("and", "or", "not", "if", "else"))
_OPENING = ("(", "[")
_ALLOWED = "there are + - * / // % **, comparisons, and, or, not, a if c else b, x[0] and functions"
UNPACKING = ("* and ** don't unpack", "sum, prod, min and max take a list as it is")
_MAPPINGS = ("sets and mappings aren't allowed", "a name stands alone, a list is written [a, b]")
REFUSED_NODES: dict[type, tuple[str, str]] = {
    ast.Tuple: ("tuples aren't allowed", "a list is written [a, b]"),
    ast.Starred: UNPACKING,
}
_REFUSED = {
    ".": ("attributes aren't allowed", "a value of a list is x[0]"),
    "{": _MAPPINGS,
    "}": _MAPPINGS,
    ":": ("slices aren't allowed", "a subscript is one integer: x[0]"),
    ":=": ("names can't be assigned here", "they are given under vars"),
    "=": ("'=' isn't allowed", "a comparison is written ==, a function takes its arguments by place"),
    "lambda": ("functions can't be made here", FUNCTIONS_HINT),
    "for": ("comprehensions aren't allowed", "a list is written out: [a, b]"),
    "in": ("'in' isn't allowed", "write a == 1 or a == 2"),
    "is": ("'is' isn't allowed", "write =="),
    "is not": ("'is not' isn't allowed", "write !="),
    "None": ("None isn't allowed", "write null"),
    "<<": ("'<<' isn't allowed", "write x * 2 ** n"),
    ">>": ("'>>' isn't allowed", "write x // 2 ** n"),
}
_MEANT = {"!": "not", "&": "and", "&&": "and", "|": "or", "||": "or", "^": "**", "<>": "!=", "@": "*"}
_MEANT |= {"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "≤": "<=", "≥": ">=", "≠": "!=", "?": "a if c else b"}


def refusal(text: str, problem: str = "", hint: str = "") -> ExpressionError:
    """Why a text is no expression; unless it is known already, the first thing that is wrong with its tokens."""
    if not problem:
        problem, hint = first_problem(text)
    return ExpressionError(f"{shown(text)}: {problem}", hint)


def first_problem(text: str) -> tuple[str, str]:
    """The first thing that is wrong with a text's tokens, and what to write."""
    opened: list[str] = []
    before = ""
    for token in re.findall(_TOKENS, text, re.VERBOSE | re.ASCII):
        problem = _token_problem(token) or _order_problem(before, token, opened)
        if problem:
            return problem
        before = token
    if not _ends_value(before):
        return f"something is missing after {shown(before)}", ""
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
        return f"{shown(token)} isn't allowed", f"write {_MEANT[token]}"
    if token in ("'", '"'):
        return "a quote is not closed", ""
    if token[-1] in "'\"":
        if token[0] not in "'\"":
            return "strings with a prefix aren't allowed", f"a word stands in plain quotes: {token.lstrip(_PREFIXES)}"
        if "\\" in token or not token.isprintable():
            return "a word in quotes holds no backslash and nothing that can't be printed", ""
    elif (token[0].isdigit() and token.isascii()) or token[0] == ".":
        if not re.fullmatch(NUMBER, token, re.VERBOSE | re.ASCII):
            plain = token.replace("_", "").lstrip("0")
            hint = f"write {plain}" if plain.isdigit() else "as in 10, 0.5, 1e3, 0xff; a multiplication is 2 * width"
            return f"{shown(token)} is no number", hint
    elif iskeyword(token) and token not in _WORDS and token not in CONSTANTS:
        return f"{shown(token)} is a word of Python's own", _ALLOWED
    elif token not in _SYMBOLS and not (token.isascii() and token.isidentifier()):
        return (
            f"{shown(token)} isn't allowed",
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
            return f"{shown(token)} closes no bracket", ""
        if not follows_value and before not in ("(", "[", ","):
            return f"something is missing before {shown(token)}", ""
    elif _ends_value(token):
        if follows_value:
            return f"an operator is missing between {shown(before)} and {shown(token)}", ""
    elif not follows_value and token not in ("+", "-", "not"):
        if token in ("*", "**") and before in ("(", "[", ","):
            return UNPACKING
        return f"something is missing before {shown(token)}", ""
    return None


def _ends_value(token: str) -> bool:
    """Whether a value ends with this token: a name, a number, a word in quotes, a closing bracket."""
    return token not in _WORDS and (token[-1:].isalnum() or token[-1:] in ("_", ".", "'", '"', ")", "]"))


def bracket_depth(text: str) -> int:
    """How many brackets are open at once, at the most; those inside quotes are none."""
    depth = deepest = 0
    for token in re.findall(_TOKENS, text, re.VERBOSE | re.ASCII):
        depth += (token in _OPENING) - (token in (")", "]"))
        deepest = max(deepest, depth)
    return deepest


def too_deep(text: str) -> ExpressionError:
    """The error for a text that is nested too deep to be read."""
    return ExpressionError(f"{shown(text)}: nested more than {MAX_DEPTH} deep")


def unknown_name(name: str, scope: Scope, word: bool) -> ExpressionError:
    """The error for a name that is not in scope. Few are compared with it: a file may hold thousands of each."""
    hint = ""
    if name in FUNCTIONS:
        hint = f"a function is called: {name}(...)"
    elif len(name) <= 40:
        alike = [other for other in scope if abs(len(other) - len(name)) <= 3]
        hint = did_you_mean(name, [*alike[:200], *FUNCTIONS])
    if word:
        hint = f"{hint} a word stands in quotes: '{name}'".lstrip()
    return ExpressionError(f"unknown name {shown(name)}", hint)
