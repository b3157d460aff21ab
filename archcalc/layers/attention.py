"""Attention: the products of queries, keys and values, and the layer that is made of them."""

from __future__ import annotations

from math import prod
from typing import Any

from ..kinds import COUNT, NULL, SIZE, TRUTH, Either, ListOf, Word, show
from .base import FEATURES_LAST, Arg, Example, LayerError, LayerType, Shape, Symbols
from .compound import Compound

_HEADS = Arg("heads", SIZE, "heads of the queries, h", symbol="h")
_KV_HEADS = Arg(
    "kv_heads",
    Either(SIZE, NULL, expected=SIZE.expected),
    "heads of the keys and values, g; fewer: grouped queries",
    None,
    shown_default="heads",
)
_CAUSAL = Arg("causal", TRUTH, "whether a position attends to itself and earlier ones alone", False)
_WINDOW = Arg("window", COUNT, "how many keys a position attends to at most; 0: all", 0)

_VASWANI = "Vaswani et al., Attention Is All You Need, 2017, arXiv:1706.03762, equation 1"
_PAIRS_NOTE = (
    "pairs is how many pairs of a query and a key are counted per head: L_q * min(L_k, window), masked ones among them, as papers and counters have it; "
    "with --causal half only the unmasked ones. B is the product of the leading axes."
)


def pairs(symbols: Symbols, queries: int, keys: int) -> None:
    """``pairs``: the pairs of a query and a key that one head looks at."""
    reach = min(keys, symbols["window"] or keys)
    if not (symbols["causal"] and symbols["causal_half"]):
        symbols["pairs"] = queries * reach
        return
    earlier = max(keys - queries, 0)  # query i (from 1) sees min(earlier + i, reach) keys
    rising = min(max(reach - earlier, 0), queries)
    symbols["pairs"] = rising * earlier + rising * (rising + 1) // 2 + (queries - rising) * reach


def divided(symbols: Symbols, features: int, what: str, arg: str) -> int:
    """Features per head. Raises LayerError where the heads do not divide them."""
    heads = symbols[arg]
    if features % heads:
        raise LayerError(f"{arg}: {heads} does not divide {features} {what}", expected=f"a number that divides {features}", arg=arg)
    return int(features // heads)


def _scores(symbols: Symbols, inputs: list[Shape]) -> None:
    query, key = inputs
    if len(query) < 2 or len(key) != len(query) or key[:-2] != query[:-2]:
        raise LayerError(
            f"queries and keys are [..., length, features] with the same leading axes, and {show(query)} and {show(key)} come in"
        )
    symbols["kv_heads"] = symbols["kv_heads"] or symbols["heads"]
    if symbols["heads"] % symbols["kv_heads"]:
        message = f"kv_heads: {symbols['kv_heads']} does not divide {symbols['heads']} heads"
        raise LayerError(message, expected=f"a number that divides {symbols['heads']}", arg="kv_heads")
    d = divided(symbols, query[-1], "features of the queries", "heads")
    d_k = divided(symbols, key[-1] - symbols["shared"], "features of the keys", "kv_heads") + symbols["shared"]
    if d != d_k:
        raise LayerError(f"a head of the queries has {d} features, and one of the keys {d_k}", expected="the same number")
    symbols.update(d=d, L_q=query[-2], L_k=key[-2], B=prod(query[:-2]))
    pairs(symbols, query[-2], key[-2])


attention_scores = LayerType(
    "attention_scores",
    "How much each query looks at each key: their scaled dot products, for every head.",
    args=(_HEADS, _KV_HEADS, _CAUSAL, _WINDOW, Arg("shared", COUNT, "features at the end of the keys that all heads share", 0)),
    takes="[..., L_q, h * d] and [..., L_k, g * d]",
    inputs=(2, 2),
    settings=True,
    symbols=_scores,
    output="[..., h, L_q, L_k]",
    rule=lambda symbols, inputs: [(*inputs[0][:-2], symbols["heads"], symbols["L_q"], symbols["L_k"])],
    maccs="B * h * pairs * d",
    muls="B * h * pairs",
    notes=_PAIRS_NOTE,
    source=_VASWANI,
    example=Example({"heads": 2}, [[3, 8], [5, 8]], [2, 3, 5], maccs=120, muls=30),
)


def _square(symbols: Symbols, inputs: list[Shape]) -> None:
    scores = inputs[0]
    if len(scores) < 3:
        raise LayerError(f"scores are [..., heads, L_q, L_k], and {show(scores)} comes in")
    symbols.update(h=scores[-3], L_q=scores[-2], L_k=scores[-1], B=prod(scores[:-3]))
    pairs(symbols, scores[-2], scores[-1])


attention_softmax = LayerType(
    "attention_softmax",
    "Softmax of each query's scores over the keys it may look at.",
    args=(_CAUSAL, _WINDOW),
    takes="[..., h, L_q, L_k]",
    settings=True,
    symbols=_square,
    comparisons="B * h * (pairs - L_q)",
    adds="B * h * (2 * pairs - L_q)",
    divs="B * h * pairs",
    transcendentals="B * h * pairs",
    notes=_PAIRS_NOTE,
    source=_VASWANI,
    example=Example({}, [[2, 3, 5]], [2, 3, 5], comparisons=24, adds=54, divs=30, transcendentals=30),
)

attention_bias = LayerType(
    "attention_bias",
    "A learned bias for each head and relative position, added to the scores.",
    args=(Arg("rows", SIZE, "rows of the table: relative positions, or buckets of them", symbol="n"), _CAUSAL, _WINDOW),
    takes="[..., h, L_q, L_k]",
    settings=True,
    symbols=_square,
    params="n * h",
    weight_adds="B * h * pairs",
    notes=_PAIRS_NOTE,
    source="Shaw et al., Self-Attention with Relative Position Representations, 2018, arXiv:1803.02155; Liu et al., Swin Transformer, 2021, arXiv:2103.14030, equation 4",
    example=Example({"rows": 9}, [[2, 3, 5]], [2, 3, 5], 18, weight_adds=30),
)


def _values(symbols: Symbols, inputs: list[Shape]) -> None:
    _square(symbols, inputs[:1])
    scores, value = inputs
    symbols["kv_heads"] = symbols["kv_heads"] or scores[-3]
    if len(value) != len(scores) - 1 or value[:-2] != scores[:-3] or value[-2] != scores[-1]:
        raise LayerError(f"scores [..., h, L_q, L_k] take values [..., L_k, features], and {show(scores)} and {show(value)} come in")
    if scores[-3] % symbols["kv_heads"]:
        message = f"kv_heads: {symbols['kv_heads']} does not divide {scores[-3]} heads"
        raise LayerError(message, expected=f"a number that divides {scores[-3]}", arg="kv_heads")
    symbols["d_v"] = divided(symbols, value[-1], "features of the values", "kv_heads")


attention_values = LayerType(
    "attention_values",
    "The values, weighted by how much each query looks at them, heads side by side.",
    args=(_KV_HEADS, _CAUSAL, _WINDOW),
    takes="[..., h, L_q, L_k] and [..., L_k, g * d_v]",
    inputs=(2, 2),
    settings=True,
    symbols=_values,
    output="[..., L_q, h * d_v]",
    rule=lambda symbols, inputs: [(*inputs[0][:-3], symbols["L_q"], symbols["h"] * symbols["d_v"])],
    maccs="B * h * pairs * d_v",
    notes=_PAIRS_NOTE,
    source=_VASWANI,
    example=Example({}, [[2, 3, 5], [5, 8]], [3, 8], maccs=120),
)


def _cached(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    shape = inputs[0]
    if len(shape) < 2:
        raise LayerError(f"a cache holds [..., length, features], and {show(shape)} comes in")
    length = symbols["context"] or shape[-2]
    symbols["L_out"], symbols["kept"] = length, min(length, symbols["window"] or length)
    return [(*shape[:-2], length, shape[-1])]


kv_cache = LayerType(
    "kv_cache",
    "Keeps keys or values for the tokens to come; while decoding it gives those of the whole context.",
    args=(_WINDOW,),
    takes="[..., L, F]",
    settings=True,
    output="[..., context, F] while decoding, else as the input",
    rule=_cached,
    cache="N_out // L_out",
    source="Pope et al., Efficiently Scaling Transformer Inference, 2022, arXiv:2211.05102, section 2",
    notes="A window keeps the last tokens alone.",
    example=Example({}, [[5, 8]], [5, 8]),
)

rope = LayerType(
    "rope",
    "Rotary position embedding: pairs of features turned by angles that grow with the position.",
    args=(
        Arg("rotated", Either(SIZE, NULL, expected=SIZE.expected), "how many features of a position are turned", None, shown_default="all"),
    ),
    takes=FEATURES_LAST,
    symbols=lambda symbols, inputs: symbols.update(F_rot=inputs[0][-1] if symbols["rotated"] is None else symbols["rotated"]),
    requires=(("F_rot <= F_in and F_rot % 2 == 0", "rotated: {F_rot} of {F_in} features", "rotated", "an even number of at most {F_in}"),),
    muls="2 * N * F_rot",
    adds="N * F_rot",
    notes="Each pair is multiplied by a rotation matrix; sines and cosines are looked up.",
    source="Su et al., RoFormer, 2021, arXiv:2104.09864, equation 34",
    example=Example({}, [[3, 8]], [3, 8], muls=48, adds=24),
)

head_norm = LayerType(
    "head_norm",
    "RMS norm of each head's features, with one scale per feature of a head.",
    args=(Arg("heads", SIZE, "heads side by side on the last axis", symbol="h"),),
    takes=FEATURES_LAST,
    symbols=lambda symbols, inputs: symbols.update(d=divided(symbols, inputs[0][-1], "features", "heads")),
    params="d",
    muls="N_in",
    adds="N * h * (d - 1) + N * h",
    divs="N * h + N_in",
    sqrts="N * h",
    weight_muls="N_in",
    source="Dehghani et al., Scaling Vision Transformers to 22 Billion Parameters, 2023, arXiv:2302.05442, section 2; Zhang & Sennrich, 2019, arXiv:1910.07467, equation 4",
    example=Example({"heads": 2}, [[3, 8]], [3, 8], 4, muls=24, adds=24, divs=30, sqrts=6, weight_muls=24),
)

_BIASES = ("query", "key", "value", "output")
_BIAS = Either(
    TRUTH,
    ListOf(Word(*_BIASES), "a list of query, key, value, output", 0, 4),
    expected="true, false, or a list of query, key, value, output",
)


def _prepare(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    query = inputs[0]
    if len(query) < 2:
        raise LayerError(
            f"attention takes [..., length, features], and {show(query)} comes in",
            hint='a map of channels first becomes a sequence with rearrange: "c h w -> (h w) c"',
        )
    heads, features = args["heads"], args["features"] or query[-1]
    kv_heads = args["kv_heads"] or heads
    if heads % kv_heads:
        raise LayerError(f"kv_heads: {kv_heads} does not divide {heads} heads", expected=f"a number that divides {heads}", arg="kv_heads")
    head_dim = args["head_dim"]
    if head_dim is None:
        divided(args, query[-1], "features", "heads")
        head_dim = query[-1] // heads
    for each in inputs[1:]:
        if each[:-2] != query[:-2] or len(each) != len(query):
            raise LayerError(f"the inputs of attention have the same leading axes, and {show(query)} and {show(each)} come in")
    rotated = args["rope"]
    if rotated is not True and rotated > head_dim:
        raise LayerError(f"rope: {rotated} of {head_dim} features of a head", expected=f"at most {head_dim}", arg="rope")
    bias = args["bias"]
    on = {f"{name}_bias": bias if isinstance(bias, bool) else name in bias for name in _BIASES}
    return {
        **args,
        **on,
        "kv_heads": kv_heads,
        "head_dim": head_dim,
        "features": features,
        "rotated": head_dim if rotated is True else int(rotated),
        "window": args["window"] or 0,
        "cached": args["causal"] and len(inputs) == 1 and args["cache"],
    }


attention = Compound(
    "attention",
    "Multi-head attention of a sequence to itself, of queries to a memory, or of queries to keys and values.",
    args=(
        Arg("heads", SIZE, "heads of the queries, h"),
        Arg("head_dim", Either(SIZE, NULL, expected=SIZE.expected), "features of a head, d", None, shown_default="features / heads"),
        _KV_HEADS,
        Arg("features", Either(SIZE, NULL, expected=SIZE.expected), "output features, E", None, shown_default="the query's"),
        Arg("bias", _BIAS, "which projections have a bias", True),
        _CAUSAL,
        Arg("window", Either(SIZE, NULL, expected=SIZE.expected), "how many keys a position attends to at most", None, shown_default="all"),
        Arg("position_bias", COUNT, "rows of a learned table of biases per head", 0),
        Arg(
            "rope",
            Either(TRUTH, SIZE, expected="true, false, or a number of features"),
            "whether queries and keys are rotated by their position; a number: so many features of each head",
            False,
        ),
        Arg("project", TRUTH, "whether it has weights; without, the inputs are the projections", True),
        Arg("qk_norm", TRUTH, "whether each head of queries and keys goes through an RMS norm", False),
        Arg("cache", TRUTH, "whether causal self-attention keeps its keys and values for the tokens to come", True),
    ),
    names=("query_input", "key_input", "value_input"),
    takes="[..., L_q, F_q], [..., L_k, F_k], [..., L_k, F_v]",
    inputs=(1, 3),
    arrange=((0, 0, 0), (0, 1, 1), (0, 1, 2)),
    prepare=_prepare,
    prepared=("query_bias", "key_bias", "value_bias", "output_bias", "rotated", "cached"),
    output="[..., L_q, E]",
    inside="""
      - name: query
        sequence:
          - linear: {features: heads * head_dim, bias: query_bias}
            when: project
          - head_norm: heads
            when: qk_norm
          - rope: heads * rotated
            when: rotated > 0
        from: query_input
      - name: key
        sequence:
          - linear: {features: kv_heads * head_dim, bias: key_bias}
            when: project
          - head_norm: kv_heads
            when: qk_norm
          - rope: kv_heads * rotated
            when: rotated > 0
          - kv_cache: window
            when: cached
        from: key_input
      - name: value
        sequence:
          - linear: {features: kv_heads * head_dim, bias: value_bias}
            when: project
          - kv_cache: window
            when: cached
        from: value_input
      - name: scores
        attention_scores: {heads: heads, kv_heads: kv_heads, causal: causal, window: window}
        from: [query, key]
      - name: bias
        attention_bias: {rows: position_bias, causal: causal, window: window}
        when: position_bias > 0
      - name: softmax
        attention_softmax: {causal: causal, window: window}
      - name: weighted
        attention_values: {kv_heads: kv_heads, causal: causal, window: window}
        from: [previous, value]
      - name: output
        linear: {features: features, bias: output_bias}
        when: project
    """,
    params="F_q * h * d + (F_k + F_v) * g * d + h * d * E + biases + position_bias * h",
    maccs="B * (L_q * F_q * h * d + L_k * (F_k + F_v) * g * d + L_q * h * d * E + 2 * h * pairs * d)",
    notes=_PAIRS_NOTE,
    source=_VASWANI + "; grouped: Ainslie et al., GQA, 2023, arXiv:2305.13245",
    example=Example(
        {"heads": 2, "kv_heads": 1},
        [[5, 8]],
        [5, 8],
        216,
        maccs=1360,
        weight_adds=120,
        adds=90,
        muls=50,
        divs=50,
        comparisons=40,
        transcendentals=50,
    ),
)


def _latent(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    shape = inputs[0]
    if len(shape) < 2:
        raise LayerError(f"latent_attention takes [..., length, features], and {show(shape)} comes in")
    return {**args, "query_rank": args["query_rank"] or 0, "features": shape[-1]}


latent_attention = Compound(
    "latent_attention",
    "Multi-head attention whose keys and values come out of one small vector per token, the only thing that is cached.",
    args=(
        Arg("heads", SIZE, "heads, h"),
        Arg("kv_rank", SIZE, "features of the vector that keys and values come out of, r_kv"),
        Arg(
            "query_rank",
            Either(SIZE, NULL, expected=SIZE.expected),
            "features of the vector that queries come out of, r_q",
            None,
            shown_default="none: straight from the input",
        ),
        Arg("head_dim", SIZE, "features of a head without position, d", 128),
        Arg("rope_dim", SIZE, "features of a head with position, rotated; the key's are shared by all heads", 64),
        Arg("value_dim", SIZE, "features of a head's values, d_v", 128),
        Arg("causal", TRUTH, "whether a position attends to itself and earlier ones alone", True),
    ),
    takes="[..., L, F]",
    prepare=_latent,
    prepared=("features",),
    inside="""
      - name: query
        sequence:
          - linear: {features: query_rank, bias: false}
            when: query_rank > 0
          - rms_norm:
            when: query_rank > 0
          - linear: {features: heads * (head_dim + rope_dim), bias: false}
          - rope: heads * rope_dim
        from: input
      - name: compress
        linear: {features: kv_rank + rope_dim, bias: false}
        from: input
      - name: latent
        split: {parts: [kv_rank, rope_dim], axis: -1}
      - name: position
        sequence: [rope, kv_cache: 0]
        from: latent.1
      - name: expand
        sequence:
          - rms_norm
          - kv_cache: 0
          - linear: {features: heads * (head_dim + value_dim), bias: false}
        from: latent.0
      - name: halves
        split: {parts: [heads * head_dim, heads * value_dim], axis: -1}
      - name: key
        concat: -1
        from: [halves.0, position]
      - name: scores
        attention_scores: {heads: heads, causal: causal, shared: rope_dim}
        from: [query, key]
      - name: softmax
        attention_softmax: {causal: causal}
      - name: weighted
        attention_values: {causal: causal}
        from: [previous, halves.1]
      - name: output
        linear: {features: features, bias: false}
    """,
    params="F * r_q + r_q + r_q * h * (d + d_r) + F * (r_kv + d_r) + r_kv + r_kv * h * (d + d_v) + h * d_v * F",
    maccs="the products of these with each token, and h * pairs * (d + d_r + d_v)",
    notes="While decoding, keys and values are expanded anew from the cached vectors of the whole context, as the equations have it; folding the expansion into the queries is another order of the same products.",
    source="DeepSeek-AI, DeepSeek-V2, 2024, arXiv:2405.04434, equations 9 to 19",
    example=Example(
        {"heads": 2, "kv_rank": 4},
        [[5, 8]],
        [5, 8],
        7_716,
        maccs=54_560,
        weight_muls=20,
        adds=1070,
        muls=1990,
        divs=75,
        comparisons=40,
        transcendentals=50,
        sqrts=5,
    ),
)

LAYERS = (attention, latent_attention, attention_scores, attention_bias, attention_softmax, attention_values, kv_cache, rope, head_norm)
