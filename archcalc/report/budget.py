"""Budgets: figures that must not be larger than a spec allows."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ..core.figures import FIGURES, Figure
from ..core.words import counted, seconds
from .figures import read
from .rows import Row
from .totals import Totals

Limit = int | Fraction
"""What a figure may come to: bytes and counts are whole numbers, seconds a fraction."""


class OverBudget:
    """A figure over its budget, and the layers that weigh most in it."""

    def __init__(self, figure: str, limit: Limit, value: int | float, heaviest: list[Row]) -> None:
        self.figure = figure
        self.limit = limit
        self.value = value
        self.heaviest = heaviest

    def __str__(self) -> str:
        figure = FIGURES[self.figure]
        rows = ", ".join(f"{row.name} {shown(figure, read(row, figure))}" for row in self.heaviest)
        value, over = shown(figure, self.value), shown(figure, self.value - self.limit)
        limit = shown(figure, self.limit, exact=True)
        return f"{self.figure} {value} is {over} over the budget of {limit}; most in {rows}"


def over_budget(rows: list[Row], totals: Totals, budget: Mapping[str, Limit]) -> list[OverBudget]:
    """The figures that are over their budget."""
    found = []
    for name, limit in budget.items():
        figure = FIGURES[name]
        value = read(totals, figure)
        if value > limit:
            heaviest = sorted(rows, key=lambda row: -read(row, figure))[:3]
            found.append(OverBudget(name, limit, value, [row for row in heaviest if read(row, figure)]))
    return found


def shown(figure: Figure, value: Any, *, exact: bool = False) -> str:
    """An amount in its figure's unit: times with three digits, or as they were written, all else in full."""
    if figure.unit == "seconds":
        return seconds(value, exact=exact)
    return counted(value, "byte") if figure.unit == "bytes" else f"{value:,}"
