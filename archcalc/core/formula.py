"""The formula engine: one text is evaluated, shown, filled in with numbers, and rendered in the docs.

A formula is Python arithmetic over the field's symbols, such as ``K_h * K_w * C_in * H_out * W_out * C_out``. It is written
for two spatial axes; ``for_axes`` turns it into the same formula for one axis (``K_l``, ``L_out``) or three (``K_d * K_h * K_w``).
Truth values count as 0 and 1, so ``bias * C_out`` is the bias where there is one.
"""

from __future__ import annotations

import re
from math import ceil, floor, prod
from typing import Any

from .numbers import least, most, whole

LETTERS = {0: "", 1: "l", 2: "hw", 3: "dhw"}
"""The letters of the spatial axes, by their number: length; height and width; depth, height and width."""

FUNCTIONS: dict[str, Any] = {"prod": prod, "min": least, "max": most, "ceil": ceil, "floor": floor, "abs": abs, "sum": sum, "len": len}
_GLOBALS: dict[str, Any] = {"__builtins__": {}, **FUNCTIONS}

_SMALL = re.compile(r"\b(\w+)_h( [*+] |, )\1_w\b")
_CAPITAL = re.compile(r"\bH_(\w+)( [*+] |, )W_\1\b")
_NAME = re.compile(r"[A-Za-z_]\w*")


def for_axes(text: str, axes: int) -> str:
    """The formula for another number of spatial axes: each product, sum or list over h and w becomes one over all axes."""
    if axes == 2:
        return text
    letters = LETTERS[axes]

    def small(match: re.Match[str]) -> str:
        return match[2].join(f"{match[1]}_{letter}" for letter in letters) or "1"

    def capital(match: re.Match[str]) -> str:
        return match[2].join(f"{letter.upper()}_{match[1]}" for letter in letters) or "1"

    return _CAPITAL.sub(capital, _SMALL.sub(small, text))


def for_axis(text: str, letter: str) -> str:
    """A formula of the axis h (``H_in``, ``K_h``) for another axis."""
    if letter == "h":
        return text
    return re.sub(r"\bH_(?=in\b|out\b)", letter.upper() + "_", re.sub(r"_h\b", "_" + letter, text))


class Formula:
    """A formula text with its compiled form, made when it is first needed."""

    __slots__ = ("_code", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._code: Any = None

    def __call__(self, symbols: dict[str, Any]) -> Any:
        """The value with the symbols' numbers in: an exact integer where every symbol is one."""
        if self._code is None:
            self._code = compile(self.text, "formula", "eval")
        value = eval(self._code, _GLOBALS, symbols)
        return whole(value) if value.__class__ is bool else value

    @property
    def names(self) -> list[str]:
        """The symbols it reads, in order of appearance, each once."""
        words = [
            word
            for word in _NAME.findall(self.text)
            if word not in FUNCTIONS and word not in ("if", "else", "and", "or", "not", "for", "in")
        ]
        return list(dict.fromkeys(words))

    def filled(self, symbols: dict[str, Any]) -> str:
        """The formula with the numbers in."""

        def number(match: re.Match[str]) -> str:
            if match[0] not in symbols:
                return match[0]
            value = symbols[match[0]]
            if value is True or value is False:
                value = int(value)
            return f"({value})" if isinstance(value, int) and value < 0 else repr(value) if isinstance(value, str) else str(value)

        return _NAME.sub(number, self.text)

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"
