"""Cells and lines of bytes and of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..figures import Figures, figures
from .columns import times_of
from .lines import Line
from .units import binary, percent_of, quotient, seconds, thousands

if TYPE_CHECKING:
    from ..report import Report


def measured(report: Report, name: str, shown: list[Line], cut: list[Line], units: str) -> list[str]:
    """The cells of a column of bytes or of time, those of the lines left out and of the total behind them."""
    whole = figures(report.totals)
    own = [(figures(line.entry), times_of(line, name)) for line in shown]
    rest = [(figures(line.entry), times_of(line, name)) for line in cut]
    found = [cell(name, [each], whole, units) for each in own]
    if cut:
        found.append(cell(name, rest, whole, units))
    return [*found, cell(name, [(whole, 1)], whole, units)]


def cell(name: str, parts: list[tuple[Figures, int]], whole: Figures, units: str) -> str:
    """The cell of several lines together."""
    if name == "bound":
        compute = sum(each.time.compute * times for each, times in parts if each.time is not None)
        memory = sum(each.time.memory * times for each, times in parts if each.time is not None)
        return "-" if not compute and not memory else "compute" if compute >= memory else "memory"
    if name == "intensity":
        operations = sum(each.time.operations * times for each, times in parts if each.time is not None)
        moved = sum(each.time.bytes * times for each, times in parts if each.time is not None)
        return quotient(operations, moved, 1) if operations and moved else "-"
    values = [each.value(name) * times for each, times in parts]
    value = max(values, default=0) if name == "peak_activation_bytes" else sum(values)
    if name == "time_share":
        return percent_of(value, whole.value(name))
    if not value:
        return "-"
    if name == "time_seconds":
        return seconds(value)
    return thousands(value) if units == "raw" else binary(value)
