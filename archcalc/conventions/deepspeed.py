"""DeepSpeed's FLOPS profiler: patched functions, and hooks on recurrent modules."""

from __future__ import annotations

from math import prod

from .einsum_path import PATH
from .pieces import CAUSAL, GATES, MASKED, METHODS, POOLS, PROJECTED, SCORES, VALUES, letters_of
from .rule import Convention, Rule, Stated, Symbols
from .style import styled


def seen(symbols: Symbols) -> int:
    """The positions of a convolution's output as the tool works them out: padding by the name same is half of dilation * (kernel - 1), cut."""
    sizes = symbols["y"][0][1:]
    strides = symbols["stride"] if isinstance(symbols["stride"], (tuple, list)) else (symbols["stride"],)
    if symbols["padding"] != "same" or any(each != 1 for each in strides) or symbols.get("padding_mode", "zeros") != "zeros":
        return prod(sizes)
    return prod(size - symbols[f"dilation_{axis}"] * (symbols[f"K_{axis}"] - 1) % 2 for size, axis in zip(sizes, letters_of(symbols)))


def interpolated(symbols: Symbols) -> int:
    """A size alone, without channels and batch; or the elements times the scale."""
    scale, shape = symbols["scale"], symbols["x"][0]
    elements = symbols["N_in"] * symbols["batch"]
    inner = elements if symbols["mode"] == "area" else 0
    if scale is None:
        size = symbols["size"]
        return inner + (size if isinstance(size, int) else prod(symbols["y"][0][1:]))
    if isinstance(scale, (tuple, list)):
        return inner + int(elements * prod(map(float, scale)))
    return inner + int(elements * float(scale) ** (len(shape) - 1))


def recurrent(name: str, cell: bool = False) -> str:
    """Two per product of a weight, less one per row, and a few per element of the state."""
    rows, beside, state = f"{GATES[name]} * H", {"rnn": 1, "gru": 7, "lstm": 10}[name], "H" if cell else "R"
    first, later = (
        f"2 * {rows} * ({features} + {state}) - 2 * {rows} + {beside} * H + biases * bias * {rows}" for features in ("F_in", f"D * {state}")
    )
    return f"N * ({first})" if cell else f"N * D * ({first} + (layers - 1) * ({later}))"


RECURRENT = {
    **{name: Rule(recurrent(name), "recurrent layers: one less per row of the matrices, biases and the gates' products") for name in GATES},
    **{
        f"{name}_cell": Rule(
            recurrent(name, cell=True), "recurrent cells: one less per row of the matrices, biases and the gates' products"
        )
        for name in GATES
    },
}
ACTIVATIONS = "relu prelu elu leaky_relu silu gelu"
EINSUM = Rule("path", "an einsum by what numpy's path prints, four digits of it", where={"path": PATH}, whole=True)
UNSEEN = Rule("0", "not counted: no patched function", missing=True)
SHARED: dict[str, Rule] = {
    "conv_lstm": Rule("2 * maccs + weight_adds", "bias of convolutions"),
    "dynamic_conv": Rule("2 * maccs + biased * N_out", "bias of convolutions"),
    "spline": Rule("2 * maccs"),
    "conv depthwise_conv": Rule(
        "(2 * maccs + bias * N_out) // positions * seen",
        "bias of convolutions; one position less on each axis for same padding with an even kernel",
        where={
            "positions": "N_out // C_out",
            "seen": Stated("positions; same padding by its name: H_out - dilation_h * (K_h - 1) % 2, and so for every axis", seen),
        },
    ),
    "linear": Rule("2 * maccs"),
    f"{ACTIVATIONS} relu6:functional": Rule("N_in", "activations at 1 per element, those it patches"),
    styled("relu gelu", "transformer_encoder", "transformer_decoder"): Rule(
        "0", "not counted: the activation of a Transformer layer, a function bound before it is patched", missing=True
    ),
    "local_response_norm": Rule(
        "3 * N_in + N_in // C_in * (C_in + size - 1)", "local response norm: two products, a sum and a pool of the padded channels"
    ),
    "lp_pool": Rule("N_in + 2 * N_out", "power pools: an average pool, a ReLU and a product"),
    "softmax": Rule("N_in", "softmax at 1 per element"),
    styled("attention_softmax", "written", "functional"): Rule("N_in", "softmax at 1 per element"),
    styled(METHODS, "operator"): UNSEEN,
    POOLS: Rule("N_in", "pools at 1 per element of the input"),
    "batch_norm": Rule("(2 if affine else 1) * N_in", "batch norm at 2 per element, 1 without affine"),
    "instance_norm group_norm layer_norm": Rule(
        "(5 if affine else 4) * N_in", "layer, group and instance norms at 5 per element, 4 without affine"
    ),
    "matmul": Rule("2 * N_in * x[1][-1]", "matrix products: all of the first, times the columns of the second"),
    "dot_interaction": Rule("2 * B * n * n * F_in", "pairs of vectors as one matrix product, each pair twice"),
    "blur_pool": Rule("2 * maccs"),
    "nearest": Rule("2 * maccs", "products of points as one matrix product"),
    "einsum": EINSUM,
    "sequence_conv": Rule(f"(2 * k + bias) * {CAUSAL}", "causal convolution: bias, and the positions that are cut off"),
    "ssm_scan": Rule("2 * N * i * n", "the scan: reading out alone is a matrix product"),
    styled("attention_scores", "written", "functional"): Rule(f"2 * {SCORES}", "attention's products, masked pairs among them"),
    styled("attention_values", "written", "functional"): Rule(f"2 * {VALUES}", "attention's products, masked pairs among them"),
    **RECURRENT,
}
"""What calflops, a copy of an earlier release, has in common with it."""

deepspeed = Convention(
    "deepspeed",
    "two per MACC, one per bias of a convolution, one or a few per element of norms, activations, pools and softmax",
    unit="FLOPs",
    bias="one per output element of convolutions, none of linear layers",
    tool="deepspeed 0.19.8, flops_profiler.get_model_profile: its FLOPs",
    source="deepspeed/profiling/flops_profiler/profiler.py of that release",
    default=UNSEEN,
    rules={
        **SHARED,
        "conv_transpose": Rule("2 * maccs + bias * N_out", "bias of convolutions"),
        "attention:need_weights": Rule(
            f"batch * N * (2 * ({PROJECTED} + 2 * L_q * L_k * E) + heads * L_q * L_k) + masked * L_q * L_k",
            "nn.MultiheadAttention called for its weights: softmax at 1 per element, and the mask",
            where=MASKED,
            whole=True,
        ),
        "upsample": Rule(
            "interpolated",
            "interpolation: the size alone, or 1 per output of a scale",
            where={"interpolated": Stated("the size without batch and channels, or batch * N_in * scale ** axes", interpolated)},
            whole=True,
        ),
        "attention_scores attention_scores:operator": Rule(f"2 * {SCORES}", "attention's products, masked pairs among them"),
        "attention_values attention_values:operator": Rule(f"2 * {VALUES}", "attention's products, masked pairs among them"),
        styled("add multiply", "functional"): Rule("adds + muls", "sums and products that are functions at 1 per element"),
    },
)
