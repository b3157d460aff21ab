"""TensorFlow's profiler (float_operation) on the frozen graph of the usual Keras 3 model, channels last: operators with a registered rule."""

from __future__ import annotations

from math import prod

from .einsum_path import renamed
from .pieces import letters_of
from .rule import Convention, Rule, Stated, Symbols


def _batched(symbols: Symbols) -> int:
    """A dilated convolution is plain ones on interleaved parts of the padded map; every axis is filled up to a multiple of its dilation."""
    letters = letters_of(symbols)
    if all(symbols[f"dilation_{each}"] == 1 for each in letters):
        return prod(symbols["y"][0][1:])
    positions = 1
    for size, each in zip(symbols["x"][0][1:], letters):
        dilation = symbols[f"dilation_{each}"]
        positions *= dilation * (-(-(size + symbols[f"P_{each}"]) // dilation) - symbols[f"K_{each}"] + 1)
    return positions


def _full(symbols: Symbols) -> int:
    """The positions of a transposed convolution before any are cropped: padding same is the operator's own, other padding is cropped after it."""
    if symbols["padding"] in ("same", "valid"):
        return prod(symbols["y"][0][1:])
    letters = letters_of(symbols)
    return prod(size + symbols[f"P_{each}"] for size, each in zip(symbols["y"][0][1:], letters))


def _strides(symbols: Symbols) -> int:
    return prod(symbols[f"S_{each}"] for each in letters_of(symbols))


def _adaptive(symbols: Symbols) -> int:
    """Each axis by two pools at every position, of ceil(in / out) and of one more; then a choice among them, at 9 per index."""
    shape, out = symbols["x"][0], symbols["y"][0][1:]
    total, sizes = 9 * sum(out), list(shape[1:])
    if len(sizes) == 3:
        return int(total)
    for axis, wanted in enumerate(out):
        size = sizes[axis]
        least = -(-size // wanted)
        for window in (least, least + 1):
            total += symbols["batch"] * shape[0] * prod(sizes) // size * window * max(size - window + 1, 0)
        sizes[axis] = wanted
    return int(total)


_TWO = "a,b->ab ab,b->a ab,bc->ac ab,cb->ac abc,cd->abd abc,dc->abd abc,cde->abde abc,dce->abde abc,dec->abde abcd,cde->abe abcd,ced->abe abcd,ecd->abe"
_BATCHED = (
    "abcd,abde->abce abcd,abed->abce abcd,acbe->adbe abcd,adbe->acbe abcd,aecd->acbe abcd,aecd->aceb abcde,aebf->adbcf abcde,afce->acdbf"
)
PRODUCTS = frozenset(f"{_TWO} {_BATCHED}".split())
"""The einsums that Keras turns into products of matrices."""


def _recurrent(rows: int, beside: str) -> str:
    """One step of the loop. What follows from the state has an unknown shape there; with a batch of 1 so has a sum with it."""
    first, later = (f"2 * {rows} * {features} * H + bias * {rows} * H + {beside}" for features in ("F_in", "D * H"))
    return f"N // x[0][-2] * D * ({first} + (layers - 1) * ({later}))"


_LOOP = "recurrent layers: one step of the loop, without the products with the state"
_PER_ELEMENT = {
    "tanh_shrink hard_shrink mish": 1,
    "hard_sigmoid hard_tanh silu log_sigmoid": 2,
    "hard_swish": 3,
    "gelu soft_shrink": 4,
    "celu": 5,
}
_NOTHING = Rule("0", "not counted: an operator without a rule", missing=True)
_COMPUTED = Stated("H_out * W_out; with dilation dilation_h * (ceil((H_in + P_h) / dilation_h) - K_h + 1), and so for every axis", _batched)
_WINDOW: dict[str, str | Stated] = {"taps": Stated("K_h * K_w", lambda symbols: prod(symbols[f"K_{each}"] for each in letters_of(symbols)))}

keras = Convention(
    "keras",
    "two per MACC of convolutions and products, one per bias, five per element of softmax, one or a few per element of other operators with a rule",
    unit="FLOPs",
    bias="one per output element",
    tool="TensorFlow 2.21.0 and Keras 3.15.1, tf.compat.v1.profiler's float_operation on the frozen graph, channels last",
    source="tensorflow/python/profiler/internal/flops_registry.py and nn_ops.py of that release, and Keras's layers run under it",
    default=_NOTHING,
    rules={
        "conv": Rule(
            "0 if grouped else 2 * maccs // positions * computed + bias * N_out",
            "bias of convolutions; dilation on a map that is filled up; grouped ones are compiled apart and not seen, save depthwise ones",
            where={
                "grouped": "groups > 1 and not (groups == C_in and len(x[0]) <= 3)",
                "positions": "N_out // C_out",
                "computed": _COMPUTED,
            },
            missing=True,
        ),
        "depthwise_conv": Rule(
            "2 * maccs // positions * computed + bias * N_out if len(x[0]) <= 3 else 0",
            "bias of convolutions; dilation on a map that is filled up; none in three axes",
            where={
                "positions": "N_out // C_out",
                "computed": _COMPUTED,
            },
            missing=True,
        ),
        "conv_transpose": Rule(
            "(2 * full * (params - bias * C_out) // strides if len(x[0]) <= 3 else 0) + bias * C_out * full",
            "transposed convolutions by the positions of the output over the strides, before any are cropped, and bias; in three axes bias alone",
            where={
                "full": Stated("H_out * W_out; where padding is a number (H_out + P_h) * (W_out + P_w)", _full),
                "strides": Stated("S_h * S_w", _strides),
            },
        ),
        "linear": Rule("2 * maccs + bias * N_out", "bias of linear layers"),
        "blur_pool": Rule("2 * maccs if len(x[0]) <= 3 else 0", "its window as a depthwise convolution; none in three axes", missing=True),
        "sequence_conv": Rule("2 * maccs + bias * N_out", "bias of convolutions"),
        "max_pool avg_pool": Rule(
            "taps * N_out if len(x[0]) <= 3 else 0",
            "pools at 1 per position of the window; none in three axes",
            where=_WINDOW,
            missing=True,
        ),
        "global_avg_pool mean": Rule("N_in", "means at 1 per element of the input"),
        "adaptive_avg_pool adaptive_max_pool": Rule(
            "pools",
            "adaptive pools as two plain pools per axis at every position; in three axes the choice among them alone",
            where={
                "pools": Stated(
                    "per axis: k * (in - k + 1) for k = ceil(in / out) and one more, times the other sizes; and 9 * out", _adaptive
                )
            },
            whole=True,
        ),
        "batch_norm": Rule(
            "2 * N_in * batch + (5 + affine) * C_in", "batch norm at 2 per element, and 6 per channel, 5 without affine", whole=True
        ),
        "layer_norm": Rule(
            "N_in * (6 + 2 * affine + (affine and bias)) + G * (4 if affine else 5)",
            "layer norm at 9 per element and 4 per group; less without scale or shift",
        ),
        "group_norm instance_norm": Rule(
            "6 * N_in + G * (4 if affine else 5) + 3 * affine * C_in",
            "group and instance norms at 6 per element, and a few per group and channel",
        ),
        "rms_norm": Rule("(3 + affine) * N_in + 3 * G", "RMS norm at 4 per element, 3 without affine, and 3 per group"),
        "head_norm": Rule("4 * N_in + 3 * N * h", "RMS norm at 4 per element, 3 without affine, and 3 per group"),
        "softmax": Rule(
            "5 * N_in * batch + 2 * (axis != -1 and axis != len(x[0]) - 1)",
            "softmax at 5 per element; 2 for another axis than the last",
            whole=True,
        ),
        "attention_softmax": Rule("5 * B * h * L_q * L_k", "softmax at 5 per element"),
        "attention_scores": Rule(
            "batch * B * h * L_q * L_k + 2 * (kv_heads < h)",
            "attention's scale alone, and 2 where heads share keys: its products are einsums, which have no rule",
            whole=True,
        ),
        "attention_values": Rule("0", "not counted: attention's products are einsums, which have no rule", missing=True),
        **{
            types: Rule(
                f"{number} * N_in" if number > 1 else "N_in", "activations by their operators: sums, products, quotients, negations"
            )
            for types, number in _PER_ELEMENT.items()
        },
        "prelu": Rule("3 * N_in * batch + params", "PReLU at 3 per element, and 1 per slope", whole=True),
        "glu": Rule("N_out", "gated linear units at 1 per output"),
        "embedding": Rule("2 * N_in", "look-ups at 2 per index, for negative ones"),
        "upsample": Rule(
            "(mode == 'nearest') * (len(x[0]) - 1)",
            "nearest interpolation at 1 per axis, whatever the size; others have no rule",
            whole=True,
            missing=True,
        ),
        "add multiply subtract divide maximum minimum": Rule(
            "adds + muls + divs + comparisons", "sums, products, quotients and choices of two at 1 per element"
        ),
        "reduce": Rule(
            "N_in - N_out * (function == 'sum') if function in ('sum', 'mean') else 0",
            "sums and means at 1 per element; others have no rule",
            missing=True,
        ),
        "scale shift log power": Rule("N_in", "products, sums, logarithms and powers at 1 per element"),
        "sinusoidal": Rule("N_in", "sums at 1 per element"),
        "rope attention_bias position_embedding layer_scale step_bias": Rule(
            "weight_adds + weight_muls + adds + muls", "sums and products at 1 per element"
        ),
        "matmul": Rule("2 * maccs"),
        "dot_interaction": Rule("2 * B * n * n * F_in", "pairs of vectors as one matrix product, each pair twice"),
        "einsum": Rule(
            "2 * maccs if known else 0",
            "not counted: einsums other than the usual products of matrices",
            where={"known": Stated("1 where Keras makes it a product of matrices", lambda symbols: renamed(symbols) in PRODUCTS)},
            missing=True,
        ),
        "rnn": Rule(_recurrent(1, "(batch > 1) * H"), _LOOP),
        "gru": Rule(_recurrent(3, "6 * (batch > 1) * H"), _LOOP),
        "lstm": Rule(_recurrent(4, "5 * H"), _LOOP),
        "rnn_cell": Rule("N * H * (2 * (F_in + H) + bias + 1)", "recurrent cells: bias and the gates' products"),
        "gru_cell": Rule("N * H * (6 * (F_in + H) + 6 * bias + 8)", "recurrent cells: bias and the gates' products"),
        "lstm_cell": Rule("N * H * (8 * (F_in + H) + 4 * bias + 8)", "recurrent cells: bias and the gates' products"),
    },
)
