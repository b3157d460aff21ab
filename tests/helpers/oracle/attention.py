"""Attention: per head, per query, per key that is looked at, per feature."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from itertools import pairwise

from .machine import Machine, Tensor, indices, shape_of
from .norm import EPSILON, rms_norm, softmax
from .weighted import linear

Look = Callable[[int, int, int], Sequence[int]]
"""Which keys a query looks at, given its place, how many queries there are, and how many keys."""


class Part(Machine):
    """The same machine for a part of a layer, whose weights have a name in front."""

    def __init__(self, whole: Machine, name: str) -> None:
        self.tally, self.weights = whole.tally, whole.weights
        self.path: tuple[Hashable, ...] = (*getattr(whole, "path", ()), name)

    def weight(self, *key: Hashable) -> float:
        return super().weight(*self.path, *key)


def look(
    query: int, queries: int, keys: int, *, causal: bool = False, window: int = 0, chunk: int = 0, half: bool = False
) -> Sequence[int]:
    """The keys that are multiplied. The last query stands at the last key; with ``half`` only what is not masked, else as many for each."""
    here = query + max(keys - queries, 0)
    if chunk:
        return [key for key in range(keys) if key // chunk == here // chunk and not (causal and half and key > here)]
    if causal and half:
        return [key for key in range(keys) if key <= here and (not window or here - key < window)]
    reach = min(keys, window or keys)
    start = min(max(here - reach + 1, 0), keys - reach)
    return range(start, start + reach)


def attention_scores(machine: Machine, query: Tensor, key: Tensor, *, heads: int, kv_heads: int, seen: Look, shared: int = 0) -> Tensor:
    """Masked pairs are minus infinity, for nothing. ``shared``: features at the end of a key that belong to all heads."""
    *leading, queries, features = shape_of(query)
    *_, keys, width = shape_of(key)
    d, own = features // heads, (width - shared) // kv_heads
    out: Tensor = {}
    for where in indices(leading):
        for head, at, to in indices([heads, queries, keys]):
            group = head // (heads // kv_heads)
            if to not in seen(at, queries, keys):
                out[*where, head, at, to] = -math.inf
                continue
            total = 0.0
            for each in range(d):
                place = group * own + each if each < own else width - shared + each - own
                total = machine.macc(total, query[*where, at, head * d + each], key[*where, to, place])
            out[*where, head, at, to] = machine.multiply(total, d**-0.5)
    return out


def attention_softmax(machine: Machine, scores: Tensor, *, seen: Look, sink: bool = False) -> Tensor:
    *_, queries, keys = shape_of(scores)
    out = dict.fromkeys(scores, 0.0)
    for where in indices(shape_of(scores)[:-1]):
        places = seen(where[-1], queries, keys)
        row: Tensor = {(number,): scores[*where, to] for number, to in enumerate(places)}
        if sink:  # one more score, of the head, which no place gets
            row[(len(places),)] = machine.weight("sink", where[-2])
            most = machine.largest(row.values())
            powers = {number: machine.transcendental(math.exp, machine.subtract(value, most)) for (number,), value in row.items()}
            total = machine.sum(powers.values())
            out.update({(*where, to): machine.divide(powers[number], total) for number, to in enumerate(places)})
            continue
        out.update({(*where, places[number]): value for (number,), value in softmax(machine, row, axis=0).items()})
    return out


def attention_bias(machine: Machine, scores: Tensor, *, rows: int, seen: Look) -> Tensor:
    """A row of the table for each distance; the last row for all that are further."""
    *_, queries, keys = shape_of(scores)
    out = dict(scores)
    for index, value in scores.items():
        head, query, key = index[-3:]
        if key in seen(query, queries, keys):
            out[index] = machine.shifted(value, "bias", head, min(abs(query - key), rows - 1))
    return out


def attention_values(machine: Machine, weights: Tensor, value: Tensor, *, kv_heads: int, seen: Look) -> Tensor:
    *leading, heads, queries, keys = shape_of(weights)
    d = shape_of(value)[-1] // kv_heads
    out: Tensor = {}
    for where in indices(leading):
        for head, at, each in indices([heads, queries, d]):
            total = 0.0
            for to in seen(at, queries, keys):
                total = machine.macc(total, weights[*where, head, at, to], value[*where, to, head // (heads // kv_heads) * d + each])
            out[*where, at, head * d + each] = total
    return out


def head_norm(machine: Machine, values: Tensor, *, heads: int) -> Tensor:
    """Each head by the root of the mean of its squares, then scaled: all heads by the same scales."""
    *leading, features = shape_of(values)
    d = features // heads
    out: Tensor = {}
    for *where, head in indices([*leading, heads]):
        places = [(*where, head * d + each) for each in range(d)]
        mean = machine.mean([machine.multiply(values[place], values[place]) for place in places])
        root = machine.sqrt(machine.add(mean, EPSILON))
        out.update({place: machine.scaled(machine.divide(values[place], root), "scale", each) for each, place in enumerate(places)})
    return out


def rope(machine: Machine, values: Tensor, *, rotated: int, heads: int = 1) -> Tensor:
    """Neighbouring features of a head as points of a plane, turned by an angle that grows with the position; sines and cosines are looked up."""
    d = shape_of(values)[-1] // heads
    out = dict(values)
    for (*where, feature), x in values.items():
        if feature % d < rotated and feature % d % 2 == 0:
            angle = (where[-1] if where else 0) * 10_000 ** (-(feature % d) / rotated)
            sine, cosine = math.sin(angle), math.cos(angle)
            y = values[*where, feature + 1]
            out[*where, feature] = machine.subtract(machine.multiply(x, cosine), machine.multiply(y, sine))
            out[*where, feature + 1] = machine.add(machine.multiply(x, sine), machine.multiply(y, cosine))
    return out


def projected(machine: Machine, name: str, values: Tensor, *, features: int, bias: bool) -> Tensor:
    return linear(Part(machine, name), values, features=features, bias=bias)


def attention(
    machine: Machine,
    query: Tensor,
    *others: Tensor,
    heads: int,
    kv_heads: int,
    head_dim: int,
    features: int,
    bias: Sequence[str],
    seen: Look,
    position_bias: int = 0,
    rotated: int = 0,
    qk_norm: bool | str = False,
    sink: bool = False,
) -> Tensor:
    """The keys and values are the query's own sequence, a memory, or two sequences."""
    key, value = others if len(others) == 2 else others * 2 or (query, query)
    made = []
    for name, values, count in (("query", query, heads), ("key", key, kv_heads), ("value", value, kv_heads)):
        part = projected(machine, name, values, features=count * head_dim, bias=name in bias)
        if qk_norm and name != "value":
            part = head_norm(Part(machine, name), part, heads=1 if qk_norm == "width" else count)
        if rotated and name != "value":
            part = rope(machine, part, rotated=rotated, heads=count)
        made.append(part)
    scores = attention_scores(machine, made[0], made[1], heads=heads, kv_heads=kv_heads, seen=seen)
    if position_bias:
        scores = attention_bias(machine, scores, rows=position_bias, seen=seen)
    weights = attention_softmax(machine, scores, seen=seen, sink=sink)
    together = attention_values(machine, weights, made[2], kv_heads=kv_heads, seen=seen)
    return projected(machine, "output", together, features=features, bias="output" in bias)


def columns(values: Tensor, *sizes: int) -> list[Tensor]:
    """The last axis in pieces."""
    ends = [sum(sizes[:number]) for number in range(len(sizes) + 1)]
    assert ends[-1] == shape_of(values)[-1]
    return [
        {(*index[:-1], index[-1] - start): value for index, value in values.items() if start <= index[-1] < end}
        for start, end in pairwise(ends)
    ]


def head_linear(machine: Machine, values: Tensor, *, heads: int, features: int, passed: int = 0) -> Tensor:
    """Each head by a matrix of its own, its last features as they are."""
    *leading, width = shape_of(values)
    own, made = width // heads, features + passed
    out: Tensor = {}
    for *where, head, each in indices([*leading, heads, made]):
        if each >= features:
            out[*where, head * made + each] = values[*where, head * own + own - made + each]
            continue
        total = 0.0
        for at in range(own - passed):
            total = machine.macc(total, machine.weight(head, each, at), values[*where, head * own + at])
        out[*where, head * made + each] = total
    return out


def latent_attention(
    machine: Machine,
    values: Tensor,
    *,
    heads: int,
    kv_rank: int,
    query_rank: int | None,
    head_dim: int,
    rope_dim: int,
    value_dim: int,
    seen: Look,
) -> Tensor:
    """Keys and values out of one small vector; a part of each key, with the position, is shared by all heads."""
    make = partial(projected, machine, bias=False)
    source = values
    if query_rank:
        source = rms_norm(Part(machine, "query norm"), make("query down", values, features=query_rank), axes=1, affine=True)
    query = rope(machine, make("query", source, features=heads * (head_dim + rope_dim)), rotated=rope_dim, heads=heads)
    latent, position = columns(make("compress", values, features=kv_rank + rope_dim), kv_rank, rope_dim)
    position = rope(machine, position, rotated=rope_dim)
    latent = rms_norm(Part(machine, "latent norm"), latent, axes=1, affine=True)
    key, value = columns(make("expand", latent, features=heads * (head_dim + value_dim)), heads * head_dim, heads * value_dim)
    key |= {(*index[:-1], index[-1] + heads * head_dim): each for index, each in position.items()}
    scores = attention_scores(machine, query, key, heads=heads, kv_heads=heads, seen=seen, shared=rope_dim)
    weights = attention_softmax(machine, scores, seen=seen)
    together = attention_values(machine, weights, value, kv_heads=heads, seen=seen)
    return make("output", together, features=shape_of(values)[-1])
