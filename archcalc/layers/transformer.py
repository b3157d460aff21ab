"""Transformer layers as PyTorch has them, and the patches of an image as a sequence."""

from __future__ import annotations

from typing import Any

from ..core.kinds import PROBABILITY, SIZE, SIZES, TRUTH, ListOf, Word
from .activation import ACTIVATION
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import SPATIAL
from .kit.compound import Compound

_DROPS = ("weights", "hidden", "attention", "feed")
_ARGS = (
    Arg("heads", SIZE, "heads of attention, h"),
    Arg("hidden", SIZE, "features in between of the feed-forward part, H"),
    Arg("activation", ACTIVATION, "the activation of the feed-forward part", "relu"),
    Arg("norm_first", TRUTH, "whether each part is normalised before it, or the sum after it", False),
    Arg("bias", TRUTH, "whether projections and norms have a bias", True),
    Arg("causal", TRUTH, "whether a position attends to itself and earlier ones alone", False),
    Arg("dropout", PROBABILITY, "how many elements are dropped while training, where drops says", 0),
    Arg(
        "drops",
        ListOf(Word(*_DROPS), f"a list of {', '.join(_DROPS)}", 0, len(_DROPS)),
        "what is dropped: the weights of the values, the features in between, the output of attention, that of the feed-forward part",
        _DROPS,
    ),
)
_VASWANI = "Vaswani et al., Attention Is All You Need, 2017, arXiv:1706.03762, section 3; norm_first: Xiong et al., 2020, arXiv:2002.04745, table 1"


def _part(drop: str, norm: str, layers: str) -> str:
    """A part with its norm and its way around, in either order of the two."""
    return f"""
      - residual:
          - name: {norm}
            layer_norm: {{bias: bias}}
            when: norm_first
          {layers}
          - dropout: {drop}
            when: {drop} > 0
      - name: {norm}_after
        layer_norm: {{bias: bias}}
        when: not norm_first
    """


_SELF = """- name: self_attention
            attention: {heads: heads, bias: bias, causal: causal, dropout: weights_dropout}"""
_CROSS = """- name: cross_attention
            attention: {heads: heads, bias: bias, dropout: weights_dropout}
            from: [previous, memory]"""
_FEED = """- name: feed_forward
            mlp: {hidden: hidden, activation: activation, bias: bias, dropout: hidden_dropout}"""


def _dropped(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    """The rate of each dropout: 0 where there is none."""
    return {**args, **{f"{name}_dropout": args["dropout"] if name in args["drops"] else 0 for name in _DROPS}}


_PREPARED = tuple(f"{name}_dropout" for name in _DROPS)

transformer_encoder = Compound(
    "transformer_encoder",
    "One encoder layer: self-attention and a feed-forward part, each with a norm and a way around.",
    args=_ARGS,
    takes="[..., L, F]",
    prepare=_dropped,
    prepared=_PREPARED,
    inside=_part("attention_dropout", "norm_1", _SELF) + _part("feed_dropout", "norm_2", _FEED),
    params="4 * F * F + bias * 4 * F + 2 * F * hidden + bias * (hidden + F) + (1 + bias) * 2 * F",
    maccs="B * (4 * L * F * F + 2 * L * L * F + 2 * L * F * hidden)",
    source=_VASWANI,
    example=Example(
        {"heads": 2, "hidden": 5},
        [[3, 4]],
        [3, 4],
        145,
        maccs=384,
        weight_muls=24,
        weight_adds=99,
        adds=120,
        muls=42,
        divs=54,
        comparisons=27,
        transcendentals=18,
        sqrts=6,
    ),
)

transformer_decoder = Compound(
    "transformer_decoder",
    "One decoder layer: self-attention, attention to a memory, and a feed-forward part, each with a norm and a way around.",
    args=_ARGS,
    names=("target", "memory"),
    takes="[..., L, F] and [..., M, F_memory]",
    inputs=(2, 2),
    prepare=_dropped,
    prepared=_PREPARED,
    inside=_part("attention_dropout", "norm_1", _SELF)
    + _part("attention_dropout", "norm_2", _CROSS)
    + _part("feed_dropout", "norm_3", _FEED),
    params="6 * F * F + 2 * F_memory * F + bias * 8 * F + 2 * F * hidden + bias * (hidden + F) + (1 + bias) * 3 * F",
    maccs="B * (6 * L * F * F + 2 * M * F_memory * F + 2 * L * L * F + 2 * L * M * F + 2 * L * F * hidden)",
    source=_VASWANI,
    example=Example(
        {"heads": 2, "hidden": 5},
        [[3, 4], [6, 4]],
        [3, 4],
        233,
        maccs=816,
        weight_muls=36,
        weight_adds=183,
        adds=231,
        muls=90,
        divs=108,
        comparisons=57,
        transcendentals=54,
        sqrts=9,
    ),
)


def _patches(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    axes = len(inputs[0]) - 1
    if not 1 <= axes <= 3:
        raise LayerError("patch_embedding takes channels and one to three spatial axes", expected="[C, L], [C, H, W] or [C, D, H, W]")
    return {**args, "patch": list(args["patch"]) if isinstance(args["patch"], tuple) else args["patch"], "axes": axes}


patch_embedding = Compound(
    "patch_embedding",
    "Cuts a map into patches that do not overlap and makes a token of each: a convolution whose stride is its kernel, then a sequence.",
    args=(
        Arg("features", SIZE, "features of a token, E"),
        Arg("patch", SIZES, "side of a patch"),
        Arg("bias", TRUTH, "whether the map of a patch has a bias", True),
    ),
    takes=SPATIAL,
    prepare=_patches,
    prepared=("axes",),
    output="[patches, E]",
    inside="""
      - conv: {channels: features, kernel: patch, stride: patch, bias: bias}
      - flatten: 1
      - permute: [1, 0]
    """,
    params="C_in * P_h * P_w * E + bias * E",
    maccs="C_in * P_h * P_w * E * patches",
    source="Dosovitskiy et al., An Image is Worth 16x16 Words, 2020, arXiv:2010.11929, equation 1",
    example=Example({"features": 4, "patch": [2, 3]}, [[3, 6, 9]], [9, 4], 76, maccs=648, weight_adds=36),
)

LAYERS = (transformer_encoder, transformer_decoder, patch_embedding)
