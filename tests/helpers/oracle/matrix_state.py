"""Sequences read through a state that is a matrix, one step after another; and RWKV's layers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from .activation import elementwise
from .arithmetic import power
from .attention import Part, projected
from .combine import multiply
from .machine import Index, Machine, Tensor, indices, shape_of

State = dict[tuple[int, int], float]
Step = Callable[[Machine, int, State, list[float], list[float], list[float], Index], list[float]]


def _scanned(machine: Machine, query: Tensor, key: Tensor, value: Tensor, heads: int, key_heads: int, step: Step) -> Tensor:
    """Each head by itself; heads of the values take turns on those of the keys."""
    *leading, length, width = shape_of(query)
    d, d_v = width // key_heads, shape_of(value)[-1] // heads
    out: Tensor = {}
    for *where, head in indices([*leading, heads]):
        state: State = {(row, column): 0.0 for row in range(d) for column in range(d_v)}
        shared = head * key_heads // heads
        for at in range(length):
            q, k = ([each[*where, at, shared * d + row] for row in range(d)] for each in (query, key))
            v = [value[*where, at, head * d_v + column] for column in range(d_v)]
            made = step(machine, head, state, q, k, v, (*where, at))
            out.update({(*where, at, head * d_v + column): each for column, each in enumerate(made)})
    return out


def _add(machine: Machine, state: State, key: list[float], value: list[float]) -> None:
    for row, column in state:
        state[row, column] = machine.macc(state[row, column], key[row], value[column])


def _read(machine: Machine, state: State, query: list[float]) -> list[float]:
    totals = dict.fromkeys((column for _, column in state), 0.0)
    for (row, column), each in state.items():
        totals[column] = machine.macc(totals[column], query[row], each)
    return list(totals.values())


def linear_attention(
    machine: Machine, query: Tensor, key: Tensor, value: Tensor, *, heads: int, normalise: bool = True, causal: bool = True
) -> Tensor:
    sums: dict[int, list[float]] = {}

    def step(machine: Machine, head: int, state: State, q: list[float], k: list[float], v: list[float], place: Index) -> list[float]:
        _add(machine, state, k, v)
        out = _read(machine, state, q)
        if not normalise:
            return out
        before = sums.get(head, [0.0] * len(k)) if place[-1] else [0.0] * len(k)
        sums[head] = [machine.add(*pair) for pair in zip(before, k, strict=True)]
        total = 0.0
        for one, other in zip(q, sums[head], strict=True):
            total = machine.macc(total, one, other)
        return [machine.divide(each, total or 1.0) for each in out]

    return _scanned(machine, query, key, value, heads, heads, step)


def retention(machine: Machine, query: Tensor, key: Tensor, value: Tensor, *, heads: int) -> Tensor:
    def step(machine: Machine, head: int, state: State, q: list[float], k: list[float], v: list[float], place: Index) -> list[float]:
        for each in state:
            state[each] = machine.multiply(state[each], 1 - 2.0 ** (-5 - head))
        _add(machine, state, k, v)
        return _read(machine, state, q)

    return _scanned(machine, query, key, value, heads, heads, step)


def gated_delta(
    machine: Machine,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    decays: Tensor,
    rates: Tensor,
    *,
    heads: int,
    key_heads: int | None = None,
) -> Tensor:
    def step(machine: Machine, head: int, state: State, q: list[float], k: list[float], v: list[float], place: Index) -> list[float]:
        gate = machine.shifted(decays[*place, head], "dt_bias", head)
        soft = machine.transcendental(math.log, machine.add(1.0, machine.transcendental(math.exp, gate)))
        decay = machine.transcendental(math.exp, -machine.scaled(soft, "A", head))
        rate = machine.divide(1.0, machine.add(1.0, machine.transcendental(math.exp, -rates[*place, head])))
        for each in state:
            state[each] = machine.multiply(state[each], decay)
        held = _read(machine, state, k)
        news = [machine.multiply(machine.subtract(new, old), rate) for new, old in zip(v, held, strict=True)]
        _add(machine, state, k, news)
        return _read(machine, state, q)

    return _scanned(machine, query, key, value, heads, key_heads or heads, step)


def token_shifts(machine: Machine, values: Tensor, *, mixes: int = 0) -> list[Tensor]:
    before = {index: values.get((*index[:-2], index[-2] - 1, index[-1]), 0.0) for index in values}
    out: list[Tensor] = []
    for number in range(mixes):
        made: Tensor = {}
        for index, value in values.items():
            now = machine.scaled(value, "mix", number, index[-1])
            machine.tally["weight_muls"] += 1  # the other factor is 1 less this one
            made[index] = machine.add(now, before[index] * (1 - machine.weight("mix", number, index[-1])))
        out.append(made)
    return out or [before]


def token_shift(machine: Machine, values: Tensor, *, mixes: int = 0) -> Tensor:
    return token_shifts(machine, values, mixes=mixes)[0]


def wkv(machine: Machine, keys: Tensor, values: Tensor) -> Tensor:
    *leading, length, features = shape_of(keys)
    out: Tensor = {}
    for feature in range(features):
        rate = machine.transcendental(math.exp, machine.weight("decay", feature))
        kept = machine.transcendental(math.exp, -rate)
        for where in indices(leading):
            a = b = 0.0
            for at in range(length):
                place = (*where, at, feature)
                first = machine.transcendental(math.exp, machine.shifted(keys[place], "first", feature))
                out[place] = machine.divide(machine.macc(a, first, values[place]), machine.add(b, first))
                new = machine.transcendental(math.exp, keys[place])
                machine.tally["weight_muls"] += 2
                a = machine.macc(a * kept, new, values[place])
                b = machine.add(b * kept, new)
    return out


def _gate(machine: Machine, values: Tensor, features: int) -> Tensor:
    return elementwise(machine, projected(machine, "gate", values, features=features, bias=False), name="sigmoid")


def _linears(machine: Machine, inputs: list[Tensor], names: str, features: int) -> Iterator[Tensor]:
    for name, values in zip(names.split(), inputs, strict=True):
        yield projected(machine, name, values, features=features, bias=False)


def rwkv_time_mix(machine: Machine, values: Tensor) -> Tensor:
    features = shape_of(values)[-1]
    mixed = token_shifts(machine, values, mixes=3)
    key, value = _linears(machine, mixed[:2], "key value", features)
    out = multiply(machine, _gate(machine, mixed[2], features), wkv(Part(machine, "wkv"), key, value))
    return projected(machine, "output", out, features=features, bias=False)


def rwkv_channel_mix(machine: Machine, values: Tensor, *, hidden: int) -> Tensor:
    features = shape_of(values)[-1]
    mixed = token_shifts(machine, values, mixes=2)
    inner = elementwise(machine, projected(machine, "key", mixed[0], features=hidden, bias=False), name="relu")
    value = projected(machine, "value", power(machine, inner, exponent=2), features=features, bias=False)
    return multiply(machine, _gate(machine, mixed[1], features), value)
