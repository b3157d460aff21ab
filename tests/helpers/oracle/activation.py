"""Functions of one element, and the gates made of them."""

from __future__ import annotations

import math
from collections.abc import Callable

from .machine import Machine, Tensor, indices, shape_of


def sigmoid(machine: Machine, x: float) -> float:
    return machine.divide(1.0, machine.add(1.0, machine.transcendental(math.exp, -x)))


def softplus(machine: Machine, x: float) -> float:
    return machine.transcendental(math.log, machine.add(1.0, machine.transcendental(math.exp, x)))


def clipped(machine: Machine, x: float, *, low: float, high: float) -> float:
    return machine.minimum(machine.maximum(x, low), high)


def below_zero(machine: Machine, x: float) -> float:
    return machine.subtract(machine.transcendental(math.exp, x), 1.0)


def elu(machine: Machine, x: float) -> float:
    negative = machine.multiply(1.0, below_zero(machine, x))
    return x if machine.above(x, 0) else negative


def selu(machine: Machine, x: float) -> float:
    negative = machine.multiply(1.67, below_zero(machine, x))
    return machine.multiply(1.05, x if machine.above(x, 0) else negative)


def celu(machine: Machine, x: float) -> float:
    negative = machine.multiply(1.0, below_zero(machine, machine.divide(x, 1.0)))
    return x if machine.above(x, 0) else negative


def leaky_relu(machine: Machine, x: float) -> float:
    negative = machine.multiply(0.01, x)
    return x if machine.above(x, 0) else negative


def gelu(machine: Machine, x: float) -> float:
    error = machine.transcendental(math.erf, machine.multiply(x, math.sqrt(0.5)))
    return machine.multiply(machine.multiply(0.5, x), machine.add(1.0, error))


def hard_sigmoid(machine: Machine, x: float) -> float:
    return machine.divide(clipped(machine, machine.add(x, 3.0), low=0.0, high=6.0), 6.0)


def soft_sign(machine: Machine, x: float) -> float:
    return machine.divide(x, machine.add(1.0, abs(x)))


def soft_shrink(machine: Machine, x: float) -> float:
    """The size of x less 0.5, but not below 0; the sign stays."""
    return math.copysign(machine.maximum(machine.subtract(abs(x), 0.5), 0.0), x)


def hard_shrink(machine: Machine, x: float) -> float:
    return x if machine.above(abs(x), 0.5) else 0.0


def tanh(machine: Machine, x: float) -> float:
    return machine.transcendental(math.tanh, x)


ACTIVATIONS: dict[str, Callable[[Machine, float], float]] = {
    "relu": lambda machine, x: machine.maximum(x, 0.0),
    "relu6": lambda machine, x: clipped(machine, x, low=0.0, high=6.0),
    "leaky_relu": leaky_relu,
    "elu": elu,
    "selu": selu,
    "celu": celu,
    "gelu": gelu,
    "silu": lambda machine, x: machine.multiply(x, sigmoid(machine, x)),
    "mish": lambda machine, x: machine.multiply(x, tanh(machine, softplus(machine, x))),
    "sigmoid": sigmoid,
    "tanh": tanh,
    "hard_sigmoid": hard_sigmoid,
    "hard_swish": lambda machine, x: machine.multiply(x, hard_sigmoid(machine, x)),
    "hard_tanh": lambda machine, x: clipped(machine, x, low=-1.0, high=1.0),
    "softplus": softplus,
    "softsign": soft_sign,
    "log_sigmoid": lambda machine, x: -softplus(machine, -x),
    "tanh_shrink": lambda machine, x: machine.subtract(x, tanh(machine, x)),
    "hard_shrink": hard_shrink,
    "soft_shrink": soft_shrink,
}


def elementwise(machine: Machine, values: Tensor, *, name: str) -> Tensor:
    return {index: ACTIVATIONS[name](machine, value) for index, value in values.items()}


def prelu(machine: Machine, values: Tensor, *, per_channel: bool) -> Tensor:
    out: Tensor = {}
    for index, value in values.items():
        negative = machine.scaled(value, "slope", index[0] if per_channel else 0)
        out[index] = value if machine.above(value, 0) else negative
    return out


def glu(machine: Machine, values: Tensor, *, axis: int) -> Tensor:
    """The first half times the sigmoid of the second half."""
    shape = shape_of(values)
    axis %= len(shape)
    half = shape[axis] // 2
    out: Tensor = {}
    for index in indices([*shape[:axis], half, *shape[axis + 1 :]]):
        partner = (*index[:axis], index[axis] + half, *index[axis + 1 :])
        out[index] = machine.multiply(values[index], sigmoid(machine, values[partner]))
    return out
