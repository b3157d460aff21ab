"""How a figure comes about: each stage says it of the numbers that it makes, and who explains shows it."""

from __future__ import annotations

from typing import Any

from .formula import Formula


class Derivation:
    """One figure: its name, its formula, the formula with the numbers in, its value with its unit, and what else is to be said of it.

    It is made when it is asked for, beside the code that makes the number and from the terms that were added up there: who only wants
    the number pays nothing for it.
    """

    __slots__ = ("formula", "name", "numbers", "remark", "unit", "value")

    def __init__(self, name: str, formula: str, numbers: str, value: int | float, remark: str = "", unit: str = "") -> None:
        self.name = name
        self.formula = formula
        self.numbers = numbers
        self.value = value
        self.remark = remark
        self.unit = unit


def derived(name: str, formula: Formula, symbols: dict[str, Any], value: int, remark: str = "") -> Derivation:
    """The figure that a formula came to with the numbers of these symbols."""
    return Derivation(name, formula.text, formula.filled(symbols), value, remark)


def in_all(one: Derivation, batch: int, runs: int) -> list[Derivation]:
    """What the samples of a batch, and the slices or experts that a layer runs for, make of a figure of one; nothing where there is one."""
    factors = [(f"batch {batch}", batch)] if batch > 1 else []
    factors += [(f"{runs} runs", runs)] if runs > 1 else []
    if not factors or one.value == 0:
        return []
    words = " * ".join([one.name, *(word for word, _ in factors)])
    numbers = " * ".join([str(one.value), *(str(factor) for _, factor in factors)])
    return [Derivation(f"{one.name} in all", words, numbers, one.value * batch * runs)]
