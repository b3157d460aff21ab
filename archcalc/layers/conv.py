"""Convolutions: the reference layer, its depthwise form and its transpose."""

from __future__ import annotations

from ..core.formula import LETTERS
from ..core.kinds import COUNTS, SIZE, TRUTH, Word
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import SPATIAL
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, ONE_POSITION, Move, worded
from .kit.window import DILATION, KERNEL, PADDED, STRIDE, WINDOW_AXIS, in_front, pad_symbols, slides

_CHANNELS = Arg("channels", SIZE, "output channels", symbol="C_out")
_GROUPS = Arg("groups", SIZE, "groups of channels that are convolved apart", 1)
_BIAS = Arg("bias", TRUTH, "whether each output channel has a bias", True)
_GROUPS_DIVIDE = (
    (
        "C_in % groups == 0",
        "groups: {groups} does not divide {C_in} input channels",
        "groups",
        "a number that divides both {C_in} input and {C_out} output channels",
    ),
    (
        "C_out % groups == 0",
        "groups: {groups} does not divide {C_out} output channels",
        "groups",
        "a number that divides both {C_in} input and {C_out} output channels",
    ),
)
_DUMOULIN = "Dumoulin & Visin, A guide to convolution arithmetic for deep learning, 2016, arXiv:1603.07285"


def _classes(symbols: Symbols) -> int:
    """A convolution of points may end in classes, a channel for each."""
    kernel = symbols["kernel"]
    return symbols["C_out"] if all(each == 1 for each in (kernel if isinstance(kernel, (list, tuple)) else (kernel,))) else 0


conv = LayerType(
    "conv",
    "Convolution over one, two or three spatial axes.",
    args=(
        _CHANNELS,
        KERNEL,
        STRIDE,
        PADDED,
        DILATION,
        _GROUPS,
        _BIAS,
        Arg("padding_mode", Word("zeros", "reflect", "replicate", "circular"), "what the padding holds; changes no figure", "zeros"),
    ),
    takes=SPATIAL,
    symbols=pad_symbols,
    requires=_GROUPS_DIVIDE,
    output="[C_out, H_out, W_out]",
    axis=WINDOW_AXIS,
    params="K_h * K_w * C_in * C_out // groups + bias * C_out",
    tensors={"weight": "[C_out, C_in // groups, K_h, K_w]", "bias": "bias * [C_out]"},
    axes="groups.c *x~, weight[groups.o c *k!], bias[groups.o] -> groups.o *x",
    maccs="K_h * K_w * C_in * H_out * W_out * C_out // groups",
    weight_adds="bias * H_out * W_out * C_out",
    keeps=Keeps(weights="input"),
    classes=_classes,
    positions=slides(meets=True),
    instead=in_front,
    source=f"{_DUMOULIN}, relationship 15; grouped: Krizhevsky et al. 2012, section 3.5",
    example=Example(
        {"channels": 128, "kernel": 3, "padding": 1}, [[64, 112, 112]], [128, 112, 112], 73_856, maccs=924_844_032, weight_adds=1_605_632
    ),
)


def _depthwise(symbols: Symbols, inputs: list[Shape]) -> None:
    pad_symbols(symbols, inputs)
    symbols["C_out"] = symbols["multiplier"] * symbols["C_in"]


depthwise_conv = LayerType(
    "depthwise_conv",
    "Convolution of each channel by its own filters: groups = channels.",
    args=(KERNEL, Arg("multiplier", SIZE, "output channels per input channel", 1), STRIDE, PADDED, DILATION, _BIAS),
    takes=SPATIAL,
    symbols=_depthwise,
    output="[C_out, H_out, W_out]",
    axis=WINDOW_AXIS,
    params="K_h * K_w * C_out + bias * C_out",
    tensors={"weight": "[C_out, 1, K_h, K_w]", "bias": "bias * [C_out]"},
    axes="c *x~, weight[c.m 1 *k!], bias[c.m] -> c.m *x",
    maccs="K_h * K_w * H_out * W_out * C_out",
    weight_adds="bias * H_out * W_out * C_out",
    keeps=Keeps(weights="input"),
    notes="C_out = multiplier * C_in.",
    positions=slides(meets=True),
    instead=in_front,
    source="Howard et al., MobileNets, 2017, arXiv:1704.04861, section 3.1",
    example=Example({"kernel": [3, 5], "stride": 2, "padding": [1, 2]}, [[32, 14, 20]], [32, 7, 10], 512, maccs=33_600, weight_adds=2_240),
)


def _transpose(symbols: Symbols, inputs: list[Shape]) -> None:
    pad_symbols(symbols, inputs)
    for letter in LETTERS[len(inputs[0]) - 1]:
        stride, dilation, extra = symbols[f"S_{letter}"], symbols[f"dilation_{letter}"], symbols[f"OP_{letter}"]
        if extra >= max(stride, dilation):
            raise LayerError(
                f"output_padding: {extra} is not less than stride {stride} or dilation {dilation}",
                hint="a larger output follows from a larger stride or kernel, or from less padding",
                arg="output_padding",
            )
        if symbols["padding"] == "same":
            symbols[f"P_{letter}"] = dilation * (symbols[f"K_{letter}"] - 1) + 1 + extra - stride


def _spreads(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """Without a window each position stays by itself. One that spreads over later outputs alone is rare, and taken for one that does not."""
    if axis == 0:
        return ALL, axis
    letter = LETTERS[len(inputs[0]) - 1][axis - 1]
    still = symbols[f"K_{letter}"] == symbols[f"S_{letter}"] == 1 and symbols[f"P_{letter}"] == symbols[f"OP_{letter}"] == 0
    return (APART if still else ALL), axis


conv_transpose = LayerType(
    "conv_transpose",
    "Transposed convolution: each input position spreads over a window of the output.",
    args=(
        _CHANNELS,
        KERNEL,
        STRIDE,
        PADDED,
        Arg("output_padding", COUNTS, "rows and columns added at the end of the output", 0, symbol="OP"),
        DILATION,
        _GROUPS,
        _BIAS,
    ),
    takes=SPATIAL,
    symbols=_transpose,
    requires=_GROUPS_DIVIDE,
    output="[C_out, H_out, W_out]",
    axis="(H_in - 1) * S_h - P_h + dilation_h * (K_h - 1) + OP_h + 1",
    params="K_h * K_w * C_in * C_out // groups + bias * C_out",
    tensors={"weight": "[C_in, C_out // groups, K_h, K_w]", "bias": "bias * [C_out]"},
    axes="groups.c *x, weight[groups.c o *k!], bias[groups.o] -> groups.o *x~",
    maccs="K_h * K_w * C_in * H_in * W_in * C_out // groups",
    weight_adds="bias * H_out * W_out * C_out",
    keeps=Keeps(weights="input"),
    notes="padding: same gives in * stride, as TensorFlow does. The MACCs follow the input positions: every one meets every tap of the kernel once.",
    positions=_spreads,
    instead=worded(ONE_POSITION),
    source=f"{_DUMOULIN}, relationship 14",
    example=Example(
        {"channels": 6, "kernel": 4, "stride": 2, "padding": 1}, [[4, 8, 9]], [6, 16, 18], 390, maccs=27_648, weight_adds=1_728
    ),
)

LAYERS = (conv, depthwise_conv, conv_transpose)
