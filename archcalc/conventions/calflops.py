"""calflops: a copy of DeepSpeed's profiler of 2023, with rules of that time."""

from __future__ import annotations

from math import prod

from .deepspeed import SHARED, UNSEEN
from .pieces import LEFT_ALIGNED, MASKED, PROJECTED, letters_of
from .rule import Convention, Rule, Stated, Symbols
from .style import styled


def _forward(symbols: Symbols) -> int:
    """The positions that a plain convolution of these arguments would have: what it takes for those of a transposed one."""
    sizes = symbols["x"][0][1:]
    return prod(
        (size + symbols[f"P_{axis}"] - symbols[f"dilation_{axis}"] * (symbols[f"K_{axis}"] - 1) - 1) // symbols[f"S_{axis}"] + 1
        for size, axis in zip(sizes, letters_of(symbols))
    )


def _interpolated(symbols: Symbols) -> int:
    size, scale, elements = symbols["size"], symbols["scale"], symbols["N_in"] * symbols["batch"]
    inner = elements if symbols["mode"] == "area" else 0
    if isinstance(scale, (tuple, list)) and len(scale) != symbols["batch"]:
        return 0
    if scale is not None:
        return int(inner + elements)
    return int(inner + (size if isinstance(size, int) else prod(symbols["y"][0][1:])))


calflops = Convention(
    "calflops",
    "two per MACC, one per bias of a convolution, one or a few per element of norms, activations, pools and softmax",
    unit="FLOPs",
    bias="one per output element of convolutions, none of linear layers",
    tool="calflops 0.3.2, calculate_flops: its FLOPs",
    source="calflops/pytorch_ops.py of that release",
    default=UNSEEN,
    rules={
        **SHARED,
        "conv_transpose": Rule(
            "2 * maccs // filters * (filters // groups) + bias * filters * forward",
            "transposed convolutions: divided by the groups twice, bias at the positions of a plain convolution",
            where={
                "filters": "C_out // groups",
                "forward": Stated("(H_in + P_h - dilation_h * (K_h - 1) - 1) // S_h + 1, and so for every axis", _forward),
            },
        ),
        "upsample": Rule(
            "interpolated",
            "interpolation: the size alone, or 1 per input of a scale; with a list of scales it fails",
            where={"interpolated": Stated("the size without batch and channels, or batch * N_in with a scale", _interpolated)},
            whole=True,
            missing=True,
        ),
        "attention:need_weights": Rule(
            f"batch * N * (2 * ({PROJECTED} + masked * L_q * L_k * E) + heads * L_q * L_k) + masked * L_q * L_k",
            "nn.MultiheadAttention called for its weights: softmax at 1 per element; of its products the first alone, and where there is a mask",
            where=MASKED,
            whole=True,
        ),
        "matmul:operator": UNSEEN,
        "dot_interaction": UNSEEN,
        "attention_scores attention_values": Rule("0", "not counted: fused attention is no patched function", missing=True),
        styled("attention_scores attention_values", "operator"): Rule("0", "not counted: an operator", missing=True),
        styled("add multiply", "functional"): Rule(
            "elements",
            "sums and products that are functions at 1 per element, axes matched from the first",
            where={"elements": LEFT_ALIGNED},
        ),
    },
)
