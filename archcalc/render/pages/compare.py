"""Several networks side by side: a row a figure, as text, Markdown, CSV and JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...core.errors import JSON_SCHEMA_VERSION
from ...explore.figures import READINGS
from ...report.measured import plain as as_list
from ..files import FORMULA_STARTS
from ..layout import aligned, ascii_only, clean
from ..units import binary, si
from .sweep import at, bars, figure, plain, written

if TYPE_CHECKING:
    from ...explore.compare import Compared, Comparison

ROUNDING = 1e-12
"""By how much a ratio of two equal sums of doubles may be off 1."""


def page(found: Comparison, told: Mapping[str, Any], *, units: str, unicode: bool, markdown: bool) -> str:
    """A row a figure, a column a network, behind the first one each with its ratio to that; below them how they were counted."""
    rows = [["", *(title(each) for each in found.right)]]
    for name in found.figures:
        rows.append([name, *(_cell(found, each, name, units) for each in found.right)])
    return laid_out("", rows, foot(found, told), left={0}, unicode=unicode, markdown=markdown)


def foot(found: Comparison, told: Mapping[str, Any]) -> list[str]:
    """How the first network was counted, and what else was asked of all."""
    report = found.base.report if found.base is not None else None
    if report is None:
        return []
    lines = [f"batch {report.batch:,}; {report.convention_unit} by {report.convention}: {report.convention_meaning}"]
    if found.base is not found.right[0]:
        lines.append(f"ratios to {report.title}")
    return lines + [f"{name} {written(value)}" for name, value in told.items() if name not in ("batch", "flops")]


def title(each: Compared) -> str:
    """What a network is called: by its name and variant, or by what is set of it alone."""
    return at(each.settings) if each.settings else each.report.title if each.report is not None else each.spec


def laid_out(head: str, rows: Sequence[Sequence[str]], foot: Sequence[str], *, left: set[int], unicode: bool, markdown: bool) -> str:
    """A title, if there is one, a table whose first row is its heads, if it has any, and lines below it. A row of one cell goes across."""
    full = [row for row in rows if len(row) > 1]
    if markdown and rows:
        blank = [""] * (len(full[0]) - 2)
        heads, *others = (row if len(row) > 1 else ["", row[0], *blank] for row in rows)
        table = [bars(heads), bars(":--" if at in left else "--:" for at in range(len(heads))), *map(bars, others)]
    else:
        lines = iter(aligned(full, left=left) if rows else [])
        table = [next(lines) if len(row) > 1 else f"   {row[0]}" for row in rows]
    title, below = (f"**{plain(head)}**", [f"- {plain(line)}" for line in foot]) if markdown else (head, foot)
    found = [clean(line) for line in (*([title, ""] if head else []), *table, *([""] if rows else []), *below)]
    return "\n".join(found if unicode else [_in_ascii(line) for line in found]) + "\n"


def _in_ascii(line: str) -> str:
    for sign, written_so in (("×", "x"), ("→", "->"), ("…", "...")):
        line = line.replace(sign, written_so)
    return ascii_only(line)


def amount(name: str, value: Any, units: str) -> str:
    """A figure as people read it: ``raw`` shows whole numbers in full, ``auto`` bytes in powers of 1024, all else in powers of 1000."""
    if value is None:
        return "-"
    if units == "raw" or not isinstance(value, int):
        return figure(READINGS[name].unit, value)
    return binary(value) if READINGS[name].unit == "bytes" and units == "auto" else si(value, units)


def _cell(found: Comparison, each: Compared, name: str, units: str) -> str:
    """A figure, and its ratio to the first one's."""
    text, ratio = amount(name, found.value(each, name), units), None if each is found.base else found.ratio(each, name)
    return text if ratio is None else f"{text}  {times(ratio)}"


def times(ratio: float) -> str:
    """A ratio with three digits, of large ones those before the point; what is not 1, but for rounding of doubles, never looks like 1."""
    text = f"{ratio:,.0f}" if ratio >= 999.5 else f"{ratio:.3g}"
    return f"{'>' if ratio > 1 else '<'}1×" if text == "1" and abs(ratio - 1) > ROUNDING else f"{text}×"


def to_csv(rows: Sequence[Sequence[Any]]) -> str:
    """Rows for programs; no text in them is taken for a formula, and what is not there is empty."""
    import csv
    from io import StringIO

    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [
            ["'" + each if isinstance(each, str) and each[:1] in FORMULA_STARTS else "" if each is None else each for each in row]
            for row in rows
        ]
    )
    return out.getvalue()


def as_csv(found: Comparison) -> str:
    """A row a figure with its unit, a column a network, numbers in full."""
    heads = ["figure", "unit", *(title(each) for each in found.right)]
    return to_csv([heads, *([name, READINGS[name].unit, *(found.value(each, name) for each in found.right)] for name in found.figures)])


def as_json(found: Comparison, told: Mapping[str, Any], **more: Any) -> str:
    """The same for programs: each network with its totals and their ratios, or with what is wrong with it; ``more`` stands behind them."""
    document = {
        "schema_version": JSON_SCHEMA_VERSION,
        "asked": {name: as_list(value) for name, value in told.items()},
        "compared": [_one(found, each) for each in found.all],
        **more,
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _one(found: Comparison, each: Compared) -> dict[str, Any]:
    head: dict[str, Any] = {"spec": each.spec, "settings": {name: as_list(value) for name, value in each.settings.items()}}
    if each.report is None:
        return head | {"errors": [problem.to_dict() for problem in each.wrong.errors] if each.wrong is not None else []}
    return {
        **head,
        "name": each.report.name,
        "variant": each.report.variant,
        "totals": {name: found.value(each, name) for name in found.figures},
        "ratios": {name: found.ratio(each, name) for name in found.figures if READINGS[name].unit != "a word"},
    }
