"""A report as a table for people to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..layout import display_width, pad, shorten, wrap
from .columns import IMPORTANCE, LEFT
from .view import View, view

if TYPE_CHECKING:
    from ...report.report import Report

GAP = "  "
NARROWEST = 20
LAYER_ROOM = 16
"""Columns are dropped before the layer's path has less room than this."""
BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def table(
    report: Report,
    *,
    depth: int | None = None,
    units: str = "auto",
    sort: str | None = None,
    top: int | None = None,
    columns: Sequence[str] | None = None,
    width: int | None = None,
    colour: bool = False,
    unicode: bool = True,
    meaning: str = "",
    by: str | None = None,
) -> str:
    """The table of a report, its totals and how they were counted, as lines of text.

    ``depth`` counts the levels shown; 1 is the top level, 0 is every layer on its own line, None as deep as reads well.
    ``units`` is auto, raw (every digit), k, M or G. ``sort`` orders the lines by a number, the largest first, or by name;
    without a depth it sorts the layers of all depths, equal neighbours still as one. ``top`` keeps that many lines and
    sums up the others. ``width`` is the room there is: paths are shortened, then columns dropped. ``meaning`` says in
    words what the report's convention counts. ``by`` "type" has a line for each kind of layers: attention, MLP, experts, norms. Raises ValueError for a column, an order or a unit that there is not.
    """
    if width is not None:
        width = max(width, NARROWEST)
    made = view(report, depth=depth, units=units, sort=sort, top=top, columns=columns, unicode=unicode, meaning=meaning, width=width, by=by)
    columns_kept, dropped = _fit(made, width, unicode, by_importance=columns is None)
    size = sum(kept.width for kept in columns_kept) + len(GAP) * (len(columns_kept) - 1)
    bold, dim, plain = (BOLD, DIM, PLAIN) if colour else ("", "", "")
    rule = dim + ("─" if unicode else "-") * size + plain
    rows = [GAP.join(row) for row in zip(*(kept.padded() for kept in columns_kept), strict=True)]
    out = [bold + part + plain for part in wrap(made.title, width)]
    out += [dim + part + plain for part in wrap(made.source, width)] if made.source else []
    out.append("")
    out += [bold + rows[0] + plain, rule, *rows[1:-1], rule, bold + rows[-1] + plain, ""]
    labels = max(len(label) for label, _, _ in made.sums)
    digits = max(len(number) for _, number, _ in made.sums)
    for label, number, remark in made.sums:
        out += wrap(remark, width, f"{label:<{labels}}{GAP}{number:>{digits}}{GAP}")
    for note in [*made.notes, *([f"left out at this width: {', '.join(dropped)}"] if dropped else [])]:
        out += wrap(note, width)
    for block in made.blocks:
        out += ["", *block]
    return "\n".join(out) + "\n"


class _Column:
    """One column as it is laid out."""

    __slots__ = ("cells", "name", "width")

    def __init__(self, name: str, head: str, cells: list[str]) -> None:
        self.name = name
        if name not in LEFT and any(cell[-1:].isalpha() for cell in cells):  # the digits of numbers without a unit stand above the others'
            cells = [cell if cell[-1:].isalpha() else cell + "  " for cell in cells]
        self.cells = [head, *cells]
        self.width = max(map(display_width, self.cells))

    def padded(self) -> list[str]:
        right = self.name not in LEFT
        return [pad(cell, self.width, right) for cell in self.cells]

    def narrow(self, width: int, ellipsis: str) -> None:
        self.width = max(width, 1)
        self.cells = [shorten(cell, self.width, ellipsis) for cell in self.cells]


def _fit(made: View, width: int | None, unicode: bool, by_importance: bool) -> tuple[list[_Column], list[str]]:
    """The columns that there is room for, the layer's path shortened if need be, and the names of the others."""
    kept = [_Column(*column) for column in zip(made.columns, made.heads, made.cells, strict=True)]
    dropped: list[str] = []
    if width is None:
        return kept, dropped
    layer = next(column for column in kept if column.name == "layer")
    while True:
        others = sum(column.width + len(GAP) for column in kept if column is not layer)
        if others + min(layer.width, LAYER_ROOM) <= width or len(kept) == 1:
            break
        candidates = [column for column in kept if column is not layer]
        last = max(candidates, key=lambda column: IMPORTANCE.index(column.name)) if by_importance else candidates[-1]
        kept.remove(last)
        dropped.append(last.cells[0])
    if others + layer.width > width:
        layer.narrow(width - others, "…" if unicode else "..")
    return kept, dropped
