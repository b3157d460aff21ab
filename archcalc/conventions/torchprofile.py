"""torchprofile's profile_macs: operators that a trace of the model shows."""

from __future__ import annotations

from math import prod

from .einsum_path import with_batch
from .fvcore import NAME, NAMED
from .pieces import CAUSAL, MODULE, PROJECTED, SCORES, VALUES
from .rule import Convention, Rule, Stated, Symbols


def _einsum(symbols: Symbols) -> int:
    """All sizes of an equation; one with an ellipsis is nothing to it."""
    return 0 if "..." in symbols["equation"] else prod(with_batch(symbols)[2].values())


_GATES = "recurrent cells: the gates' products"
_MODULE = f"{PROJECTED} + 2 * L_q * L_k * E"
_SIZES = "(6 if different == 2 else 4)"
_AS_ONE = "nn.MultiheadAttention: products of sizes, which a trace shows too"
_KNOWN = Rule("0", "counted as nothing")

torchprofile = Convention(
    "torchprofile",
    "one per MACC of convolutions, linear layers, matrix products, attention and LSTM; one per element of affine norms, average pools and products",
    unit="MACs",
    bias="not counted",
    tool="torchprofile 0.1.0, profile_macs",
    source="torchprofile/handlers.py of that release",
    default=Rule("0", "not counted: an operator it does not know", missing=True),
    rules={
        "conv depthwise_conv": Rule("0 if named else maccs", f"not counted: {NAMED}", where={"named": NAME}, missing=True),
        "conv_transpose": Rule(
            "N_out * taps * (C_out // groups if C_in == C_out else C_in)",
            "transposed convolutions by the positions of the output, not of the input; by all channels of the input where the output has others",
            where={"taps": "(params - bias * C_out) // (C_in * (C_out // groups))"},
        ),
        "sequence_conv": Rule(f"k * {CAUSAL}", "causal convolutions: the positions that are cut off"),
        "linear matmul": Rule("maccs"),
        "einsum": Rule(
            "sizes", "an einsum by the product of all its sizes", where={"sizes": Stated("the product of all sizes", _einsum)}, whole=True
        ),
        "attention_scores": Rule(SCORES, "attention's products, masked pairs among them"),
        "attention_values": Rule(VALUES, "attention's products, masked pairs among them"),
        "dot_interaction": Rule("B * n * n * F_in", "pairs of vectors as one matrix product, each pair twice"),
        "nearest": Rule("maccs", "products of points as one matrix product"),
        "blur_pool": Rule("maccs"),
        "ssm_scan": Rule("N * i * n", "the scan: reading out alone is a matrix product"),
        "lstm": Rule(
            "N * D * (4 * R * (F_in + R) + (layers - 1) * 4 * R * (D * R + R))",
            "LSTM: products alone, all as wide as the projection where there is one",
        ),
        "rnn_cell": Rule("maccs"),
        "gru_cell": Rule("maccs + 2 * N * H", _GATES),
        "lstm_cell": Rule("maccs + 3 * N * H", _GATES),
        "batch_norm instance_norm layer_norm group_norm": Rule("N_out if affine else 0", "affine norms at 1 per element"),
        "avg_pool adaptive_avg_pool global_avg_pool mean": Rule("N_out", "average pools and means at 1 per output"),
        "leaky_relu": Rule("N_out", "LeakyReLU at 1 per element"),
        "multiply layer_scale": Rule("N_out", "products at 1 per output"),
        "upsample": Rule(
            "batch * N_out * (4 * (mode == 'bilinear') + (mode == 'area')) + (len(x[0]) - 1) * (mode == 'area' and scale != None)",
            "interpolation: bilinear at 4, area at 1 per output, and 1 for each size that a scale makes",
            whole=True,
        ),
        "lp_pool": Rule("3 * N_out", "power pools: an average pool and two products"),
        "local_response_norm": Rule("3 * N_in", "local response norm: two products and an average pool"),
        "attention": Rule(f"batch * N * ({_MODULE}) + {_SIZES}", _AS_ONE, where=MODULE, whole=True),
        "attention:need_weights": Rule(
            f"batch * N * ({_MODULE} + L_q * E) + {_SIZES}",
            f"{_AS_ONE}; called for its weights, the scaling of queries",
            where=MODULE,
            whole=True,
        ),
        "grid_sample": Rule(
            "N_out * (4 * (mode == 'bilinear') + 16 * (mode == 'bicubic'))", "sampling of a map: bilinear at 4, bicubic at 16 per output"
        ),
        "add subtract divide relu relu6 silu gelu sigmoid tanh softmax log_softmax max_pool adaptive_max_pool global_max_pool": _KNOWN,
        "attention_softmax embedding dropout abs clamp sqrt power soft_shrink": _KNOWN,
    },
)
