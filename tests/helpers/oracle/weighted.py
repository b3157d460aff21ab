"""Sums of products with weights."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
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
