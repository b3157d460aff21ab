"""The columns a table can have, and the text of a cell that is no number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..counts import OPERATIONS
from .lines import COMPOSITES, Line, first_row, items_of

if TYPE_CHECKING:
    from ..report import Group, Row

    Node = Row | Group

TEXTS = ("layer", "type", "input", "output", "args")
AMOUNTS = ("params", "trainable_params", "maccs", "flops")
KINDS = tuple(kind for kind in OPERATIONS if kind != "maccs")
COLUMNS = ("layer", "type", "input", "output", "args", *AMOUNTS, "share", *KINDS)
DEFAULT = ("layer", "type", "output", "params", "maccs", "flops", "share")
IMPORTANCE = ("layer", "flops", "params", "output", "maccs", "share", "type")
"""The default columns from the one that a narrow table keeps longest to the one that goes first."""
HEADS = {"maccs": "MACCs", "flops": "FLOPs", "share": "FLOPs %", "trainable_params": "trainable"}
CONTENTS_ROOM = 24
ORDERS = ("order", "name", *AMOUNTS, *KINDS)


def chosen(columns: Sequence[str] | None) -> tuple[str, ...]:
    """The columns asked for, each once, with the layer. Raises ValueError for one that there is not."""
    if columns is None:
        return DEFAULT
    for name in columns:
        if name not in COLUMNS:
            raise ValueError(_unknown("column", name, COLUMNS))
    return tuple(dict.fromkeys(columns if "layer" in columns else ("layer", *columns)))


def in_order(lines: list[Line], sort: str | None) -> list[Line]:
    """Lines by a number, the largest first, or by name; equal ones stay in their order."""
    if sort is None or sort == "order":
        return lines
    if sort not in ORDERS:
        raise ValueError(_unknown("order", sort, ORDERS))
    if sort == "name":
        import re

        digits = re.compile(r"(\d+)")
        return sorted(lines, key=lambda line: [int(part) if i % 2 else part for i, part in enumerate(digits.split(line.label))])
    return sorted(lines, key=lambda line: -amount(line.node, sort) * line.count)


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    from ..errors import did_you_mean

    hint = did_you_mean(name, known)
    return f"there is no {what} '{name}'; there are {', '.join(known)}" + (f"; {hint}" if hint else "")


def amount(counted: Any, column: str) -> int:
    """The number that a row, a group or the totals have in a column; a share is one of FLOPs."""
    if column in AMOUNTS:
        value: int = getattr(counted, column)
    else:
        value = counted.flops if column == "share" else counted.operations[column]
    return value


def text(line: Line, column: str, times: str) -> str:
    """The cell of a line in a column of text."""
    node = line.node
    if column == "layer":
        return f"{line.label} {times} {line.count}" if line.count > 1 else line.label
    if column == "type":
        return contents(node, times) if node.type in COMPOSITES else node.type
    if column == "output":
        return shapes(node.output_shapes, times)
    if column == "input":
        return shapes(getattr(first_row(node), "input_shapes", ()), times)
    return ", ".join(f"{name}={plain(value)}" for name, value in getattr(node, "args", {}).items())


def contents(group: Node, times: str) -> str:
    """The types of what a composite holds, as far as they are few: ``bottleneck × 3``."""
    runs: list[tuple[str, int]] = []
    for item in items_of(group):
        runs.append((item.type, runs.pop()[1] + 1 if runs and runs[-1][0] == item.type else 1))
    parts = [f"{type} {times} {count}" if count > 1 else type for type, count in runs]
    fitting = len(parts)
    while fitting > 1 and len(", ".join(parts[:fitting])) > CONTENTS_ROOM:
        fitting -= 1
    return ", ".join(parts[:fitting] + (["…" if times == "×" else "..."] if fitting < len(parts) else []))


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


def plain(value: object) -> str:
    """An argument's value as YAML writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(plain, value)) + "]"
    return str(value)
