"""What the roofline picture shows of a report: a dot for each layer, a roof for each dtype."""

from __future__ import annotations

from typing import Literal

from ...report.report import Report
from ...report.rows import Row
from .axes import Dot, Roof, Roofline


def picture(report: Report) -> Roofline:
    """The picture of a report that was timed on a device. Raises ValueError where no layer multiplies."""
    speed = report.speed
    assert speed is not None
    device = speed.device
    dots = [dot for row in report.layers for leaf in row.leaves() for dot in _dots(leaf)]
    dtypes = list(dict.fromkeys(dot.dtype for dot in dots if dot.operations))
    if not dtypes:
        raise ValueError(f"{report.title} has no layer that multiplies: there is nothing to draw")
    request = report.request
    told = [f"batch {report.batch:,}", report.dtype, *([f"decoding at {request.context:,}"] if request.context else [])]
    return Roofline(
        title=report.title,
        device=device.name,
        bandwidth=device.needed_bandwidth(),
        roofs=tuple(Roof(dtype, device.peak(dtype)) for dtype in dtypes),
        dots=tuple(dots),
        seconds=speed.forward.seconds,
        told=", ".join(told),
    )


def _dots(row: Row) -> list[Dot]:
    """The dot of a layer."""
    time = row.time
    if time is None or row.account is None or not row.account.work:
        return []
    bound: Literal["compute", "memory"] = "compute" if time.bound == "compute" else "memory"
    return [Dot(row.name, time.operations, time.bytes, time.seconds, bound, row.account.work[0][0].dtype, 1)]
