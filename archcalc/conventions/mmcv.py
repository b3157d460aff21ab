"""mmcv's get_model_complexity_info: hooks on modules of exact types, out of an early ptflops."""

from __future__ import annotations

from .pieces import CAUSAL, METHODS, POOLS, TRANSFORMER
from .rule import Convention, Rule
from .style import styled

mmcv = Convention(
    "mmcv",
    "one per MACC, per bias of a convolution and per element of ReLUs and pools; two per element of norms",
    unit="MACs",
    bias="one per output element of convolutions, none of linear layers",
    tool="mmcv 1.7.2, get_model_complexity_info, which old MMDetection, MMSegmentation and MMPose print",
    source="mmcv/cnn/utils/flops_counter.py of that release",
    batch_one=True,
    default=Rule("0", "not counted: a module without a hook, or no module", missing=True),
    rules={
        "conv depthwise_conv": Rule("maccs + bias * N_out", "bias of convolutions"),
        "conv_transpose": Rule(
            "maccs + bias * N_out if len(x[0]) == 3 else 0", "transposed convolutions in two axes alone; their bias", missing=True
        ),
        "sequence_conv": Rule(f"(k + bias) * {CAUSAL}", "causal convolutions: bias, and the positions that are cut off"),
        "linear": Rule("maccs"),
        "batch_norm instance_norm group_norm layer_norm": Rule("(2 if affine else 1) * N_in", "norms at 2 per element, 1 without affine"),
        "relu prelu elu leaky_relu relu6": Rule("N_out", "ReLU, PReLU, ELU, LeakyReLU and ReLU6 at 1 per element"),
        POOLS: Rule("N_in", "pools at 1 per element of the input"),
        "upsample": Rule("N_out", "interpolation that is a module at 1 per output"),
        "linear:attention": Rule("0", "not counted: the projections of nn.MultiheadAttention", missing=True),
        styled("relu", *TRANSFORMER): Rule("0", "not counted: the activation of a Transformer layer, a function", missing=True),
        "*:functional": Rule("0", "not counted: a function", missing=True),
        "*:subclass *:normed": Rule("0", "not counted: hooks match exact types", missing=True),
        styled(METHODS, "operator"): Rule("0", "not counted: a tensor's method", missing=True),
    },
)
