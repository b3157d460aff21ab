"""The figures of a report as a page to read."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from ...core.figures import Figure

WIDTH = 110


def page(figures: Iterable[Figure]) -> str:
    """Each figure's name and unit, and below them its meaning and what it leaves out."""
    lines: list[str] = []
    for figure in figures:
        lines.append(f"{figure.name}" + (f"  [{figure.unit}]" if figure.unit else ""))
        lines += wrap(figure.meaning, WIDTH, initial_indent="  ", subsequent_indent="  ")
        if figure.leaves_out:
            lines += wrap(f"Leaves out {figure.leaves_out}.", WIDTH, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines) + "\n"
