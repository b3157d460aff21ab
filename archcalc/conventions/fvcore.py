"""fvcore's FlopCountAnalysis and ActivationCountAnalysis: operators that a trace of the model shows."""

from __future__ import annotations

from math import prod

from .einsum_path import path_flops, renamed, with_batch
from .pieces import CALLED, CAUSAL, MASKED, PROJECTED, SCORES, VALUES, WRITTEN
from .rule import Convention, Rule, Stated, Symbols
from .style import styled


def _einsum(symbols: Symbols) -> int:
    """Two patterns exactly, any other by half of what numpy's path costs."""
    if renamed(symbols) in ("abc,abd->acd", "abc,adc->adb"):
        return prod(with_batch(symbols)[2].values())
    return path_flops(symbols) // 2


NAMED = "same or valid padding by its name: an operator it does not know"
_KNOWN = Rule("0", "an operator that it ignores")
_FUSED = "not counted: fused attention is an operator it does not know"
_MATMUL = Rule("N_in * x[1][-1]", "matrix products: all of the first, times the columns of the second")
_DOTS = Rule("B * n * n * F_in", "pairs of vectors as one matrix product, each pair twice")
_POOL = Rule("N_in if len(x[0]) == 3 else 0", "adaptive average pools in two axes at 1 per element of the input", missing=True)
_UNSEEN = Rule("0", "not counted: an operator it does not know", missing=True)


def _named(symbols: Symbols) -> int:
    """Whether a convolution's padding is given to PyTorch by its name, which it takes for a stride of 1 and zeros."""
    strides = symbols["stride"] if isinstance(symbols["stride"], (tuple, list)) else (symbols["stride"],)
    plain = symbols.get("padding_mode", "zeros") == "zeros"
    return int(plain and (symbols["padding"] == "valid" or (symbols["padding"] == "same" and all(each == 1 for each in strides))))


NAME = Stated("1 with padding valid, or same and a stride of 1; 0 else", _named)

fvcore = Convention(
    "fvcore",
    "one per MACC of convolutions, linear layers and written-out products, and a few per element of norms, adaptive average pools and some interpolations",
    unit="MACs",
    bias="not counted",
    tool="fvcore 0.1.5.post20221221, FlopCountAnalysis",
    source="fvcore/nn/jit_handles.py and flop_count.py of that release",
    default=Rule("maccs", "not counted: an operator it does not know", missing=True),
    rules={
        "conv depthwise_conv": Rule("0 if named else maccs", f"not counted: {NAMED}", where={"named": NAME}, missing=True),
        "linear conv_transpose rnn_cell gru_cell lstm_cell": Rule("maccs"),
        "batch_norm": Rule("(2 if affine else 1) * N_in", "batch norm at 2 per element, 1 without affine"),
        "instance_norm group_norm layer_norm": Rule(
            "(5 if affine else 4) * N_in", "layer, group and instance norms at 5 per element, 4 without affine"
        ),
        "adaptive_avg_pool global_avg_pool": _POOL,
        styled("global_avg_pool", "operator"): _UNSEEN,
        "upsample": Rule(
            "N_out * ((mode == 'nearest') + 4 * (mode == 'bilinear')) + N_in * (mode == 'area') if len(x[0]) == 3 else 0",
            "interpolation in two axes: nearest at 1, bilinear at 4 per output, area at 1 per input",
            missing=True,
        ),
        "bilinear rnn gru lstm deform_conv retention gated_delta wkv": _UNSEEN,
        "blur_pool": Rule("maccs"),
        "relu dropout": _KNOWN,
        "matmul": _MATMUL,
        "dot_interaction": _DOTS,
        "einsum": Rule(
            "half",
            "an einsum by half of what numpy's path prints, four digits of it",
            where={"half": Stated("half of what numpy.einsum_path prints, four digits of it; exact for two products of matrices", _einsum)},
            whole=True,
        ),
        "attention_scores attention_values": Rule("0", _FUSED, missing=True),
        styled("attention_scores", *WRITTEN): Rule(SCORES, "attention's products, masked pairs among them"),
        styled("attention_values", *WRITTEN): Rule(VALUES, "attention's products, masked pairs among them"),
        "attention:need_weights": Rule(
            f"N * ({PROJECTED} + (2 - masked) * L_q * L_k * E)", f"nn.MultiheadAttention {CALLED}", where=MASKED
        ),
        "sequence_conv": Rule(f"k * {CAUSAL}", "causal convolution: the positions that are cut off"),
        "ssm_scan": Rule("N * i * n", "the scan: reading out alone is a matrix product"),
    },
)

_OUT = Rule("N_out", "output elements of convolutions, linear layers and written-out products")
_NONE = Rule("0", "not counted: its output is no convolution's or product's")

fvcore_activations = Convention(
    "fvcore-activations",
    "output elements of convolutions, linear layers and written-out matrix products",
    unit="elements",
    bias="not counted",
    tool="fvcore 0.1.5.post20221221, ActivationCountAnalysis",
    source="fvcore/nn/activation_count.py of that release",
    default=_NONE,
    rules={
        "conv depthwise_conv": Rule("0 if named else N_out", _OUT.why, where={"named": NAME}, missing=True),
        "conv_transpose linear matmul einsum": _OUT,
        styled("attention_scores attention_values", *WRITTEN): _OUT,
        "attention:need_weights": Rule(
            "N * (3 * L_q * E + 2 * L_k * E + (1 - masked) * heads * L_q * L_k)", f"nn.MultiheadAttention {CALLED}", where=MASKED
        ),
        "dot_interaction": Rule("B * n * n", _OUT.why),
        "rnn_cell": Rule("N * 2 * H", _OUT.why),
        "gru_cell": Rule("N * 6 * H", _OUT.why),
        "lstm_cell": Rule("N * 8 * H", _OUT.why),
        "sequence_conv": Rule(CAUSAL, _OUT.why),
        "ssm_scan": Rule("N * i", _OUT.why),
    },
)
