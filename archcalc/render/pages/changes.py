"""What is different between two networks, layer by layer, as text, Markdown, CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ...core.kinds import show
from ...core.words import counted
from ...explore.changes import CHANGED, FIGURES, GONE, KINDS, NEW, SAME, differing
from ...report.figures import read
from ...report.measured import plain
from ..table.columns import shapes
from .compare import amount, laid_out, times, to_csv

if TYPE_CHECKING:
    from ...explore.changes import Change, Changes
    from ...report.rows import Row

SIGNS = {NEW: "+", GONE: "-", CHANGED: "~", SAME: ""}
WIDEST = 60
"""Characters of what is different between the arguments of a layer, in a table."""


def page(found: Changes, titles: Sequence[str], *, units: str, unicode: bool, markdown: bool) -> str:
    """A row for each layer that is new, gone or changed; those unchanged in a row are one line. Below them how many there are of each."""
    names = [figure.name for figure in found.figures]
    rows: list[list[str]] = []
    if len(found.all) > found.count(SAME):
        for same, run in groupby(found.all, lambda change: change.kind == SAME):
            several = [*run]
            rows += [[_folded(several)]] if same else [_row(change, names, units) for change in several]
        rows = [["", "layer", "type", "output", *names, "changed"], *rows]
        if not any(row[-1] for row in rows[1:] if len(row) > 1):
            rows = [row[:-1] if len(row) > 1 else row for row in rows]
    left = {0, 1, 2, 3, 4 + len(names)}
    return laid_out(" → ".join(titles), rows, _foot(found, names, units), left=left, unicode=unicode, markdown=markdown)


def _foot(found: Changes, names: Sequence[str], units: str) -> list[str]:
    """How many layers are of each kind, and the totals, where these differ with what the second has of the first's."""
    counts = ", ".join(f"{found.count(kind):,} {kind}" for kind in KINDS if found.count(kind) or kind == SAME)
    lines = [counts if len(found.all) > found.count(SAME) else f"no layer differs: {counts}"]
    if found.renamed:
        lines.append(f"{found.renamed:,} of the unchanged {'has' if found.renamed == 1 else 'have'} another path")
    if found.unpaired:
        lines.append(
            f"{counted(found.unpaired, 'layer')} of no common path are too many to look for those of one type: they are gone or new"
        )
    for name in names:
        old, new = (read(each.totals, FIGURES[name]) for each in (found.first, found.second))
        told = f"  {times(new / old)}" if old and new != old else ""
        lines.append(f"{name} {_between(amount(name, old, units), amount(name, new, units))}{told}")
    return lines


def _folded(several: list[Change]) -> str:
    first, last = (each.new.name for each in (several[0], several[-1]) if each.new is not None)
    return f"{len(several):,} unchanged: {first if len(several) == 1 else f'{first} … {last}'}"


def _row(change: Change, names: Sequence[str], units: str) -> list[str]:
    """A layer, with what each column was and is."""
    sides = [[*_cells(row, names, units)] for row in (change.old, change.new) if row is not None]
    cells = ["-" if cell == "0" else cell for cell in map(_between, sides[0], sides[-1])]
    return [SIGNS[change.kind], *cells, _reason(change, seen=sides[0] != sides[-1])]


def _cells(row: Row, names: Sequence[str], units: str) -> Iterator[str]:
    yield from (row.name, row.type, shapes(row.output_shapes))
    yield from (amount(name, read(row, FIGURES[name]), units) for name in names)


def _between(old: str, new: str) -> str:
    return old if old == new else f"{old} → {new}"


def _reason(change: Change, *, seen: bool) -> str:
    """The arguments that are not the same; where there is none and nothing is ``seen`` to be another, the shapes that come in."""
    old, new = change.old, change.new
    if old is None or new is None:
        return ""
    parts = [f"{name} {_between(show(one), show(other))}" for name, (one, other) in differing(old, new).items()]
    if not parts and not seen:
        parts = [f"input {_between(shapes(old.input_shapes), shapes(new.input_shapes))}"]
    told = ", ".join(parts)
    return told if len(told) <= WIDEST else told[: WIDEST - 4].rstrip() + " ..."


def as_csv(found: Changes) -> str:
    """A row a layer, the unchanged too: what became of it, and each column as it was and is, numbers in full."""
    names = [figure.name for figure in found.figures]
    heads = ["change", *(f"{side}_{name}" for name in ("name", "type", "output_shapes", *names) for side in ("old", "new"))]
    return to_csv([heads, *([change.kind, *_sides(change, names)] for change in found.all)])


def _sides(change: Change, names: Sequence[str]) -> Iterator[Any]:
    """The cells of both sides in turns, empty where there is none."""
    for column in ("name", "type", "output_shapes", *names):
        for row in (change.old, change.new):
            if row is None:
                yield None
            elif column == "output_shapes":
                yield ";".join("x".join(map(str, shape)) for shape in row.output_shapes)
            else:
                yield read(row, FIGURES[column]) if column in FIGURES else getattr(row, column)


def as_dict(found: Changes) -> dict[str, Any]:
    """The same for programs: how many layers are of each kind, and every layer, the unchanged too, as it was and as it is."""
    counts = {kind: found.count(kind) for kind in KINDS}
    return {**counts, "rows": [_change(found, change) for change in found.all]}


def _change(found: Changes, change: Change) -> dict[str, Any]:
    sides = {"old": change.old, "new": change.new}
    return {"change": change.kind, **{side: _layer(found, row) for side, row in sides.items() if row is not None}}


def _layer(found: Changes, row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "type": row.type,
        "input_shapes": row.input_shapes,
        "output_shapes": row.output_shapes,
        **{figure.name: read(row, figure) for figure in found.figures},
        "args": {name: plain(value) for name, value in row.args.items()},
    }
