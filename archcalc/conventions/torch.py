"""PyTorch's FlopCounterMode: the operators that PyTorch dispatches, seen while the model runs on the CPU."""

from __future__ import annotations

from .pieces import CAUSAL, SCORES, VALUES, WRITTEN
from .rule import Convention, Rule
from .style import styled

torch = Convention(
    "torch",
    "two per MACC of convolutions and matrix products; nothing else",
    unit="FLOPs",
    bias="not counted",
    tool="torch 2.14.1, torch.utils.flop_counter.FlopCounterMode, on the CPU",
    source="torch/utils/flop_counter.py of that release",
    default=Rule("2 * maccs"),
    rules={
        "bilinear": Rule("0", "not counted: a bilinear form is no matrix product for PyTorch", missing=True),
        "retention gated_delta wkv": Rule("0", "not counted: a kernel of its own, which it does not know", missing=True),
        "deform_conv": Rule("0", "not counted: an operator of torchvision, which it does not know", missing=True),
        "lstm": Rule("2 * maccs if projected else 0", "LSTM: a fused operator it does not know, save with a projection", missing=True),
        "attention_scores attention_values": Rule(
            "0", "not counted: fused attention on the CPU is an operator it does not know", missing=True
        ),
        styled("attention_scores", *WRITTEN, "need_weights"): Rule(f"2 * {SCORES}", "attention's products, masked pairs among them"),
        styled("attention_values", *WRITTEN, "need_weights"): Rule(f"2 * {VALUES}", "attention's products, masked pairs among them"),
        "dot_interaction": Rule("2 * B * n * n * F_in", "pairs of vectors as one matrix product, each pair twice"),
        "sequence_conv": Rule(f"2 * k * {CAUSAL}", "causal convolution: the positions that are cut off"),
        "ssm_scan": Rule("2 * N * i * n", "the scan: reading out alone is a matrix product"),
    },
)
