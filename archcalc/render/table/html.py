"""A report as HTML for notebooks: the table, its totals and notes, styled in place, for notebooks strip style sheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from .columns import LEFT
from .view import view

if TYPE_CHECKING:
    from ...report.report import Report

MOST = 30
"""Lines that are there at once; the others are behind a click."""
_CELL = "padding:1px 8px;white-space:nowrap;text-align:"
_RULE = ";border-top:1px solid currentColor"
_NUMBERS = ";font-variant-numeric:tabular-nums"


def to_html(report: Report) -> str:
    """The table of a report as one element of HTML. Whatever a spec calls itself stays text: nothing in it is markup."""
    made = view(report)
    *rows, total = zip(*made.cells, strict=True)
    sides = ["left" if column in LEFT else f"right{_NUMBERS}" for column in made.columns]
    head = _row(made.heads, sides, "th")
    foot = _row(total, sides, "td", _RULE)
    tables = [_table(head, [_row(row, sides, "td") for row in rows[:MOST]], "" if len(rows) > MOST else foot)]
    if len(rows) > MOST:
        rest = _table(head, [_row(row, sides, "td") for row in rows[MOST:]], foot)
        tables.append(f"<details><summary>{len(rows) - MOST:,} more lines, and the total</summary>{rest}</details>")
    sums = [f"{label} {number}{f', {remark}' if remark else ''}" for label, number, remark in made.sums]
    lines = "<br>".join(map(escape, [*sums, *made.notes]))
    ledgers = "".join(f"<pre>{escape(chr(10).join(block))}</pre>" for block in made.blocks)
    return f"<div><p><b>{escape(made.title)}</b><br>{escape(made.source)}</p>{''.join(tables)}<p>{lines}</p>{ledgers}</div>"


def _table(head: str, rows: Iterable[str], foot: str) -> str:
    return f'<table style="border-collapse:collapse"><thead>{head}</thead><tbody>{"".join(rows)}</tbody><tfoot>{foot}</tfoot></table>'


def _row(cells: Sequence[str], sides: Sequence[str], tag: str, more: str = "") -> str:
    styled = (f'<{tag} style="{_CELL}{side}{more}">{escape(cell)}</{tag}>' for cell, side in zip(cells, sides, strict=True))
    return f"<tr>{''.join(styled)}</tr>"
