"""Mixtures of experts: a router, and the layers that each position goes through."""

from __future__ import annotations

from functools import partial

from .activation import elementwise
from .attention import Part, projected
from .combine import add, multiply
from .machine import Machine, Tensor, indices, shape_of
from .norm import softmax


def feed_forward(machine: Machine, values: Tensor, *, hidden: int, activation: str, gated: bool, bias: bool) -> Tensor:
    """Two matrices, or three of which one makes a gate."""
    inner = elementwise(machine, projected(machine, "first", values, features=hidden, bias=bias), name=activation)
    if gated:
        inner = multiply(machine, inner, projected(machine, "up", values, features=hidden, bias=bias))
    return projected(machine, "down", inner, features=shape_of(values)[-1], bias=bias)


def top_k(machine: Machine, values: Tensor, *, k: int, axis: int = -1) -> Tensor:
    """The largest, then the largest of the others, ..."""
    shape = shape_of(values)
    axis %= len(shape)
    out: Tensor = {}
    for where in indices([*shape[:axis], 1, *shape[axis + 1 :]]):
        before, after = where[:axis], where[axis + 1 :]
        left = [values[*before, at, *after] for at in range(shape[axis])]
        for number in range(k):
            out[*before, number, *after] = machine.largest(left)
            left.remove(out[*before, number, *after])
    return out


def expert_sum(machine: Machine, gates: Tensor, *outputs: Tensor) -> Tensor:
    """The outputs of the experts, one tensor for each that is active, by their gates."""
    return {
        index: machine.sum([machine.multiply(each[index], gates[*index[:-1], number]) for number, each in enumerate(outputs)])
        for index in outputs[0]
    }


def moe(
    machine: Machine,
    values: Tensor,
    *,
    experts: int,
    active: int,
    hidden: int,
    activation: str,
    gated: bool,
    bias: bool,
    gate: str,
    shared: int,
    router_bias: bool = False,
    shared_gate: bool = False,
) -> Tensor:
    """Position after position takes its turn of the experts, so that all have work; the router's scores cost what they cost."""
    *leading, features = shape_of(values)
    scores = projected(machine, "router", values, features=experts, bias=router_bias)
    scores = softmax(machine, scores, axis=-1) if gate == "softmax" else elementwise(machine, scores, name=gate)
    gates = top_k(machine, scores, k=active)
    expert = partial(feed_forward, activation=activation, gated=gated, bias=bias)
    outputs: list[Tensor] = [{} for _ in range(active)]
    for turn, where in enumerate(indices(leading)):
        one: Tensor = {(each,): values[*where, each] for each in range(features)}
        for number in range(active):
            made = expert(Part(machine, f"expert {(turn * active + number) % experts}"), one, hidden=hidden)
            outputs[number].update({(*where, each): value for (each,), value in made.items()})
    out = expert_sum(machine, gates, *outputs)
    if not shared:
        return out
    other = expert(Part(machine, "shared"), values, hidden=hidden * shared)
    if shared_gate:
        weight = elementwise(machine, projected(machine, "share", values, features=1, bias=False), name="sigmoid")
        other = multiply(machine, other, weight)
    return add(machine, out, other)
