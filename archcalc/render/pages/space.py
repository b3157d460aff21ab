"""A whole space as text and as JSON: its axes, its size, the ranges of its figures, what moves them."""

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
    from ...explore.overview import Overview

MOST = 12
"""Axes of which it is told what they move; the largest shares come first."""


def page(asked: Asked, found: Overview, told: Mapping[str, Any], *, unicode: bool) -> str:
    """The axes, how many designs there are, ranges, conditions, shares of variance and slopes."""
    title = ", ".join(source.spec.name or source.file for source in asked.sources)
    lines = [f"{title}: {counted(found.designs, 'design')}", ""]
    lines += aligned([[axis.name, str(len(axis.values)), _values(axis)] for axis in asked.space.axes], left={0, 2})
    if found.ranges:
        heads = ["figure", "least", "most", "distinct values"]
        rows = [
            [each.name, *(figure(asked.units[each.name], value) for value in (each.least, each.most)), _count(each.distinct)]
            for each in found.ranges
        ]
        lines += ["", *aligned([heads, *rows], left={0})]
    if found.alone:
        rows = [[text, _count(count), share(count, found.right)] for text, count in found.alone]
        if len(rows) > 1:
            rows.append(["all of these", _count(found.within), share(found.within, found.right)])
        lines += ["", *aligned([["within", "designs", "share"], *rows], left={0})]
    if found.front_size is not None:
        lists = ": archcalc sweep with the same --pareto lists them" if found.front is not None else ", of equal ones one counted"
        lines += ["", f"{counted(found.front_size, 'design')} no other beats{lists}"]
    for each in found.ranges:
        if each.moves:
            first = sorted(each.moves.items(), key=lambda pair: -pair[1])[:MOST]
            shown = ", ".join(f"{name} {_percent(part)}" for name, part in first if part)
            together = 1 - sum(each.moves.values())
            rest = f", several together {_percent(together)}" if together else ""
            lines += ["", f"what moves {each.name} (share of its variance): {shown}{rest}"]
    if found.slopes:
        names = [each.name for each in found.ranges]
        rows = [
            [each.axis, f"{written(each.here)} to {written(each.there)}", *(_grown(asked, name, each.figures.get(name)) for name in names)]
            for each in found.slopes
        ]
        lines += ["", "from the first design", *aligned([["axis", "step", *names], *rows], left={0, 1})]
    lines += [f"{name} {written(value)}" for name, value in told.items() if name not in ("where", "pareto")]
    lines = [clean(line) for line in lines]
    return "\n".join(lines if unicode else map(ascii_only, lines)) + "\n"


def as_json(asked: Asked, found: Overview, specs: Sequence[str], told: Mapping[str, Any]) -> str:
    """The same for programs; shares are doubles."""
    value = {
        "space": described(asked.space, specs, told),
        "designs": found.designs,
        "right": found.right,
        "figures": {
            each.name: {
                "least": each.least,
                "most": each.most,
                "distinct": each.distinct,
                "moves": {name: float(part) for name, part in each.moves.items()} if each.moves is not None else None,
            }
            for each in found.ranges
        },
        "within": {"all": found.within, "alone": [{"condition": text, "designs": count} for text, count in found.alone]},
        "front": found.front,
        "front_size": found.front_size,
        "slopes": [{"axis": each.axis, "from": each.here, "to": each.there, "grows": dict(each.figures)} for each in found.slopes],
    }
    return json.dumps(value, indent=2) + "\n"


def _values(axis: Any) -> str:
    values = axis.values
    shown = ", ".join(written(values[place]) for place in range(min(5, len(values))))
    return f"{shown}, ... {written(values[-1])}" if len(values) > 5 else shown


def _count(count: int | None) -> str:
    return "-" if count is None else thousands(count)


def share(count: int | None, of: int) -> str:
    """A share of designs, which is never 0 or all where it is not."""
    if not of or count is None:
        return "-"
    if count in (0, of):
        return "none" if not count else "all"
    percent = 100 * count / of
    return f"{percent:.3g} %" if percent >= 0.001 else "under 0.001 %"


def _percent(part: Any) -> str:
    percent = float(100 * part)
    return f"{percent:.1f} %" if percent >= 0.05 else "under 0.1 %"


def _grown(asked: Asked, name: str, value: Any) -> str:
    if value is None:
        return "-"
    sign = "+" if value > 0 else "-" if value < 0 else ""
    return f"{sign}{figure(asked.units[name], abs(value))}"
