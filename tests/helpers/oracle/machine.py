"""Arithmetic that is counted, on tensors of plain numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import reduce
from itertools import product
from typing import Any

Index = tuple[int, ...]
Tensor = dict[Index, float]
Pairs = Sequence[tuple[int, int]]
"""The padding before and after each axis."""

OPERATIONS = ("maccs", "weight_muls", "weight_adds", "adds", "muls", "divs", "comparisons", "transcendentals", "sqrts")


class Machine:
    """Arithmetic that is counted. A sign, an absolute value, an index and a look-up cost nothing."""

    def __init__(self) -> None:
        self.tally: Counter[str] = Counter()
        self.weights: dict[Hashable, float] = {}

    def weight(self, *key: Hashable) -> float:
        """The parameter of that name and place; its first use makes it."""
        return self.weights.setdefault(key, 0.5 + len(self.weights) % 7 / 8)

    def macc(self, total: float, left: float, right: float) -> float:
        self.tally["maccs"] += 1
        return total + left * right

    def scaled(self, value: float, *key: Hashable) -> float:
        """The value times a parameter."""
        self.tally["weight_muls"] += 1
        return value * self.weight(*key)

    def shifted(self, value: float, *key: Hashable) -> float:
        """The value plus a parameter."""
        self.tally["weight_adds"] += 1
        return value + self.weight(*key)

    def add(self, left: float, right: float) -> float:
        self.tally["adds"] += 1
        return left + right

    def subtract(self, left: float, right: float) -> float:
        self.tally["adds"] += 1
        return left - right

    def multiply(self, left: float, right: float) -> float:
        self.tally["muls"] += 1
        return left * right

    def divide(self, left: float, right: float) -> float:
        self.tally["divs"] += 1
        return left / right

    def maximum(self, left: float, right: float) -> float:
        self.tally["comparisons"] += 1
        return max(left, right)

    def minimum(self, left: float, right: float) -> float:
        self.tally["comparisons"] += 1
        return min(left, right)

    def above(self, value: float, bound: float) -> bool:
        self.tally["comparisons"] += 1
        return value > bound

    def transcendental(self, function: Callable[[float], float], value: float) -> float:
        self.tally["transcendentals"] += 1
        return function(value)

    def power(self, base: float, exponent: float) -> float:
        self.tally["transcendentals"] += 1
        return float(base**exponent)

    def sqrt(self, value: float) -> float:
        self.tally["sqrts"] += 1
        return math.sqrt(value)

    def sum(self, values: Iterable[float]) -> float:
        return reduce(self.add, values)

    def largest(self, values: Iterable[float]) -> float:
        return reduce(self.maximum, values)

    def mean(self, values: Sequence[float]) -> float:
        return self.divide(self.sum(values), len(values))


Layer = Callable[..., Tensor]


class Measured:
    """What doing the work showed: the output's shape, the parameters touched, the operations done."""

    def __init__(self, *, output: list[int], params: int, operations: dict[str, int]) -> None:
        self.output = output
        self.params = params
        self.operations = operations


def indices(shape: Iterable[int]) -> Iterator[Index]:
    return product(*map(range, shape))


def tensor(shape: Sequence[int]) -> Tensor:
    """Values that differ, of both signs."""
    return {index: (37 * number % 23 - 11) / 8 for number, index in enumerate(indices(shape))}


def shape_of(values: Tensor) -> list[int]:
    """The reach of the indices; a hole among them is a fault of the loops."""
    shape = [1 + max(axis) for axis in zip(*values, strict=True)]
    assert len(values) == math.prod(shape)
    return shape


def measure(layer: Layer, *, shapes: Sequence[Sequence[int]], batch: int = 1, **args: Any) -> Measured:
    """The layer at work on every sample of a batch, with the same parameters."""
    machine = Machine()
    output: list[int] = []
    for _ in range(batch):
        output = shape_of(layer(machine, *map(tensor, shapes), **args))
    operations = {kind: machine.tally[kind] for kind in OPERATIONS}
    return Measured(output=output, params=len(machine.weights), operations=operations)


def groups_of(values: Tensor, *, by: Callable[[Index], Hashable]) -> list[list[Index]]:
    """The indices that belong together."""
    groups: dict[Hashable, list[Index]] = {}
    for index in values:
        groups.setdefault(by(index), []).append(index)
    return list(groups.values())


def over_axes(values: Tensor, *, axes: int | Sequence[int]) -> tuple[Callable[[Index], Hashable], Callable[[Index], Hashable]]:
    """What is equal within a normalised group, and what tells its members apart. A number counts the last axes."""
    rank = len(shape_of(values))
    inside = set(range(rank - axes, rank)) if isinstance(axes, int) else {axis % rank for axis in axes}

    def rest(index: Index) -> Hashable:
        return tuple(each for axis, each in enumerate(index) if axis not in inside)

    def member(index: Index) -> Hashable:
        return tuple(each for axis, each in enumerate(index) if axis in inside)

    return rest, member
