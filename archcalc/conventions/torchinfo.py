"""torchinfo's mult-adds: the weights of each module without children, times the positions of its output where it knows them."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from ..core.dtypes import size_of
from ..network.graph import Tensor
from .pieces import CAUSAL
from .rule import Convention, Rule

OBJECT = 64
"""The bytes of Python's object around a tensor's memory, which it counts with each input."""


def _sizes(inputs: list[Tensor], rows: Sequence[Any], batch: int) -> dict[str, int]:
    """Its three figures in bytes: inputs; outputs of the modules with weights, twice "for gradients"; weights of modules it sees."""
    found = {"input_bytes": 0, "output_bytes": 0, "param_bytes": 0}
    for tensor in inputs:
        found["input_bytes"] += size_of(prod(tensor.shape or ()) * batch, tensor.dtype) + OBJECT
    for row in (leaf for each in rows for leaf in each.leaves()):
        rule = torchinfo.rule_of(row.node, row.style)
        if not row.node.result.params or rule.missing or rule is torchinfo.default:
            continue
        out = row.node.outputs[0]
        found["output_bytes"] += size_of(2 * prod(out.shape or ()) * batch * row.times, out.dtype)
        found["param_bytes"] += size_of(row.params, row.node.dtype)
    return found


_UNSEEN = Rule("0", "not counted: products without weights of their own", missing=True)

torchinfo = Convention(
    "torchinfo",
    "weights and biases times positions of convolutions and recurrent layers; of all other modules the weights once per sample",
    unit="MACs",
    bias="as a weight",
    tool="torchinfo 1.8.0",
    source="torchinfo/layer_info.py of that release, LayerInfo.calculate_macs",
    default=Rule("0", "modules without weights"),
    sizes=_sizes,
    rules={
        "conv depthwise_conv deform_conv": Rule("params * (N_out // C_out)", "bias of convolutions"),
        "conv_lstm": Rule("(params - holes * 3 * C * prod(map)) * L * A", "bias of convolutions"),
        "conv_transpose": Rule(
            "params * (N_out // C_out)", "transposed convolutions by the positions of the output, not of the input; their bias"
        ),
        "linear": Rule("params", "linear layers: their weights once per sample, whatever the positions; bias as a weight"),
        "spline": Rule(
            "(params - scale * F_in * F_out) * (x[0][0] if len(x[0]) > 1 else F_out)",
            "splines: their weights, the factors not, for each entry of the output's first axis",
        ),
        "bilinear": Rule("params", "bilinear forms: their weights once per sample"),
        "batch_norm instance_norm group_norm layer_norm rms_norm head_norm": Rule("params", "norms: their weights once per sample"),
        "prelu": Rule("params", "PReLU: its weights once per sample"),
        "embedding embedding_bag": Rule("params", "embeddings: the whole table once per sample"),
        "rnn gru lstm": Rule("params * N", "recurrent layers: biases as weights"),
        "rnn_cell gru_cell lstm_cell": Rule("params * N * H", "recurrent cells: all weights for each feature of the state"),
        "sequence_conv": Rule(f"params // F_in * {CAUSAL}", "causal convolution: bias, and the positions that are cut off"),
        "linear:attention": Rule(
            "0", "not counted: the projections of nn.MultiheadAttention, which are no modules that are called", missing=True
        ),
        "attention_scores attention_values matmul einsum dot_interaction nearest ssm_scan mel dynamic_conv": _UNSEEN,
        "*:functional": Rule("0", "not counted: a function", missing=True),
        "*:normed": Rule("0", "not counted: what its norm is worked out by is in a module of its own", missing=True),
    },
)
