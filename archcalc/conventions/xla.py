"""XLA's cost analysis of a layer that JAX compiled for the CPU: taps on real input, one per operation, transcendentals apart."""

from __future__ import annotations

from itertools import permutations
from math import prod

from ..formula import LETTERS
from .base import Convention, Rule, Stated, Symbols


def _inside(steps: int, step: int, kernel: int, dilation: int, before: int, size: int) -> int:
    """How many pairs of a step and a tap of the kernel fall on positions from 0 to size - 1."""
    found = 0
    for tap in range(kernel):
        first = before - tap * dilation
        low = max(-(-first // step), 0)
        high = min((size - 1 + first) // step, steps - 1)
        found += max(high - low + 1, 0)
    return found


def _real(symbols: Symbols) -> int:
    """The products of a convolution without those with padding."""
    taps = 1
    sizes = zip(symbols["x"][0][1:], symbols["y"][0][1:], LETTERS[len(symbols["x"][0]) - 1])
    for size, out, each in sizes:
        kernel, dilation = symbols[f"K_{each}"], symbols[f"dilation_{each}"]
        taps *= _inside(out, symbols[f"S_{each}"], kernel, dilation, symbols[f"P_before_{each}"], size)
    weights = (symbols["params"] - symbols["bias"] * symbols["C_out"]) // prod(
        symbols[f"K_{each}"] for each in LETTERS[len(symbols["x"][0]) - 1]
    )
    return int(weights * taps)


def _kept(symbols: Symbols) -> int:
    """The products of a transposed convolution that reach its output."""
    taps, letters = 1, LETTERS[len(symbols["x"][0]) - 1]
    for size, out, each in zip(symbols["x"][0][1:], symbols["y"][0][1:], letters):
        before = max(symbols[f"P_{each}"], 0) // 2 if symbols["padding"] == "same" else symbols[f"P_before_{each}"]
        taps *= _inside(size, symbols[f"S_{each}"], symbols[f"K_{each}"], symbols[f"dilation_{each}"], before, out)
    weights = (symbols["params"] - symbols["bias"] * symbols["C_out"]) // prod(symbols[f"K_{each}"] for each in letters)
    return int(weights * taps)


def _resized(symbols: Symbols) -> int:
    """Interpolation as a product with a matrix for each axis, in the best order; the matrices are made first, equal ones once."""
    channels, *sizes = symbols["x"][0]
    axes = [(index, size, out) for index, (size, out) in enumerate(zip(sizes, symbols["y"][0][1:])) if size != out]
    if symbols["mode"] == "nearest":
        return sum(7 * out for _, _, out in axes)
    each = 38 if symbols["mode"] == "bicubic" else 12
    matrices = sum(each * size * out + 13 * out for size, out in {(size, out) for _, size, out in axes})

    def products(order: tuple[tuple[int, int, int], ...]) -> int:
        total, now = 0, list(sizes)
        for index, size, out in order:
            now[index] = out
            total += 2 * prod(now) * size
        return total

    return matrices + symbols["batch"] * channels * min(map(products, permutations(axes)))


def _recurrent(rows: int, beside: int) -> str:
    """One step of the loop, and what keeps it going: 2, and 2 more from the end."""
    first, later = (f"2 * {rows} * H * ({features} + H) + 2 * bias * {rows} * H + {beside} * H" for features in ("F_in", "D * H"))
    return f"batch * (N // x[0][-2]) * D * ({first} + (layers - 1) * ({later})) + layers * (4 * D - 2)"


_LOOP = "recurrent layers: one step of the loop"
_PER_ELEMENT = {
    "relu relu6 tanh_shrink": 1,
    "leaky_relu elu celu sigmoid hard_sigmoid softsign prelu hard_shrink": 3,
    "silu hard_swish hard_tanh": 4,
    "selu soft_shrink": 5,
    "softplus": 6,
    "mish": 7,
    "log_sigmoid": 8,
    "gelu": 64,
}
_CONV = "bias of convolutions, and the products with padding taken off"

xla = Convention(
    "xla",
    "two per MACC of which both factors are there (no taps on padding), one per other operation as it is compiled, transcendentals not among them",
    unit="FLOPs",
    bias="one per output element",
    tool="jax 0.10.2, jax.jit(f).lower(x).compile().cost_analysis()['flops'] on the CPU, each layer compiled apart, channels last",
    source="xla/service/hlo_cost_analysis.cc, and layers written with jax.lax, jax.nn and jax.image run under it",
    default=Rule(
        "2 * maccs + weight_muls + weight_adds + adds + muls + divs + comparisons",
        "operations outside a MACC, transcendentals and roots not among them",
    ),
    rules={
        "conv depthwise_conv": Rule(
            "2 * real + bias * N_out",
            _CONV,
            where={"real": Stated("K_h * K_w * C_in * H_out * W_out * C_out // groups, without the taps that fall on padding", _real)},
        ),
        "conv_transpose": Rule(
            "2 * kept + bias * N_out",
            _CONV,
            where={"kept": Stated("K_h * K_w * C_in * H_in * W_in * C_out // groups, without those that fall beyond the output", _kept)},
        ),
        "sequence_conv": Rule(
            "N // L * F_in * (2 * (m * (m + 1) // 2 + (L - m) * k) + bias * L)", _CONV, where={"L": "x[0][-2]", "m": "min(k, x[0][-2])"}
        ),
        "avg_pool": Rule("adds + divs * (adds > 0)", "operations outside a MACC, transcendentals and roots not among them"),
        "upsample": Rule(
            "resized",
            "interpolation by a matrix for each axis, and making the matrices; nearest by 7 per index",
            where={
                "resized": Stated(
                    "2 * C_in * (H_out * W_in * H_in + H_out * W_out * W_in), or W first where that is less; "
                    "12 * in * out + 13 * out for each matrix, 38 * in * out for a bicubic one; nearest 7 * (H_out + W_out)",
                    _resized,
                )
            },
            whole=True,
        ),
        "batch_norm": Rule(
            "(2 + affine) * N_in * batch + (1 + affine) * C_in",
            "batch norm at 3 per element, 2 without affine, and its factors",
            whole=True,
        ),
        "layer_norm": Rule(
            "(5 + affine + (affine and bias)) * N_in + 5 * G", "layer norm at 7 per element, less without scale or shift, and 5 per group"
        ),
        "group_norm instance_norm": Rule(
            "(5 + affine) * N_in + 5 * G + affine * C_in",
            "group and instance norms at 6 per element, 5 without affine, and a few per group and channel",
        ),
        "rms_norm": Rule("(3 + affine) * N_in + G", "RMS norm at 4 per element, 3 without affine, and 1 per group"),
        "softmax": Rule("4 * N_in - G", "softmax at 4 per element, less one per slice"),
        "log_softmax": Rule("5 * N_in - 2 * G", "log softmax at 5 per element, less two per slice"),
        "attention_scores": Rule("2 * B * h * L_q * L_k * (d + 1)", "attention's scale at 2 per score; masked pairs among them"),
        "attention_softmax": Rule(
            "batch * B * h * L_q * (4 * L_k - 1) + causal * L_q * L_k * (2 * batch * B * h + 2)",
            "softmax at 4 per element, less one per slice; a causal mask at 2 per score and 2 per pair",
            whole=True,
        ),
        "attention_values": Rule("2 * B * h * L_q * L_k * d_v", "attention's products, masked pairs among them"),
        **{
            types: Rule(
                f"{number} * N_in" if number > 1 else "N_in",
                "activations by the operations they are compiled to, transcendentals not among them",
            )
            for types, number in _PER_ELEMENT.items()
        },
        "tanh": Rule("0", "a transcendental, which it counts apart"),
        "glu": Rule("4 * N_out", "activations by the operations they are compiled to, transcendentals not among them"),
        "embedding": Rule("3 * N_in", "look-ups at 3 per index, for negative ones"),
        "rnn": Rule(_recurrent(1, 1), _LOOP, whole=True),
        "gru": Rule(_recurrent(3, 14), _LOOP, whole=True),
        "lstm": Rule(_recurrent(4, 21), _LOOP, whole=True),
        "matmul einsum": Rule("2 * maccs"),
        "dot_interaction": Rule("2 * B * n * n * F_in", "pairs of vectors as one matrix product, each pair twice"),
    },
)
