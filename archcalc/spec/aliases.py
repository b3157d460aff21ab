"""What frameworks call the layer types: for the hint to someone who writes PyTorch's or Keras' name.

Names of their arguments are in other_arguments.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..core.suggest import nearest

MOST_NAMES = 1000
"""How many names a wrong one is compared with."""

_ELSEWHERE = {
    "linear": ("dense", "fc", "fully_connected", "lazy_linear"),
    "silu": ("swish",),
    "hard_swish": ("hardswish",),
    "hard_sigmoid": ("hardsigmoid",),
    "hard_tanh": ("hardtanh",),
    "leaky_relu": ("leakyrelu",),
    "hard_shrink": ("hardshrink",),
    "soft_shrink": ("softshrink",),
    "tanh_shrink": ("tanhshrink",),
    "log_sigmoid": ("logsigmoid",),
    "log_softmax": ("logsoftmax",),
    "batch_norm": ("batch_normalization", "bn"),
    "layer_norm": ("layer_normalization", "ln"),
    "group_norm": ("group_normalization",),
    "grn": ("global_response_norm",),
    "conv": ("convolution",),
    "depthwise_conv": ("separable_conv",),
    "conv_transpose": ("deconv", "conv_transposed"),
    "avg_pool": ("average_pooling", "mean_pool", "average_pool"),
    "max_pool": ("max_pooling",),
    "global_avg_pool": ("global_average_pooling", "gap", "global_average_pool"),
    "global_max_pool": ("global_max_pooling",),
    "upsample": ("up_sampling", "interpolate", "resize"),
    "pad": ("zero_pad", "zero_padding", "reflection_pad"),
    "attention": (
        "multihead_attention",
        "multi_head_attention",
        "mha",
        "self_attention",
        "cross_attention",
        "scaled_dot_product_attention",
    ),
    "transformer_encoder": ("transformer_encoder_layer",),
    "transformer_decoder": ("transformer_decoder_layer",),
    "mlp": ("feed_forward", "ffn"),
    "gated_mlp": ("swiglu", "geglu", "reglu"),
    "gelu": ("gelu_tanh", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "fast_gelu", "approximate_gelu"),
    "ssm": ("mamba",),
    "ssm2": ("mamba2",),
    "rope": ("rotary", "rotary_embedding"),
    "position_embedding": ("positional_embedding",),
    "class_token": ("cls_token",),
    "squeeze_excite": ("se",),
    "stochastic_depth": ("drop_path",),
    "concat": ("cat", "concatenate"),
    "split": ("chunk",),
    "permute": ("transpose",),
    "reshape": ("view",),
    "multiply": ("mul", "prod"),
    "subtract": ("sub", "minus"),
    "divide": ("div", "true_divide"),
    "maximum": ("elementwise_max",),
    "minimum": ("elementwise_min",),
    "scale": ("rescale", "multiply_constant"),
    "shift": ("add_constant", "offset"),
    "power": ("pow", "square"),
    "clamp": ("clip",),
    "abs": ("absolute",),
    "reduce": ("sum", "max", "min", "amax", "amin", "std", "var", "variance", "reduce_sum", "reduce_mean", "reduce_max"),
    "l2_normalise": ("normalize", "normalise", "l2_normalize", "l2_norm", "unit_norm"),
    "stack": ("pack",),
    "expand": ("broadcast_to", "broadcast"),
    "gather": ("index_select", "take", "index"),
    "nearest": ("knn", "k_nearest", "knn_graph"),
    "sinusoidal": (
        "sinusoidal_embedding",
        "positional_encoding",
        "position_encoding",
        "sine_positions",
        "sinusoidal_positions",
        "sinusoidal_position_embedding",
    ),
    "gated_delta": ("gated_delta_net", "gated_delta_rule", "delta_net", "delta_rule"),
    "rwkv_time_mix": ("rwkv", "time_mix"),
    "rwkv_channel_mix": ("channel_mix",),
    "retention": ("ret_net", "retnet"),
    "token_shift": ("time_shift",),
    "conv_norm_act": ("conv_bn_act", "conv_bn_relu", "conv_bn", "conv_module", "cbs", "cbr"),
    "eca": ("efficient_channel_attention", "eca_module"),
    "deform_conv": ("deformable_conv", "deform_conv_v2", "dcn", "dcn_v2", "dcnv2"),
    "grid_sample": ("spatial_transformer", "warp", "remap"),
    "roi_align": ("multi_scale_roi_align",),
    "roi_pool": ("roi_pooling",),
    "nms": ("non_max_suppression", "batched_nms"),
    "blur_pool": ("anti_alias", "blur"),
    "fft": ("fft2", "fftn", "ifft", "ifft2", "ifftn"),
    "rfft": ("rfft2", "rfftn"),
    "irfft": ("irfft2", "irfftn"),
    "stft": ("spectrogram",),
    "mel": ("mel_scale", "mel_filter", "mel_spectrogram", "filter_bank"),
    "conv_lstm": ("convlstm",),
    "spline": ("kan", "kan_linear", "kan_layer"),
    "dynamic_conv": ("xcorr", "cross_correlation", "correlation", "cross_correlate", "cond_conv"),
    "joint_attention": ("mmdit_attention", "joint_attn"),
    "constant": ("buffer", "register_buffer", "zeros", "ones"),
    "where": ("select", "masked_fill"),
    "cumsum": ("cumulative_sum",),
    "matmul": ("bmm",),
    "local_response_norm": ("lrn",),
    "sequence": ("sequential",),
    "residual": ("skip",),
    "for": ("loop",),
    "parallel": ("branches",),
}
"""The layer types and composites, and what they are called elsewhere: in lower case with underscores, without 1d, 2d or 3d."""

_OTHER_NAMES = {other: name for name, others in _ELSEWHERE.items() for other in others}


_WRITTEN = {
    **{each: f"reduce: {{function: {each}, axes: ...}}" for each in ("sum", "max", "min", "std", "var")},
    "amax": "reduce: {function: max, axes: ...}",
    "amin": "reduce: {function: min, axes: ...}",
    "variance": "reduce: {function: var, axes: ...}",
    **{f"reduce_{each}": f"reduce: {{function: {each}, axes: ...}}" for each in ("sum", "mean", "max")},
    "square": "power: 2",
    "masked_fill": "where, from: [condition, value, value]",
    "layer_norm_2d": "layer_norm: channels",
    "rms_norm_2d": "rms_norm: channels",
    "layer_scale_2d": "layer_scale: {axis: 0}",
    "softmax_2d": "softmax: {axis: 0}",
    "separable_conv": "two items: depthwise_conv: {kernel: ...} and conv: {channels: ..., kernel: 1}",
    "geglu": "gated_mlp: {hidden: ..., activation: gelu}",
    "reglu": "gated_mlp: {hidden: ..., activation: relu}",
}
"""How it is written here, where the name alone does not say it."""

_INSTEAD: dict[str, tuple[str, ...]] = {
    "write it beside the layer whose weight it normalises: {conv: ..., weight_norm: true}": ("weight_norm",),
    "write it beside the layer whose weight it normalises: {conv: ..., spectral_norm: true}": ("spectral_norm", "spectral_normalization"),
    "leave it out: at inference it is a part of the weights that it normalises": ("weight_standardization",),
    "write identity: it changes no shape and computes nothing that is counted": (
        *("roll", "flip", "detach", "stop_gradient", "contiguous", "clone", "copy", "checkpoint", "quant_stub", "de_quant_stub"),
        *("gaussian_noise", "noise", "rotate90", "reverse", "fake_quantize", "activity_regularization", "no_op", "pass"),
    ),
    "there are batch_norm, layer_norm, rms_norm, group_norm and instance_norm": ("norm", "normalization", "sync_norm"),
    "there are max_pool, avg_pool, global_avg_pool and adaptive_avg_pool": ("pool", "pooling", "adaptive_pool", "global_pool"),
    "activations go by their names, such as relu; activation: relu takes the name as an argument": ("act", "nonlinearity", "act_fn"),
    "write top_k: 1": ("argmax", "arg_max", "argmin"),
    "write expand, or concat of it with itself": ("tile", "repeat_interleave", "repeat_vector", "broadcast_like"),
    "write cross_entropy, or leave it to --memory, which counts a loss behind the network": (
        *("loss", "mse_loss", "nll_loss", "bce_loss", "l1_loss", "criterion"),
    ),
    "write the key input at the top of the spec, not an item": ("input", "input_layer", "placeholder", "inputs"),
    "write the key outputs at the top of the spec, or nothing: the last value is the output": ("output", "outputs", "output_layer"),
    "declare it under layer_types, by formulas, or under blocks, by the layers that it is made of": (
        *("lambda", "custom", "module", "function", "layer", "block", "op", "dense_block", "basic_block", "bottleneck", "res_block"),
        *("residual_block", "inverted_residual", "mb_conv", "fused_mb_conv", "c2f", "c3", "spp", "sppf", "fpn", "patch_merging"),
    ),
    "write parallel: {branches: [...], merge: concat}": ("fork", "split_branches", "inception"),
    "write a repeat on one item: repeat: n": ("stack_layers", "module_list", "layer_list"),
    "write attention_mask, or attention: {causal: true}": ("mask", "causal_mask", "masking"),
    "write bidirectional: true among the arguments of lstm, gru or rnn": ("bidirectional", "bi_lstm", "bi_gru", "bi_rnn"),
    "write two items: relu, and power: 2": ("relu2", "squared_relu", "relu_squared"),
    "write silu: x * sigmoid(1.702 * x) is one but for a factor": ("quick_gelu",),
    "write `from: [a, b]` beside add, concat or multiply": ("merge", "join", "skip_connection", "skip_add", "shortcut"),
    "write if: condition, then: [...], else: [...]": ("cond", "switch", "choice"),
}
"""What to write for what has no layer type here, and what it is called elsewhere."""

_INSTEAD_OF = {other: what for what, others in _INSTEAD.items() for other in others}


def type_hint(name: str, known: Iterable[str]) -> str:
    """What to write for a name that stands for no type: the name here of what another framework calls so, else the nearest of those
    known; an empty string where nothing is near."""
    names = list(known)
    here = suggestion(name, names)
    how = written(name) if here else ""
    near = "" if here else nearest(name, names[:MOST_NAMES])
    if how or here:
        return f"write {how}" if how else f"here it is called {here}"
    return instead(name) or (f"did you mean '{near}'?" if near else "")


def instead(name: str) -> str:
    """What to write for what has no name here, or an empty string."""
    return _INSTEAD_OF.get(_plain(name), "")


def written(name: str) -> str:
    """What to write for a name of another framework that stands for a layer type with certain arguments, or an empty string."""
    plain = {words(name).replace("_", ""), _plain(name).replace("_", "")}
    return next((how for other, how in _WRITTEN.items() if other.replace("_", "") in plain), "")


def words(name: str) -> str:
    """A name in lower case with underscores."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_")


def _plain(name: str) -> str:
    """The same without 1d, 2d or 3d."""
    return re.sub(r"_?[123]_?d(?=_|$)", "", words(name))


def suggestion(name: str, known: Iterable[str]) -> str:
    """The name here of what a framework calls ``name``, or an empty string."""
    plain = _plain(name)
    plain = _OTHER_NAMES.get(plain) or _OTHER_NAMES.get(plain.replace("_", ""), plain)
    here = set(known)
    return plain if plain in here else next((each for each in here if each.replace("_", "") == plain.replace("_", "")), "")
