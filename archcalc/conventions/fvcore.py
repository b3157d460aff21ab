"""fvcore's FlopCountAnalysis: operators that a trace of the model shows."""

from __future__ import annotations

from .base import Convention, Rule

_UNSEEN = Rule("0", "an operator it does not know", missing=True)
_NORM = Rule("(5 if affine else 4) * N_in", "layer, group and instance norms at 5 per element, 4 without affine")

fvcore = Convention(
    "fvcore",
    "one per MACC of convolutions, linear layers and written-out products, and a few per element of norms, adaptive average pools and some interpolations",
    unit="MACs",
    bias="not counted",
    tool="fvcore 0.1.5.post20221221",
    source="fvcore/nn/jit_handles.py and flop_count.py of that release",
    default=Rule("maccs"),
    rules={
        "conv": Rule("0 if padding in ('same', 'valid') else maccs", "a convolution with same padding is an operator it does not know"),
        "batch_norm": Rule("(2 if affine else 1) * N_in", "batch norm at 2 per element, 1 without affine"),
        "instance_norm": _NORM,
        "group_norm": _NORM,
        "layer_norm": _NORM,
        "adaptive_avg_pool": Rule("N_in if len(x[0]) == 3 else 0", "adaptive average pools in two axes at 1 per element of the input"),
        "global_avg_pool": Rule("N_in if len(x[0]) == 3 else 0", "adaptive average pools in two axes at 1 per element of the input"),
        "upsample": Rule(
            "N_out * {'nearest': 1, 'bilinear': 4}.get(mode, 0) if len(x[0]) == 3 else 0",
            "interpolation in two axes: nearest at 1, bilinear at 4 per output",
        ),
        "bilinear": _UNSEEN,
        "rnn": _UNSEEN,
        "gru": _UNSEEN,
        "lstm": _UNSEEN,
        "attention_scores:fused": _UNSEEN,
        "attention_values:fused": _UNSEEN,
    },
)
