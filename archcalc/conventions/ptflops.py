"""ptflops with its pytorch backend: hooks on modules and patched functions, which both count where a module calls such a function."""

from __future__ import annotations

from .pieces import CAUSAL, LEFT_ALIGNED, MASKED, METHODS, MODULE, POOLS, SCORES, TRANSFORMER, VALUES, gated
from .rule import Convention, Rule, Stated, Symbols
from .style import styled


def _interpolated(symbols: Symbols) -> float:
    """What the patched interpolate adds: elements by the scale, which for a list is cut to whole numbers and for a number not at all."""
    scale, elements = symbols["scale"], symbols["N_in"]
    inner = elements if symbols["mode"] == "area" else 0
    if scale is None:
        return int(symbols["N_out"]) + inner
    if isinstance(scale, (tuple, list)):
        for each in scale:
            elements *= int(each)
        return int(elements) + inner
    return float(elements * float(scale) ** (len(symbols["x"][0]) - 1)) + inner


_INTERPOLATED = Stated(
    "N_out with a size; N_in * scale ** axes with one scale, not cut; N_in * prod(cut scales) with several; N_in more in mode area",
    _interpolated,
)


_BESIDE = {"rnn": 1, "gru": 7, "lstm": 10}
_TWICE = "hook and patched function"
_MATRIX = "N_in * x[1][-1]"
_BOTH = "relu prelu elu gelu"
_MODULE = (
    "L_q * E + L_q * E * E + L_k * E_k * E_k + L_k * E_v * E_v + bias * (L_q + 2 * L_k) * E"
    " + heads * L_q * L_k * (E // heads + 1 + E_v // heads) + L_q * E_v * (E_v + 1)"
)
_AS_ONE = "nn.MultiheadAttention as one: scaling, softmax and biases beside its products; keys and values projected to their own size"
_UNSEEN = Rule("0", "not counted: neither a hooked module nor a patched function", missing=True)

ptflops = Convention(
    "ptflops",
    "one per MACC and per bias; one per element of norms, activations and pools, most of them two",
    unit="MACs",
    bias="one per output element",
    tool="ptflops 0.7.5, backend pytorch",
    source="ptflops/pytorch_ops.py and pytorch_engine.py of that release",
    batch_one=True,
    default=_UNSEEN,
    rules={
        "conv depthwise_conv conv_transpose": Rule("maccs + bias * N_out", "bias of convolutions"),
        "conv_lstm": Rule("maccs + weight_adds", "bias of convolutions"),
        "sequence_conv": Rule(f"(k + bias) * {CAUSAL}", "causal convolutions: bias, and the positions that are cut off"),
        "linear": Rule("maccs + bias * N_out", "bias of linear layers"),
        "batch_norm instance_norm group_norm": Rule(
            "(2 if affine else 1) * N_in", "batch, instance and group norm at 2 per element, 1 without affine"
        ),
        "layer_norm": Rule("N_in", "layer norm at 1 per element"),
        POOLS: Rule("2 * N_in", f"pools at 2 per element of the input: {_TWICE}"),
        styled(POOLS, "functional", "subclass"): Rule("N_in", "pools that are functions at 1 per element of the input"),
        _BOTH: Rule("2 * N_in", f"ReLU, PReLU, ELU and GELU at 2 per element: {_TWICE}"),
        styled(_BOTH, "functional", "subclass"): Rule("N_in", "activations that are functions at 1 per element"),
        "leaky_relu relu6": Rule("N_in", "LeakyReLU and ReLU6 at 1 per element: the hook alone"),
        "relu6:functional": Rule("N_in", "activations that are functions at 1 per element"),
        "silu softmax " + styled("silu softmax", "functional", "subclass"): Rule(
            "N_in", "SiLU and softmax at 1 per element: the function alone"
        ),
        "local_response_norm " + styled("local_response_norm", "functional", "subclass"): Rule(
            "3 * N_in + N_in // C_in * (C_in + size - 1)", "local response norm: two products, a sum and a pool of the padded channels"
        ),
        "lp_pool " + styled("lp_pool", "functional", "subclass"): Rule(
            "N_in + 2 * N_out", "power pools: an average pool, a ReLU and a product"
        ),
        "upsample": Rule(
            "floor(N_out + interpolated)",
            "interpolation twice: the outputs, and the inputs times the scale",
            where={"interpolated": _INTERPOLATED},
        ),
        styled("upsample", "functional", "subclass"): Rule(
            "floor(interpolated)",
            "interpolation that is a function: the inputs times the scale",
            where={"interpolated": _INTERPOLATED},
        ),
        **gated(_BESIDE, "R"),
        "attention": Rule(f"N * ({_MODULE})", _AS_ONE, where=MODULE),
        "attention:need_weights": Rule(
            f"N * ({_MODULE} + heads * L_q * L_k * (2 * (E // heads) + 1)) + masked * L_q * L_k",
            f"{_AS_ONE}; called for its weights, products, softmax and mask once more as functions",
            where=MASKED,
        ),
        "matmul matmul:functional": Rule(_MATRIX, "matrix products: all of the first, times the columns of the second"),
        "nearest nearest:functional": Rule("maccs", "products of points as one matrix product"),
        "dot_interaction dot_interaction:functional": Rule("B * n * n * F_in", "pairs of vectors as one matrix product, each pair twice"),
        styled("attention_scores", "written", "functional"): Rule(SCORES, "attention's products, masked pairs among them"),
        styled("attention_values", "written", "functional"): Rule(VALUES, "attention's products, masked pairs among them"),
        styled("attention_softmax", "written", "functional"): Rule("N_in", "softmax of attention at 1 per element"),
        styled("add multiply", "functional"): Rule(
            "elements",
            "sums and products that are functions at 1 per element, axes matched from the first",
            where={"elements": LEFT_ALIGNED},
        ),
        styled("relu gelu", *TRANSFORMER): Rule(
            "0", "the activation of a Transformer layer, a function bound before it is patched", missing=True
        ),
        "*:functional": Rule("0", "not counted: a function that is not patched", missing=True),
        "*:subclass *:normed": Rule("0", "not counted: hooks match exact types", missing=True),
        styled(f"{METHODS} matmul", "operator"): Rule("0", "not counted: an operator or a tensor's method", missing=True),
    },
)
