"""Budgets: figures that must not be larger than a spec allows."""

from __future__ import annotations

from .rows import Row, Totals


class OverBudget:
    """A figure over its budget, and the layers that weigh most in it."""

    def __init__(self, figure: str, limit: int, value: int, heaviest: list[Row]) -> None:
        self.figure = figure
        self.limit = limit
        self.value = value
        self.heaviest = heaviest

    def __str__(self) -> str:
        over = self.value - self.limit
        rows = ", ".join(f"{row.name} {getattr(row, self.figure):,}" for row in self.heaviest)
        return f"{self.figure} {self.value:,} is {over:,} over the budget of {self.limit:,}; most in {rows}"


def over_budget(rows: list[Row], totals: Totals, budget: dict[str, int]) -> list[OverBudget]:
    """The figures that are over their budget."""
    found = []
    for figure, limit in budget.items():
        value = getattr(totals, figure)
        if value > limit:
            heaviest = sorted(rows, key=lambda row: -getattr(row, figure))[:3]
            found.append(OverBudget(figure, limit, value, [row for row in heaviest if getattr(row, figure)]))
    return found
