"""ptflops with its aten backend: the operators that PyTorch dispatches."""

from __future__ import annotations

from .pieces import CALLED, CAUSAL, MASKED, PROJECTED, SCORES, VALUES, WRITTEN
from .rule import Convention, Rule
from .style import styled

_FUSED = "not counted: fused attention is an operator it does not know"
_WEIGHTS = Rule("params * N", "recurrent layers: biases")

ptflops_aten = Convention(
    "ptflops-aten",
    "one per MACC and per bias of convolutions and matrix products; nothing else",
    unit="MACs",
    bias="one per output element",
    tool="ptflops 0.7.5, backend aten, on the CPU",
    source="ptflops/aten_ops.py and aten_engine.py of that release",
    batch_one=True,
    default=Rule("maccs"),
    rules={
        "conv depthwise_conv conv_transpose": Rule("maccs + bias * N_out", "bias of convolutions"),
        "conv_lstm": Rule("maccs + weight_adds", "bias of convolutions"),
        "linear": Rule("maccs + bias * N_out", "bias of linear layers"),
        "bilinear": Rule("0", "not counted: a bilinear form is no matrix product for PyTorch", missing=True),
        "retention gated_delta wkv": Rule("0", "not counted: a kernel of its own, which it does not know", missing=True),
        "deform_conv": Rule("0", "not counted: an operator of torchvision, which it does not know", missing=True),
        "rnn gru rnn_cell gru_cell lstm_cell": _WEIGHTS,
        "lstm": Rule("params * N if projected else 0", "LSTM: a fused operator it does not know, save with a projection", missing=True),
        "attention_scores attention_values": Rule("0", _FUSED, missing=True),
        styled("attention_scores", *WRITTEN): Rule(SCORES, "attention's products, masked pairs among them"),
        styled("attention_values", *WRITTEN): Rule(VALUES, "attention's products, masked pairs among them"),
        "attention:need_weights": Rule(
            f"N * ({PROJECTED} + (2 - masked) * L_q * L_k * E + 2 * bias * (L_q + L_k) * E)",
            f"nn.MultiheadAttention {CALLED}",
            where=MASKED,
        ),
        "dot_interaction": Rule("B * n * n * F_in", "pairs of vectors as one matrix product, each pair twice"),
        "sequence_conv": Rule(f"(k + bias) * {CAUSAL}", "causal convolution: bias, and the positions that are cut off"),
        "ssm_scan": Rule("N * i * n", "the scan: reading out alone is a matrix product"),
    },
)
