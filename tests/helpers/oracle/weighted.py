"""Sums of products with weights."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product
from typing import Any

from .activation import ACTIVATIONS
from .machine import Machine, Pairs, Tensor, indices, shape_of
from .window import windows


def conv(
    machine: Machine,
    values: Tensor,
    *,
    channels: int,
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Pairs,
    dilation: Sequence[int],
    groups: int,
    bias: bool,
) -> Tensor:
    incoming, *sizes = shape_of(values)
    per_group, out_per_group = incoming // groups, channels // groups
    out: Tensor = {}
    for where, taps in windows(sizes=sizes, kernel=kernel, stride=stride, padding=padding, dilation=dilation):
        for channel in range(channels):
            group = channel // out_per_group
            total = 0.0
            for member in range(per_group):
                for number, place in enumerate(taps):
                    value = values.get((group * per_group + member, *place), 0.0)
                    total = machine.macc(total, machine.weight("kernel", channel, member, number), value)
            out[channel, *where] = machine.shifted(total, "bias", channel) if bias else total
    return out


def dynamic_conv(
    machine: Machine,
    values: Tensor,
    kernels: Tensor,
    *biases: Tensor,
    stride: Sequence[int],
    padding: Pairs,
    dilation: Sequence[int],
    groups: int = 1,
) -> Tensor:
    """A convolution by kernels that are values."""
    _, *sizes = shape_of(values)
    channels, per_group, *kernel = shape_of(kernels)
    out: Tensor = {}
    for where, taps in windows(sizes=sizes, kernel=kernel, stride=stride, padding=padding, dilation=dilation):
        for channel in range(channels):
            group, total = channel // (channels // groups), 0.0
            for member in range(per_group):
                for at, place in zip(indices(kernel), taps, strict=True):
                    total = machine.macc(total, kernels[channel, member, *at], values.get((group * per_group + member, *place), 0.0))
            out[channel, *where] = machine.add(total, biases[0][channel,]) if biases else total
    return out


def spline(machine: Machine, values: Tensor, *, features: int, grid: int = 5, order: int = 3, scale: bool = True) -> Tensor:
    """Bases by the recursion of Cox and de Boor on an even grid, and two matrices; factors of the splines are there beforehand."""
    *front, incoming = shape_of(values)
    knots = [-1 + 2 * (number - order) / grid for number in range(grid + 2 * order + 1)]
    out: Tensor = {}
    for where in indices(front):
        smooth, bases = [], []
        for at in range(incoming):
            x = values[*where, at]
            smooth.append(ACTIVATIONS["silu"](machine, x))
            found = [float((not machine.above(low, x)) & machine.above(high, x)) for low, high in pairwise(knots)]
            for p in range(1, order + 1):
                rising = [machine.divide(machine.subtract(x, low), high - low) for low, high in zip(knots, knots[p:-1], strict=False)]
                falling = [
                    machine.divide(machine.subtract(high, x), high - low) for low, high in zip(knots[1:], knots[p + 1 :], strict=False)
                ]
                found = [
                    machine.add(machine.multiply(up, one), machine.multiply(down, other))
                    for up, down, (one, other) in zip(rising, falling, pairwise(found), strict=True)
                ]
            bases.append(found)
        for feature in range(features):
            base = total = 0.0
            for at in range(incoming):
                base = machine.macc(base, machine.weight("base", feature, at), smooth[at])
                factor = machine.weight("scaler", feature, at) if scale else 1.0
                for number, each in enumerate(bases[at]):
                    total = machine.macc(total, machine.weight("spline", feature, at, number) * factor, each)
            out[*where, feature] = machine.add(base, total)
    return out


def depthwise_conv(machine: Machine, values: Tensor, *, multiplier: int, **args: Any) -> Tensor:
    """Each channel on its own, by ``multiplier`` filters."""
    incoming = shape_of(values)[0]
    return conv(machine, values, channels=incoming * multiplier, groups=incoming, **args)


def conv_transpose(
    machine: Machine,
    values: Tensor,
    *,
    channels: int,
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Pairs,
    output_padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
    bias: bool,
) -> Tensor:
    """Every input element is spread over a window of the output; then the padding is cut off the ends."""
    incoming, *sizes = shape_of(values)
    axes = range(len(sizes))
    per_group, out_per_group = incoming // groups, channels // groups
    sums: Tensor = {}
    for source in indices(sizes):
        for tap in indices(kernel):
            target = tuple(source[a] * stride[a] + tap[a] * dilation[a] for a in axes)
            for member in range(incoming):
                group = member // per_group
                for channel in range(group * out_per_group, (group + 1) * out_per_group):
                    weight = machine.weight("kernel", member, channel, tap)
                    sums[channel, *target] = machine.macc(sums.get((channel, *target), 0.0), weight, values[member, *source])
    reached = [1 + max(index[1 + a] for index in sums) for a in axes]
    ends = [reached[a] - padding[a][1] + output_padding[a] for a in axes]
    out: Tensor = {}
    for channel in range(channels):
        for place in product(*(range(padding[a][0], ends[a]) for a in axes)):
            total = sums.get((channel, *place), 0.0)
            where = tuple(place[a] - padding[a][0] for a in axes)
            out[channel, *where] = machine.shifted(total, "bias", channel) if bias else total
    return out


def linear(machine: Machine, values: Tensor, *, features: int, bias: bool) -> Tensor:
    *leading, incoming = shape_of(values)
    out: Tensor = {}
    for where in indices(leading):
        for feature in range(features):
            total = 0.0
            for each in range(incoming):
                total = machine.macc(total, machine.weight("matrix", feature, each), values[*where, each])
            out[*where, feature] = machine.shifted(total, "bias", feature) if bias else total
    return out


def bilinear(machine: Machine, left: Tensor, right: Tensor, *, features: int, bias: bool) -> Tensor:
    """Every product of a left and a right element, weighted and summed."""
    *leading, lefts = shape_of(left)
    rights = shape_of(right)[-1]
    out: Tensor = {}
    for where in indices(leading):
        products = {pair: machine.multiply(left[*where, pair[0]], right[*where, pair[1]]) for pair in indices((lefts, rights))}
        for feature in range(features):
            total = 0.0
            for pair, value in products.items():
                total = machine.macc(total, machine.weight("matrix", feature, pair), value)
            out[*where, feature] = machine.shifted(total, "bias", feature) if bias else total
    return out


def squeeze_excite(machine: Machine, values: Tensor, *, hidden: int, activation: str, gate: str, bias: bool) -> Tensor:
    """The mean of each channel, two small linear layers, and every element scaled by its channel's gate."""
    channels, *sizes = shape_of(values)
    squeezed: Tensor = {(c,): machine.mean([values[c, *place] for place in indices(sizes)]) for c in range(channels)}

    def half(vector: Tensor, *, name: str, features: int, function: str) -> Tensor:
        out: Tensor = {}
        for feature in range(features):
            total = 0.0
            for (each,), value in vector.items():
                total = machine.macc(total, machine.weight(name, feature, each), value)
            if bias:
                total = machine.shifted(total, name, feature)
            out[(feature,)] = ACTIVATIONS[function](machine, total)
        return out

    reduced = half(squeezed, name="reduce", features=hidden, function=activation)
    gates = half(reduced, name="expand", features=channels, function=gate)
    return {index: machine.multiply(value, gates[index[:1]]) for index, value in values.items()}
