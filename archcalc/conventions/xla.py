"""XLA's cost analysis of a layer that JAX compiled for the CPU: taps on real input, one per operation, transcendentals apart."""

from __future__ import annotations

from itertools import permutations
from math import prod

from .pieces import letters_of
from .rule import Convention, Rule, Stated, Symbols


def _inside(steps: int, step: int, kernel: int, dilation: int, before: int, size: int) -> int:
    """How many pairs of a step and a tap of the kernel fall on positions from 0 to size - 1."""
    found = 0
    for tap in range(kernel):
        first = before - tap * dilation
        low = max(-(-first // step), 0)
        high = min((size - 1 + first) // step, steps - 1)
        found += max(high - low + 1, 0)
    return found


def _per_tap(symbols: Symbols) -> int:
    """The weights at one tap of a kernel."""
    return int((symbols["params"] - symbols["bias"] * symbols["C_out"]) // prod(symbols[f"K_{each}"] for each in letters_of(symbols)))


def _real(symbols: Symbols) -> int:
    """The products of a convolution without those with padding."""
    taps = 1
    sizes = zip(symbols["x"][0][1:], symbols["y"][0][1:], letters_of(symbols))
    for size, out, each in sizes:
        kernel, dilation = symbols[f"K_{each}"], symbols[f"dilation_{each}"]
        taps *= _inside(out, symbols[f"S_{each}"], kernel, dilation, symbols[f"P_before_{each}"], size)
    return _per_tap(symbols) * taps


def _kept(symbols: Symbols) -> int:
    """The products of a transposed convolution that reach its output."""
    taps, letters = 1, letters_of(symbols)
    for size, out, each in zip(symbols["x"][0][1:], symbols["y"][0][1:], letters):
        before = max(symbols[f"P_{each}"], 0) // 2 if symbols["padding"] == "same" else symbols[f"P_before_{each}"]
        taps *= _inside(size, symbols[f"S_{each}"], symbols[f"K_{each}"], symbols[f"dilation_{each}"], before, out)
    return _per_tap(symbols) * taps


SMALL = 4096
"""Reductions of so many elements go to a library, without windows and without work that is done twice."""


def tree(sizes: tuple[int, ...], elements: int) -> int:
    """What a reduction over axes of these sizes takes beyond one for each element but the first: windows of 32 where an axis is longer."""
    total, first = 0, prod(sizes) - 1
    while elements < SMALL and max(sizes, default=1) > 32:
        windows = tuple(-(-size // 32) for size in sizes)
        total += prod(windows) * (prod(min(size, 32) for size in sizes) - 1)
        sizes = windows
    return total + prod(sizes) - 1 - first


def _resized(symbols: Symbols) -> int:
    """Interpolation as a product with a matrix for each axis, in the best order; the matrices are made first, equal ones once."""
    channels, *sizes = symbols["x"][0]
    axes = [(index, size, out) for index, (size, out) in enumerate(zip(sizes, symbols["y"][0][1:])) if size != out]
    pairs = [(size, out) for _, size, out in axes]
    different = [pair for number, pair in enumerate(pairs) if pair not in pairs[:number]]
    if symbols["mode"] == "nearest":
        return sum(7 * out for _, out in different)
    each = 38 if symbols["mode"] == "bicubic" else 12
    matrices = sum(out * (each * size + 13 + tree((size,), size * out)) for size, out in different)

    def products(order: tuple[tuple[int, int, int], ...]) -> int:
        total, now = 0, list(sizes)
        for index, size, out in order:
            now[index] = out
            total += 2 * prod(now) * size
        return total

    return int(matrices + symbols["batch"] * channels * min(map(products, permutations(axes))))


def _extra(symbols: Symbols) -> int:
    """That of all spatial axes; with groups, of their channels too."""
    shape = symbols["x"][0]
    channels = (shape[0] // symbols["G"],) if "G" in symbols else ()
    return tree((*shape[1:], *channels), symbols["N_in"] * symbols["batch"])


def _extra_axes(symbols: Symbols) -> int:
    """That of the axes which an argument names: one, a list, or how many last ones."""
    shape = symbols["x"][0]
    named = symbols["axis"] if "axis" in symbols else symbols["axes"]
    if not isinstance(named, int):
        sizes = tuple(shape[axis] for axis in named)
    else:
        sizes = shape[-named:] if "n" in symbols and "axes" in symbols else (shape[named],)
    return tree(sizes, symbols["N_in"] * symbols["batch"])


def _extra_keys(symbols: Symbols) -> int:
    return tree((symbols["L_k"],), symbols["batch"] * symbols["B"] * symbols["h"] * symbols["L_q"] * symbols["L_k"])


def _alone(symbols: Symbols) -> int:
    """Whether a depthwise convolution is nothing but a factor for each channel."""
    letters = letters_of(symbols)
    plain = all(symbols[f"K_{each}"] == symbols[f"S_{each}"] == 1 and symbols[f"P_{each}"] == 0 for each in letters)
    groups = symbols["groups"] if "groups" in symbols else symbols["C_in"]
    return int(plain and symbols["C_in"] == symbols["C_out"] == groups)


_TREE = "of fewer than 4096 elements along more than 32: windows of 32, each filled up; what they take beyond n - 1"


def _step(rows: int, beside: int, again: int, features: str) -> str:
    """One step of one layer for one sample; a product of one feature is one multiplication, which LSTM does twice."""
    one, other = (features, "H") if again else (f"(1 + ({features} > 1)) * {features}", "(1 + (H > 1)) * H")
    products = f"2 * ({one} + {other})" if again else f"({one} + {other})"
    return f"H * ({rows} * {products} + ({rows} * biases + {again}) * bias + {beside})"


def _recurrent(rows: int, beside: int, again: int = 0) -> str:
    """One step of the loop, and what keeps it going: 2, and 2 more from the end."""
    first, later = (_step(rows, beside, again, features) for features in ("F_in", "(D * H)"))
    return f"batch * (N // x[0][-2]) * D * ({first} + (layers - 1) * {later}) + layers * (4 * D - 2)"


def _cell(rows: int, beside: int, again: int = 0) -> str:
    return f"N * {_step(rows, beside, again, 'F_in')}"


_CELL = "recurrent cells: biases and the gates' operations"
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
_OTHER = "operations outside a MACC, transcendentals and roots not among them"
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
        _OTHER,
    ),
    rules={
        "conv depthwise_conv": Rule(
            "(1 if factor else 2) * real + bias * N_out",
            _CONV,
            where={
                "factor": Stated("1 where it is a factor for each channel alone", _alone),
                "real": Stated("K_h * K_w * C_in * H_out * W_out * C_out // groups, without the taps that fall on padding", _real),
            },
        ),
        "conv_transpose": Rule(
            "2 * kept + bias * N_out",
            _CONV,
            where={"kept": Stated("K_h * K_w * C_in * H_in * W_in * C_out // groups, without those that fall beyond the output", _kept)},
        ),
        "sequence_conv": Rule(
            "N // L * F_in * (2 * (m * (m + 1) // 2 + (L - m) * k) + bias * L)", _CONV, where={"L": "x[0][-2]", "m": "min(k, x[0][-2])"}
        ),
        "avg_pool": Rule("adds + divs * (adds > 0)", _OTHER),
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
            "(5 + affine + (affine and bias)) * N_in + (5 + 2 * more) * G",
            "layer norm at 7 per element, less without scale or shift, and 5 per group",
            where={"more": Stated(_TREE, _extra_axes)},
        ),
        "group_norm instance_norm": Rule(
            "(5 + affine) * N_in + (5 + 2 * more) * G + affine * C_in",
            "group and instance norms at 6 per element, 5 without affine, and a few per group and channel",
            where={"more": Stated(_TREE, _extra)},
        ),
        "rms_norm": Rule(
            "(3 + affine) * N_in + (1 + more) * G",
            "RMS norm at 4 per element, 3 without affine, and 1 per group",
            where={"more": Stated(_TREE, _extra_axes)},
        ),
        "global_avg_pool": Rule("N_in + C_in * more", _OTHER, where={"more": Stated(_TREE, _extra)}),
        "global_max_pool": Rule("N_in - C_in + C_in * more", _OTHER, where={"more": Stated(_TREE, _extra)}),
        "mean": Rule("N_in + N_out * more", _OTHER, where={"more": Stated(_TREE, _extra_axes)}),
        "softmax": Rule(
            "4 * N_in - G + 2 * G * more", "softmax at 4 per element, less one per slice", where={"more": Stated(_TREE, _extra_axes)}
        ),
        "log_softmax": Rule(
            "(5 - (batch * N_in >= 4096)) * N_in - 2 * G + 2 * G * more",
            "log softmax at 5 per element, 4 where there are many, less two per slice",
            where={"more": Stated(_TREE, _extra_axes)},
        ),
        "attention_scores": Rule(
            "B * h * L_q * L_k * (2 * d + 2 - (batch * B * h * L_q * L_k >= 4096))",
            "attention's scale at 2 per score, 1 where there are many; masked ones too",
        ),
        "attention_softmax": Rule(
            "pairs * (4 + causal * twice) + batch * B * h * L_q * (2 * more - 1) + causal * twice * L_q * L_k",
            "softmax at 4 per element, less one per slice; a causal mask at 2 per score and per pair, 1 where there are many",
            where={"pairs": "batch * B * h * L_q * L_k", "twice": "2 - (pairs >= 4096)", "more": Stated(_TREE, _extra_keys)},
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
        "lstm": Rule(_recurrent(4, 21, 8), _LOOP, whole=True),
        "linear": Rule(
            "(1 + (F_in > 1)) * maccs - (F_in > 1 and batch * N_out == 1) + bias * N_out",
            "bias of linear layers; one feature is multiplied alone",
        ),
        "matmul": Rule("(2 if k > 1 or batch * B > 1 else 1) * maccs", "products of one feature are multiplied alone"),
        "einsum": Rule("2 * maccs + muls + adds", _OTHER),
        "rnn_cell": Rule(_cell(1, 1), _CELL),
        "gru_cell": Rule(_cell(3, 14), _CELL),
        "lstm_cell": Rule(_cell(4, 21, 8), _CELL),
        "dot_interaction": Rule("2 * B * n * n * F_in", "pairs of vectors as one matrix product, each pair twice"),
    },
)
