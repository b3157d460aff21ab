"""Recurrent layers, step by step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from .activation import ACTIVATIONS
from .machine import Machine, Tensor, indices, shape_of
from .weighted import conv

Vector = list[float]
States = list[Vector]
"""The state of one layer and direction: h, and the cell of an LSTM."""


def summed(machine: Machine, name: object, *, rows: int, parts: dict[str, Vector], biases: int) -> Vector:
    """A matrix for each part, all in one running sum, and a bias for each part, or for the first of them."""
    out = []
    for row in range(rows):
        total = 0.0
        for part, vector in parts.items():
            for column, value in enumerate(vector):
                total = machine.macc(total, value, machine.weight(name, part, row, column))
        for part in list(parts)[:biases]:
            total = machine.shifted(total, name, part, row)
        out.append(total)
    return out


def step(
    machine: Machine,
    kind: str,
    x: Vector,
    states: States,
    *,
    hidden: int,
    bias: bool,
    biases: int,
    activation: str,
    projection: int | None,
    key: object,
) -> States:
    """What one step makes of the input and the states."""

    def each(function: str, vector: Vector) -> Vector:
        return [ACTIVATIONS[function](machine, value) for value in vector]

    def sums(gate: str, **parts: Vector) -> Vector:
        return summed(machine, (key, gate), rows=hidden, parts=parts, biases=biases * bias)

    def times(left: Vector, right: Vector) -> Vector:
        return [machine.multiply(*pair) for pair in zip(left, right, strict=True)]

    def plus(left: Vector, right: Vector) -> Vector:
        return [machine.add(*pair) for pair in zip(left, right, strict=True)]

    h = states[0]
    if kind == "rnn":
        return [each(activation, sums("new", x=x, h=h))]
    if kind == "gru":
        reset, update = (each("sigmoid", sums(gate, x=x, h=h)) for gate in ("reset", "update"))
        if biases == 1:
            new = each("tanh", sums("new", x=x, h=times(reset, h)))
        else:
            new = each("tanh", plus(sums("new", x=x), times(reset, sums("new", h=h))))
        return [plus(times([machine.subtract(1.0, value) for value in update], new), times(update, h))]
    into, forget, out = (each("sigmoid", sums(gate, x=x, h=h)) for gate in ("in", "forget", "out"))
    cell = plus(times(forget, states[1]), times(into, each("tanh", sums("new", x=x, h=h))))
    h = times(out, each("tanh", cell))
    if projection is not None:
        h = summed(machine, (key, "projection"), rows=projection, parts={"h": h}, biases=0)
    return [h, cell]


def recurrent(
    machine: Machine,
    values: Tensor,
    *given: Tensor,
    kind: str,
    hidden: int,
    layers: int = 1,
    bias: bool = True,
    biases: int = 2,
    bidirectional: bool = False,
    activation: str = "tanh",
    projection: int | None = None,
) -> list[Tensor]:
    """The outputs of every step, and the last states of every layer and direction. ``given`` are the first states."""
    *leading, length, _ = shape_of(values)
    out: Tensor = {}
    last: list[Tensor] = [{} for _ in range(2 if kind == "lstm" else 1)]
    sizes = [projection or hidden, hidden][: len(last)]
    advance = partial(step, machine, kind, hidden=hidden, bias=bias, biases=biases, activation=activation, projection=projection)
    for where in indices(leading):
        steps = [[value for index, value in values.items() if index[:-1] == (*where, at)] for at in range(length)]
        number = 0
        for layer in range(layers):
            ways: list[list[Vector]] = []
            for backward in [False, True] if bidirectional else [False]:
                states = [[0.0] * size for size in sizes]
                if given:
                    states = [[first[*where, number, each] for each in range(size)] for first, size in zip(given, sizes, strict=True)]
                made: dict[int, Vector] = {}
                for at in reversed(range(length)) if backward else range(length):
                    states = advance(steps[at], states, key=(layer, backward))
                    made[at] = states[0]
                ways.append([made[at] for at in range(length)])
                for tensor, vector in zip(last, states, strict=True):
                    tensor.update({(*where, number, each): value for each, value in enumerate(vector)})
                number += 1
            steps = [[value for way in ways for value in way[at]] for at in range(length)]
        out.update({(*where, at, each): value for at, vector in enumerate(steps) for each, value in enumerate(vector)})
    return [out, *last]


def conv_lstm(
    machine: Machine,
    values: Tensor,
    *given: Tensor,
    channels: int,
    kernel: Sequence[int],
    bias: bool = True,
    peepholes: str | None = None,
) -> list[Tensor]:
    """The outputs of every step, the last h and the last cell. One convolution of the input and the h on one another makes four gates."""
    length, incoming, *sizes = shape_of(values)
    pads = [((each - 1) // 2, each - 1 - (each - 1) // 2) for each in kernel]
    window: dict[str, Any] = {"kernel": kernel, "stride": [1] * len(sizes), "dilation": [1] * len(sizes), "padding": pads, "groups": 1}
    zeros = {(channel, *at): 0.0 for channel in range(channels) for at in indices(sizes)}
    h, cell = given or (zeros, zeros)
    out: Tensor = {}
    for step in range(length):
        both = {index[1:]: value for index, value in values.items() if index[0] == step}
        both.update({(incoming + index[0], *index[1:]): value for index, value in h.items()})
        sums = conv(machine, both, channels=4 * channels, bias=bias, **window)

        def gate(number: int, at: tuple[int, ...], held: float | None = None, sums: Tensor = sums) -> float:
            total = sums[number * channels + at[0], *at[1:]]
            if held is not None and peepholes:
                place = at if peepholes == "positions" else at[:1]
                total = machine.add(total, machine.scaled(held, "peephole", number, *place))
            return ACTIVATIONS["sigmoid" if number < 3 else "tanh"](machine, total)

        new: Tensor = {}
        turned: Tensor = {}
        for at in zeros:
            kept = machine.multiply(gate(0, at, cell[at]), cell[at])
            new[at] = machine.add(kept, machine.multiply(gate(1, at, cell[at]), gate(3, at)))
            turned[at] = machine.multiply(gate(2, at, new[at]), machine.transcendental(math.tanh, new[at]))
        h, cell = turned, new
        out.update({(step, *at): value for at, value in h.items()})
    return [out, h, cell]


def cell(
    machine: Machine, values: Tensor, *given: Tensor, kind: str, hidden: int, bias: bool = True, biases: int = 2, activation: str = "tanh"
) -> list[Tensor]:
    """One step, and the states after it."""
    *leading, _ = shape_of(values)
    out: list[Tensor] = [{} for _ in range(2 if kind == "lstm" else 1)]
    for where in indices(leading):
        x = [value for index, value in values.items() if index[:-1] == where]
        states = [[first[*where, each] for each in range(hidden)] for first in given] or [[0.0] * hidden for _ in out]
        states = step(machine, kind, x, states, hidden=hidden, bias=bias, biases=biases, activation=activation, projection=None, key="cell")
        for tensor, vector in zip(out, states, strict=True):
            tensor.update({(*where, each): value for each, value in enumerate(vector)})
    return out
