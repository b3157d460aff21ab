"""Bytes as so many of each of a few things: how such a sum is written in words and with the numbers in."""

from __future__ import annotations

from .numbers import is_open

Units = tuple[tuple[str, str], ...]
"""The terms of a sum: the bytes of one in words (``2 bytes``, ``1/2 byte``), and what is counted (``params``, ``groups of 128``).

``{trained}`` stands where it is said that trained params alone are meant."""

ROUNDED = "what begins a byte"


def in_formula(units: Units, counts: tuple[int, ...], size: int, *, trained: bool = False) -> tuple[str, str]:
    """``2 bytes * params`` and ``2 * 1,000``; where whole bytes of many tensors come to more, that stands in both as a term of its own.

    Both are empty for open numbers, which have no text.
    """
    if any(map(is_open, (size, *counts))):
        return "", ""
    from fractions import Fraction  # for ledgers and explanations alone: not a part of every start

    formula = " + ".join(f"{each} * {what}" for each, what in units).format(trained="trained " if trained else "")
    numbers = " + ".join(f"{each.partition(' ')[0]} * {count:,}" for (each, _), count in zip(units, counts, strict=True))
    more = size - sum(Fraction(each.partition(" ")[0]) * count for (each, _), count in zip(units, counts, strict=True))
    return (f"{formula} + {ROUNDED}", f"{numbers} + {more}") if more else (formula, numbers)
