"""Ultralytics' GFLOPs: twice the MACs of its own fork of thop, whose later rules see subclasses and products that are functions too."""

from __future__ import annotations

from math import prod

from .einsum_path import with_batch
from .pieces import CAUSAL, METHODS, MODULE, PROJECTED, SCORES, VALUES, gated, letters_of
from .rule import Convention, Rule, Stated, Symbols
from .style import styled


def _slid(symbols: Symbols) -> int:
    """The inputs of all windows of an average pool, padding among them where the mean counts it."""
    (channels, *before), after = symbols["x"][0], symbols["y"][0][1:]
    total = channels
    for size, out, axis in zip(before, after, letters_of(symbols)):
        first, both = symbols[f"P_before_{axis}"], symbols[f"P_{axis}"]
        low, high = (-first, size + both - first) if symbols["count_padding"] else (0, size)
        starts = [step * symbols[f"S_{axis}"] - first for step in range(out)]
        total *= sum(max(min(start + symbols[f"K_{axis}"], high) - max(start, low), 0) for start in starts)
    return int(total)


def _windows(symbols: Symbols) -> int:
    """The inputs of all windows of an adaptive average pool, those that several share as often."""
    (channels, *before), after = symbols["x"][0], symbols["y"][0][1:]
    sizes = zip(before, after or (1,) * len(before))
    return int(channels * prod(sum(-(-(j + 1) * size // out) - j * size // out for j in range(out)) for size, out in sizes))


def _einsum(symbols: Symbols) -> int:
    """Of two operands: all sizes but of what one of them alone has and the output has not, which is summed before."""
    operands, out, _ = with_batch(symbols)
    if len(operands) != 2:
        return 0
    shapes = [(symbols["batch"], *shape) for shape in symbols["x"]]
    one, other = ({label: size for label, size in zip(labels, shape) if size > 1} for labels, shape in zip(operands, shapes))
    return prod((one | other)[label] for label in one | other if (label in one and label in other) or label in out)


_BESIDE = {"rnn": 1, "gru": 7, "lstm": 8}
_KNOWN = "counted as nothing"
_POOL = "average pools: each input of a window, and each output"
_MODULE = Rule(
    f"2 * N * ({PROJECTED} + 2 * L_q * L_k * E + heads * L_q * (3 * L_k - 1))",
    "nn.MultiheadAttention as one: softmax at 3 per score beside its products",
    where=MODULE,
)
_RECURRENT = {name: Rule(f"2 * {rule.formula.text}", rule.why) for name, rule in gated(_BESIDE, "R").items()}

ultralytics = Convention(
    "ultralytics",
    "two per MACC, and two for each of a few operations per element of norms, softmax, average pools and interpolations",
    unit="FLOPs",
    bias="not counted",
    tool="ultralytics 8.4.190 with ultralytics-thop 2.2.3, model.info(): its GFLOPs, of the whole image",
    source="ultralytics/utils/torch_utils.py, get_flops; thop/profile.py, vision/basic_hooks.py and rnn_hooks.py of that fork",
    default=Rule("0", "not counted: a module without a rule, or a function that is no product", missing=True),
    rules={
        "conv depthwise_conv conv_transpose linear linear:functional matmul matmul:functional": Rule("2 * maccs"),
        "einsum einsum:functional": Rule(
            "2 * sizes",
            "an einsum of two operands by the sizes that their product runs over",
            where={"sizes": Stated("the product of all sizes but of what one operand alone has and the output has not", _einsum)},
            whole=True,
        ),
        "attention_scores attention_scores:functional": Rule(f"2 * {SCORES}", "attention's products, masked pairs among them"),
        "attention_values attention_values:functional": Rule(f"2 * {VALUES}", "attention's products, masked pairs among them"),
        "dot_interaction dot_interaction:functional": Rule(
            "2 * B * n * n * F_in", "pairs of vectors as one matrix product, each pair twice"
        ),
        "nearest nearest:functional": Rule("2 * maccs", "products of points as one matrix product"),
        "ssm_scan": Rule("2 * N * i * n", "the scan: reading out alone is a matrix product"),
        "sequence_conv": Rule(f"2 * k * {CAUSAL}", "causal convolutions: the positions that are cut off"),
        "bilinear": Rule("2 * (x[0][-1] + 1) * x[1][-1] * N_out", "bilinear forms: both contractions"),
        "batch_norm instance_norm group_norm layer_norm rms_norm": Rule(
            "(8 if affine else 4) * N_in", "norms at 8 per element, 4 without affine"
        ),
        "head_norm": Rule("8 * N_in", "norms at 8 per element"),
        "prelu": Rule("2 * N_in", "PReLU at 2 per element"),
        "softmax": Rule("2 * G * (3 * n - 1)", "softmax at 6 per element, less two per slice"),
        "log_softmax": Rule("6 * N_in", "log softmax at 6 per element"),
        "avg_pool": Rule("2 * (inputs + N_out)", _POOL, where={"inputs": Stated("the inputs of all windows", _slid)}),
        "adaptive_avg_pool global_avg_pool": Rule(
            "2 * (inputs + N_out)", _POOL, where={"inputs": Stated("the inputs of all windows", _windows)}
        ),
        "upsample": Rule(
            "2 * N_out * (5 * (mode == 'linear') + 11 * (mode == 'bilinear') + 259 * (mode == 'bicubic') + 31 * (mode == 'trilinear'))",
            "interpolation: nearest at nothing, linear at 10, bilinear 22, bicubic 518, trilinear 62 per output",
            missing=True,
        ),
        **_RECURRENT,
        "lstm": Rule(
            f"{_RECURRENT['lstm'].formula.text} + 2 * N * D * layers * projected * H * R",
            "recurrent layers: biases and the gates' products",
        ),
        "attention attention:subclass": _MODULE,
        "relu relu6 leaky_relu max_pool adaptive_max_pool global_max_pool dropout embedding": Rule("0", _KNOWN),
        "*:functional": Rule("0", "not counted: a function that is no product", missing=True),
        styled(f"{METHODS} log_softmax", "operator"): Rule("0", "not counted: a tensor's method", missing=True),
    },
)
