"""The layer types: one short declaration each, in the file of its family."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from .kit.layer import LayerType

FAMILIES: dict[str, tuple[str, ...]] = {
    "conv": ("conv", "depthwise_conv", "conv_transpose"),
    "linear": ("linear", "bilinear", "parameter"),
    "spline": ("spline",),
    "lora": ("lora_linear",),
    "pool": ("max_pool", "avg_pool", "lp_pool", "adaptive_max_pool", "adaptive_avg_pool", "global_avg_pool", "global_max_pool"),
    "norm": ("batch_norm", "instance_norm", "group_norm", "layer_norm", "rms_norm", "local_response_norm", "layer_scale", "grn"),
    "activation": (
        *(
            "relu",
            "relu6",
            "leaky_relu",
            "elu",
            "selu",
            "celu",
            "gelu",
            "silu",
            "mish",
            "sigmoid",
            "tanh",
            "hard_sigmoid",
            "hard_swish",
            "hard_tanh",
        ),
        *(
            "softplus",
            "softsign",
            "log_sigmoid",
            "tanh_shrink",
            "hard_shrink",
            "soft_shrink",
            "prelu",
            "softmax",
            "log_softmax",
            "glu",
            "activation",
        ),
    ),
    "resample": ("upsample", "crop", "pad", "blur_pool"),
    "shuffle": ("pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "unfold", "fold", "depth_to_space", "space_to_depth"),
    "reshape": ("flatten", "reshape", "permute", "squeeze", "unsqueeze", "rearrange", "expand"),
    "concat": ("concat", "split", "slice", "stack"),
    "elementwise": ("add", "multiply", "mean", "identity", "cast", "dropout", "stochastic_depth"),
    "arithmetic": ("subtract", "divide", "maximum", "minimum", "scale", "shift", "power", "exp", "log", "abs", "clamp", "sqrt"),
    "reduce": ("reduce", "l2_normalise"),
    "choose": ("constant", "where", "one_hot", "cumsum", "gather", "nearest"),
    "dynamic": ("dynamic_conv",),
    "sampling": ("grid_sample", "affine_grid", "deform_conv"),
    "regions": ("roi_align", "roi_pool", "nms"),
    "spectral": ("fft", "rfft", "irfft", "complex_multiply", "stft", "mel"),
    "composed": ("conv_norm_act", "eca"),
    "squeeze_excite": ("squeeze_excite",),
    "embedding": ("embedding", "embedding_bag", "position_embedding", "class_token", "sinusoidal"),
    "loss": ("cross_entropy",),
    "recurrent": ("rnn", "gru", "lstm", "rnn_cell", "gru_cell", "lstm_cell"),
    "conv_recurrent": ("conv_lstm",),
    "matmul": ("matmul", "einsum", "dot_interaction"),
    "attention": ("attention",),
    "joint": ("joint_attention",),
    "latent": ("latent_attention", "head_linear"),
    "attention_parts": (
        "attention_scores",
        "attention_bias",
        "attention_mask",
        "attention_softmax",
        "attention_values",
        "kv_cache",
    ),
    "heads": ("rope", "head_norm"),
    "mlp": ("mlp", "gated_mlp", "moe", "top_k", "expert_sum"),
    "transformer": ("transformer_encoder", "transformer_decoder", "patch_embedding"),
    "states": ("linear_attention", "retention", "gated_delta", "token_shift", "wkv", "rwkv_time_mix", "rwkv_channel_mix"),
    "ssm": ("ssm", "ssm2", "ssm_scan", "sequence_conv", "step_bias"),
}
"""Each file of this folder and the layer types it declares, in the order of the manual. A file is read when one of its types is used."""

_FAMILY_OF = {name: family for family, names in FAMILIES.items() for name in names}
_LOADED: dict[str, LayerType] = {}

NAMES: tuple[str, ...] = tuple(_FAMILY_OF)
"""Every layer type's name."""


def find(name: str) -> LayerType | None:
    """The layer type of that name, or None."""
    layer = _LOADED.get(name)
    if layer is None and name in _FAMILY_OF:
        _LOADED.update({each.name: each for each in import_module(f".{_FAMILY_OF[name]}", __name__).LAYERS})
        layer = _LOADED[name]
    return layer


def every() -> Iterator[LayerType]:
    """All layer types, in the order of the manual."""
    for name in NAMES:
        layer = find(name)
        assert layer is not None
        yield layer
