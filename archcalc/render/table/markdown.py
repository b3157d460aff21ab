"""A report as a Markdown table, as GitHub and most others show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .columns import LEFT
from .view import view

if TYPE_CHECKING:
    from ...report.report import Report

NAMES = ("layer", "type", "args")
SPECIAL = frozenset("\\`*_[]<>|~$&")


def to_markdown(
    report: Report,
    *,
    depth: int | None = None,
    units: str = "auto",
    sort: str | None = None,
    top: int | None = None,
    columns: Sequence[str] | None = None,
    meaning: str = "",
    by: str | None = None,
) -> str:
    """The table of a report with its totals in Markdown; the arguments are those of ``archcalc.render.table.plain.table``."""
    made = view(report, depth=depth, units=units, sort=sort, top=top, columns=columns, meaning=meaning, by=by)
    count = len(made.cells[0]) - 1 - made.cut
    cells = [
        [_code(cell) if column in NAMES and i < count else cell for i, cell in enumerate(cells)]
        for column, cells in zip(made.columns, made.cells, strict=True)
    ]
    *rows, total = zip(*cells, strict=True)
    out = [f"**{_escaped(made.title)}**", ""]
    out += [_escaped(made.source), ""] if made.source else []
    out.append(_row(made.heads))
    out.append(_row(":--" if column in LEFT else "--:" for column in made.columns))
    out += map(_row, rows)
    out += [_row(f"**{cell}**" if cell else "" for cell in total), ""]
    out += [f"- {label} {number}" + (f" ({_escaped(remark)})" if remark else "") for label, number, remark in made.sums]
    out += [f"- {note}" for note in made.notes]
    for block in made.blocks:
        out += ["", "```text", *block, "```"]
    return "\n".join(out) + "\n"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _code(text: str) -> str:
    """A code span that a table cell can hold: a bar would end the cell, a grave accent the span."""
    if not text:
        return ""
    fence = "``" if "`" in text else "`"
    space = " " if text[0] == "`" or text[-1] == "`" else ""
    return fence + space + text.replace("|", "\\|") + space + fence


def _escaped(text: str) -> str:
    return "".join("\\" + char if char in SPECIAL else char for char in text)
