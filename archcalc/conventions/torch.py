"""PyTorch's FlopCounterMode: operators seen while the model runs on the CPU."""

from __future__ import annotations

from .base import Convention, Rule

_UNSEEN = Rule("0", "fused attention on the CPU is an operator it does not know", missing=True)

torch = Convention(
    "torch",
    "two per MACC of convolutions and matrix products; nothing else",
    unit="FLOPs",
    bias="not counted",
    tool="torch 2.14.1, torch.utils.flop_counter.FlopCounterMode, on the CPU",
    source="torch/utils/flop_counter.py of that release",
    default=Rule("2 * maccs"),
    rules={
        "lstm": Rule("0", "a fused LSTM on the CPU is an operator it does not know", missing=True),
        "attention_scores:fused": _UNSEEN,
        "attention_values:fused": _UNSEEN,
    },
)
