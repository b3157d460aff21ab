"""Attention, mixtures of experts and state spaces against loops that do the work and count it (``oracle``)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
import oracle.attention
import oracle.experts
import oracle.state
from oracle import Machine, Tensor, indices, measure, shape_of, softmax, tensor
from oracle.attention import Look, look
from sequence_help import Args, Shapes, drawn, examples, one

Layer = Callable[..., Tensor]


def assert_as_counted(kind: str, layer: Layer, shapes: Shapes, args: Args, *, written: Args, causal: str = "full") -> None:
    """The layer of that ``kind`` with the arguments ``written`` gives what the loops of ``layer`` measured."""
    measured = measure(layer, shapes=shapes, batch=2, **args)
    report = one(kind, shapes, {"batch": 2, "causal": causal}, **written)
    [row] = report.layers
    assert row.output_shapes == report.outputs == [measured.output]
    assert row.params == report.totals.params == measured.params
    assert row.operations == report.totals.operations == measured.operations


@st.composite
def masks(draw: st.DrawFn, *, keys: int, alike: bool) -> tuple[Args, dict[str, str], Look]:
    """Which keys are looked at: as a spec says it, as it is asked for, and as the loops take it."""
    reach = draw(st.sampled_from(["window", "chunk"] if alike else ["window"]))
    said: Args = {"causal": draw(st.booleans()), "window": 0, "chunk": 0} | {reach: draw(st.integers(0, keys + 1))}
    half = draw(st.booleans())
    return said, {"causal": "half" if half else "full"}, partial(look, **said, half=half)


def test_what_the_loops_look_at() -> None:
    def looked(queries: int, keys: int, **how: Any) -> list[list[int]]:
        return [list(look(query, queries, keys, **how)) for query in range(queries)]

    assert looked(3, 3, causal=True, half=True) == [[0], [0, 1], [0, 1, 2]]
    assert looked(2, 4, causal=True, half=True) == [[0, 1, 2], [0, 1, 2, 3]]
    assert looked(4, 4, causal=True, half=True, window=2) == [[0], [0, 1], [1, 2], [2, 3]]
    assert looked(4, 4, causal=True, window=2) == [[0, 1], [0, 1], [1, 2], [2, 3]]
    assert looked(1, 5, causal=True, window=2) == [[3, 4]]
    assert looked(5, 5, causal=True, half=True, chunk=3) == [[0], [0, 1], [0, 1, 2], [3], [3, 4]]
    assert looked(5, 5, causal=True, chunk=3) == looked(5, 5, chunk=3) == [[0, 1, 2]] * 3 + [[3, 4]] * 2
    assert looked(2, 5, causal=True, half=True, chunk=3) == [[3], [3, 4]]
    assert looked(2, 3) == looked(2, 3, causal=True) == looked(2, 3, half=True) == [[0, 1, 2]] * 2


@examples(40)
@given(data=st.data())
def test_scores_softmax_bias_and_values(data: st.DataObject) -> None:
    *leading, queries, more, d, d_v = drawn(data, data.draw(st.integers(4, 5)))
    groups, per_group = data.draw(st.sampled_from([(1, 1), (1, 3), (2, 1), (2, 2), (3, 1)]))
    keys, heads = queries + data.draw(st.sampled_from([0, more])), groups * per_group
    said, options, seen = data.draw(masks(keys=keys, alike=keys == queries))
    shared = data.draw(st.integers(0, d - 1))
    query, key = [*leading, queries, heads * d], [*leading, keys, groups * (d - shared) + shared]
    scores, value = [*leading, heads, queries, keys], [*leading, keys, groups * d_v]
    own = {"heads": heads, "kv_heads": groups, "shared": shared}
    check = partial(assert_as_counted, causal=options["causal"])
    check("attention_scores", oracle.attention.attention_scores, [query, key], own | {"seen": seen}, written=own | said)
    check("attention_softmax", oracle.attention.attention_softmax, [scores], {"seen": seen}, written=said)
    check("attention_softmax", oracle.attention.attention_softmax, [scores], {"seen": seen, "sink": True}, written=said | {"sink": True})
    args = {"kv_heads": groups, "seen": seen}
    check("attention_values", oracle.attention.attention_values, [scores, value], args, written=said | {"kv_heads": groups})
    if keys == queries and not said["window"] and not said["chunk"] and options["causal"] == "full":
        rows = data.draw(st.integers(1, queries))  # every row of the table is in use
        check("attention_bias", oracle.attention.attention_bias, [scores], {"rows": rows, "seen": seen}, written=said | {"rows": rows})


@examples(20)
@given(data=st.data())
def test_causal_scores_of_more_queries_than_keys(data: st.DataObject) -> None:
    """The first query stands at the first key; those behind the last see all."""
    keys, more, d = drawn(data, 3)
    shapes = [[keys + more, d], [keys, d]]
    seen = partial(look, causal=True, half=True)
    args = {"heads": 1, "kv_heads": 1, "seen": seen}
    assert_as_counted(
        "attention_scores", oracle.attention.attention_scores, shapes, args, written={"heads": 1, "causal": True}, causal="half"
    )


@examples(25)
@given(data=st.data())
def test_head_norm_and_rope(data: st.DataObject) -> None:
    *leading, heads, d = drawn(data, data.draw(st.integers(2, 4)), high=4)
    assert_as_counted("head_norm", oracle.attention.head_norm, [[*leading, heads * d]], {"heads": heads}, written={"heads": heads})
    rotated = 2 * data.draw(st.integers(1, d))
    shape = [*leading, heads * 2 * d]
    assert_as_counted("rope", oracle.attention.rope, [shape], {"rotated": rotated}, written={"rotated": rotated})
    assert_as_counted("rope", oracle.attention.rope, [shape], {"rotated": heads * 2 * d}, written={})


@examples(25)
@given(data=st.data())
def test_head_linear(data: st.DataObject) -> None:
    *leading, heads, d = drawn(data, data.draw(st.integers(2, 4)), high=4)
    args = {"heads": heads, "features": data.draw(st.integers(1, 4)), "passed": data.draw(st.integers(0, 2))}
    written = args | {"transposed": data.draw(st.booleans())}
    assert_as_counted("head_linear", oracle.attention.head_linear, [[*leading, heads * (d + args["passed"])]], args, written=written)


BIASES = ("query", "key", "value", "output")


@examples(60)
@given(data=st.data())
def test_attention(data: st.DataObject) -> None:
    """With one, two or three inputs, and everything that an argument switches."""
    queries, memory, *sizes = drawn(data, 6, high=7)
    number = data.draw(st.integers(1, 3))
    shapes = [[queries, sizes[0]], [memory, sizes[1]], [memory, sizes[2]]][:number]
    keys = queries if number == 1 else memory
    said, options, seen = data.draw(masks(keys=keys, alike=keys == queries))
    if queries > keys:
        said["causal"] = False
        seen = partial(look, window=said["window"])
    groups, per_group = data.draw(st.sampled_from([(1, 2), (2, 1), (2, 2), (3, 1)]))
    bias = data.draw(st.lists(st.sampled_from(BIASES), unique=True))
    args: Args = {"heads": groups * per_group, "kv_heads": groups, "head_dim": 2 * data.draw(st.integers(1, 2)), "features": sizes[3]}
    args |= {"qk_norm": data.draw(st.sampled_from([False, True, "width"])), "sink": data.draw(st.booleans())}
    rotated = data.draw(st.sampled_from([0, 2, args["head_dim"]]))
    rows = data.draw(st.sampled_from([0, 1]))
    written: Args = args | {"bias": bias, "rope": rotated or False, "position_bias": rows} | said
    written |= {"window": said["window"] or None, "chunk": said["chunk"] or None}
    if data.draw(st.booleans()) and rotated == args["head_dim"]:
        written["rope"] = True
    if len(bias) in (0, 4):
        written["bias"] = bool(bias)
    loops = args | {"bias": bias, "rotated": rotated, "position_bias": rows, "seen": seen}
    assert_as_counted("attention", oracle.attention.attention, shapes, loops, written=written, causal=options["causal"])


@examples(25)
@given(data=st.data())
def test_latent_attention(data: st.DataObject) -> None:
    length, features, heads, kv_rank, head_dim, value_dim = drawn(data, 6, high=7)
    query_rank = data.draw(st.sampled_from([None, 3]))
    args = {"heads": heads, "kv_rank": kv_rank, "query_rank": query_rank, "head_dim": head_dim, "value_dim": value_dim, "rope_dim": 2}
    causal, half = data.draw(st.booleans()), data.draw(st.booleans())
    loops = args | {"seen": partial(look, causal=causal, half=half)}
    written = args | {"causal": causal}
    how = "half" if half else "full"
    assert_as_counted("latent_attention", oracle.attention.latent_attention, [[length, features]], loops, written=written, causal=how)


# Mixtures of experts


@examples(15)
@given(data=st.data())
def test_top_k_and_expert_sum(data: st.DataObject) -> None:
    *leading, features = drawn(data, data.draw(st.integers(1, 3)))
    k = data.draw(st.integers(1, features))
    assert_as_counted("top_k", oracle.experts.top_k, [[*leading, features]], {"k": k}, written={"k": k})
    turned = [[features, *leading]]
    for gives in ("values", "indices"):
        assert_as_counted("top_k", oracle.experts.top_k, turned, {"k": k, "axis": 0}, written={"k": k, "axis": 0, "gives": gives})

    def loops(machine: Machine, value: Tensor, gates: Tensor) -> Tensor:
        return oracle.experts.expert_sum(machine, gates, *[value] * k)

    assert_as_counted("expert_sum", loops, [[*leading, features], [*leading, k]], {}, written={})


@examples(30)
@given(data=st.data())
def test_mixtures_of_experts(data: st.DataObject) -> None:
    features, hidden, experts, positions = drawn(data, 4)
    active = data.draw(st.integers(1, experts))
    positions += -(-experts // active)  # every expert has work, so that all of its weights are seen
    args: Args = {"experts": experts, "active": active, "hidden": hidden, "shared": data.draw(st.integers(0, 2))}
    args |= {"router_bias": data.draw(st.booleans()), "shared_gate": data.draw(st.booleans())}
    args |= {"gated": data.draw(st.booleans()), "bias": data.draw(st.booleans())}
    args |= {"activation": data.draw(st.sampled_from(["silu", "relu"])), "gate": data.draw(st.sampled_from(["softmax", "sigmoid"]))}
    assert_as_counted("moe", oracle.experts.moe, [[positions, features]], args, written=args)


# State spaces


@examples(20)
@given(data=st.data())
def test_sequence_conv_and_step_bias(data: st.DataObject) -> None:
    *shape, kernel = drawn(data, data.draw(st.integers(3, 4)))
    args = {"kernel": kernel, "bias": data.draw(st.booleans())}
    assert_as_counted("sequence_conv", oracle.state.sequence_conv, [shape], args, written=args)
    assert_as_counted("step_bias", oracle.state.step_bias, [shape], {}, written={})


@pytest.mark.parametrize("by_head", [False, True])
@examples(20)
@given(data=st.data())
def test_scan(by_head: bool, data: st.DataObject) -> None:
    *leading, length, per_group, state = drawn(data, data.draw(st.integers(3, 4)))
    groups, factor = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 3))
    inner = factor * groups * per_group
    heads = groups * per_group if by_head else None
    shapes = [[*leading, length, inner], [*leading, length, heads or inner], [*leading, length, 2 * groups * state]]
    args = {"state": state, "heads": heads, "groups": groups}
    assert_as_counted("ssm_scan", oracle.state.ssm_scan, shapes, args, written=args)


@examples(20)
@given(data=st.data())
def test_blocks_of_mamba(data: st.DataObject) -> None:
    length, features, state, kernel, rank = drawn(data, 5)
    args = {"state": state, "expand": data.draw(st.integers(1, 3)), "kernel": kernel, "bias": data.draw(st.booleans())}
    own = args | {"rank": rank, "norms": data.draw(st.booleans())}
    assert_as_counted("ssm", oracle.state.ssm, [[length, features]], own, written=own)
    groups = data.draw(st.integers(1, 2))
    more = {"groups": groups, "head_dim": args["expand"]}  # as many heads as features
    shape = [length, features * groups]
    assert_as_counted("ssm2", oracle.state.ssm2, [shape], args | more, written=args | more)


# The loops themselves


def test_the_loops_of_attention_compute() -> None:
    machine = Machine()
    query, key, value = tensor([2, 4]), tensor([3, 4]), tensor([3, 6])
    seen = partial(look)
    scores = oracle.attention.attention_scores(machine, query, key, heads=2, kv_heads=2, seen=seen)
    by_hand: Tensor = {(h, i, j): sum(query[i, 2 * h + e] * key[j, 2 * h + e] for e in range(2)) / 2**0.5 for h, i, j in indices([2, 2, 3])}
    assert scores == pytest.approx(by_hand)
    weights = oracle.attention.attention_softmax(machine, scores, seen=seen)
    assert weights == pytest.approx(softmax(machine, by_hand, axis=-1))
    out = oracle.attention.attention_values(machine, weights, value, kv_heads=2, seen=seen)
    assert shape_of(out) == [2, 6]
    assert out[1, 4] == pytest.approx(sum(weights[1, 1, j] * value[j, 4] for j in range(3)))


def test_the_loops_of_masked_attention_do_not_see_what_comes_later() -> None:
    machine, seen = Machine(), partial(look, causal=True, half=True)
    args: Args = {"heads": 2, "kv_heads": 1, "head_dim": 2, "features": 3, "bias": ["query"], "seen": seen, "rotated": 2, "qk_norm": True}
    values = tensor([4, 5])
    first = oracle.attention.attention(machine, values, **args)
    other = oracle.attention.attention(machine, values | {(3, each): 1.0 for each in range(5)}, **args)
    same = [index for index in first if first[index] == other[index]]
    assert {index[0] for index in same} == {0, 1, 2}
    assert len(same) == 9


def test_the_loops_of_rope_keep_the_product_of_equal_distances() -> None:
    machine = Machine()
    vector = {each: 0.5 * each - 0.75 for each in range(4)}
    turned = oracle.attention.rope(machine, {(at, each): vector[each] for at in range(6) for each in range(4)}, rotated=4)

    def product(one: int, other: int) -> float:
        return sum(turned[one, each] * turned[other, each] for each in range(4))

    assert product(1, 3) == pytest.approx(product(3, 5))
    assert product(1, 3) != pytest.approx(product(1, 2))
    assert product(2, 2) == pytest.approx(sum(value**2 for value in vector.values()))


def test_the_loops_of_a_scan_are_a_recurrence() -> None:
    """One feature, one number of state, two steps by hand."""
    machine = Machine()
    machine.weights.update({("A", 0, 0): 0.5, ("D", 0): 2.0})
    x: Tensor = {(0, 0): 3.0, (1, 0): 5.0}
    step: Tensor = {(0, 0): 0.25, (1, 0): 2.0}
    both: Tensor = {(0, 0): 1.5, (0, 1): -1.0, (1, 0): 0.5, (1, 1): 4.0}
    out = oracle.state.ssm_scan(machine, x, step, both, state=1)
    state = 3 * 0.25 * 1.5
    assert out[0, 0] == pytest.approx(-state + 2 * 3)
    state = state * 2.718281828459045 ** (-2 * 0.5) + 5 * 2 * 0.5
    assert out[1, 0] == pytest.approx(4 * state + 2 * 5)


def test_top_k_gives_values_and_positions() -> None:
    """As torch.topk on [3, 7, 5] along axis 1: two tensors [3, 2, 5]; each of 15 rows finds a largest of 7 and of 6."""
    layers: list[Any] = [{"name": "best", "top_k": {"k": 2, "axis": 1, "gives": "both"}}, {"softmax": 1, "from": "best.0"}]
    report = archcalc.analyze({"input": [3, 7, 5], "layers": layers, "outputs": ["softmax", "best.1"]})
    assert (report.layers[0].output_shapes, report.layers[0].operations["comparisons"]) == ([[3, 2, 5]] * 2, 15 * (6 + 5))


def test_the_loops_of_top_k_and_experts_compute() -> None:
    machine = Machine()
    gates = oracle.experts.top_k(machine, {(0,): 0.2, (1,): 0.5, (2,): 0.3}, k=2)
    assert gates == {(0,): 0.5, (1,): 0.3}
    assert oracle.experts.expert_sum(machine, gates, {(0,): 2.0}, {(0,): 10.0}) == {(0,): 4.0}
