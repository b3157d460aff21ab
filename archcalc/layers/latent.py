"""Latent attention: keys and values come out of one small vector for each token, the only thing that is cached."""

from __future__ import annotations

from typing import Any

from ..core.kinds import COUNT, SIZE, TRUTH, show
from .attention_parts import divided
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import FEATURES_LAST
from .kit.compound import Compound
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import APART


def _heads(symbols: Symbols, inputs: list[Shape]) -> None:
    d = divided(symbols, symbols["F_in"], "features", "heads") - symbols["passed"]
    if d < 1:
        raise LayerError(
            f"passed: {symbols['passed']} of {d + symbols['passed']} features of a head leave none to multiply",
            expected=f"at most {d + symbols['passed'] - 1}",
            arg="passed",
        )
    symbols["d"] = d


def _matrix_of_a_head(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """Heads are apart; with features that are passed on a head's are whole."""
    if symbols["passed"]:
        return f"*n heads.i!, weight[heads.{'d! o!' if symbols['transposed'] else 'o! d!'}] -> *n heads.j!"
    return f"*n heads.d, weight[heads.{'d o' if symbols['transposed'] else 'o d'}] -> *n heads.o"


head_linear = LayerType(
    "head_linear",
    "The features of each head, side by side on the last axis, through a matrix of its own.",
    args=(
        Arg("heads", SIZE, "heads side by side on the last axis", symbol="h"),
        Arg("features", SIZE, "output features of a head", symbol="d_out"),
        Arg("passed", COUNT, "features at the end of each head that go through as they are", 0, symbol="d_r"),
        Arg("transposed", TRUTH, "whether its matrices are held the other way round, as those of a linear layer that goes back", False),
    ),
    takes=FEATURES_LAST,
    symbols=_heads,
    output="[..., h * (d_out + d_r)]",
    params="h * d * d_out",
    tensors={"weight": "[h * (d if transposed else d_out), d_out if transposed else d]"},
    axes=_matrix_of_a_head,
    maccs="N * h * d * d_out",
    keeps=Keeps("", weights="input"),
    positions=APART,
    notes="It has no bias. d is the features of a head that are multiplied.",
    source="DeepSeek-AI, DeepSeek-V2, 2024, arXiv:2405.04434, section 2.1.2",
    example=Example({"heads": 2, "features": 5, "passed": 1}, [[3, 8]], [3, 12], 30, maccs=90),
)


def _latent(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    """What the inside reads, from the arguments, from the shape [..., length, features] and from the ``context`` while decoding, 0 else.

    Added: ``features`` of the output, and ``absorbed``: whether the context is so long that fewer MACCs are made where each query is folded
    into the space of the latent vectors, and what they come to out of it, than where keys and values of the whole context are expanded.
    Raises LayerError where the input is no sequence.
    """
    shape = inputs[0]
    if len(shape) < 2:
        raise LayerError(f"latent_attention takes [..., length, features], and {show(shape)} comes in")
    if args["rope_dim"] % 2:
        raise LayerError(f"rope_dim: {args['rope_dim']} features can't be turned in pairs", expected="an even number", arg="rope_dim")
    context, length = args["context"], shape[-2]
    rank, features, values = args["kv_rank"], args["head_dim"] + args["rope_dim"], args["value_dim"]
    folds = rank * (args["head_dim"] + values)
    expanded = context * folds + length * context * (features + values)
    absorbed = length * folds + length * context * (2 * rank + args["rope_dim"])
    return {**args, "query_rank": args["query_rank"] or 0, "features": shape[-1], "absorbed": 0 < absorbed < expanded}


latent_attention = Compound(
    "latent_attention",
    "Multi-head attention whose keys and values come out of one small vector per token, the only thing that is cached.",
    args=(
        Arg("heads", SIZE, "heads, h"),
        Arg("kv_rank", SIZE, "features of the vector that keys and values come out of, r_kv"),
        Arg(
            "query_rank",
            SIZE,
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
    settings=True,
    prepare=_latent,
    prepared=("features", "absorbed"),
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
      - if: absorbed
        then:
          - name: fold
            head_linear: {heads: heads, features: kv_rank, passed: rope_dim, transposed: true}
            from: query
          - name: position
            rope:
            from: latent.1
          - name: norm
            rms_norm:
            from: latent.0
          - name: kept
            sequence: [concat: -1, kv_cache: {parts: [kv_rank, rope_dim]}]
            from: [norm, position]
          - name: scores
            attention_scores: {heads: heads, kv_heads: 1, causal: causal}
            from: [fold, kept]
          - name: softmax
            attention_softmax: {causal: causal}
          - name: vectors
            slice: {stop: kv_rank, axis: -1}
            from: kept
          - name: weighted
            attention_values: {kv_heads: 1, causal: causal}
            from: [softmax, vectors]
          - name: unfold
            head_linear: {heads: heads, features: value_dim}
        else:
          - name: position
            sequence: [rope, kv_cache]
            from: latent.1
          - name: expand
            sequence:
              - rms_norm
              - kv_cache:
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
    params="(F * r_q + r_q + r_q * h * (d + d_r) if r_q else F * h * (d + d_r)) + F * (r_kv + d_r) + r_kv + r_kv * h * (d + d_v) + h * d_v * F",
    maccs="N * ((F * r_q + r_q * h * (d + d_r) if r_q else F * h * (d + d_r)) + F * (r_kv + d_r) + h * d_v * F)"
    " + (N if folded else keys) * r_kv * h * (d + d_v) + h * pairs * (2 * r_kv + d_r if folded else d + d_r + d_v)",
    notes="N are the positions, keys all that are attended to. While decoding the cheaper order of the same products is counted: for all but the shortest contexts that is to fold the expansion of keys "
    "into the query (folded), which meets the cached vectors themselves, and that of values into what comes out of them (DeepSeek-V2, section 2.1.2); "
    "expanding the whole context anew would be keys * r_kv * h * (d + d_v). A whole sequence at once is counted as the equations have it.",
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

LAYERS = (latent_attention, head_linear)
