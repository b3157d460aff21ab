"""The columns a table can have, and the text of a cell that is no number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...composites import opened_first
from ...core.counts import OPERATIONS
from ...core.kinds import show
from ...report.measured import BYTES, TIMES, figures
from ...report.rows import Group
from .lines import Line, leaves

if TYPE_CHECKING:
    from ...report.report import Report
    from ...report.rows import Entry, Totals

TEXTS = ("layer", "type", "input", "output", "args")
LEFT = (*TEXTS, "bound")
"""The columns whose cells stand at their left edge."""
AMOUNTS = ("params", "trainable_params", "maccs", "flops")
KINDS = tuple(kind for kind in OPERATIONS if kind != "maccs")
COLUMNS = ("layer", "type", "input", "output", "args", *AMOUNTS, "share", *KINDS, *BYTES, *TIMES)
DEFAULT = ("layer", "type", "output", "params", "maccs", "flops", "share")
FOR_MEMORY = ("layer", "output", "weight_bytes", "saved_activation_bytes", "peak_activation_bytes", "read_bytes", "written_bytes")
FOR_BOTH = ("layer", "output", "weight_bytes", "saved_activation_bytes", "peak_activation_bytes", "moved_bytes", "time_seconds", "bound")
FOR_TIME = ("layer", "output", "maccs", "moved_bytes", "intensity", "time_seconds", "time_share", "bound")
IMPORTANCE = (
    *("layer", "flops", "time_seconds", "weight_bytes", "saved_activation_bytes", "peak_activation_bytes", "bound", "params"),
    *("time_share", "output", "maccs", "moved_bytes", "share", "read_bytes", "written_bytes", "intensity", "type"),
)
"""The default columns from the one that a narrow table keeps longest to the one that goes first."""
HEADS = {
    "maccs": "MACCs",
    "flops": "FLOPs",
    "share": "FLOPs %",
    "trainable_params": "trainable",
    "weight_bytes": "weights",
    "gradient_bytes": "gradients",
    "optimizer_bytes": "optimizer",
    "saved_activation_bytes": "kept",
    "peak_activation_bytes": "alive",
    "read_bytes": "read",
    "written_bytes": "written",
    "kv_cache_bytes": "cache",
    "moved_bytes": "moved",
    "time_seconds": "time ≥",
    "intensity": "op/byte",
    "time_share": "time %",
}
CONTENTS_ROOM = 28
ORDERS = ("order", "name", *AMOUNTS, *KINDS, *BYTES, "moved_bytes", "time_seconds")


def chosen(report: Report, columns: Sequence[str] | None) -> tuple[str, ...]:
    """The columns asked for, each once, with the layer. Raises ValueError for one that there is not."""
    if columns is None:
        if report.speed is not None:
            return FOR_BOTH if report.request.memory else FOR_TIME
        return FOR_MEMORY if report.accounts is not None else DEFAULT
    columns = [named(name) for name in columns]
    for name in columns:
        if name not in COLUMNS:
            raise ValueError(_unknown("column", name, COLUMNS))
        if name in BYTES and report.accounts is None:
            raise ValueError(f"the column {name} goes with --memory")
        if name in TIMES and report.speed is None:
            raise ValueError(f"the column {name} goes with --device")
    return tuple(dict.fromkeys(columns if "layer" in columns else ("layer", *columns)))


def named(name: str) -> str:
    """The name of a column that is called by it or by its head."""
    heads = {head.lower().removesuffix(" \u2265"): own for own, head in HEADS.items()}
    return name if name in COLUMNS else heads.get(name.lower().removesuffix(" \u2265").removesuffix(" >="), name)


def in_order(lines: list[Line], sort: str | None) -> list[Line]:
    """Lines by a number, the largest first, or by name; equal ones stay in their order."""
    if sort is None or sort == "order":
        return lines
    sort = "name" if sort == "layer" else named(sort)
    if sort not in ORDERS:
        raise ValueError(_unknown("order", sort, ORDERS))
    if (sort in BYTES and lines and figures(lines[0].entry).account is None) or (
        sort in TIMES and lines and figures(lines[0].entry).time is None
    ):
        raise ValueError(f"the order {sort} goes with {'--device' if sort in TIMES else '--memory'}")
    if sort == "name":
        import re

        digits = re.compile(r"(\d+)")
        return sorted(lines, key=lambda line: [int(part) if i % 2 else part for i, part in enumerate(digits.split(line.label))])
    if sort in BYTES or sort in TIMES:
        return sorted(lines, key=lambda line: -measure(line.entries, sort))
    return sorted(lines, key=lambda line: -amount(line.entry, sort) * line.count)


def measure(entries: Sequence[Entry | Totals], column: str) -> Any:
    """The bytes or the time of several together: what is alive does not add up."""
    values = [figures(entry).value(column) for entry in entries]
    return max(values, default=0) if column == "peak_activation_bytes" else sum(values)


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    from ...core.errors import did_you_mean

    hint = did_you_mean(name, known)
    return f"there is no {what} '{name}'; there are {', '.join(known)}" + (f"; {hint}" if hint else "")


def amount(counted: Entry | Totals, column: str) -> int:
    """The number that a row, a group or the totals have in a column; a share is one of FLOPs."""
    if column in AMOUNTS:
        value: int = getattr(counted, column)
    else:
        value = counted.flops if column == "share" else getattr(counted.counts, column)
    return value


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
    return types if len(types) <= CONTENTS_ROOM else f"{leaves(group):,} layers"


def full_name(report: Report) -> str:
    """The network's name, and its variant's."""
    return f"{report.name} ({report.variant})" if report.variant else report.name


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
