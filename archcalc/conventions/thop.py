"""thop's profile: hooks on modules of known types."""

from __future__ import annotations

from .pieces import CAUSAL, METHODS, gated
from .rule import Convention, Rule, Stated, Symbols
from .style import styled


def _ratio(symbols: Symbols) -> float:
    """The quotients of input and output sizes, multiplied one after another in double precision."""
    ratio = 1.0
    before = symbols["x"][0][1:]
    after = symbols["y"][0][1:]
    for size_in, size_out in zip(before, after or (1,) * len(before)):
        ratio *= size_in / size_out
    return ratio


_BESIDE = {"rnn": 1, "gru": 7, "lstm": 8}
_KNOWN = "counted as nothing"

thop = Convention(
    "thop",
    "one per MACC of convolutions and linear layers, a few per element of norms, softmax, average pools and interpolations",
    unit="MACs",
    bias="not counted",
    tool="thop 0.1.1.post2209072238, profile",
    source="thop/profile.py, vision/basic_hooks.py, vision/calc_func.py and rnn_hooks.py of that release",
    default=Rule("0", "not counted: a module without a rule, or no module", missing=True),
    rules={
        "conv depthwise_conv linear conv_lstm": Rule("maccs"),
        "sequence_conv": Rule(f"k * {CAUSAL}", "causal convolutions: the positions that are cut off"),
        "conv_transpose": Rule(
            "(params - bias * C_out) // C_out * N_out", "transposed convolutions by the positions of the output, not of the input"
        ),
        "batch_norm instance_norm layer_norm": Rule(
            "(4 if affine else 2) * N_in", "batch, instance and layer norm at 4 per element, 2 without affine"
        ),
        "prelu": Rule("N_in", "PReLU at 1 per element"),
        "softmax": Rule("G * (3 * n - 1)", "softmax at 3 per element, less one per slice"),
        "avg_pool": Rule("N_out", "average pools at 1 per output, whatever the kernel"),
        "adaptive_avg_pool global_avg_pool": Rule(
            "floor((ratio + 1) * (batch * N_out))",
            "adaptive average pools: the mean number of inputs of an output, and one, for each output; in double precision",
            where={"ratio": Stated("H_in / H_out, times W_in / W_out, and so on: in doubles", _ratio)},
            whole=True,
        ),
        "upsample": Rule(
            "N_out * ((mode == 'nearest') + 5 * (mode == 'linear') + 11 * (mode == 'bilinear') + 259 * (mode == 'bicubic'))",
            "interpolation: nearest at 1, linear 5, bilinear 11, bicubic 259 per output",
            missing=True,
        ),
        **gated(_BESIDE),
        "relu relu6 leaky_relu max_pool adaptive_max_pool global_max_pool dropout pixel_shuffle": Rule("0", _KNOWN),
        "linear:attention": Rule("0", "not counted: the projections of nn.MultiheadAttention", missing=True),
        "*:functional": Rule("0", "not counted: a function", missing=True),
        "*:subclass *:normed": Rule("0", "not counted: hooks match exact types", missing=True),
        styled(METHODS, "operator"): Rule("0", "not counted: a tensor's method", missing=True),
    },
)
