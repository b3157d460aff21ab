"""Maps read between positions: at points of a grid, at taps that are moved, in cells of boxes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from .machine import Index, Machine, Tensor, indices, shape_of
from .window import adaptive_max_pool, windows

Weights = list[tuple[Index, float]]


def around(machine: Machine, point: Sequence[float]) -> Weights:
    """The positions around a point, and the weight of each."""
    lows = [math.floor(each) for each in point]
    far = [machine.subtract(each, low) for each, low in zip(point, lows, strict=True)]
    near = [machine.subtract(1.0, each) for each in far]
    found: Weights = []
    for corner in indices([2] * len(lows)):
        weights = [far[axis] if step else near[axis] for axis, step in enumerate(corner)]
        total = weights[0]
        for each in weights[1:]:
            total = machine.multiply(total, each)
        found.append((tuple(low + step for low, step in zip(lows, corner, strict=True)), total))
    return found


def read(machine: Machine, values: Tensor, channel: int, weights: Weights) -> float:
    """One channel at a point; beyond the map there are zeros."""
    return machine.sum([machine.multiply(values.get((channel, *place), 0.0), weight) for place, weight in weights])


def grid_sample(machine: Machine, values: Tensor, grid: Tensor, *, mode: str = "bilinear") -> Tensor:
    channels, *sizes = shape_of(values)
    *places, axes = shape_of(grid)
    out: Tensor = {}
    for where in indices(places):
        point = []
        for axis in range(axes):
            moved = machine.multiply(machine.add(grid[*where, axis], 1.0), sizes[axis])
            point.append(machine.divide(machine.subtract(moved, 1.0), 2.0))
        weights = around(machine, point) if mode == "bilinear" else [(tuple(round(each) for each in point), 1.0)]
        for channel in range(channels):
            out[channel, *where] = (
                read(machine, values, channel, weights) if mode == "bilinear" else values.get((channel, *weights[0][0]), 0.0)
            )
    return out


def affine_grid(machine: Machine, matrix: Tensor, *, size: Sequence[int]) -> Tensor:
    axes = len(size)
    out: Tensor = {}
    for where in indices(size):
        point = [(2 * at + 1) / each - 1 for at, each in zip(where, size, strict=True)]
        for axis in range(axes):
            total = 0.0
            for column, each in enumerate([*point, 1.0]):
                total = machine.macc(total, matrix[axis, column], each)
            out[*where, axis] = total
    return out


def deform_conv(
    machine: Machine,
    values: Tensor,
    offsets: Tensor,
    *masks: Tensor,
    channels: int,
    groups: int,
    offset_groups: int,
    bias: bool,
    **window: Any,
) -> Tensor:
    incoming, *sizes = shape_of(values)
    per_set, per_group, out_per_group = incoming // offset_groups, incoming // groups, channels // groups
    out: Tensor = {}
    for where, taps in windows(sizes=sizes, **window):
        columns: dict[tuple[int, int], float] = {}
        for each in range(offset_groups):
            for tap, place in enumerate(taps):
                first = 2 * (each * len(taps) + tap)
                point = [machine.add(at, offsets[first + axis, *where]) for axis, at in enumerate(place)]
                weights = around(machine, point)
                for channel in range(each * per_set, (each + 1) * per_set):
                    value = read(machine, values, channel, weights)
                    for mask in masks:
                        value = machine.multiply(value, mask[first // 2, *where])
                    columns[channel, tap] = value
        for channel in range(channels):
            start = channel // out_per_group * per_group
            total = 0.0
            for member in range(start, start + per_group):
                for tap in range(len(taps)):
                    total = machine.macc(total, columns[member, tap], machine.weight("kernel", channel, member - start, tap))
            out[channel, *where] = machine.shifted(total, "bias", channel) if bias else total
    return out


def _corners(machine: Machine, boxes: Tensor, box: int, size: Sequence[int]) -> tuple[list[float], list[float]]:
    """Where a box begins on the map, and the sides of its cells."""
    on = [machine.multiply(boxes[box, each], 0.5) for each in range(4)]
    sides = [machine.divide(machine.subtract(on[2 + axis], on[axis]), size[axis]) for axis in (0, 1)]
    return on[:2], sides


def roi_align(machine: Machine, values: Tensor, boxes: Tensor, *, size: Sequence[int], sampling: int) -> Tensor:
    channels = shape_of(values)[0]
    out: Tensor = {}
    for box in range(shape_of(boxes)[0]):
        start, sides = _corners(machine, boxes, box, size)
        lines: list[list[float]] = [
            [machine.add(start[axis], machine.multiply((number + 0.5) / sampling, sides[axis])) for number in range(size[axis] * sampling)]
            for axis in (0, 1)
        ]
        for cell in indices(size):
            points = [
                around(machine, [lines[axis][cell[axis] * sampling + step[axis]] for axis in (0, 1)])
                for step in indices([sampling, sampling])
            ]
            for channel in range(channels):
                out[box, channel, *cell] = machine.mean([read(machine, values, channel, weights) for weights in points])
    return out


def roi_pool(machine: Machine, values: Tensor, boxes: Tensor, *, size: Sequence[int]) -> Tensor:
    """Every box is the whole map."""
    out: Tensor = {}
    for box in range(shape_of(boxes)[0]):
        _corners(machine, boxes, box, size)
        out.update({(box, *index): value for index, value in adaptive_max_pool(machine, values, size=size).items()})
    return out


def nms(machine: Machine, boxes: Tensor, scores: Tensor, *, keep: int) -> Tensor:
    """Every pair is compared, in whatever order."""
    number = shape_of(boxes)[0]
    sides = [[machine.subtract(boxes[box, 2 + axis], boxes[box, axis]) for axis in (0, 1)] for box in range(number)]
    areas = [machine.multiply(*each) for each in sides]
    better = dict.fromkeys(range(number), 0)
    for one in range(number):
        for other in range(one):
            better[other if machine.above(scores[(one,)], scores[(other,)]) else one] += 1
            shared = []
            for axis in (0, 1):
                low = machine.maximum(boxes[one, axis], boxes[other, axis])
                high = machine.minimum(boxes[one, 2 + axis], boxes[other, 2 + axis])
                shared.append(machine.maximum(machine.subtract(high, low), 0.0))
            both = machine.multiply(*shared)
            union = machine.subtract(machine.add(areas[one], areas[other]), both)
            machine.above(machine.divide(both, union or 1.0), 0.5)
    order = sorted(range(number), key=better.__getitem__)
    return {(place,): float(box) for place, box in enumerate(order[:keep])}


def blur_pool(machine: Machine, values: Tensor, *, kernel: int, stride: int) -> Tensor:
    channels, *sizes = shape_of(values)
    taps = {
        tap: math.prod(math.comb(kernel - 1, each) for each in tap) / 2 ** ((kernel - 1) * len(sizes))
        for tap in indices([kernel] * len(sizes))
    }

    def inside(at: int, size: int) -> int:
        at = abs(at) % (2 * size)
        return at if at < size else 2 * size - 1 - at

    out: Tensor = {}
    for where in indices([-(-size // stride) for size in sizes]):
        for channel in range(channels):
            total = 0.0
            for tap, weight in taps.items():
                place = (inside(at * stride + each - (kernel - 1) // 2, size) for at, each, size in zip(where, tap, sizes, strict=True))
                total = machine.macc(total, values[channel, *place], weight)
            out[channel, *where] = total
    return out


def moved(order: Callable[[int, int, int], int]) -> Callable[..., Tensor]:
    """Channels that become positions; ``order`` says from place, channel and channels where one comes from."""

    def layer(_: Machine, values: Tensor, *, factor: int) -> Tensor:
        channels, high, wide = shape_of(values)
        left = channels // factor**2
        return {
            (channel, row, column): values[order(row % factor * factor + column % factor, channel, left), row // factor, column // factor]
            for channel, row, column in indices([left, high * factor, wide * factor])
        }

    return layer


depth_to_space = moved(lambda place, channel, channels: place * channels + channel)


def space_to_depth(_: Machine, values: Tensor, *, factor: int) -> Tensor:
    channels, high, wide = shape_of(values)
    return {
        ((row % factor * factor + column % factor) * channels + channel, row // factor, column // factor): values[channel, row, column]
        for channel, row, column in indices([channels, high, wide])
    }
