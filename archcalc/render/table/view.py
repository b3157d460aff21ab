"""A report as cells of text: what the plain table and the Markdown table have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...core.figures import FIGURES
from ...core.words import counted
from ..layout import ascii_only, clean
from ..units import UNITS, thousands
from .cells import column
from .columns import HEADS, TEXTS, chosen, in_order, shapes, text
from .lines import DEEPEST, Line, lines

if TYPE_CHECKING:
    from ...report.report import Report


class View:
    """The cells of a table, column by column; below the lines' cells stand those of the cut (if any) and of the total."""

    __slots__ = ("blocks", "cells", "columns", "cut", "notes", "source", "sums", "title", "unicode", "unit")

    def __init__(
        self,
        title: str,
        source: str,
        columns: tuple[str, ...],
        cells: list[list[str]],
        *,
        cut: bool,
        unit: str,
        sums: list[tuple[str, str, str]],
        notes: list[str],
        blocks: list[list[str]],
        unicode: bool,
    ) -> None:
        self.title = title
        self.source = source
        """Where the network is from; empty where its spec does not say."""
        self.columns = columns
        self.cells = cells
        self.cut = cut
        """Whether the last line but the total sums up lines left out."""
        self.unit = unit
        """What the convention counts: FLOPs, or MACs."""
        self.sums = sums
        """The totals in full: a label, an exact number and a remark."""
        self.notes = notes
        self.blocks = blocks
        """Lines as they are, behind everything else."""
        self.unicode = unicode

    @property
    def heads(self) -> list[str]:
        """What stands above the columns."""
        heads = [HEADS.get(column, column).replace("FLOPs", self.unit) for column in self.columns]
        return heads if self.unicode else list(map(ascii_only, heads))


def view(
    report: Report,
    *,
    depth: int | None = None,
    units: str = "auto",
    sort: str | None = None,
    top: int | None = None,
    columns: Sequence[str] | None = None,
    unicode: bool = True,
    meaning: str = "",
    width: int | None = None,
    by: str | None = None,
) -> View:
    """The cells of a report's table; ``archcalc.render.table.plain.table`` says what the arguments mean."""
    if units not in UNITS:
        raise ValueError(f"there is no unit '{units}'; there are {', '.join(UNITS)}")
    for name, value in (("depth", depth), ("top", top)):
        if value is not None and value < 0:
            raise ValueError(f"{name} is {value}; it must not be negative")
    names = chosen(report, columns)
    if by not in (None, "type"):
        raise ValueError(f"a table is summed by type, not by '{by}'")
    if by is not None and depth is not None:
        raise ValueError("a table by type has no depth: each line is the sum over all layers of one kind")
    if depth is None and sort not in (None, "order"):
        depth = DEEPEST
    if by is None:
        shown = in_order(report, lines(report.tree, depth, args="args" in names, full=report.accounts is not None), sort)
    else:
        from .purposes import by_purpose

        names = tuple(name for name in names if columns or name != "output")
        shown = in_order(report, by_purpose(report.tree), sort)
    count = len(shown)
    cut = [] if top is None else shown[top:]
    if cut:
        shown = shown[:top]
    times = "×" if unicode else "x"
    cells = [_column(report, name, shown, cut, units, times) for name in names]
    by_turns = ", or n times by turns" if any(line.turns for line in shown) else ""
    folded = f"; {times} n: n alike in a row{by_turns}, their numbers summed" if any(line.count > 1 for line in shown) else ""
    blocks: list[list[str]] = []
    if report.accounts is not None:
        from ..ledgers import needs

        blocks = needs(report, units=units, unicode=unicode, width=width)
    return View(
        _title(report, unicode),
        _source(report, unicode),
        names,
        cells if unicode else [list(map(ascii_only, column)) for column in cells],
        cut=bool(cut),
        unit=report.convention_unit,
        sums=_sums(report, meaning),
        notes=[*report.notes, _how(report), f"{counted(len(report.layers), 'layer')} in {counted(count, 'line')}{folded}"],
        blocks=blocks,
        unicode=unicode,
    )


def _title(report: Report, unicode: bool) -> str:
    """The network's name, and the shapes of what comes in and goes out."""
    times, arrow = ("×", "→") if unicode else ("x", "->")
    inputs = shapes([tensor.shape or () for tensor in report.network.inputs], times)
    return f"{clean(report.title)}: {inputs} {arrow} {shapes(report.outputs, times)}"


def _source(report: Report, unicode: bool) -> str:
    """Where the network is from, in one line."""
    source = clean(" ".join(report.source.split()))
    return source if unicode else source.encode("ascii", "replace").decode()


def _column(report: Report, name: str, shown: list[Line], cut: list[Line], units: str, times: str) -> list[str]:
    """The cells of one column."""
    if name in TEXTS:
        texts = [text(line, name, times) for line in shown]
        if not "".join(texts).isprintable():
            texts = [clean(cell) for cell in texts]
        label = name == "layer"
        return [*texts, *([f"{len(cut):,} more"] if cut and label else [""] if cut else []), "total" if label else ""]
    return column(report, FIGURES[name], shown, cut, units)


def _sums(report: Report, meaning: str) -> list[tuple[str, str, str]]:
    """The totals in full: a label, an exact number and a remark."""
    totals = report.totals
    sums = [("params", thousands(totals.params), "")]
    if totals.trainable_params != totals.params:
        sums.append(("trainable", thousands(totals.trainable_params), ""))
    if totals.buffers:
        sums.append(("buffers", thousands(totals.buffers), f"not learned; with the params {totals.params + totals.buffers:,}"))
    sums.append(("MACCs", thousands(totals.maccs), ""))
    if totals.active_params != totals.params:
        sums.append(("active", thousands(totals.active_params), "params that one position goes through"))
    return [*sums, (report.convention_unit, thousands(totals.flops), f"{report.convention}: {meaning}" if meaning else report.convention)]


def _how(report: Report) -> str:
    """The batch and the dtype, and what the numbers are for."""
    batch = f"batch {report.batch:,}, {report.dtype}"
    return batch if report.batch == 1 else f"{batch}; MACCs and {report.convention_unit} are those of all {report.batch:,} samples"
