"""State spaces: a scan of a sequence, one step after another, and Mamba's blocks around it."""

from __future__ import annotations

import math

from .activation import elementwise
from .attention import Part, columns, projected
from .combine import multiply
from .machine import Machine, Tensor, indices, shape_of
from .move import concat
from .norm import rms_norm


def sequence_conv(machine: Machine, values: Tensor, *, kernel: int, bias: bool) -> Tensor:
    """Each feature over itself and earlier positions; before the first are zeros."""
    out: Tensor = {}
    for index in values:
        *where, position, feature = index
        total = 0.0
        for tap in range(kernel):
            total = machine.macc(total, machine.weight("kernel", feature, tap), values.get((*where, position - tap, feature), 0.0))
        out[index] = machine.shifted(total, "bias", feature) if bias else total
    return out


def step_bias(machine: Machine, values: Tensor) -> Tensor:
    return {index: machine.shifted(value, "bias", index[-1]) for index, value in values.items()}


def decay(machine: Machine, step: float, *key: int) -> float:
    return machine.transcendental(math.exp, machine.scaled(-abs(step), "A", *key))


def ssm_scan(
    machine: Machine, values: Tensor, step: Tensor, both: Tensor, *, state: int, heads: int | None = None, groups: int = 1
) -> Tensor:
    """One step after another: the state decays, takes in the input by B, and is read out by C; the input goes around it by D.

    Without ``heads`` each number of the state has its own decay, of its feature's step; with them a head has one.
    """
    *leading, length, inner = shape_of(values)
    count = heads or inner
    out: Tensor = {}
    for where in indices(leading):
        states = dict.fromkeys(indices([inner, state]), 0.0)
        for at in range(length):
            of_head = [decay(machine, step[*where, at, head], head) for head in range(count)] if heads else []
            for feature in range(inner):
                head = feature // (inner // count)
                group = feature // (inner // groups)
                taken = machine.multiply(values[*where, at, feature], step[*where, at, head])
                total = 0.0
                for each in range(state):
                    entry = machine.multiply(taken, both[*where, at, group * state + each])
                    keep = of_head[head] if heads else decay(machine, step[*where, at, feature], feature, each)
                    states[feature, each] = machine.macc(entry, keep, states[feature, each])
                    total = machine.macc(total, states[feature, each], both[*where, at, (groups + group) * state + each])
                out[*where, at, feature] = machine.add(total, machine.scaled(values[*where, at, feature], "D", head))
    return out


def ssm(machine: Machine, values: Tensor, *, state: int, expand: int, kernel: int, rank: int, bias: bool, norms: bool = False) -> Tensor:
    features = shape_of(values)[-1]
    inner = expand * features
    x, gate = columns(projected(machine, "in", values, features=2 * inner, bias=bias), inner, inner)
    x = elementwise(machine, sequence_conv(machine, x, kernel=kernel, bias=True), name="silu")
    narrow, both = columns(projected(machine, "select", x, features=rank + 2 * state, bias=False), rank, 2 * state)
    if norms:
        narrow = rms_norm(Part(machine, "step norm"), narrow, axes=1, affine=True)
        apart = [
            rms_norm(Part(machine, f"{name} norm"), each, axes=1, affine=True) for name, each in zip("bc", columns(both, state, state))
        ]
        both = concat(machine, *apart, axis=len(shape_of(both)) - 1)
    step = elementwise(machine, projected(machine, "step", narrow, features=inner, bias=True), name="softplus")
    out = multiply(machine, ssm_scan(machine, x, step, both, state=state), elementwise(machine, gate, name="silu"))
    return projected(machine, "out", out, features=features, bias=bias)


def ssm2(machine: Machine, values: Tensor, *, state: int, expand: int, kernel: int, head_dim: int, groups: int, bias: bool) -> Tensor:
    features = shape_of(values)[-1]
    inner = expand * features
    heads, both_size = inner // head_dim, 2 * groups * state
    made = projected(machine, "in", values, features=2 * inner + both_size + heads, bias=bias)
    gate, x, step = columns(made, inner, inner + both_size, heads)
    x = elementwise(machine, sequence_conv(machine, x, kernel=kernel, bias=True), name="silu")
    x, both = columns(x, inner, both_size)
    step = elementwise(machine, step_bias(Part(machine, "step"), step), name="softplus")
    out = ssm_scan(machine, x, step, both, state=state, heads=heads, groups=groups)
    out = multiply(machine, out, elementwise(machine, gate, name="silu"))
    return projected(machine, "out", rms_norm(Part(machine, "norm"), out, axes=1, affine=True), features=features, bias=bias)
