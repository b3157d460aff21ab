"""Elements that move: nothing is computed, but the shape changes. (Only ``fold`` adds where they meet.)"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import product
from typing import Any

from .machine import Machine, Pairs, Tensor, indices, over_axes, shape_of
from .window import windows


def unfold(_: Machine, values: Tensor, **window: Any) -> Tensor:
    """Every window as a column, channel by channel."""
    channels, *sizes = shape_of(values)
    out: Tensor = {}
    for column, (_where, taps) in enumerate(windows(sizes=sizes, **window)):
        rows = ((channel, *place) for channel in range(channels) for place in taps)
        out.update({(row, column): values.get(place, 0.0) for row, place in enumerate(rows)})
    return out


def fold(machine: Machine, values: Tensor, *, size: Sequence[int], padding: Pairs, **window: Any) -> Tensor:
    """Every column put back as the window it was, added to zeros; then the padding is cut off."""
    rows, _ = shape_of(values)
    out: Tensor = {}
    for column, (_where, taps) in enumerate(windows(sizes=size, padding=padding, **window)):
        for row in range(rows):
            target = (row // len(taps), *taps[row % len(taps)])
            out[target] = machine.add(out.get(target, 0.0), values[row, column])
    channels = rows // len(taps)
    return {(channel, *place): out.get((channel, *place), 0.0) for channel in range(channels) for place in indices(size)}


def crop(_: Machine, values: Tensor, *, size: Sequence[int]) -> Tensor:
    """The middle."""
    channels, *sizes = shape_of(values)
    starts = [(old - new) // 2 for old, new in zip(sizes, size, strict=True)]
    return {
        (channel, *place): values[channel, *(start + at for start, at in zip(starts, place, strict=True))]
        for channel in range(channels)
        for place in indices(size)
    }


def pixel_shuffle(_: Machine, values: Tensor, *, factor: int) -> Tensor:
    """Channels c * r * r + i * r + j become the pixels (i, j) of channel c."""
    return {
        (at // factor**2, row * factor + at // factor % factor, column * factor + at % factor): value
        for (at, row, column), value in values.items()
    }


def pixel_unshuffle(_: Machine, values: Tensor, *, factor: int) -> Tensor:
    return {
        (at * factor**2 + row % factor * factor + column % factor, row // factor, column // factor): value
        for (at, row, column), value in values.items()
    }


def channel_shuffle(_: Machine, values: Tensor, *, groups: int) -> Tensor:
    per_group = shape_of(values)[0] // groups
    return {(at % per_group * groups + at // per_group, *place): value for (at, *place), value in values.items()}


def pad(_: Machine, values: Tensor, *, padding: Pairs) -> Tensor:
    channels, *sizes = shape_of(values)
    places = [range(-before, size + after) for size, (before, after) in zip(sizes, padding, strict=True)]
    return {
        (channel, *(at - span.start for at, span in zip(place, places, strict=True))): values.get((channel, *place), 0.0)
        for channel in range(channels)
        for place in product(*places)
    }


def flatten(_: Machine, values: Tensor, *, from_axis: int) -> Tensor:
    """The axes from ``from_axis`` on become one, in order."""
    by, key = over_axes(values, axes=range(from_axis, len(shape_of(values))))
    places: dict[Hashable, int] = {}
    out: Tensor = {}
    for index, value in values.items():
        kept = by(index)
        assert isinstance(kept, tuple)
        out[*kept, places.setdefault(key(index), len(places))] = value
    return out


def permute(_: Machine, values: Tensor, *, axes: Sequence[int]) -> Tensor:
    return {tuple(index[axis] for axis in axes): value for index, value in values.items()}


def concat(_: Machine, *tensors: Tensor, axis: int) -> Tensor:
    """One after the other along an axis."""
    out: Tensor = {}
    start = 0
    for values in tensors:
        out.update({(*index[:axis], index[axis] + start, *index[axis + 1 :]): value for index, value in values.items()})
        start += shape_of(values)[axis]
    return out


def sliced(_: Machine, values: Tensor, *, axis: int, start: int, stop: int | None, step: int) -> Tensor:
    kept = list(range(shape_of(values)[axis]))[start:stop:step]
    return {(*index[:axis], kept.index(index[axis]), *index[axis + 1 :]): value for index, value in values.items() if index[axis] in kept}
