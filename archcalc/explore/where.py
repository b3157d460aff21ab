"""The text of conditions: ``params < 5M and maccs / params <= 100, peak_activation_bytes < 1MiB, op == conv``.

A small grammar of its own, in which a comma is `and`; numbers are exact and may have the unit of their figure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from ..core.quantity import BYTES, TIME, Measure
from ..core.suggest import did_you_mean
from .condition import COMPARISONS, Condition, Part
from .ranges import FACTORS
from .space import Refused

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,2})?)(?:\ ?(?!(?:and|or|not)\b)(?P<unit>[A-Za-z\u00b5]+)\b)?"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<text>'[^']*'|\"[^\"]*\")|(?P<sign><=|>=|==|!=|//|[-+*/%<>(),])|(?P<bad>&&|\|\||=[<>]|\S))",
    re.ASCII,
)
_OTHERS = {"=": "==", "&&": "and", "||": "or", "!": "not", "&": "and", "|": "or", "^": "*", "=<": "<=", "=>": ">="}
_WORDS = ("and", "or", "not")
DEEPEST = 50
EXAMPLE = 'for example --where "params < 5M and maccs <= 300M"'


def read_where(text: str, units: Mapping[str, str], words: Mapping[str, tuple[str, ...]], option: str = "--where") -> Condition:
    """The condition that a text says. ``units`` are those of all that it may name, figures and axes; ``words`` the axes of words and
    what they may be. Raises Refused."""
    reader = _Reader(text, units, words, option)
    whole = reader.all_of()
    if reader.at < len(reader.tokens):
        reader.refuse(f"'{reader.token}' is too much", "close what was opened, and write and or or between two conditions")
    return Condition(text, whole)


class _Reader:
    """Reads from left to right, a method for each level of binding."""

    def __init__(self, text: str, units: Mapping[str, str], words: Mapping[str, tuple[str, ...]], option: str) -> None:
        self.text = text
        self.units = units
        self.words = words
        self.option = option
        self.tokens = list(_TOKEN.finditer(text.rstrip()))
        self.at = self.depth = 0

    @property
    def token(self) -> str:
        """The next one; empty at the end."""
        return self.tokens[self.at][0].strip() if self.at < len(self.tokens) else ""

    def refuse(self, message: str, hint: str = "") -> Any:
        """Raise what is wrong."""
        raise Refused(f"{self.option}: {message}", hint or EXAMPLE)

    def took(self, *signs: str) -> str:
        """The next token, if it is one of these."""
        token = self.token
        if token not in signs or not token:
            return ""
        self.at += 1
        return token

    def joined(self, below: Callable[[], Part], sign: str, *written: str) -> Part:
        """Conditions with a word between them."""
        found = below()
        while self.took(*written):
            found = self.made(sign, "truth", self.truth(found), self.truth(below()))
        return found

    def made(self, sign: str, kind: str, *of: Part) -> Part:
        """A piece of others, from where they begin to where they end."""
        piece = Part(sign, kind, of)
        piece.start, piece.stop = of[0].start, self.end
        return piece

    @property
    def end(self) -> int:
        """Where the token before ends."""
        return self.tokens[self.at - 1].end()

    def all_of(self) -> Part:
        return self.truth(self.joined(self.any_of, "and", ","))

    def any_of(self) -> Part:
        return self.joined(self.both, "or", "or")

    def both(self) -> Part:
        return self.joined(self.negated, "and", "and")

    def negated(self) -> Part:
        start = self.at
        if self.took("not"):
            piece = self.made("not", "truth", self.truth(self.nested(self.negated)))
            piece.start = self.tokens[start].start()
            return piece
        return self.comparison()

    def nested(self, inner: Callable[[], Part]) -> Part:
        """What is inside, if that is not too deep."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.refuse(f"more than {DEEPEST} levels of brackets")
        found = inner()
        self.depth -= 1
        return found

    def comparison(self) -> Part:
        left, found = self.sum(), None
        while sign := self.took(*COMPARISONS):
            right = self.sum()
            each = self.compared(sign, left, right)
            found = each if found is None else self.made("and", "truth", found, each)
            left = right
        return found or left

    def compared(self, sign: str, left: Part, right: Part) -> Part:
        """A comparison of two that can be compared."""
        if "truth" in (left.kind, right.kind):
            self.refuse("a condition is compared with something", "write and or or between conditions")
        for one, other in ((left, right), (right, left)):
            if one.sign == "word":
                self.settle(one, other)
        for one, other in ((left, right), (right, left)):
            self.scale(one, self.measure(left.names | right.names))
            if one.kind == "text" and other.kind == "number":
                told = f"{one.value} is a word" if one.sign != "name" else f"{one.value} is one of {', '.join(self.words[one.value])}"
                self.refuse(f"{told}, and can't be compared with a number")
        if left.kind == "text" and sign not in ("==", "!="):
            self.refuse(f"words are the same or not: {sign} is for numbers", "write == or !=")
        return self.made(sign, "truth", left, right)

    def settle(self, word: Part, other: Part) -> None:
        """A word that stands for itself, since an axis may have that value."""
        known = self.words.get(other.value, ()) if other.sign == "name" else ()
        if word.value in known:
            word.sign = "value"
        elif known:
            self.refuse(f"{other.value} is never '{word.value}'", did_you_mean(word.value, known) or f"it is one of {', '.join(known)}")
        else:
            self.unknown(word.value)

    def unknown(self, name: str) -> None:
        self.refuse(f"there is no figure '{name}'", did_you_mean(name, self.units) or f"there are {', '.join(self.units)}")

    def measure(self, names: frozenset[str]) -> Measure | None:
        """What is measured by what a comparison names."""
        found = {self.units[name] for name in names} & {"bytes", "seconds"}
        return None if len(found) != 1 else BYTES if found == {"bytes"} else TIME

    def scale(self, piece: Part, measure: Measure | None) -> None:
        """Each number with a unit, in the base unit of what it is compared with; where that is none, k is a thousand."""
        for each in piece.of:
            self.scale(each, measure)
        if piece.sign != "value" or piece.kind != "number" or not isinstance(piece.value, tuple):
            return
        number, unit = piece.value
        units: Mapping[str, Any] = FACTORS if measure is None else {**({} if measure is TIME else FACTORS), **measure.units}
        if unit not in units and unit:
            what = "numbers" if measure is None else measure.base
            self.refuse(f"'{number} {unit}': {what} have no unit '{unit}'", f"there are {', '.join(filter(None, units))}")
        exact = Fraction(number) * (units[unit] if unit else 1)
        piece.value = int(exact) if exact.denominator == 1 else exact

    def sum(self) -> Part:
        return self.worked(self.term, "+", "-")

    def term(self) -> Part:
        return self.worked(self.signed, "*", "/", "//", "%")

    def worked(self, below: Callable[[], Part], *signs: str) -> Part:
        """Numbers with a sign between them."""
        found = below()
        while sign := self.took(*signs):
            found = self.made(sign, "number", self.number(found), self.number(below()))
        return found

    def signed(self) -> Part:
        start = self.at
        if self.took("-"):
            inner = self.number(self.nested(self.signed))
            if inner.sign == "value":
                number, unit = inner.value
                inner.value = (number[1:] if number[0] == "-" else f"-{number}", unit)
            piece = inner if inner.sign == "value" else self.made("negative", "number", inner)
            piece.start = self.tokens[start].start()
            return piece
        return self.atom()

    def number(self, piece: Part) -> Part:
        if piece.sign == "word":
            self.unknown(piece.value)
        if piece.kind != "number":
            self.refuse(f"'{self.text[piece.start : piece.stop].strip()}' is no number to reckon with")
        return piece

    def truth(self, piece: Part) -> Part:
        if self.token in _OTHERS:
            self.refuse(f"'{self.token}' can't stand there", f"write {_OTHERS[self.token]}")
        if piece.sign == "word":
            self.unknown(piece.value)
        if piece.kind != "truth":
            shown = self.text[piece.start : piece.stop].strip()
            self.refuse(f"'{shown}' is no condition", f'compare it with something: --where "{shown} < 5M"' if piece.names else "")
        return piece

    def atom(self) -> Part:
        token = self.token
        if not token:
            self.refuse("it ends where a figure or a number is wanted" if self.tokens else "there is no condition")
        match = self.tokens[self.at]
        self.at += 1
        if token == "(":
            found = self.nested(self.any_of)
            if not self.took(")"):
                self.refuse("a bracket is not closed", "write )")
            found.start, found.stop = match.start(), self.end
            return found
        piece = self.leaf(match, token)
        piece.start, piece.stop = match.start(), match.end()
        return piece

    def leaf(self, match: re.Match[str], token: str) -> Part:
        """A number, a text, or a name."""
        if match["number"]:
            return Part("value", "number", value=(match["number"], match["unit"] or ""))
        if match["text"]:
            return Part("value", "text", value=token[1:-1])
        if not match["name"] or token in _WORDS:
            self.refuse(f"'{token}' can't stand there", f"write {_OTHERS[token]}" if token in _OTHERS else "")
        if token not in self.units:
            if token in ("true", "false"):  # what an axis of truth values has
                return Part("value", "number", value=(str(int(token == "true")), ""))
            return Part("word", "text", value=token)
        piece = Part("name", "text" if token in self.words else "number", value=token)
        piece.names = frozenset((token,))
        return piece
