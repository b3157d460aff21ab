"""Cells of bytes and of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...report.measured import figures
from ...report.rows import Entry, Totals
from ..units import binary, percent_of, quotient, seconds
from .columns import measure
from .lines import Line

if TYPE_CHECKING:
    from ...report.report import Report


def measured(report: Report, name: str, shown: list[Line], cut: list[Line], units: str) -> list[str]:
    """The cells of a column of bytes or of time, those of the lines left out and of the total behind them."""
    whole = report.totals
    found = [cell(name, line.entries, whole, units) for line in shown]
    if cut:
        found.append(cell(name, [entry for line in cut for entry in line.entries], whole, units))
    return [*found, cell(name, [whole], whole, units)]


def cell(name: str, entries: Sequence[Entry | Totals], whole: Totals, units: str) -> str:
    """The cell of several entries together."""
    if name in ("bound", "intensity"):
        from ...timing.times import total

        time = total((time, 1) for time in (figures(entry).time for entry in entries) if time is not None)
        if name == "bound":
            return time.bound or "-"
        return quotient(time.operations, time.bytes, 1) if time.operations and time.bytes else "-"
    value = measure(entries, name)
    if name == "time_share":
        return percent_of(value, measure([whole], name))
    if not value:
        return "-"
    if name == "time_seconds":
        return seconds(value)
    return binary(value, units)
