"""Attention of two sequences to both of them, each with weights of its own."""

from __future__ import annotations

from typing import Any

from ..core.kinds import SIZE, TRUTH, show
from .attention_parts import divided
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.compound import Compound


def _prepare(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    """Two sequences that may differ in length and in features: the positions and features of each, and the features of all heads together."""
    first, other = inputs
    if min(len(first), len(other)) < 2 or first[:-2] != other[:-2]:
        raise LayerError(
            f"joint_attention takes [..., L, F] and [..., L_c, F_c], and {show(first)} and {show(other)} come in",
            expected="[..., L, F], [..., L_c, F_c]",
        )
    head_dim = args["head_dim"]
    if head_dim is None:
        divided(args, first[-1], "features", "heads", "or give head_dim: the heads' features need not be those of the input")
        head_dim = first[-1] // args["heads"]
    return {
        **args,
        "inner": args["heads"] * head_dim,
        "features": first[-1],
        "length": first[-2],
        "context_features": other[-1],
        "context_length": other[-2],
    }


joint_attention = Compound(
    "joint_attention",
    "MMDiT's attention: a sequence and its context, each through projections of its own, attend to both; name.0 is the sequence, name.1 the context.",
    args=(
        Arg("heads", SIZE, "heads, h"),
        Arg("head_dim", SIZE, "features of a head, d", None, shown_default="features / heads"),
        Arg("bias", TRUTH, "whether the projections have a bias", True),
        Arg("qk_norm", TRUTH, "whether each head of queries and keys goes through an RMS norm, of each sequence its own", False),
        Arg("context_pre_only", TRUTH, "whether the context ends here, as in a last block: it has no output", False),
    ),
    names=("sequence", "context"),
    takes="[..., L, F] and [..., L_c, F_c]",
    inputs=(2, 2),
    prepare=_prepare,
    prepared=("inner", "features", "length", "context_features", "context_length"),
    output="[..., L, F], and [..., L_c, F_c] unless context_pre_only",
    inside="""
      - name: query
        sequence: [linear: {features: inner, bias: bias}, {head_norm: heads, when: qk_norm}]
        from: sequence
      - name: key
        sequence: [linear: {features: inner, bias: bias}, {head_norm: heads, when: qk_norm}]
        from: sequence
      - name: value
        linear: {features: inner, bias: bias}
        from: sequence
      - name: context_query
        sequence: [linear: {features: inner, bias: bias}, {head_norm: heads, when: qk_norm}]
        from: context
      - name: context_key
        sequence: [linear: {features: inner, bias: bias}, {head_norm: heads, when: qk_norm}]
        from: context
      - name: context_value
        linear: {features: inner, bias: bias}
        from: context
      - name: queries
        concat: -2
        from: [context_query, query]
      - name: keys
        concat: -2
        from: [context_key, key]
      - name: values
        concat: -2
        from: [context_value, value]
      - name: attention
        attention: {heads: heads, project: false}
        from: [queries, keys, values]
      - name: parts
        split: {parts: [context_length, length], axis: -2}
      - name: out
        if: context_pre_only
        then:
          - name: output
            linear: {features: features, bias: bias}
            from: parts.1
        else:
          - parallel:
              merge: none
              branches:
                - - name: sequence_output
                    linear: {features: features, bias: bias}
                    from: parts.1
                - - name: context_output
                    linear: {features: context_features, bias: bias}
                    from: parts.0
            from: parts.1
    """,
    params="h * d * (4 * F + (4 - context_pre_only) * F_c) + bias * (6 * h * d + F + (1 - context_pre_only) * F_c) + qk_norm * 4 * d",
    maccs="B * h * d * (4 * L * F + (4 - context_pre_only) * L_c * F_c + 2 * (L + L_c) ** 2)",
    notes="The context's queries are worked out in a last block too, as the paper's code does.",
    source="Esser et al., Scaling Rectified Flow Transformers, 2024, arXiv:2403.03206, figure 2; qk_norm: section 5.3.2",
    example=Example(
        {"heads": 2},
        [[3, 4], [5, 6]],
        [[3, 4], [5, 6]],
        194,
        maccs=1184,
        weight_adds=138,
        adds=240,
        muls=128,
        divs=128,
        comparisons=112,
        transcendentals=128,
    ),
)

LAYERS = (joint_attention,)
