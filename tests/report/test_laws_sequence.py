"""Laws of sequence layers: what is the same said in two ways has the same figures, and what the counts add up to."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sequence_help import Args, Item, Shapes, counted, drawn, examples, figures, one, times

BIASES = ("query", "key", "value", "output")
HOW = pytest.mark.parametrize("causal", ["full", "half"])


def item(kind: str, *sources: str, name: str = "", **args: Any) -> Item:
    """A layer of a written-out network."""
    return {kind: args} | ({"from": list(sources)} if sources else {}) | ({"name": name} if name else {})


@st.composite
def attentions(draw: st.DrawFn) -> tuple[Args, Shapes]:
    """Arguments of attention, and one, two or three inputs of several sizes."""
    queries, keys, *features = draw(st.lists(st.integers(1, 40), min_size=5, max_size=5, unique=True))
    leading = draw(st.lists(st.integers(1, 3), max_size=2))
    groups, per_group = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    args: Args = {"heads": groups * per_group, "kv_heads": groups, "head_dim": 2 * draw(st.integers(1, 4))}
    args |= {"bias": draw(st.lists(st.sampled_from(BIASES), unique=True)), "causal": draw(st.booleans())}
    args |= {"window": draw(st.sampled_from([None, 1, 3, 50])), "position_bias": draw(st.sampled_from([0, 7]))}
    args |= {"qk_norm": draw(st.booleans()), "rope": draw(st.sampled_from([False, True, 2])), "features": draw(st.sampled_from([None, 9]))}
    shapes = [[*leading, queries, features[0]], [*leading, keys, features[1]], [*leading, keys, features[2]]]
    return args, shapes[: draw(st.integers(1, 3))]


# Attention


@HOW
@examples(25)
@given(data=st.data())
def test_maccs_are_the_same_for_every_number_of_heads(causal: str, data: st.DataObject) -> None:
    length, quarter = drawn(data, 2, high=50)
    args = {"causal": data.draw(st.booleans()), "window": data.draw(st.sampled_from([None, 5]))}
    reports = [one("attention", [[length, 4 * quarter]], {"causal": causal}, heads=heads, **args) for heads in (1, 2, 4)]
    assert len({report.totals.maccs for report in reports}) == len({report.totals.params for report in reports}) == 1
    softmaxes = [report.totals.operations["transcendentals"] for report in reports]
    assert softmaxes == [softmaxes[0] * heads for heads in (1, 2, 4)]


@examples(25)
@given(drawn=attentions())
def test_grouped_queries_with_a_group_for_each_head_are_multi_head(drawn: tuple[Args, Shapes]) -> None:
    args, shapes = drawn
    heads = args.pop("kv_heads") * 2
    args |= {"heads": heads}
    assert figures(one("attention", shapes, **args)) == figures(one("attention", shapes, **args, kv_heads=heads))


@examples(25)
@given(drawn=attentions(), fewer=st.sampled_from([1, 2, 3]))
def test_groups_save_projections_of_keys_and_values_alone(drawn: tuple[Args, Shapes], fewer: int) -> None:
    args, shapes = drawn
    args |= {"heads": 6, "qk_norm": False, "rope": False, "bias": False}
    del args["kv_heads"]
    many, few = one("attention", shapes, **args), one("attention", shapes, **args, kv_heads=fewer)
    key, value = shapes[len(shapes) // 2], shapes[-1]
    saved = (6 - fewer) * args["head_dim"] * (key[-1] + value[-1])
    assert many.totals.params - few.totals.params == saved
    assert many.totals.operations == few.totals.operations | {"maccs": few.totals.maccs + prod(key[:-1]) * saved}


@HOW
@examples(25)
@given(drawn=attentions(), wider=st.integers(0, 3))
def test_a_window_over_everything_is_none(causal: str, drawn: tuple[Args, Shapes], wider: int) -> None:
    args, shapes = drawn
    args |= {"window": None, "causal": args["causal"] and shapes[0][-2] <= shapes[-1][-2]}
    whole = one("attention", shapes, {"causal": causal}, **args)
    args["window"] = shapes[-1][-2] + wider
    assert figures(one("attention", shapes, {"causal": causal}, **args)) == figures(whole)


@examples(40)
@given(length=st.integers(1, 60), heads=st.integers(1, 5), d=st.integers(1, 9))
def test_half_of_causal_attention_is_the_triangle(length: int, heads: int, d: int) -> None:
    for causal, pairs in (("full", length * length), ("half", length * (length + 1) // 2)):
        report = one("attention", [[length, heads * d]], {"causal": causal}, heads=heads, causal=True, project=False)
        assert report.totals.maccs == 2 * heads * d * pairs
        assert report.totals.operations["transcendentals"] == heads * pairs
    both = [one("attention", [[length, heads * d]], {"causal": causal}, heads=heads) for causal in ("full", "half")]
    assert figures(both[0]) == figures(both[1])  # nothing is masked


@examples(60)
@given(queries=st.integers(1, 30), more=st.integers(0, 30), window=st.integers(0, 70), heads=st.integers(1, 3))
def test_pairs_by_brute_force(queries: int, more: int, window: int, heads: int) -> None:
    """The last query stands at the last key and sees itself and those before it, at most a window of them."""
    keys = queries + more
    seen = [(i, j) for i, j in product(range(queries), range(keys)) if j <= i + more and (not window or i + more - j < window)]
    shapes = [[queries, 2 * heads], [keys, 2 * heads]]
    scores = one("attention_scores", shapes, {"causal": "half"}, heads=heads, causal=True, window=window)
    assert scores.totals.operations["muls"] == heads * len(seen)
    assert scores.totals.maccs == 2 * heads * len(seen)
    full = one("attention_scores", shapes, heads=heads, causal=True, window=window)
    assert full.totals.operations["muls"] == heads * queries * min(keys, window or keys)


@examples(40)
@given(whole=st.integers(1, 5), part=st.integers(0, 6), chunk=st.integers(1, 7), causal=st.booleans())
def test_chunks_are_sequences_of_their_own(whole: int, part: int, chunk: int, causal: bool) -> None:
    """Rows laid out as chunks attend to themselves; the last may be shorter."""
    part %= chunk
    for how in ("half", "full"):
        args: Args = {"heads": 2, "causal": causal, "project": False}
        chunks = one("attention", [[whole * chunk + part, 8]], {"causal": how}, **args, chunk=chunk)
        rows = [one("attention", [shape], {"causal": how}, **args) for shape in ([whole, chunk, 8], [part, 8]) if all(shape)]
        assert chunks.totals.operations == {kind: sum(each.totals.operations[kind] for each in rows) for kind in chunks.totals.operations}


@HOW
@examples(60)
@given(drawn=attentions())
def test_attention_is_its_parts_written_out(causal: str, drawn: tuple[Args, Shapes]) -> None:
    args, shapes = drawn
    heads, groups, d, window = args["heads"], args["kv_heads"], args["head_dim"], args["window"] or 0
    sources = ["input_0", "input_1", "input_2"][: len(shapes)] if len(shapes) > 1 else ["input"]
    rotated = d if args["rope"] is True else int(args["rope"])
    mask = {"causal": args["causal"], "window": window}
    items: list[Item] = []
    for name, count, source in zip(BIASES, (heads, groups, groups), (sources[0], sources[len(sources) // 2], sources[-1])):
        own = [{"linear": {"features": count * d, "bias": name in args["bias"]}}]
        own += [{"head_norm": count}] if args["qk_norm"] and name != "value" else []
        own += [{"rope": count * rotated}] if rotated and name != "value" else []
        items.append({"sequence": own, "name": name, "from": source})
    items.append(item("attention_scores", "query", "key", heads=heads, kv_heads=groups, **mask))
    items += [item("attention_bias", rows=args["position_bias"], **mask)] if args["position_bias"] else []
    items.append(item("attention_softmax", **mask))
    items.append(item("attention_values", "previous", "value", kv_heads=groups, **mask))
    items.append(item("linear", features=args["features"] or shapes[0][-1], bias="output" in args["bias"]))
    assert figures(counted(*items, shapes=shapes, causal=causal)) == figures(one("attention", shapes, {"causal": causal}, **args))


@examples(25)
@given(drawn=attentions())
def test_inputs_of_attention_that_are_left_out_are_those_before(drawn: tuple[Args, Shapes]) -> None:
    args, [query, *_] = drawn
    alone = figures(one("attention", [query], **args))
    assert alone == figures(one("attention", [query] * 2, **args)) == figures(one("attention", [query] * 3, **args))


@examples(25)
@given(drawn=attentions())
def test_each_input_has_its_projection(drawn: tuple[Args, Shapes]) -> None:
    args, shapes = drawn
    [row] = one("attention", shapes, **args).layers
    sources = {"query": shapes[0], "key": shapes[len(shapes) // 2], "value": shapes[-1]}
    found = {part.name.split(".")[1]: part.input_shapes for part in row.parts if part.type == "linear"}
    assert {name: found[name] for name in sources} == {name: [shape] for name, shape in sources.items()}


@examples(25)
@given(drawn=attentions())
def test_rope_and_norms_of_heads_add_no_maccs(drawn: tuple[Args, Shapes]) -> None:
    args, shapes = drawn
    d, groups, heads = args["head_dim"], args["kv_heads"], args["heads"]
    plain = one("attention", shapes, **args | {"rope": False, "qk_norm": False})
    turned = one("attention", shapes, **args | {"rope": True, "qk_norm": False})
    normed = one("attention", shapes, **args | {"rope": False, "qk_norm": True})
    assert plain.totals.maccs == turned.totals.maccs == normed.totals.maccs
    assert (turned.totals.params, normed.totals.params) == (plain.totals.params, plain.totals.params + 2 * d)
    queries, keys = (prod(shape[:-1]) for shape in (shapes[0], shapes[-1]))
    features = d * (queries * heads + keys * groups)
    assert turned.totals.operations["muls"] - plain.totals.operations["muls"] == 2 * features
    assert turned.totals.operations["adds"] - plain.totals.operations["adds"] == features
    assert normed.totals.operations["weight_muls"] == features


@HOW
@examples(40)
@given(data=st.data())
def test_latent_attention_by_its_equations(causal: str, data: st.DataObject) -> None:
    length, features, heads, kv_rank, query_rank, d, d_v = drawn(data, 7, high=40)
    rope_dim = 2 * data.draw(st.integers(1, 9))
    masked = data.draw(st.booleans())
    args = {"heads": heads, "kv_rank": kv_rank, "head_dim": d, "rope_dim": rope_dim, "value_dim": d_v, "causal": masked}
    rest = features * (kv_rank + rope_dim) + kv_rank * heads * (d + d_v) + heads * d_v * features
    pairs = length * (length + 1) // 2 if masked and causal == "half" else length * length
    direct = one("latent_attention", [[length, features]], {"causal": causal}, **args)
    straight = features * heads * (d + rope_dim)
    assert direct.totals.params == straight + rest + kv_rank
    assert direct.totals.maccs == length * (straight + rest) + heads * pairs * (d + rope_dim + d_v)
    small = one("latent_attention", [[length, features]], {"causal": causal}, **args, query_rank=query_rank)
    down_up = features * query_rank + query_rank * heads * (d + rope_dim)
    assert small.totals.params == down_up + query_rank + rest + kv_rank
    assert small.totals.maccs - direct.totals.maccs == length * (down_up - straight)
    assert direct.totals.kv_cache_bytes == 4 * length * (kv_rank + rope_dim)


# Prefill, decode and the cache


def decoded(shape: list[int], *items: Item, **more: Any) -> list[Any]:
    """The reports of all tokens of a sequence, one after another."""
    return [counted(*items, shapes=[shape], phase="decode", context=at, **more) for at in range(1, shape[0] + 1)]


@examples(30)
@given(drawn=attentions(), batch=st.integers(1, 3))
def test_decoding_all_tokens_is_the_unmasked_half_of_the_prompt(drawn: tuple[Args, Shapes], batch: int) -> None:
    """In every operation: each token is projected once, and looks at itself and those before it."""
    args, [[*_, length, features], *_] = drawn
    attention = {"attention": args | {"causal": True}}
    tokens = decoded([length, features], attention, batch=batch)
    prompt = counted(attention, shapes=[[length, features]], causal="half", batch=batch)
    assert {kind: sum(each.totals.operations[kind] for each in tokens) for kind in prompt.totals.operations} == prompt.totals.operations
    assert {each.totals.params for each in tokens} == {prompt.totals.params}
    assert [each.outputs for each in tokens] == [[[1, prompt.outputs[0][1]]]] * length
    projections = [sum(part.maccs for part in each.layers[0].parts if part.type == "linear") for each in tokens]
    assert len(set(projections)) == 1
    [row] = prompt.layers
    assert sum(projections) == sum(part.maccs for part in row.parts if part.type == "linear")
    assert tokens[-1].totals.kv_cache_bytes == prompt.totals.kv_cache_bytes


@examples(15)
@given(data=st.data())
def test_decoding_a_block_of_a_language_model(data: st.DataObject) -> None:
    length, d, hidden = drawn(data, 3, high=9)
    items: list[Item] = [
        {"residual": ["rms_norm", {"attention": {"heads": 2, "causal": True, "rope": True, "window": data.draw(st.integers(1, 9))}}]},
        {"residual": ["rms_norm", {"moe": {"experts": 3, "active": 2, "hidden": hidden}}]},
        {"transformer_encoder": {"heads": 4, "hidden": hidden, "causal": True}},
    ]
    tokens = decoded([length, 4 * d], *items)
    prompt = counted(*items, shapes=[[length, 4 * d]], phase="prefill", causal="half")
    assert {kind: sum(each.totals.operations[kind] for each in tokens) for kind in prompt.totals.operations} == prompt.totals.operations


@pytest.mark.parametrize(("dtype", "bytes_each"), [("float32", 4), ("float16", 2), ("int8", 1)])
@examples(15)
@given(data=st.data())
def test_bytes_of_the_cache(dtype: str, bytes_each: int, data: st.DataObject) -> None:
    length, groups, d, batch, depth = drawn(data, 5, high=30)
    window = data.draw(st.sampled_from([None, 4]))
    args: Args = {"heads": 2 * groups, "kv_heads": groups, "head_dim": d, "causal": True, "window": window}
    layer = {"attention": args, "repeat": depth}
    token = depth * 2 * groups * d * bytes_each
    prompt = counted(layer, shapes=[[length, 7]], batch=batch, dtype=dtype)
    assert prompt.totals.kv_cache_bytes_per_token == (token if length <= (window or length) else 0)  # a window that is full keeps no more
    assert prompt.totals.kv_cache_bytes == batch * min(length, window or length) * token
    later = counted(layer, shapes=[[length, 7]], batch=batch, dtype=dtype, phase="decode", context=length + 90)
    assert later.totals.kv_cache_bytes_per_token == (0 if window else token)
    assert later.totals.kv_cache_bytes == batch * (window or length + 90) * token
    for nothing in ({"causal": False}, {"cache": False}):
        assert counted({"attention": args | nothing}, shapes=[[length, 7]]).totals.kv_cache_bytes == 0


# Transformers and experts


@examples(30)
@given(data=st.data(), norm_first=st.booleans(), bias=st.booleans(), causal=st.booleans())
def test_transformer_layers_written_out(data: st.DataObject, norm_first: bool, bias: bool, causal: bool) -> None:
    length, memory, d, hidden, other = drawn(data, 5, high=30)
    norm: Item = {"layer_norm": {"bias": bias}}
    activation = data.draw(st.sampled_from(["relu", "gelu"]))

    def part(body: Item) -> list[Item]:
        return [{"residual": [norm, body]}] if norm_first else [{"residual": [body]}, norm]

    itself = part({"attention": {"heads": 2, "bias": bias, "causal": causal}})
    across = part(item("attention", "previous", "input_1", heads=2, bias=bias))
    feed: list[Item] = [{"linear": {"features": hidden, "bias": bias}}, activation, {"linear": {"features": 2 * d, "bias": bias}}]
    around = part({"sequence": feed})
    args = {"heads": 2, "hidden": hidden, "norm_first": norm_first, "bias": bias, "causal": causal, "activation": activation}
    how = {"causal": "half"}
    one_input, two = [[length, 2 * d]], [[length, 2 * d], [memory, other]]
    assert figures(one("transformer_encoder", one_input, how, **args)) == figures(counted(*itself, *around, shapes=one_input, **how))
    itself[0]["from"] = "input_0"
    assert figures(one("transformer_decoder", two, how, **args)) == figures(counted(*itself, *across, *around, shapes=two, **how))


@examples(30)
@given(data=st.data(), gated=st.booleans(), bias=st.booleans())
def test_a_mixture_of_experts_is_so_many_layers_and_a_router(data: st.DataObject, gated: bool, bias: bool) -> None:
    length, features, hidden, experts = drawn(data, 4, high=20)
    active, shared = data.draw(st.integers(1, experts)), data.draw(st.integers(0, 2))
    shapes = [[length, features]]
    args = {"hidden": hidden, "activation": "silu", "bias": bias}
    expert = one("gated_mlp" if gated else "mlp", shapes, **args).totals
    router = one("linear", shapes, features=experts, bias=False).totals
    mixed = one("moe", shapes, experts=experts, active=active, gated=gated, **args).totals
    assert mixed.params == experts * expert.params + router.params
    assert mixed.active_params == active * expert.params + router.params
    assert mixed.maccs == active * expert.maccs + router.maccs
    every = one("moe", shapes, experts=experts, active=experts, gated=gated, **args).totals
    assert every.maccs == experts * expert.maccs + router.maccs
    assert every.params == every.active_params == mixed.params
    if shared:
        beside = one("gated_mlp" if gated else "mlp", shapes, **args | {"hidden": hidden * shared}).totals
        more = one("moe", shapes, experts=experts, active=active, gated=gated, shared=shared, **args).totals
        assert more.maccs == mixed.maccs + beside.maccs
        assert (more.params, more.active_params) == (mixed.params + beside.params, mixed.active_params + beside.params)


# State spaces


@examples(40)
@given(data=st.data())
def test_ssm_by_its_formula(data: st.DataObject) -> None:
    length, features, n, k, r = drawn(data, 5, high=50)
    expand = data.draw(st.integers(1, 4))
    i = expand * features
    args: Args = {"state": n, "expand": expand, "kernel": k}
    for rank in (r, -(-features // 16)):
        report = one("ssm", [[length, features]], **args, **({"rank": rank} if rank == r else {}))
        params = 2 * features * i + (k + 1) * i + i * (rank + 2 * n) + (rank + 1) * i + i * n + i + i * features
        maccs = 2 * features * i + k * i + i * (rank + 2 * n) + rank * i + 2 * i * n + i * features
        assert report.totals.params == params
        assert report.totals.maccs == length * maccs
        assert report.outputs == [[length, features]]
    biased = one("ssm", [[length, features]], **args, bias=True)
    assert biased.totals.params == params + 2 * i + features
    assert biased.totals.maccs == length * maccs


@examples(15)
@given(data=st.data())
def test_decoding_state_spaces_costs_the_same_for_every_token(data: st.DataObject) -> None:
    length, features, state = drawn(data, 3, high=9)
    for block in ({"ssm": {"state": state}}, {"ssm2": {"state": state, "head_dim": 2}}):
        tokens = decoded([length, features], block)
        prompt = counted(block, shapes=[[length, features]])
        assert all(times(length, each.totals.operations) == prompt.totals.operations for each in tokens)


# Leading axes, and layer types of a spec

LEADING: list[tuple[str, Args, Shapes]] = [
    ("attention", {"heads": 2, "kv_heads": 1, "causal": True, "window": 3, "position_bias": 5, "rope": True, "qk_norm": True}, [[5, 8]]),
    ("attention", {"heads": 2}, [[5, 8], [7, 6], [7, 9]]),
    ("latent_attention", {"heads": 2, "kv_rank": 3, "query_rank": 5}, [[5, 8]]),
    ("transformer_encoder", {"heads": 2, "hidden": 7}, [[5, 8]]),
    ("transformer_decoder", {"heads": 2, "hidden": 7}, [[5, 8], [6, 9]]),
    ("moe", {"experts": 5, "active": 2, "hidden": 3, "shared": 1}, [[5, 8]]),
    ("ssm", {"state": 3}, [[5, 8]]),
    ("ssm2", {"state": 3, "head_dim": 4}, [[5, 8]]),
    ("position_embedding", {"length": 9}, [[5, 8]]),
    ("lstm", {"hidden": 3}, [[5, 8]]),
]


@pytest.mark.parametrize(("kind", "args", "shapes"), LEADING, ids=[f"{kind}-{len(shapes)}" for kind, _, shapes in LEADING])
@pytest.mark.parametrize("causal", ["full", "half"])
def test_leading_axes_are_like_a_batch(kind: str, args: Args, shapes: Shapes, causal: str) -> None:
    alone = one(kind, shapes, {"causal": causal}, **args)
    many = one(kind, [[2, 3, *shape] for shape in shapes], {"causal": causal}, **args)
    assert many.outputs == [[2, 3, *alone.outputs[0]]]
    assert many.totals.params == alone.totals.params
    assert many.totals.operations == times(6, alone.totals.operations)
    assert many.totals.operations == one(kind, shapes, {"causal": causal, "batch": 6}, **args).totals.operations


@examples(20)
@given(drawn=attentions(), hidden=st.integers(1, 9))
def test_a_layer_type_of_layers_is_the_block(drawn: tuple[Args, Shapes], hidden: int) -> None:
    args, [shape, *_] = drawn
    unit = {
        "args": ["hidden", "activation=silu"],
        "layers": [
            {"residual": ["rms_norm", {"attention": args | {"features": None}}]},
            {"mlp": {"hidden": "2 * hidden", "activation": "activation"}},
        ],
    }
    use = {"unit": {"hidden": hidden}, "repeat": 2}
    layer = counted(use, shapes=[shape], causal="half", layer_types={"unit": unit})
    block = counted(use, shapes=[shape], causal="half", blocks={"unit": unit})
    written = counted(
        *[{"residual": ["rms_norm", {"attention": args | {"features": None}}]}, {"mlp": {"hidden": 2 * hidden, "activation": "silu"}}] * 2,
        shapes=[shape],
        causal="half",
    )
    assert figures(layer) == figures(block) == figures(written)
    assert layer.totals.kv_cache_bytes == block.totals.kv_cache_bytes
    assert [row.type for row in layer.layers] == ["unit", "unit"]
    assert [row.params for row in layer.layers] == [sum(part.params for part in row.parts) for row in layer.layers]


@examples(20)
@given(data=st.data())
def test_attention_of_a_spec_is_as_good_as_the_built_in_one(data: st.DataObject) -> None:
    """Also while decoding: its layers read how the network is run."""
    length, d = drawn(data, 2, low=2, high=9)
    own = {
        "args": ["heads"],
        "layers": [
            {"linear": {"features": "3 * in_features", "bias": False}},
            {"split": {"parts": 3, "axis": -1}, "name": "made"},
            {"kv_cache": 0, "from": "made.1", "name": "key"},
            {"kv_cache": 0, "from": "made.2", "name": "value"},
            item("attention_scores", "made.0", "key", heads="heads", causal=True),
            item("attention_softmax", causal=True),
            item("attention_values", "previous", "value", causal=True),
            {"linear": {"features": "in_features", "bias": False}},
        ],
    }
    built_in = {"attention": {"heads": 2, "causal": True, "bias": False}}
    ways: list[Args] = [{}, {"causal": "half"}, {"phase": "decode", "context": length + 3}]
    for options in ways:
        mine = counted({"mine": 2}, shapes=[[length, 2 * d]], layer_types={"mine": own}, **options)
        theirs = counted(built_in, shapes=[[length, 2 * d]], **options)
        assert figures(mine) == figures(theirs)
        assert mine.totals.kv_cache_bytes == theirs.totals.kv_cache_bytes > 0
