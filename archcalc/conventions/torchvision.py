"""torchvision's published operations: products alone, one for each multiply-accumulate."""

from __future__ import annotations

from .pieces import SCORES, VALUES
from .rule import Convention, Rule

torchvision = Convention(
    "torchvision",
    "one per MACC of convolutions and matrix products; nothing else",
    unit="MACs",
    bias="not counted",
    tool="torchvision 0.29.1, the _ops of its weights",
    source="torchvision's test/common_extended_utils.py; its GFLOPS are this by 10^9",
    default=Rule("maccs"),
    rules={
        "retention gated_delta wkv": Rule("0", "not counted: a kernel of its own, which it does not know", missing=True),
        "deform_conv": Rule("0", "not counted: an operator of torchvision, which it does not know", missing=True),
        "attention_scores": Rule(SCORES, "attention's products, masked pairs among them"),
        "attention_values": Rule(VALUES, "attention's products, masked pairs among them"),
    },
)
