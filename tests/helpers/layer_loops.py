"""Layer types with loops that really compute them (``oracle``), on small shapes: type, loops, shapes, the arguments of the loops, those of the
layer type where they are others, and what of each axis of each input it looks at."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import oracle
import oracle.arithmetic
import oracle.attention
import oracle.choose
import oracle.experts
import oracle.matrix_state
import oracle.product
import oracle.recurrent
import oracle.sampling
import oracle.spectral
import oracle.state
import oracle.weighted
from layer_examples import Args, Shapes
from oracle import Tensor
from oracle.attention import look

Layer = Callable[..., Tensor]
CAUSAL = partial(look, causal=True, half=True)
BEHIND: Args = {"kernel": [3], "stride": [1], "dilation": [2], "padding": [(4, 0)]}
"""A window of earlier positions."""
AROUND: Args = {"kernel": [3], "stride": [1], "dilation": [1], "padding": [(1, 1)]}
POINT: Args = {"kernel": [1], "stride": [1], "dilation": [1], "padding": [(0, 0)]}
STEP: Args = {"kernel": [1], "stride": [2], "dilation": [1], "padding": [(0, 0)]}
CONV = {"channels": 3, "groups": 1, "bias": True}
NET = {"hidden": 3, "bias": True}


def whole(kind: str, name: str) -> Layer:
    """The sequence that a recurrent layer gives."""
    return lambda machine, values, *given, **args: getattr(oracle.recurrent, name)(machine, values, *given, kind=kind, **args)[0]


CASES: list[tuple[str, Layer, Shapes, Args, Args | None, str]] = [
    ("conv", oracle.conv, [[2, 7]], CONV | BEHIND, None, "all earlier>1"),
    ("conv", oracle.conv, [[2, 7]], CONV | AROUND, None, "all all"),
    ("conv", oracle.conv, [[2, 7]], CONV | POINT, None, "all apart>1"),
    ("conv", oracle.conv, [[2, 7]], CONV | STEP, None, "all all"),
    (
        "conv",
        oracle.conv,
        [[2, 5, 4]],
        CONV | {"kernel": [3, 1], "stride": [1, 1], "dilation": [1, 1], "padding": [(2, 0), (0, 0)]},
        None,
        "all earlier>1 apart>2",
    ),
    ("depthwise_conv", oracle.depthwise_conv, [[2, 7]], {"multiplier": 1, "bias": True} | BEHIND, None, "all earlier>1"),
    ("conv_transpose", oracle.conv_transpose, [[2, 5]], CONV | POINT | {"output_padding": [0]}, None, "all apart>1"),
    ("conv_transpose", oracle.conv_transpose, [[2, 5]], CONV | AROUND | {"output_padding": [0]}, None, "all all"),
    ("spline", oracle.weighted.spline, [[4, 3]], {"features": 2, "grid": 2, "order": 1}, None, "apart>0 all"),
    (
        "dynamic_conv",
        oracle.weighted.dynamic_conv,
        [[2, 7], [3, 2, 3]],
        {"stride": [1], "dilation": [1], "padding": [(2, 0)]},
        None,
        "all earlier>1, all all all",
    ),
    ("linear", oracle.linear, [[4, 3, 5]], {"features": 2, "bias": True}, None, "apart>0 apart>1 all"),
    ("bilinear", oracle.bilinear, [[4, 3], [4, 5]], {"features": 2, "bias": True}, None, "apart>0 all, apart>0 all"),
    (
        "max_pool",
        oracle.max_pool,
        [[3, 7]],
        {"kernel": [2], "stride": [1], "padding": [(1, 0)], "dilation": [1]},
        None,
        "apart>0 earlier>1",
    ),
    ("max_pool", oracle.max_pool, [[3, 6]], {"kernel": [2], "stride": [2], "padding": [(0, 0)], "dilation": [1]}, None, "apart>0 all"),
    (
        "avg_pool",
        oracle.avg_pool,
        [[3, 7]],
        {"kernel": [2], "stride": [1], "padding": [(1, 0)], "dilation": [1]},
        None,
        "apart>0 earlier>1",
    ),
    ("lp_pool", oracle.lp_pool, [[3, 7]], {"kernel": [3], "stride": [1], "padding": [(1, 1)], "dilation": [1]}, None, "apart>0 all"),
    ("adaptive_max_pool", oracle.adaptive_max_pool, [[2, 6, 5]], {"size": [None, 2]}, None, "apart>0 apart>1 all"),
    ("adaptive_avg_pool", oracle.adaptive_avg_pool, [[2, 6]], {"size": [4]}, None, "apart>0 all"),
    ("global_avg_pool", oracle.global_avg_pool, [[3, 4]], {"keep": False}, None, "apart>0 all"),
    ("global_max_pool", oracle.global_max_pool, [[3, 4]], {"keep": True}, None, "apart>0 all"),
    ("batch_norm", oracle.batch_norm, [[3, 4]], {"affine": True}, None, "all apart>1"),
    ("instance_norm", oracle.instance_norm, [[3, 4]], {"affine": False}, None, "apart>0 all"),
    ("instance_norm", oracle.instance_norm, [[3, 4]], {"affine": True}, None, "all all"),
    ("group_norm", oracle.group_norm, [[4, 3]], {"groups": 2, "affine": True}, None, "all all"),
    ("layer_norm", oracle.layer_norm, [[4, 3]], {"axes": 1, "affine": True, "bias": True}, None, "apart>0 all"),
    ("layer_norm", oracle.layer_norm, [[4, 3, 2]], {"axes": [0, 2], "affine": True, "bias": True}, None, "all apart>1 all"),
    ("rms_norm", oracle.rms_norm, [[4, 3, 2]], {"axes": 2, "affine": True}, None, "apart>0 all all"),
    ("local_response_norm", oracle.local_response_norm, [[4, 3]], {"size": 3}, None, "all apart>1"),
    ("layer_scale", oracle.layer_scale, [[4, 3]], {"axis": -1}, None, "apart>0 all"),
    ("layer_scale", oracle.layer_scale, [[4, 3, 2]], {"axis": 0}, None, "all apart>1 apart>2"),
    ("layer_scale", oracle.layer_scale, [[4, 3]], {"axis": "all"}, None, "apart>0 apart>1"),
    ("grn", oracle.product.grn, [[4, 3]], {"axis": -1}, None, "all all"),
    ("grn", oracle.product.grn, [[4, 3, 2]], {"axis": 0}, None, "all all all"),
    *((name, partial(oracle.elementwise, name=name), [[4, 3]], {}, {}, "apart>0 apart>1") for name in oracle.ACTIVATIONS),
    ("prelu", oracle.prelu, [[4, 3]], {"per_channel": True}, None, "all apart>1"),
    ("prelu", oracle.prelu, [[4, 3]], {"per_channel": False}, None, "apart>0 apart>1"),
    ("softmax", oracle.softmax, [[4, 3]], {"axis": 0}, None, "all apart>1"),
    ("softmax", oracle.softmax, [[4, 3]], {"axis": -1}, None, "apart>0 all"),
    ("log_softmax", oracle.log_softmax, [[4, 3]], {"axis": -1}, None, "apart>0 all"),
    ("glu", oracle.glu, [[4, 3]], {"axis": 0}, None, "all apart>1"),
    ("upsample", partial(oracle.upsample, taps=1), [[3, 4]], {"size": [8]}, None, "apart>0 all"),
    ("crop", oracle.crop, [[3, 6]], {"size": [4]}, None, "apart>0 all"),
    ("pad", oracle.pad, [[3, 4]], {"padding": [(2, 0)]}, None, "apart>0 all"),
    ("pixel_shuffle", oracle.pixel_shuffle, [[4, 2, 3]], {"factor": 2}, None, "all all all"),
    ("pixel_unshuffle", oracle.pixel_unshuffle, [[2, 4, 2]], {"factor": 2}, None, "all all all"),
    ("channel_shuffle", oracle.channel_shuffle, [[4, 3]], {"groups": 2}, None, "all apart>1"),
    ("unfold", oracle.unfold, [[2, 5]], AROUND, None, "all all"),
    ("fold", oracle.fold, [[6, 5]], AROUND | {"size": [5]}, None, "all all"),
    ("flatten", oracle.flatten, [[4, 3, 2]], {"from_axis": 1}, None, "apart>0 all all"),
    ("flatten", oracle.flatten, [[4, 3, 1]], {"from_axis": 1}, None, "apart>0 apart>1 all"),
    ("permute", oracle.permute, [[4, 3, 2]], {"axes": [1, 2, 0]}, None, "apart>2 apart>0 apart>1"),
    ("concat", oracle.concat, [[4, 3], [4, 2]], {"axis": 1}, None, "apart>0 all, apart>0 all"),
    ("concat", oracle.concat, [[4, 3], [2, 3]], {"axis": 0}, None, "all apart>1, all apart>1"),
    ("slice", oracle.sliced, [[4, 3]], {"axis": 0, "start": -1, "stop": None, "step": 1}, None, "apart apart>1"),
    ("slice", oracle.sliced, [[4, 3]], {"axis": 0, "start": 0, "stop": None, "step": 1}, None, "apart>0 apart>1"),
    ("slice", oracle.sliced, [[4, 3]], {"axis": 0, "start": 1, "stop": None, "step": 1}, None, "all apart>1"),
    ("slice", oracle.sliced, [[4, 3]], {"axis": 0, "start": -1, "stop": None, "step": 2}, None, "all apart>1"),
    ("slice", oracle.sliced, [[4, 6]], {"axis": 1, "start": 1, "stop": -1, "step": 2}, None, "apart>0 all"),
    ("add", oracle.add, [[4, 3], [3], [2, 4, 1]], {}, None, "apart>1 apart>2, apart>2, apart>0 apart>1 apart>2"),
    ("multiply", oracle.multiply, [[4, 3], [4, 3]], {}, None, "apart>0 apart>1, apart>0 apart>1"),
    ("mean", oracle.mean, [[4, 3, 2]], {"axes": [1]}, None, "apart>0 all apart>1"),
    ("mean", oracle.mean, [[4, 3]], {"axes": [0]}, None, "all apart>0"),
    ("subtract", oracle.arithmetic.subtract, [[4, 3], [3]], {}, None, "apart>0 apart>1, apart>1"),
    ("divide", oracle.arithmetic.divide, [[4, 3], [4, 3]], {}, None, "apart>0 apart>1, apart>0 apart>1"),
    ("maximum", oracle.arithmetic.maximum, [[3], [4, 3], [4, 1]], {}, None, "apart>1, apart>0 apart>1, apart>0 apart>1"),
    ("minimum", oracle.arithmetic.minimum, [[4, 3], [4, 3]], {}, None, "apart>0 apart>1, apart>0 apart>1"),
    ("scale", oracle.arithmetic.scale, [[4, 3]], {"by": 0.5}, None, "apart>0 apart>1"),
    ("shift", oracle.arithmetic.shift, [[4, 3]], {"by": 0.5}, None, "apart>0 apart>1"),
    ("power", oracle.arithmetic.power, [[4, 3]], {"exponent": 3}, None, "apart>0 apart>1"),
    ("exp", oracle.arithmetic.exp, [[4, 3]], {}, None, "apart>0 apart>1"),
    ("log", oracle.arithmetic.log, [[4, 3]], {}, None, "apart>0 apart>1"),
    ("abs", oracle.arithmetic.absolute, [[4, 3]], {}, None, "apart>0 apart>1"),
    ("sqrt", oracle.arithmetic.sqrt, [[4, 3]], {}, None, "apart>0 apart>1"),
    ("clamp", oracle.arithmetic.clamp, [[4, 3]], {"low": -1, "high": 1}, None, "apart>0 apart>1"),
    ("where", oracle.arithmetic.where, [[3], [4, 3], [4, 1]], {}, None, "apart>1, apart>0 apart>1, apart>0 apart>1"),
    ("cumsum", oracle.arithmetic.cumsum, [[2, 4, 3]], {"axis": -2}, None, "apart>0 earlier>1 apart>2"),
    ("reduce", oracle.choose.reduce, [[4, 3, 2]], {"function": "max", "axes": 1}, None, "apart>0 all apart>1"),
    ("reduce", oracle.choose.reduce, [[4, 3]], {"function": "std", "axes": [-1], "keep": True}, None, "apart>0 all"),
    ("l2_normalise", oracle.choose.l2_normalise, [[4, 3]], {"axes": -1}, None, "apart>0 all"),
    ("stack", oracle.choose.stack, [[4, 3], [4, 3]], {"axis": 1}, None, "apart>0 apart>2, apart>0 apart>2"),
    ("expand", oracle.choose.expand, [[4, 1]], {"shape": [2, 4, 3]}, None, "apart>1 all"),
    ("gather", oracle.choose.gather, [[2, 4, 3], [2, 4]], {"axis": 1}, None, "apart>0 all apart>3, apart>1 apart>2"),
    ("nearest", oracle.choose.nearest, [[4, 3]], {"k": 2}, None, "all all"),
    ("nearest", oracle.choose.nearest, [[4, 3], [5, 3]], {"k": 2}, None, "apart>0 all, all all"),
    ("grid_sample", oracle.sampling.grid_sample, [[2, 4, 3], [3, 2, 2]], {}, None, "apart>0 all all, apart>1 apart>2 all"),
    ("affine_grid", oracle.sampling.affine_grid, [[2, 3]], {"size": [4, 3]}, None, "all all"),
    ("roi_align", oracle.sampling.roi_align, [[2, 4, 3], [3, 4]], {"size": [2, 1], "sampling": 2}, None, "apart>1 all all, apart>0 all"),
    ("roi_pool", oracle.sampling.roi_pool, [[2, 4, 3], [3, 4]], {"size": [2, 1]}, None, "apart>1 all all, apart>0 all"),
    ("nms", oracle.sampling.nms, [[4, 4], [4]], {"keep": 2}, None, "all all, all"),
    ("blur_pool", oracle.sampling.blur_pool, [[2, 5]], {"kernel": 3, "stride": 1}, None, "all all"),
    ("fft", oracle.spectral.fft, [[3, 4, 2]], {"axes": 1}, None, "apart>0 all all"),
    ("rfft", oracle.spectral.rfft, [[4, 3]], {"axes": [0]}, None, "all apart>1"),
    ("irfft", oracle.spectral.irfft, [[3, 5, 2]], {"axes": -2}, None, "all apart>1 all"),
    ("complex_multiply", oracle.spectral.complex_multiply, [[4, 3, 2], [3, 2]], {}, None, "apart>0 apart>1 all, apart>1 all"),
    ("stft", oracle.spectral.stft, [[3, 9]], {"size": 4, "hop": 2, "window": 3}, None, "apart>0 all"),
    ("mel", oracle.spectral.mel, [[3, 5, 4]], {"filters": 2}, None, "apart>0 all apart>2"),
    ("depth_to_space", oracle.sampling.depth_to_space, [[4, 2, 3]], {"factor": 2}, None, "all all all"),
    ("space_to_depth", oracle.sampling.space_to_depth, [[2, 4, 2]], {"factor": 2}, None, "all all all"),
    (
        "deform_conv",
        oracle.sampling.deform_conv,
        [[2, 4, 3], [2, 4, 3]],
        {**CONV, "offset_groups": 1, "kernel": [1, 1], "stride": [1, 1], "dilation": [1, 1], "padding": [(0, 0), (0, 0)]},
        None,
        "all all all, all all all",
    ),
    *(
        (
            name,
            getattr(oracle.matrix_state, name),
            [[4, 6], [4, 6], [4, 4]],
            {"heads": 2},
            {"heads": 2} | more,
            "earlier>0 all, earlier>0 all, earlier>0 all",
        )
        for name, more in (("linear_attention", {"causal": True}), ("retention", dict[str, Any]()))
    ),
    (
        "gated_delta",
        oracle.matrix_state.gated_delta,
        [[4, 3], [4, 3], [4, 4], [4, 2], [4, 2]],
        {"heads": 2, "key_heads": 1},
        None,
        ", ".join(["earlier>0 all"] * 5),
    ),
    ("token_shift", oracle.matrix_state.token_shift, [[2, 4, 3]], {"mixes": 0}, None, "apart>0 earlier>1 all"),
    ("wkv", oracle.matrix_state.wkv, [[4, 3], [4, 3]], {}, None, "earlier>0 all, earlier>0 all"),
    ("position_embedding", oracle.product.position_embedding, [[4, 3]], {}, {"length": 4}, "apart>0 all"),
    ("matmul", oracle.product.matmul, [[4, 3], [3, 2]], {}, None, "apart>0 earlier, earlier apart>1"),
    (
        "matmul",
        oracle.product.matmul,
        [[2, 1, 4, 3], [5, 3, 2]],
        {},
        None,
        "apart>0 apart>1 apart>2 earlier, apart>1 earlier apart>3",
    ),
    ("matmul", oracle.product.matmul, [[3], [2, 3, 4]], {}, None, "earlier, apart>0 earlier apart>1"),
    ("matmul", oracle.product.matmul, [[2, 4, 3], [3]], {}, None, "apart>0 apart>1 earlier, earlier"),
    (
        "einsum",
        partial(oracle.product.einsum, terms=["qd", "kd"], out="qk"),
        [[4, 3], [2, 3]],
        {},
        {"equation": "qd,kd->qk"},
        "apart>0 earlier, apart>1 earlier",
    ),
    (
        "einsum",
        partial(oracle.product.einsum, terms=["qk", "kd"], out="qd"),
        [[4, 2], [2, 3]],
        {},
        {"equation": "qk,kd->qd"},
        "apart>0 earlier, earlier apart>1",
    ),
    ("einsum", partial(oracle.product.einsum, terms=["ld"], out="d"), [[4, 3]], {}, {"equation": "ld->d"}, "all apart>0"),
    ("einsum", partial(oracle.product.einsum, terms=["ld"], out="dl"), [[4, 3]], {}, {"equation": "ld->dl"}, "apart>1 apart>0"),
    (
        "einsum",
        partial(oracle.product.einsum, terms=["ld", "ld"], out="l"),
        [[4, 3], [4, 3]],
        {},
        {"equation": "ld,ld->l"},
        "apart>0 earlier, apart>0 earlier",
    ),
    (
        "dot_interaction",
        partial(oracle.product.dot_interaction, diagonal=False),
        [[4, 3, 2]],
        {},
        {"self": False},
        "apart>0 all all",
    ),
    (
        "dot_interaction",
        partial(oracle.product.dot_interaction, diagonal=True),
        [[4, 3]] * 2,
        {},
        {"self": True},
        "apart>0 all, apart>0 all",
    ),
    (
        "attention_scores",
        partial(oracle.attention.attention_scores, seen=CAUSAL),
        [[4, 6], [4, 6]],
        {"heads": 2, "kv_heads": 2},
        {"heads": 2, "causal": True},
        "apart>1 all, earlier>2 all",
    ),
    (
        "attention_values",
        partial(oracle.attention.attention_values, seen=CAUSAL),
        [[2, 4, 4], [4, 6]],
        {"kv_heads": 2},
        {"kv_heads": 2, "causal": True},
        "all apart>0 earlier, earlier all",
    ),
    ("attention_softmax", partial(oracle.attention.attention_softmax, seen=look), [[2, 4, 3]], {}, None, "apart>0 apart>1 earlier>2"),
    (
        "attention_bias",
        partial(oracle.attention.attention_bias, seen=look),
        [[2, 4, 3]],
        {"rows": 2},
        None,
        "apart>0 apart>1 apart>2",
    ),
    ("rope", oracle.attention.rope, [[4, 6]], {"rotated": 4}, None, "apart>0 all"),
    ("head_norm", oracle.attention.head_norm, [[4, 6]], {"heads": 2}, None, "apart>0 all"),
    ("head_linear", oracle.attention.head_linear, [[4, 6]], {"heads": 2, "features": 3, "passed": 1}, None, "apart>0 all"),
    ("top_k", oracle.experts.top_k, [[4, 3]], {"k": 2}, None, "apart>0 all"),
    ("top_k", oracle.experts.top_k, [[4, 3, 2]], {"k": 2, "axis": 1}, None, "apart>0 all apart>2"),
    ("sequence_conv", oracle.state.sequence_conv, [[2, 5, 3]], {"kernel": 3, "bias": True}, None, "apart>0 earlier>1 all"),
    ("ssm_scan", oracle.state.ssm_scan, [[4, 3], [4, 3], [4, 4]], {"state": 2}, None, "earlier>0 all, earlier>0 all, earlier>0 all"),
    ("step_bias", oracle.state.step_bias, [[4, 3]], {}, None, "apart>0 all"),
    *((kind, whole(kind, "recurrent"), [[4, 3]], NET, None, "earlier>0 all") for kind in ("rnn", "gru", "lstm")),
    (
        "conv_lstm",
        lambda machine, values, **args: oracle.recurrent.conv_lstm(machine, values, **args)[0],
        [[4, 2, 3, 2]],
        {"channels": 2, "kernel": [3, 1]},
        None,
        "earlier>0 all all all",
    ),
    *((f"{kind}_cell", whole(kind, "cell"), [[4, 3]], NET, None, "apart>0 all") for kind in ("rnn", "gru", "lstm")),
]
