"""Figures beside what they may come to, with the largest number that stays within and with the next one."""

from __future__ import annotations

from ...explore.fit import Fit
from ...report.budget import shown
from ..layout import aligned, ascii_only
from .fit import asked_for


def held(found: Fit, over: str, *, unicode: bool = True) -> str:
    """The largest number that is within all limits, and how far each figure is from its own; empty where there are none."""
    report = found.report
    if not found.limits or report is None:
        return ""
    ended = found.over is None and found.refused is None
    far = f"whatever {over} is, as far as the search went ({found.number:,})" if ended else f"up to {over} {found.number:,}"
    lines = [f"{report.title} ({asked_for(report, over, found.number)}) stays within its limits {far}"] if found.memory is None else []
    head = ["within", "at most", f"{over} {found.number:,}", "left"] + ([f"{over} {found.over_number:,}"] if found.over is not None else [])
    rows = []
    for limit in found.limits:
        value = limit.value(report)
        more = [shown(limit.figure.figure, limit.value(found.over))] if found.over is not None else []
        rows.append([limit.figure.name, *(shown(limit.figure.figure, each) for each in (limit.most, value, limit.most - value)), *more])
    lines += aligned([head, *rows])
    if found.refused is not None:
        lines.append(f"{over} {found.over_number:,} is more than the spec allows: {found.refused.errors[0].message}")
    text = "\n".join(lines) + "\n"
    return text if unicode else ascii_only(text)


def beyond(found: Fit, over: str) -> str:
    """By how much not even the least is within limits."""
    report = found.over
    assert report is not None
    lines = [
        f"{report.title} ({asked_for(report, over, found.over_number)}) is not within its limits even with {over} {found.over_number:,}:"
    ]
    for limit in found.limits:
        value = limit.value(report)
        figure = limit.figure.figure
        more = value - limit.most
        told = f", {shown(figure, more)} too much" if more > 0 else ""
        lines.append(f"  {limit.figure.name}: {shown(figure, value)} of {shown(figure, limit.most)}{told}")
    return "\n".join(lines)
