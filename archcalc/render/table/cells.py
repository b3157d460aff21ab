"""The text of cells of numbers: a figure of several lines, of those left out, and of the total."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...report.figures import time_of, together
from ..units import binary, cells, percent, percent_of, quotient, seconds, si
from .lines import Line

if TYPE_CHECKING:
    from ...core.figures import Figure
    from ...report.report import Report
    from ...report.rows import Entry
    from ...report.totals import Totals


def column(report: Report, figure: Figure, shown: list[Line], cut: list[Line], units: str) -> list[str]:
    """The cells of a figure's column: those of the lines, of the ones left out together, and of the total."""
    if figure.needs:  # these may differ in lines that are alike: each line has all its entries
        whole = report.totals
        found = [measured(figure, line.entries, whole, units) for line in shown]
        if cut:
            found.append(measured(figure, [entry for line in cut for entry in line.entries], whole, units))
        return [*found, measured(figure, [whole], whole, units)]
    values = [together([line.entry], figure) * line.count for line in shown]
    total = together([report.totals], figure)
    sums = [sum(together([line.entry], figure) * line.count for line in cut), total] if cut else [total]
    if figure.adds == "share":
        return [percent(value, total) for value in values + sums]
    return cells(values, units) + [si(value, units) if value else "-" for value in sums]


def measured(figure: Figure, entries: Sequence[Entry | Totals], whole: Totals, units: str) -> str:
    """The cell of bytes or of a time of several entries together."""
    if not figure.adds:
        time = time_of(entries)
        if figure.name == "bound":
            return time.bound or "-"
        return quotient(time.operations, time.bytes, 1) if time.operations and time.bytes else "-"
    value = together(entries, figure)
    if figure.adds == "share":
        return percent_of(value, together([whole], figure))
    if not value:
        return "-"
    return seconds(value) if figure.unit == "seconds" else binary(value, units)
