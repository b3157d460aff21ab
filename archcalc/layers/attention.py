"""Attention as one layer: multi-head, grouped, causal, windowed; and with keys and values out of one small vector."""

from __future__ import annotations

from typing import Any

from ..core.kinds import COUNT, PROBABILITY, SIZE, TRUTH, Either, ListOf, Word, show
from ..core.numbers import whole
from .attention_parts import KV_HEADS, VASWANI, divided
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.compound import Compound
from .kit.reach import CAUSAL, PAIRS_NOTE

_BIASES = ("query", "key", "value", "output")
_BIAS = Either(
    TRUTH,
    ListOf(Word(*_BIASES), "a list of query, key, value, output", 0, 4),
    expected="true, false, or a list of query, key, value, output",
)


def _prepare(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    """What attention's inside reads, from its arguments and from the shapes of one to three inputs [..., length, features].

    One input is query, key and value; a second is a memory, both key and value; a third the value alone. All have the same leading axes,
    keys and values one length. Added to the arguments, with their defaults worked out (``head_dim``: features of one head; ``kv_heads``;
    ``features`` of the output; ``window`` and ``chunk``: keys, 0 for all): ``query_bias`` to ``output_bias``, whether each projection has a bias;
    ``rotated``, features of a head that turn with the position, 0 for none; ``cached``, whether keys and values are kept for the tokens
    to come: those of causal attention whose queries, keys and values are of one sequence. Raises LayerError where heads do not divide what they share, or the inputs do not fit one another.
    """
    query = inputs[0]
    if len(query) < 2:
        raise LayerError(
            f"attention takes [..., length, features], and {show(query)} comes in",
            hint='a map of channels first becomes a sequence with rearrange: "c h w -> (h w) c"',
        )
    heads, features = args["heads"], args["features"] or query[-1]
    kv_heads = args["kv_heads"] or heads
    divided({"kv_heads": kv_heads}, heads, "heads", "kv_heads")
    head_dim = args["head_dim"]
    if head_dim is None:
        divided(args, query[-1], "features", "heads", _whole(query, heads))
        head_dim = query[-1] // heads
    for each in inputs[1:]:
        if each[:-2] != query[:-2] or len(each) != len(query):
            what = f"the inputs of attention have the same leading axes, and {show(query)} and {show(each)} come in"
            raise LayerError(what, expected=show([*query[:-2], "length", "features"]).replace("'", ""))
    if len(inputs) == 3 and inputs[1][-2] != inputs[2][-2]:
        what = f"keys and values of attention have one length, and {show(inputs[1])} and {show(inputs[2])} come in"
        raise LayerError(what, expected=f"values of length {inputs[1][-2]}")
    rotated = args["rope"]
    turned = head_dim if rotated.__class__ is bool and rotated else whole(rotated)
    if turned > head_dim or turned % 2:
        hint = "it is how many features are turned: write rope: true for all; its base changes no count" if turned > head_dim else ""
        expected = f"an even number of at most {head_dim}"
        raise LayerError(f"rope: {turned} of {head_dim} features of a head", expected=expected, hint=hint, arg="rope")
    bias = args["bias"]
    on = {f"{name}_bias": bias if isinstance(bias, bool) else name in bias for name in _BIASES}
    return {
        **args,
        **on,
        "kv_heads": kv_heads,
        "head_dim": head_dim,
        "features": features,
        "rotated": turned,
        "heads_normed": args["qk_norm"].__class__ is bool and bool(args["qk_norm"]),
        "width_normed": args["qk_norm"] == "width",
        "window": args["window"] or 0,
        "chunk": args["chunk"] or 0,
        "cached": args["causal"] and args["cache"] and all(shape[-2] == query[-2] for shape in inputs),
    }


def _whole(query: Shape, heads: int) -> str:
    """The hint where heads do not divide the features: they divide the first axis, which may hold them, or have a size of their own."""
    order = {2: "permute: [1, 0]", 3: 'rearrange: "c h w -> (h w) c"'}.get(len(query), "")
    if order and query[0] % heads == 0:
        return f"features are on the last axis: {order} before it brings the first, {query[0]}, there; or give head_dim"
    return "or give head_dim: the heads' features need not be those of the input"


def _written(args: dict[str, Any], inputs: list[Shape]) -> str:
    """As nn.MultiheadAttention where that module can be it, else with fused attention. Projections of their own are what the module lacks."""
    features = (inputs[0] or (0,))[-1]
    unlike = ("window", "chunk", "position_bias", "rope", "qk_norm", "sink")
    module = (
        args["project"]
        and not any(args[name] for name in unlike)
        and args["kv_heads"] in (None, args["heads"])
        and args["head_dim"] in (None, features // args["heads"])
        and args["features"] in (None, features)
        and isinstance(args["bias"], bool)
    )
    return "" if module else "fused"


attention = Compound(
    "attention",
    "Multi-head attention of a sequence to itself, of queries to a memory, or of queries to keys and values.",
    args=(
        Arg("heads", SIZE, "heads of the queries, h"),
        Arg("head_dim", SIZE, "features of a head, d", None, shown_default="features / heads"),
        KV_HEADS,
        Arg("features", SIZE, "output features, E", None, shown_default="the query's"),
        Arg("bias", _BIAS, "which projections have a bias", True),
        CAUSAL,
        Arg("window", SIZE, "how many keys a position attends to at most", None, shown_default="all"),
        Arg(
            "chunk", SIZE, "of how many positions each chunk is, outside of which none of its positions attends", None, shown_default="all"
        ),
        Arg("position_bias", COUNT, "rows of a learned table of biases per head", 0),
        Arg(
            "rope",
            Either(TRUTH, SIZE, expected="true, false, or a number of features"),
            "whether queries and keys are rotated by their position; a number: so many features of each head",
            False,
        ),
        Arg("project", TRUTH, "whether it has weights; without, the inputs are the projections", True),
        Arg(
            "qk_norm",
            Either(TRUTH, Word("width"), expected="true, false, or width"),
            "whether each head of queries and keys goes through an RMS norm; width: all heads together through one",
            False,
        ),
        Arg("sink", TRUTH, "whether each head has a learned score beside those of the keys", False),
        Arg("mask", TRUTH, "whether a mask is added to the scores", False),
        Arg("dropout", PROBABILITY, "how many of the weights of the values are dropped while training", 0),
        Arg(
            "cache",
            TRUTH,
            "whether causal attention keeps its keys and values for the tokens to come; those that a kv_cache keeps already it does not",
            True,
        ),
    ),
    names=("query_input", "key_input", "value_input"),
    takes="[..., L_q, F_q], [..., L_k, F_k], [..., L_k, F_v]",
    inputs=(1, 3),
    caches="cache",
    arrange=((0, 0, 0), (0, 1, 1), (0, 1, 2)),
    packs=("module", "need_weights", "functional"),
    written=_written,
    prepare=_prepare,
    prepared=("query_bias", "key_bias", "value_bias", "output_bias", "rotated", "heads_normed", "width_normed", "cached"),
    output="[..., L_q, E]",
    inside="""
      - name: query
        sequence:
          - linear: {features: heads * head_dim, bias: query_bias}
            when: project
          - head_norm: heads
            when: heads_normed
          - rms_norm:
            when: width_normed
          - rope: heads * rotated
            when: rotated > 0
        from: query_input
      - name: key
        sequence:
          - linear: {features: kv_heads * head_dim, bias: key_bias}
            when: project
          - head_norm: kv_heads
            when: heads_normed
          - rms_norm:
            when: width_normed
          - rope: kv_heads * rotated
            when: rotated > 0
          - kv_cache:
              window: window
              chunk: chunk
              parts: kv_heads if in_features % kv_heads == 0 else 1
            when: cached
        from: key_input
      - name: value
        sequence:
          - linear: {features: kv_heads * head_dim, bias: value_bias}
            when: project
          - kv_cache:
              window: window
              chunk: chunk
              parts: kv_heads if in_features % kv_heads == 0 else 1
            when: cached
        from: value_input
      - name: scores
        attention_scores:
          heads: heads
          kv_heads: kv_heads
          causal: causal
          window: window
          chunk: chunk
        from: [query, key]
      - name: bias
        attention_bias: {rows: position_bias, causal: causal, window: window, chunk: chunk}
        when: position_bias > 0
      - name: masked
        attention_mask: {causal: causal, window: window, chunk: chunk}
        when: mask
      - name: softmax
        attention_softmax: {causal: causal, window: window, chunk: chunk, sink: sink}
      - dropout: dropout
        when: dropout > 0
      - name: weighted
        attention_values: {kv_heads: kv_heads, causal: causal, window: window, chunk: chunk}
        from: [previous, value]
      - name: output
        linear: {features: features, bias: output_bias}
        when: project
    """,
    params="project * (F_q * h * d + (F_k + F_v) * g * d + h * d * E) + biases + norms + position_bias * h + sink * h",
    maccs="B * (project * (L_q * F_q * h * d + L_k * (F_k + F_v) * g * d + L_q * h * d * E) + 2 * h * pairs * d)",
    notes=f"{PAIRS_NOTE} Llama has bias: false, Qwen2 bias: [query, key, value]. The norms of qk_norm have 2 * d params, with width (h + g) * d.",
    source=VASWANI + "; grouped: Ainslie et al., GQA, 2023, arXiv:2305.13245",
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


LAYERS = (attention,)
