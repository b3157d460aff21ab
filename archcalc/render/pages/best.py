"""The best design of a space as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...core.words import counted
from ..layout import aligned, ascii_only, clean
from ..units import thousands
from .sweep import described, figure, written

if TYPE_CHECKING:
    from ...explore.ask import Asked
    from ...explore.best import Best
    from ...explore.choosing import Row


def page(asked: Asked, found: Best, told: Mapping[str, Any], *, unicode: bool) -> str:
    """What was found: the design with its axes one below the other, its figures, whether it is proved, and what comes behind it."""
    wish, units = found.wish, asked.units
    title = ", ".join(source.spec.name or source.file for source in asked.sources)
    way = "most" if wish.most else "least" if wish.near is None else "nearest"
    aim = f"{way} {wish.name}" + (f" to {_number(wish.near)}" if wish.near is not None else "")
    asks = f", where {told['where']}" if "where" in told else ""
    lines = [f"{title}: {aim}{asks}", ""]
    if found.row is not None:
        axes = [axis.name for axis in asked.space.axes]
        figures = [name for name in asked.columns if name not in axes]
        shown = [*((name, written(found.row[name])) for name in axes), *((name, _figure(units, name, found.row[name])) for name in figures)]
        lines += aligned([*map(list, shown)], left={0})
    else:
        lines.append("no design meets the conditions")
    equal = f", {'at least ' if found.equal >= 100 else ''}{found.equal:,} more as good" if found.equal else ""
    proof = "proved" if found.proved else "not proved"
    lines += ["", f"of {counted(found.designs, 'design')}, {proof}: {found.how}{equal}"]
    if found.bound is not None and not found.proved:
        lines.append(f"no design has {'more' if wish.most else 'less'} than {_figure(units, wish.name, found.bound)}")
    if found.following or found.beyond:
        names = [
            *(axis.name for axis in asked.space.axes if len(asked.space.axes) <= 8),
            *(name for name in asked.columns if name in units),
        ]
        behind = [[""] + [_figure(units, name, row[name]) for name in names] for row in found.following]
        beyond = [["beyond the limit"] + [_figure(units, name, row[name]) for name in names] for row in found.beyond]
        lines += ["", *aligned([["behind it", *names], *behind, *beyond], left={0})]
    lines += [f"{name} {written(value)}" for name, value in told.items() if name != "where"]
    lines = [clean(line) for line in lines]
    return "\n".join(lines if unicode else map(ascii_only, lines)) + "\n"


def as_json(asked: Asked, found: Best, specs: Sequence[str], told: Mapping[str, Any]) -> str:
    """The same for programs."""
    axes = [axis.name for axis in asked.space.axes]

    def design(row: Row) -> dict[str, Any]:
        return {
            "vars": {name: row[name] for name in axes},
            "totals": {name: value for name, value in row.items() if name not in axes},
        }

    return (
        json.dumps(
            {
                "space": described(asked.space, specs, told),
                "designs": found.designs,
                "best": design(found.row) if found.row is not None else None,
                "proved": found.proved,
                "how": found.how,
                "bound": found.row[found.wish.name] if found.proved and found.row is not None else found.bound,
                "equal": found.equal,
                "following": [design(row) for row in found.following],
            },
            indent=2,
        )
        + "\n"
    )


def _figure(units: Mapping[str, str], name: str, value: Any) -> str:
    return figure(units[name], value) if name in units and value is not None else written(value)


def _number(value: Any) -> str:
    return thousands(int(value)) if value == int(value) else f"{float(value):.6g}"
