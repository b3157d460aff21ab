r"""A report as a table for papers: LaTeX with the rules of the package booktabs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .columns import LEFT
from .view import view

if TYPE_CHECKING:
    from ...report.report import Report

_SIGNS = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "×": r"$\times$",
    "→": r"$\to$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "·": r"$\cdot$",
    "µ": r"\textmu{}",
    "…": r"\dots{}",
    "−": "$-$",
    "–": "--",
    "²": r"\textsuperscript{2}",
    "³": r"\textsuperscript{3}",
}
"""What LaTeX would take for something else, or has no sign for in every font."""


def to_latex(
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
    """The table of a report with its totals; the arguments are those of ``archcalc.render.table.plain.table``.

    What stands below the table elsewhere, the sums in full and the notes, are comments here: of a paper its author says what belongs there.
    """
    made = view(report, depth=depth, units=units, sort=sort, top=top, columns=columns, meaning=meaning, by=by)
    *rows, total = zip(*made.cells, strict=True)
    places = "".join("l" if column in LEFT else "r" for column in made.columns)
    below = [f"{label} {number}{f', {remark}' if remark else ''}" for label, number, remark in made.sums]
    body = [
        r"\toprule",
        _row(made.heads),
        r"\midrule",
        *map(_row, rows),
        r"\midrule",
        _row(total),
        r"\bottomrule",
    ]
    lines = [
        r"% \usepackage{booktabs}",
        r"\begin{table}",
        r"  \centering",
        rf"  \caption{{{escaped(made.title)}}}",
        rf"  \begin{{tabular}}{{{places}}}",
        *(f"    {line}" for line in body),
        r"  \end{tabular}",
        r"\end{table}",
        *(_comment(line) for line in [made.source, *below, *made.notes, *(line for block in made.blocks for line in block)] if line),
    ]
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return " & ".join(map(escaped, cells)) + r" \\"


def escaped(text: str) -> str:
    """Text that LaTeX prints as it stands."""
    return "".join(_SIGNS.get(char, char) for char in text)


def _comment(text: str) -> str:
    return "% " + " ".join(text.splitlines())
