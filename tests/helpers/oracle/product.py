"""Products of tensors without weights, look-ups, and vectors that are learned."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from .machine import Index, Machine, Tensor, indices, shape_of


def matmul(machine: Machine, left: Tensor, right: Tensor) -> Tensor:
    """Matrices on the last two axes; a vector is one row on the left and one column on the right, which the output lacks."""
    one, other = shape_of(left), shape_of(right)
    leading = [*one[:-2]], [*other[:-2]]
    rank = max(map(len, leading))
    padded = [[1] * (rank - len(sizes)) + sizes for sizes in leading]
    out: Tensor = {}
    for where in indices(map(max, zip(*padded, strict=True))):
        mine, theirs = (
            tuple(0 if size == 1 else at for at, size in zip(where[rank - len(sizes) :], sizes, strict=True)) for sizes in leading
        )
        for row, column in product(indices(one[-2:-1]), indices(other[-1:] if len(other) > 1 else [])):
            total = 0.0
            for at in range(one[-1]):
                total = machine.macc(total, left[*mine, *row, at], right[*theirs, at, *column])
            out[*where, *row, *column] = total
    return out


Named = dict[frozenset[tuple[str, int]], float]
"""A tensor whose elements are found by the position on each label."""


def labelled(values: Tensor, labels: str) -> Named:
    """A label that stands twice takes the diagonal."""
    out: Named = {}
    for index, value in values.items():
        where = frozenset(zip(labels, index, strict=True))
        if len(where) == len(set(labels)):
            out[where] = value
    return out


def kept(where: frozenset[tuple[str, int]], labels: set[str]) -> frozenset[tuple[str, int]]:
    return frozenset(each for each in where if each[0] in labels)


def gathered(machine: Machine, values: Named, labels: set[str]) -> Named:
    """The sum over every label but these."""
    out: Named = {}
    for where, value in values.items():
        to = kept(where, labels)
        out[to] = machine.add(out[to], value) if to in out else value
    return out


def einsum(machine: Machine, *tensors: Tensor, terms: Sequence[str], out: str) -> Tensor:
    """Two tensors after another become one: labels that only one of them has are summed in it, common ones that go while multiplying."""
    rest = [labelled(values, labels) for values, labels in zip(tensors, terms, strict=True)]
    running = rest.pop(0)
    for number, other in enumerate(rest, 1):
        needed = set(out).union(*terms[number + 1 :])
        running = gathered(machine, running, needed | set(terms[number]))
        mine = {label for where in running for label, _ in where}
        other = gathered(machine, other, needed | mine)
        all_labels = mine | set(terms[number]) & (needed | mine)
        pairs = {
            one | two: (first, second)
            for one, first in running.items()
            for two, second in other.items()
            if len(one | two) == len(all_labels)
        }
        running = {}
        for where, (first, second) in pairs.items():
            to = kept(where, needed)
            running[to] = machine.macc(running.get(to, 0.0), first, second) if all_labels - needed else machine.multiply(first, second)
    running = gathered(machine, running, set(out))
    return {tuple(dict(where)[label] for label in out): value for where, value in running.items()}


def dot_interaction(machine: Machine, *tensors: Tensor, diagonal: bool) -> Tensor:
    """Every vector with those before it, and with itself where there is a diagonal."""
    [values, *others] = tensors
    if others:
        values = {(*index[:-1], number, index[-1]): value for number, each in enumerate(tensors) for index, value in each.items()}
    *leading, vectors, features = shape_of(values)
    out: Tensor = {}
    for where in indices(leading):
        pairs = [(row, column) for row in range(vectors) for column in range(row + diagonal)]
        for number, (row, column) in enumerate(pairs):
            total = 0.0
            for at in range(features):
                total = machine.macc(total, values[*where, row, at], values[*where, column, at])
            out[*where, number] = total
    return out


def ids(values: Tensor, vocabulary: int) -> dict[Index, int]:
    """Token ids in the place of the values: all there are, in turn."""
    return {index: number % vocabulary for number, index in enumerate(values)}


def embedding(machine: Machine, values: Tensor, *, vocabulary: int, features: int) -> Tensor:
    return {(*index, each): machine.weight(token, each) for index, token in ids(values, vocabulary).items() for each in range(features)}


def embedding_bag(machine: Machine, values: Tensor, *, vocabulary: int, features: int, mode: str) -> Tensor:
    vectors = embedding(machine, values, vocabulary=vocabulary, features=features)
    *leading, number = shape_of(values)
    join = {"sum": machine.sum, "mean": lambda bag: machine.mean(list(bag)), "max": machine.largest}[mode]
    return {
        (*where, each): join(vectors[*where, at, each] for at in range(number)) for where in indices(leading) for each in range(features)
    }


def position_embedding(machine: Machine, values: Tensor) -> Tensor:
    """As many vectors as the sequence is long."""
    return {index: machine.shifted(value, *index[-2:]) for index, value in values.items()}


def class_token(machine: Machine, values: Tensor, *, count: int) -> Tensor:
    *leading, _, features = shape_of(values)
    out = {(*index[:-2], index[-2] + count, index[-1]): value for index, value in values.items()}
    for where in indices([*leading, count, features]):
        out[where] = machine.weight(*where[-2:])
    return out


def grn(machine: Machine, values: Tensor, *, axis: int) -> Tensor:
    """Each feature by its length over all positions, and that by the mean of the lengths."""
    features = shape_of(values)[axis]
    columns = [[value for index, value in values.items() if index[axis] == each] for each in range(features)]
    lengths = [machine.sqrt(machine.sum(machine.multiply(value, value) for value in column)) for column in columns]
    mean = machine.add(machine.mean(lengths), 1e-6)
    shares = [machine.divide(length, mean) for length in lengths]
    out: Tensor = {}
    for index, value in values.items():
        scaled = machine.scaled(machine.multiply(value, shares[index[axis]]), "scale", index[axis])
        out[index] = machine.add(machine.shifted(scaled, "shift", index[axis]), value)
    return out
