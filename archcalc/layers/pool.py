"""Pools: the largest or the mean value of each window, of a grid of windows, or of the whole map."""

from __future__ import annotations

from ..core.formula import LETTERS
from ..core.kinds import NULL, PADDING, SIZE, SIZES, TRUTH, Either, Number, PerAxis
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import SPATIAL
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, Move
from .kit.window import DILATION, KERNEL, in_front, pad_symbols, slides, taps_of

_STRIDE = Arg("stride", SIZES, "step of the window", None, symbol="S", shown_default="kernel")
_PADDED = Arg(
    "padding",
    PADDING,
    "positions added on both sides of each axis, at most half the kernel; a [before, after] pair per axis, same (out = ceil(in / stride)) or valid (none)",
    0,
)
_CEIL = Arg("ceil", TRUTH, "whether a window may reach beyond the end, so that no position is left out", False, symbol="ceil_mode")
_COUNT_PADDING = Arg("count_padding", TRUTH, "whether a mean counts the padding as zeros; changes no figure", True)
_WINDOW = (KERNEL, _STRIDE, _PADDED, DILATION, _CEIL, _COUNT_PADDING)

_POOL_AXIS = "min((H_in + P_h - dilation_h * (K_h - 1) - 1 + ceil_mode * (S_h - 1)) // S_h, (H_in + P_before_h - 1) // S_h) + 1"
_WINDOW_NOTE = "P_h is the padding of both sides, P_before_h that of the front: the last window starts before the back padding. Positions of the padding count as taps."


def _pool(symbols: Symbols, inputs: list[Shape]) -> None:
    letters = LETTERS[len(inputs[0]) - 1]
    for letter in letters:
        if symbols[f"S_{letter}"] is None:
            symbols[f"S_{letter}"] = symbols[f"K_{letter}"]
    pad_symbols(symbols, inputs)
    padding = symbols["padding"]
    for index, letter in enumerate(letters):
        each = padding[index] if isinstance(padding, (tuple, list)) else padding
        for pad in each if isinstance(each, (tuple, list)) else (each,):
            kernel = symbols[f"K_{letter}"]
            if not isinstance(pad, str) and 2 * pad > kernel:
                raise LayerError(
                    f"padding: {pad} is more than half the kernel of {kernel}",
                    expected=f"at most {kernel // 2}",
                    hint="use pad before the pool for more",
                    arg="padding",
                )


def _behind(symbols: Symbols, shape: Shape, axis: int) -> str:
    """A pool whose padding reaches so far may have all of it in front; else a convolution of each channel has."""
    letter = LETTERS[len(shape) - 1][axis - 1]
    kernel, dilation = symbols[f"K_{letter}"], symbols[f"dilation_{letter}"]
    if len(shape) != 2 or 2 * dilation * (kernel - 1) <= kernel:
        return in_front(symbols, shape, axis)
    window = f"kernel: {kernel}, dilation: {dilation}" if dilation != 1 else f"kernel: {kernel}"
    return f"depthwise_conv: {{{window}, padding: [[{dilation * (kernel - 1)}, 0]]}} in its place looks at earlier positions alone"


max_pool = LayerType(
    "max_pool",
    "The largest value of each window.",
    args=_WINDOW,
    takes=SPATIAL,
    symbols=_pool,
    output="[C_in, H_out, W_out]",
    axis=_POOL_AXIS,
    comparisons="(K_h * K_w - 1) * C_in * H_out * W_out",
    keeps=Keeps("input", indices="N_out"),
    notes=_WINDOW_NOTE,
    positions=slides(meets=False),
    instead=_behind,
    axes="c *x~ -> c *x",
    source="PyTorch documentation, torch.nn.MaxPool2d",
    example=Example({"kernel": [2, 3], "stride": 2, "padding": [0, 1]}, [[3, 6, 9]], [3, 3, 5], comparisons=225),
)

avg_pool = LayerType(
    "avg_pool",
    "The mean of each window.",
    args=_WINDOW,
    takes=SPATIAL,
    symbols=_pool,
    output="[C_in, H_out, W_out]",
    axis=_POOL_AXIS,
    adds="(K_h * K_w - 1) * C_in * H_out * W_out",
    keeps=Keeps("input"),
    divs="C_in * H_out * W_out",
    notes=_WINDOW_NOTE,
    positions=slides(meets=False),
    instead=_behind,
    axes="+c *x~ -> c *x",
    source="PyTorch documentation, torch.nn.AvgPool2d",
    example=Example({"kernel": [2, 3], "ceil": True}, [[3, 5, 7]], [3, 3, 3], adds=135, divs=27),
)

lp_pool = LayerType(
    "lp_pool",
    "The p-norm of each window: the p-th root of the sum of p-th powers.",
    args=(*_WINDOW, Arg("norm", Number("a number above 0", 0, above=True), "the power p", 2)),
    takes=SPATIAL,
    symbols=_pool,
    output="[C_in, H_out, W_out]",
    axis=_POOL_AXIS,
    adds="(K_h * K_w - 1) * C_in * H_out * W_out",
    keeps=Keeps("input"),
    muls="(norm == 2) * K_h * K_w * C_in * H_out * W_out",
    transcendentals="(norm != 1 and norm != 2) * (K_h * K_w + 1) * C_in * H_out * W_out",
    sqrts="(norm == 2) * C_in * H_out * W_out",
    notes=f"{_WINDOW_NOTE} A square is a multiplication, any other power is one transcendental; signs are free.",
    positions=slides(meets=False),
    instead=_behind,
    axes="c *x~ -> c *x",
    source="PyTorch documentation, torch.nn.LPPool2d",
    example=Example({"kernel": [2, 3]}, [[3, 4, 7]], [3, 2, 2], adds=60, muls=72, sqrts=12),
)


def _adaptive(symbols: Symbols, inputs: list[Shape]) -> None:
    for letter in LETTERS[len(inputs[0]) - 1]:
        size = symbols[f"{letter.upper()}_in"]
        if symbols[f"size_{letter}"] is None:
            symbols[f"size_{letter}"] = size
        symbols[f"taps_{letter}"] = taps_of(size, symbols[f"size_{letter}"])


_SIZE = Arg("size", PerAxis(Either(SIZE, NULL)), "size of the output on each axis; null keeps an axis", symbol="size")
_TAPS_NOTE = (
    "Window i of an axis reaches from floor(i * H_in / H_out) to ceil((i + 1) * H_in / H_out); "
    "taps_h = H_in + H_out - gcd(H_in, H_out) is the sum of their lengths."
)


def _grid(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """Channels are apart, and an axis that keeps its size is as it was."""
    size = symbols["size"]
    each = size[axis - 1] if axis and isinstance(size, (tuple, list)) else size
    return (APART if axis == 0 or each is None else ALL), axis


adaptive_max_pool = LayerType(
    "adaptive_max_pool",
    "The largest value of each window of a grid that covers the map.",
    args=(_SIZE,),
    takes=SPATIAL,
    symbols=_adaptive,
    output="[C_in, H_out, W_out]",
    axis="size_h",
    comparisons="C_in * (taps_h * taps_w - H_out * W_out)",
    keeps=Keeps("input", indices="N_out"),
    notes=_TAPS_NOTE,
    positions=_grid,
    axes="c *x! -> c *y!",
    source="PyTorch documentation, torch.nn.AdaptiveMaxPool2d",
    example=Example({"size": [3, None]}, [[2, 5, 7]], [2, 3, 7], comparisons=56),
)

adaptive_avg_pool = LayerType(
    "adaptive_avg_pool",
    "The mean of each window of a grid that covers the map.",
    args=(_SIZE,),
    takes=SPATIAL,
    symbols=_adaptive,
    output="[C_in, H_out, W_out]",
    axis="size_h",
    adds="C_in * (taps_h * taps_w - H_out * W_out)",
    keeps=Keeps("input", when="N_out > C_in"),
    divs="C_in * H_out * W_out",
    notes=_TAPS_NOTE,
    positions=_grid,
    axes="+c *x! -> c *y!",
    source="PyTorch documentation, torch.nn.AdaptiveAvgPool2d",
    example=Example({"size": [2, 3]}, [[2, 5, 7]], [2, 2, 3], adds=96, divs=12),
)

_KEEP = Arg("keep", TRUTH, "whether the spatial axes stay, of size 1", False)


def _whole(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    channels, *sizes = inputs[0]
    return [(channels, *(1 for _ in sizes if symbols["keep"]))]


def _over_the_map(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """Channels are apart, their positions are not."""
    return (ALL if axis else APART), axis if axis == 0 or symbols["keep"] else None


global_avg_pool = LayerType(
    "global_avg_pool",
    "The mean of each channel.",
    args=(_KEEP,),
    takes=SPATIAL,
    output="[C_in], or [C_in, 1, 1] with keep",
    rule=_whole,
    adds="C_in * (H_in * W_in - 1)",
    divs="C_in",
    positions=_over_the_map,
    axes=lambda symbols, inputs, outputs: "+c *x -> c" + " 1" * (len(outputs[0]) - 1),
    source="Lin et al., Network in Network, 2013, arXiv:1312.4400, section 3.2",
    example=Example({}, [[3, 5, 7]], [3], adds=102, divs=3),
)

global_max_pool = LayerType(
    "global_max_pool",
    "The largest value of each channel.",
    args=(_KEEP,),
    takes=SPATIAL,
    output="[C_in], or [C_in, 1, 1] with keep",
    rule=_whole,
    comparisons="C_in * (H_in * W_in - 1)",
    keeps=Keeps("input", indices="N_out"),
    positions=_over_the_map,
    axes=lambda symbols, inputs, outputs: "c *x! -> c" + " 1" * (len(outputs[0]) - 1),
    source="PyTorch documentation, torch.nn.AdaptiveMaxPool2d with an output size of 1",
    example=Example({"keep": True}, [[3, 5, 7]], [3, 1, 1], comparisons=102),
)

LAYERS = (max_pool, avg_pool, lp_pool, adaptive_max_pool, adaptive_avg_pool, global_avg_pool, global_max_pool)
