"""Windows that slide over the spatial axes, and the pools made of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

from .machine import Index, Machine, Pairs, Tensor, indices, shape_of


def window_starts(*, size: int, pads: tuple[int, int], reach: int, stride: int, ceil: bool = False) -> list[int]:
    """Where a window starts, counted from the first element of the input: it slides until it would stick out at the end.

    With ``ceil`` it may stick out by less than one stride, if it starts before the padding at the end.
    """
    before, after = pads
    starts: list[int] = []
    start = -before
    while (outside := start + reach - (size + after)) <= 0 or (ceil and outside < stride and start < size):
        starts.append(start)
        start += stride
    return starts


def same_pads(*, size: int, reach: int, stride: int) -> tuple[int, int]:
    """TensorFlow's ``same``: a window for every stride-th element, and just the padding that they need."""
    outputs = len(range(0, size, stride))
    missing = 0
    while size + missing < (outputs - 1) * stride + reach:
        missing += 1
    return missing // 2, missing - missing // 2


def windows(
    *,
    sizes: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Pairs,
    dilation: Sequence[int],
    ceil: bool = False,
) -> Iterator[tuple[Index, list[Index]]]:
    """Each output position with the input positions under its taps, those in the padding too."""
    axes = range(len(sizes))
    starts = [
        window_starts(size=sizes[a], pads=padding[a], reach=dilation[a] * (kernel[a] - 1) + 1, stride=stride[a], ceil=ceil) for a in axes
    ]
    for where in indices(map(len, starts)):
        yield where, [tuple(starts[a][where[a]] + dilation[a] * tap[a] for a in axes) for tap in indices(kernel)]


def pool(machine: Machine, values: Tensor, *, reduction: Callable[[Machine, list[float]], float], outside: float, **window: Any) -> Tensor:
    channels, *sizes = shape_of(values)
    return {
        (channel, *where): reduction(machine, [values.get((channel, *place), outside) for place in taps])
        for where, taps in windows(sizes=sizes, **window)
        for channel in range(channels)
    }


def max_pool(machine: Machine, values: Tensor, **window: Any) -> Tensor:
    return pool(machine, values, reduction=Machine.largest, outside=-math.inf, **window)


def avg_pool(machine: Machine, values: Tensor, *, count_padding: bool = True, **window: Any) -> Tensor:
    """Without ``count_padding`` the sum is divided by the number of taps inside the input; that is no other operation."""

    def mean(machine: Machine, taps: list[float]) -> float:
        inside = len(taps) if count_padding else sum(not math.isnan(tap) for tap in taps)
        return machine.divide(machine.sum([0.0 if math.isnan(tap) else tap for tap in taps]), inside or 1)

    return pool(machine, values, reduction=mean, outside=math.nan, **window)


def lp_pool(machine: Machine, values: Tensor, *, norm: float = 2, **window: Any) -> Tensor:
    """The p-th root of the sum of p-th powers of the sizes: squares and their root are had by simpler means, and p = 1 needs neither."""

    def length(machine: Machine, taps: list[float]) -> float:
        if norm == 1:
            return machine.sum(map(abs, taps))
        if norm == 2:
            return machine.sqrt(machine.sum([machine.multiply(tap, tap) for tap in taps]))
        return machine.power(machine.sum([machine.power(abs(tap), norm) for tap in taps]), 1 / norm)

    return pool(machine, values, reduction=length, outside=0.0, **window)


def adaptive_pool(
    machine: Machine, values: Tensor, *, size: Sequence[int | None], reduction: Callable[[Machine, list[float]], float]
) -> Tensor:
    """Output i reaches from floor(i * in / out) to ceil((i + 1) * in / out)."""
    channels, *sizes = shape_of(values)
    spans = []
    for incoming, wanted in zip(sizes, size, strict=True):
        outputs = incoming if wanted is None else wanted
        spans.append([range(i * incoming // outputs, -((i + 1) * incoming // -outputs)) for i in range(outputs)])
    out: Tensor = {}
    for where in indices(map(len, spans)):
        under = list(product(*(span[i] for span, i in zip(spans, where, strict=True))))
        for channel in range(channels):
            out[channel, *where] = reduction(machine, [values[channel, *place] for place in under])
    return out


def adaptive_max_pool(machine: Machine, values: Tensor, *, size: Sequence[int | None]) -> Tensor:
    return adaptive_pool(machine, values, size=size, reduction=Machine.largest)


def adaptive_avg_pool(machine: Machine, values: Tensor, *, size: Sequence[int | None]) -> Tensor:
    return adaptive_pool(machine, values, size=size, reduction=Machine.mean)


def global_pool(machine: Machine, values: Tensor, *, keep: bool, reduction: Callable[[Machine, list[float]], float]) -> Tensor:
    channels, *sizes = shape_of(values)
    kept = [0] * len(sizes) if keep else []
    return {(c, *kept): reduction(machine, [values[c, *place] for place in indices(sizes)]) for c in range(channels)}


def global_avg_pool(machine: Machine, values: Tensor, *, keep: bool) -> Tensor:
    return global_pool(machine, values, keep=keep, reduction=Machine.mean)


def global_max_pool(machine: Machine, values: Tensor, *, keep: bool) -> Tensor:
    return global_pool(machine, values, keep=keep, reduction=Machine.largest)
