"""Several reports side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.figures import OF_LAYERS
from ...report.figures import read
from ..layout import aligned

if TYPE_CHECKING:
    from ...report.report import Report

FIGURES = [figure for figure in OF_LAYERS if figure.is_amount and figure.held == "row" and not figure.needs]
"""The amounts that every report has, but for its operations by kind."""


def compare(reports: list[Report], *, unicode: bool = True) -> str:
    """The totals of each report, and their ratio to the first one's."""
    times = "×" if unicode else "x"
    table = [["", *(report.title for report in reports)]]
    for figure in FIGURES:
        values = [read(report.totals, figure) for report in reports]
        if figure.name == "trainable_params" and values == [report.totals.params for report in reports]:
            continue
        if figure.name == "buffers" and not any(values):
            continue
        cells = [f"{value:,}" + (f"  {value / values[0]:.3g}{times}" if index and values[0] else "") for index, value in enumerate(values)]
        table.append([reports[0].convention_unit if figure.name == "flops" else figure.head, *cells])
    table.append(["layers", *(f"{len(report.layers):,}" for report in reports)])
    first = reports[0]
    foot = f"batch {first.batch}; {first.convention_unit} by {first.convention}: {first.convention_meaning}"
    return "\n".join([*aligned(table), "", foot]) + "\n"
