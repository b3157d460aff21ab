"""The columns a table can have, and the text of a cell that is no number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...composites import opened_first
from ...core.figures import FIGURES, OF_LAYERS, OF_TRAINING
from ...core.kinds import show
from ...core.words import counted
from ...report.figures import together
from ...report.rows import Group
from .lines import Line, leaves

if TYPE_CHECKING:
    from ...core.figures import Figure
    from ...report.report import Report

TEXTS = ("layer", "type", "input", "output", "args")
LEFT = (*TEXTS, "bound")
"""The columns whose cells stand at their left edge."""
COLUMNS = (*TEXTS, *(figure.name for figure in OF_LAYERS))
HEADS = {figure.name: figure.head for figure in OF_LAYERS if figure.head != figure.name}
ORDERS = ("order", "name", *(figure.name for figure in OF_LAYERS if figure.is_amount))
DEFAULT = ("layer", "type", "output", "params", "maccs", "flops", "share")
FOR_MEMORY = ("layer", "output", "weight_bytes", "saved_activation_bytes", "peak_activation_bytes", "read_bytes", "written_bytes")
FOR_BOTH = ("layer", "output", "weight_bytes", "saved_activation_bytes", "peak_activation_bytes", "moved_bytes", "time_seconds", "bound")
FOR_TIME = ("layer", "output", "maccs", "moved_bytes", "intensity", "time_seconds", "time_share", "bound")
IMPORTANCE = (
    *("layer", "flops", "time_seconds", "weight_bytes", "saved_activation_bytes", "peak_activation_bytes", "bound", "params"),
    *("time_share", "output", "maccs", "moved_bytes", "share", "read_bytes", "written_bytes", "intensity", "type"),
)
"""The default columns from the one that a narrow table keeps longest to the one that goes first."""
CONTENTS_ROOM = 28


def chosen(report: Report, columns: Sequence[str] | None) -> tuple[str, ...]:
    """The columns asked for, each once, with the layer. Raises ValueError for one that there is not."""
    if columns is None:
        if report.speed is not None:
            beside = ("time_share",) if report.measurement is not None else ()
            names = (*FOR_BOTH[:-1], *beside, FOR_BOTH[-1]) if report.request.memory else FOR_TIME
        else:
            names = FOR_MEMORY if report.request.memory else DEFAULT
        return names if report.trains else tuple(name for name in names if name not in OF_TRAINING)
    columns = [named(name) for name in columns]
    for name in columns:
        if name not in COLUMNS:
            raise ValueError(_unknown("column", name, COLUMNS))
        if missing := _missing(report, FIGURES.get(name)):
            raise ValueError(f"the column {name} goes with {missing}")
    return tuple(dict.fromkeys(columns if "layer" in columns else ("layer", *columns)))


def named(name: str) -> str:
    """The name of a column that is called by it or by its head."""
    heads = {head.lower().removesuffix(" \u2265"): own for own, head in HEADS.items()}
    return name if name in COLUMNS else heads.get(name.lower().removesuffix(" \u2265").removesuffix(" >="), name)


def in_order(report: Report, lines: list[Line], sort: str | None) -> list[Line]:
    """Lines by a number, the largest first, or by name; equal ones stay in their order."""
    if sort is None or sort == "order":
        return lines
    sort = "name" if sort == "layer" else named(sort)
    if sort not in ORDERS:
        raise ValueError(_unknown("order", sort, ORDERS))
    if sort == "name":
        import re

        digits = re.compile(r"(\d+)")
        return sorted(lines, key=lambda line: [int(part) if i % 2 else part for i, part in enumerate(digits.split(line.label))])
    figure = FIGURES[sort]
    if missing := _missing(report, figure):
        raise ValueError(f"the order {sort} goes with {missing}")
    if figure.needs:
        return sorted(lines, key=lambda line: -together(line.entries, figure))
    return sorted(lines, key=lambda line: -together([line.entry], figure) * line.count)


def _missing(report: Report, figure: Figure | None) -> str:
    """The option that a report has no such figure without; empty where it has it."""
    if figure is None or not figure.needs:
        return ""
    there = report.accounts is not None if figure.needs == "memory" else report.speed is not None
    return "" if there else f"--{figure.needs}"


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    from ...core.suggest import did_you_mean

    hint = did_you_mean(name, known)
    return f"there is no {what} '{name}'; there are {', '.join(known)}" + (f"; {hint}" if hint else "")


def text(line: Line, column: str, times: str) -> str:
    """The cell of a line in a column of text."""
    entry = line.entry
    if column == "layer":
        return f"{line.label} {times} {line.count:,}" if line.count > 1 else line.label
    if column == "type":
        return contents(entry, times) if isinstance(entry, Group) and opened_first(entry.type) else entry.type
    if column == "output":
        return shapes(entry.output_shapes, times)
    first = entry
    while isinstance(first, Group):
        first = first.children[0]
    if column == "input":
        return shapes(first.input_shapes, times)
    return ", ".join(f"{name}={show(value)}" for name, value in first.args.items()) if first is entry else ""


def contents(group: Group, times: str) -> str:
    """What a composite holds, by type as far as there is room: ``bottleneck × 3``."""
    runs: list[tuple[str, int]] = []
    for child in group.children:
        runs.append((child.type, runs.pop()[1] + 1 if runs and runs[-1][0] == child.type else 1))
    types = ", ".join(f"{type} {times} {count}" if count > 1 else type for type, count in runs)
    return types if len(types) <= CONTENTS_ROOM else counted(leaves(group), "layer")


def shapes(several: Sequence[Sequence[int]], times: str = "×") -> str:
    """Shapes as ``64 × 112 × 112``; equal ones in a row as ``3 of 64 × 8 × 8``; of many, the first two."""
    if len(several) == 1:
        return f" {times} ".join(map(str, several[0])) or "scalar"
    runs: list[tuple[Sequence[int], int]] = []
    for shape in several:
        if runs and runs[-1][0] == shape:
            runs[-1] = (shape, runs[-1][1] + 1)
        else:
            runs.append((shape, 1))
    parts = [(f"{count} of " if count > 1 else "") + shapes([shape], times) for shape, count in runs]
    if len(parts) > 3:
        more = sum(count for _, count in runs[2:])
        parts[2:] = [f"{more} more"]
    return ", ".join(parts)
