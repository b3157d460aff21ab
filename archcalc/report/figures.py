"""How a figure is read from a row, a group of rows or the totals, and how it adds up over several of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..core.figures import FIGURES as FIGURES

if TYPE_CHECKING:
    from ..core.figures import Figure
    from ..timing.times import Time
    from .rows import Entry
    from .totals import Totals


def read(counted: Entry | Totals, figure: Figure) -> Any:
    """An amount of one row, group or network: a figure that is an attribute of it, or of its counts of operations."""
    return getattr(counted.counts if figure.held == "counts" else counted, figure.name)


def together(entries: Sequence[Entry | Totals], figure: Figure) -> Any:
    """An amount of several rows or groups together: what is alive does not add up. Of a share the amount that it is a share of."""
    if figure.of:
        figure = FIGURES[figure.of]
    if len(entries) == 1:
        return read(entries[0], figure)
    values = [read(entry, figure) for entry in entries]
    return max(values, default=0) if figure.adds == "most" else sum(values)


def time_of(entries: Sequence[Entry | Totals]) -> Time:
    """The least time of several rows or groups one after another."""
    from ..timing.times import total

    return total((entry.time, 1) for entry in entries if entry.time is not None)
