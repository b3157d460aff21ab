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
_INSTEAD = {
    **dict.fromkeys(("float", "double"), "numbers stand as they are"),
    **dict.fromkeys(("str", "string"), "a word stands in quotes: 'relu'"),
    **dict.fromkeys(("list", "tuple", "array"), "a list is written [a, b]"),
    **dict.fromkeys(("pow", "power"), "write a ** b"),
    **dict.fromkeys(("square", "sqr"), "write x ** 2"),
    **dict.fromkeys(("div", "floor_div", "floordiv", "truediv"), "write a // b for a whole number, a / b for any"),
    **dict.fromkeys(("mod", "fmod", "rem"), "write a % b"),
    **dict.fromkeys(("ceil_div", "ceildiv", "cdiv", "div_up"), "write ceil(a / b)"),
    **dict.fromkeys(("round_up", "round_to", "roundup"), "write ceil(a / b) * b, or make_divisible(a, b)"),
    **dict.fromkeys(("mean", "avg", "average"), "write sum(x) / len(x)"),
    **dict.fromkeys(("product", "mul", "numel"), "write prod(x)"),
    **dict.fromkeys(("log", "ln", "log10"), "write log2(x) / log2(base)"),
    **dict.fromkeys(("clip", "clamp"), "write min(max(x, low), high)"),
    **dict.fromkeys(("where", "cond", "ifelse", "iff"), "write a if c else b"),
    "enumerate": "index counts the passes of a for from 0, and index: NAME beside it names that number",
    "zip": "write the rows, [[a, b], [c, d]]; or count: for: i, in: range(len(x)), with x[i] and y[i] inside",
    "reversed": "write range(n - 1, -1, -1) to count down",
    "int": "write floor(x)",
    "trunc": "write floor(x)",
    "bool": "write x != 0",
    "exp": "write 2.718281828 ** x",
    "isqrt": "write floor(sqrt(x))",
    "divmod": "write a // b and a % b",
    "any": "write a or b",
    "all": "write a and b",
    "size": "write in_shape[0]",
}
"""What to write for the functions of other languages."""
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
    tokens = re.findall(_TOKENS, text, re.VERBOSE | re.ASCII)
    for token, after in zip(tokens, [*tokens[1:], ""]):
        if token == "." and before.isidentifier() and after.isidentifier():
            return "attributes aren't allowed", f"names and functions stand alone: {after}"
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
        if follows_value and token[0] == "." and before.isidentifier():
            hint = 'items are named in from: {name: feats, sequence: [], from: [a.0, b]} holds several, and "feats[i]" takes one'
            return "a path is no value", hint
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


def unknown_function(name: str, arguments: list[str]) -> ExpressionError:
    """The error for a call of what is no function here, with what to write instead; ``arguments`` are as they are written."""
    hint = _INSTEAD.get(name.strip("_")) or did_you_mean(name[:40], FUNCTIONS) or FUNCTIONS_HINT
    if name == "int" and len(arguments) == 1:
        quotient = _floored(arguments[0])
        hint = f"write {quotient + ', or ' if quotient else ''}floor({arguments[0]})"
    return ExpressionError(f"unknown function {shown(name)}", hint)


def _floored(text: str) -> str:
    """A quotient with // in place of its /, or an empty string for what is none."""
    depth, found = 0, -1
    for match in re.finditer(_TOKENS, text, re.VERBOSE | re.ASCII):
        depth += (match[0] in _OPENING) - (match[0] in (")", "]"))
        if not depth and match[0] not in ("*", "//", "%", "**") and match[0] != "/" and not _ends_value(match[0]):
            return ""
        if not depth and match[0] in ("/", "*", "//", "%", "**"):
            found = match.start() if match[0] == "/" else -1
    return f"{text[:found]}//{text[found + 1 :]}" if found >= 0 else ""


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


def instead(source: str, kind: str, needed: str, *, negated: bool = False) -> str:
    """What to write in place of an operand's text that is of one kind where another is needed, or in place of its negation; empty where that is not known."""
    inner = f"({source})" if " if " in source else source
    hints = {
        ("a number", "a truth value"): f"{inner} != 0",
        ("a number", "an integer"): "// divides to an integer, round and floor make one",
        ("a truth value", "a number"): f"1 if {inner} else 0",
        ("a list", "a number"): f"one value of it is {inner}[0]",
        ("null", "a number"): f"0 if {inner} == null else {inner}",
        ("null", "a truth value"): f"{inner} != null",
    }
    if negated:
        hints |= {("a number", "a truth value"): f"{inner} == 0", ("null", "a truth value"): f"{inner} == null"}
    return "" if source == "null" else hints.get((kind, needed), "")
