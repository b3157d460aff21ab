"""What frameworks call the arguments of layers: for the hint to someone who writes PyTorch's, Keras' or a config's name.

Names of layer types are in aliases.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..layers.kit.args import Arg
from .aliases import words

_RATIOS = (
    *("ratio", "mlp_ratio", "ffn_ratio", "expansion", "expansion_factor", "expand", "expand_ratio", "widening_factor", "multiplier"),
    "ff_mult",
)
"""What says how many times the features a hidden size is."""

_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "channels": (
        "out_channels",
        "filters",
        "num_filters",
        "n_filters",
        "out_planes",
        "planes",
        "out_ch",
        "c_out",
        "cout",
        "output_channels",
        "features",
        "units",
        "dim",
    ),
    "kernel": ("kernel_size", "pool_size", "ksize", "kernel_shape", "filter_size", "d_conv", "conv_kernel", "k", "window_size"),
    "stride": ("strides", "subsample"),
    "dilation": ("dilation_rate", "dilations", "atrous_rate", "rate"),
    "padding": ("pad", "pads", "paddings"),
    "groups": ("num_groups", "n_groups", "ngroups", "group", "cardinality", "feature_group_count"),
    "bias": ("use_bias", "with_bias", "has_bias", "bias_attr", "qkv_bias", "attention_bias", "mlp_bias", "center", "elementwise_bias"),
    "multiplier": ("depth_multiplier", "channel_multiplier", "expansion"),
    "ceil": ("ceil_mode",),
    "count_padding": ("count_include_pad",),
    "norm": ("norm_type", "p", "norm_layer", "norm_cfg", "normalization"),
    "affine": ("elementwise_affine", "use_affine", "scale", "center", "learnable"),
    "axes": ("axis", "dim", "dims", "order", "perm", "permutation", "reduction_indices"),
    "axis": ("dim", "dims", "axes", "along"),
    "from_axis": ("start_dim", "start_axis", "axis", "dim"),
    "shape": ("target_shape", "output_shape", "new_shape", "sizes", "size", "dims"),
    "parts": ("chunks", "sections", "num_splits", "num_or_size_splits", "splits", "split_sizes"),
    "factor": ("upscale_factor", "downscale_factor", "block_size", "scale_factor", "r"),
    "scale": ("scale_factor", "factor", "scales", "zoom"),
    "size": ("output_size", "out_size", "target_size", "pooled_size", "crop_size"),
    "mode": ("interpolation", "method", "padding_mode", "pad_mode"),
    "padding_mode": ("pad_mode", "mode"),
    "rate": ("p", "prob", "drop_prob", "drop_rate", "drop", "dropout", "drop_path_rate"),
    "in_place": ("inplace",),
    "function": ("op", "operation", "reduction", "reduce", "mode"),
    "keep": ("keepdim", "keepdims", "keep_dims", "max_output_size", "max_output_boxes"),
    "exponent": ("power", "pow"),
    "low": ("min", "min_value", "minimum", "clip_value_min"),
    "high": ("max", "max_value", "maximum", "clip_value_max"),
    "features": (
        *("out_features", "units", "output_dim", "out_dim", "num_outputs", "num_classes", "classes", "embedding_dim", "embed_dim"),
        *("d_model", "model_dim", "hidden_size", "dim", "width", "n_embd", "out_size", "channels", "filters", "out_channels"),
    ),
    "classes": ("num_classes", "n_classes", "depth"),
    "vocabulary": ("num_embeddings", "vocab_size", "vocab", "input_dim", "num_tokens", "n_vocab"),
    "length": (
        "max_len",
        "max_length",
        "max_seq_len",
        "seq_len",
        "sequence_length",
        "num_positions",
        "max_position_embeddings",
        "input_dim",
    ),
    "hidden": (
        *("hidden_size", "hidden_features", "hidden_dim", "hidden_channels", "dim_feedforward", "intermediate_size", "intermediate_dim"),
        *("mlp_dim", "ffn_dim", "ff_dim", "d_ff", "dff", "d_inner", "units", "moe_intermediate_size", "squeeze_channels", "rd_channels"),
        *("reduced_channels", "filter_size", "inner_dim", "features", "out_features", *_RATIOS),
    ),
    "ratio": ("reduction", "reduction_ratio", "squeeze_factor", "rd_ratio", "r", "se_ratio"),
    "gate": ("gate_layer", "scale_activation", "gate_activation", "scoring_func"),
    "activation": (
        "act",
        "act_layer",
        "activation_layer",
        "hidden_act",
        "activation_function",
        "nonlinearity",
        "act_fn",
        "hidden_activation",
    ),
    "heads": ("num_heads", "n_heads", "nhead", "n_head", "num_attention_heads", "head_count", "number_of_heads"),
    "kv_heads": ("num_kv_heads", "num_key_value_heads", "n_kv_heads", "n_kv_head", "num_query_groups"),
    "key_heads": ("num_key_heads", "num_k_heads", "linear_num_key_heads"),
    "head_dim": ("head_size", "key_dim", "d_head", "dim_head", "headdim", "d_kv", "head_features", "size_per_head", "qk_nope_head_dim"),
    "kv_rank": ("kv_lora_rank",),
    "query_rank": ("q_lora_rank", "q_rank"),
    "rope_dim": ("qk_rope_head_dim",),
    "value_dim": ("v_head_dim", "vdim"),
    "causal": ("is_causal", "causal_mask", "use_causal_mask", "is_decoder", "autoregressive"),
    "chunk": ("attention_chunk_size", "chunk_size", "block_length"),
    "window": ("window_size", "sliding_window", "attention_window", "local_window"),
    "rope": ("use_rope", "rotary", "rotary_dim", "use_rotary"),
    "rotated": ("rotary_dim", "dim", "rope_dim"),
    "qk_norm": ("use_qk_norm", "qk_layernorm"),
    "mask": ("attn_mask", "attention_mask"),
    "dropout": ("p", "drop", "attn_drop", "attention_dropout", "dropout_rate", "proj_drop", "dropout_p"),
    "norm_first": ("pre_norm", "prenorm"),
    "layers": ("num_layers", "n_layers", "n_layer", "num_hidden_layers"),
    "projection": ("proj_size", "num_proj"),
    "biases": ("num_biases",),
    "experts": ("num_experts", "n_experts", "num_local_experts", "n_routed_experts"),
    "active": ("top_k", "topk", "k", "num_experts_per_tok", "experts_per_token", "num_selected"),
    "shared": ("n_shared_experts", "num_shared_experts", "shared_experts"),
    "state": ("d_state", "state_size", "ssm_state_size", "n_state"),
    "expand": ("expansion_factor", "expansion"),
    "rank": ("r", "dt_rank", "lora_rank", "lora_r"),
    "count": ("num_tokens", "n_tokens"),
    "patch": ("patch_size",),
    "sampling": ("sampling_ratio",),
    "offset_groups": ("deform_groups", "deformable_groups"),
    "pattern": ("equation", "einops"),
    "equation": ("pattern", "subscripts"),
    "stop": ("end",),
    "to": ("dtype",),
    "body": ("layers", "layer", "block", "main", "fn"),
    "shortcut": ("downsample", "identity"),
    "branches": ("paths", "layers"),
    "merge": ("join", "combine", "mode"),
}
"""Arguments here, and what they are called elsewhere. Of one name that stands for several, the arguments of the layer type decide."""

_LEAVE_OUT: dict[str, tuple[str, ...]] = {
    "sizes that follow from what comes in are never written": (
        *("in_channels", "in_features", "in_planes", "in_ch", "in_dim", "c_in", "cin", "inp", "inplanes", "input_size", "input_dim"),
        *("input_channels", "input_features", "input_shape", "in1_features", "in2_features", "num_features", "num_channels", "n_channels"),
        *("normalized_shape", "num_parameters", "embed_dim", "d_model", "n_embd", "kdim", "vdim", "batch_input_shape", "channels"),
        *("features", "dim", "hidden_size", "out_channels", "filters", "width", "height", "input_length", "in_size"),
    ),
    "it changes no shape and no count": (
        *("eps", "epsilon", "momentum", "track_running_stats", "negative_slope", "alpha", "beta", "gamma", "lambd", "slope", "threshold"),
        *(
            "min_val",
            "max_val",
            "approximate",
            "align_corners",
            "antialias",
            "recompute_scale_factor",
            "value",
            "fill_value",
            "constant_values",
        ),
        *("kernel_initializer", "bias_initializer", "depthwise_initializer", "pointwise_initializer", "recurrent_initializer"),
        *("embeddings_initializer", "beta_initializer", "gamma_initializer", "initializer", "init", "init_values", "unit_forget_bias"),
        *("kernel_regularizer", "bias_regularizer", "activity_regularizer", "recurrent_regularizer", "embeddings_regularizer"),
        *("beta_regularizer", "gamma_regularizer", "kernel_constraint", "bias_constraint", "recurrent_constraint", "embeddings_constraint"),
        *("beta_constraint", "gamma_constraint", "recurrent_activation", "padding_idx", "max_norm", "scale_grad_by_freq", "sparse"),
        *("mask_zero", "device", "seed", "noise_shape", "return_indices", "divisor_override", "rope_theta", "theta", "base", "temperature"),
        *("label_smoothing", "ignore_index", "spatial_scale", "aligned", "stateful", "unroll", "go_backwards", "time_major", "reset_after"),
        *("need_weights", "add_bias_kv", "add_zero_attn", "max_distance"),
    ),
    "shapes put channels first": ("data_format", "channels_first", "channels_last", "memory_format"),
    "shapes leave the batch out": ("batch_first", "batch_size", "batch"),
    "every position is given, and `archcalc layers {type}` says how the last state is reached": ("return_sequences", "return_state"),
}
"""Why an argument of elsewhere is none here, and which these are."""

_WRITTEN_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "it is an item of its own, behind {type}": (
        *("activation", "act", "act_layer", "norm", "norm_layer", "batch_norm", "use_bn", "bn", "dropout", "dropout_rate", "drop_path"),
        *("pool", "pooling", "relu", "nonlinearity"),
    ),
    "write repeat: ... beside {type}": ("num_layers", "n_layers", "n_layer", "depth", "num_blocks", "times", "num_repeats", "layers"),
    "write frozen: true beside {type}": ("trainable", "requires_grad", "freeze"),
    "write from: [...] beside {type}": ("inputs", "input", "tensors", "x", "sources", "source"),
}
"""What to write instead of an argument that is not one of the layer type, and which these are."""

_AS_HERE: dict[tuple[str, str], str] = {
    ("bias", "qkv_bias"): "qkv_bias: false is bias: [output] here, and qkv_bias: true is bias: true",
    **{("hidden", ratio): "here it is called hidden, a size: write hidden: {value} * in_features" for ratio in _RATIOS},
}
"""What to write for an argument that is called otherwise, where its value is another one too; in braces what it is elsewhere."""

BY_NUMBER: dict[str, tuple[str, Callable[[float], float]]] = {
    "divide": ("scale", lambda number: 1 / number if number else number),
    "multiply": ("scale", lambda number: number),
    "add": ("shift", lambda number: number),
    "subtract": ("shift", lambda number: -number),
}
"""Of a layer type that joins values, the one that takes a number, and which."""
WAYS = ("tanh", "none", "erf", "exact", "approximate", "quick")
"""How frameworks work out an activation, as a word."""

_KEYS: dict[str, tuple[str, ...]] = {
    "name": ("title", "model", "model_name"),
    "source": ("paper", "url", "reference", "citation", "doi", "link"),
    "description": ("notes", "note", "comment", "doc", "summary"),
    "input": ("input_shape", "input_size", "in_shape", "shape"),
    "outputs": ("output", "returns", "heads"),
    "vars": ("parameters", "params", "variables", "hyperparameters", "hparams", "config", "args", "arguments", "constants"),
    "blocks": ("modules", "functions", "definitions", "components", "defs", "templates", "macros"),
    "layers": ("network", "architecture", "nodes", "backbone", "body", "model_layers"),
    "variants": ("configs", "models", "presets", "versions"),
    "budget": ("limits", "constraints", "limit"),
    "dtype": ("precision", "data_type"),
    "layer_types": ("custom_layers", "types", "ops"),
}
"""The keys of a spec, and what they are called elsewhere."""

_BESIDE: dict[str, tuple[str, ...]] = {
    "share": ("tie", "tied", "tied_to", "tie_to", "tie_weights", "weights_from", "shared", "shared_with", "share_weights"),
    "repeat": ("repeats", "times", "copies", "num_repeats", "number"),
    "from": ("input", "inputs", "source", "sources"),
    "when": ("condition", "enabled", "only_if"),
    "name": ("id", "label", "alias"),
}
"""The keys of an item, and what they are called elsewhere."""

_KEY_HERE = {other: key for key, others in _KEYS.items() for other in others}
_WHY = {other: why for why, others in _LEAVE_OUT.items() for other in others}
_INSTEAD = {other: what for what, others in _WRITTEN_ELSEWHERE.items() for other in others}


def called_here(name: str, args: Iterable[Arg]) -> str:
    """Which of a layer type's arguments a framework calls ``name``, or an empty string.

    One that need not be given is not meant by a name that also stands for a size of the input, as attention's embed_dim does; but an axis.
    """
    word = words(name)
    found = [arg for arg in args if word in _ELSEWHERE.get(arg.name, ())]
    return next((arg.name for arg in found if arg.required or arg.name == "axis" or word not in _WHY), "")


def as_here(name: str, here: str, value: str) -> str:
    """What to write for a framework's argument that is ``here`` one of the layer type, whose ``value`` there is as written."""
    return _AS_HERE.get((here, words(name)), "here it is called {here}").format(here=here, value=value or "...")


def not_here(name: str, type: str, value: str = "") -> str:
    """What to do about a framework's argument that a layer type has none for, or an empty string."""
    word = words(name)
    if word in _WHY:
        return f"leave it out: {_WHY[word].format(type=type)}"
    hint = _INSTEAD.get(word, "").format(type=type)
    return hint.replace("repeat: ...", f"repeat: {value}") if value.isdecimal() else hint


def beside(key: str) -> str:
    """Which key of an item is called so elsewhere, or an empty string."""
    return next((here for here, others in _BESIDE.items() if words(key) in others), "")


def key_here(key: str) -> str:
    """Which key of a spec is called so elsewhere, or an empty string."""
    return _KEY_HERE.get(words(key), "")
