"""What convolutions, pools and unfolding share: a window that slides over the spatial axes."""

from __future__ import annotations

from ...core.formula import LETTERS
from ...core.kinds import PADDING, SIZES
from ...core.numbers import common, most
from .args import Arg, LayerError, Shape, Symbols
from .axes import axes_text
from .positions import ALL, APART, EARLIER, Move, Positions, latest

KERNEL = Arg("kernel", SIZES, "size of the window", symbol="K")
STRIDE = Arg("stride", SIZES, "step of the window", 1, symbol="S")
DILATION = Arg("dilation", SIZES, "distance between the taps of the window", 1, symbol="dilation")
PADDED = Arg(
    "padding",
    PADDING,
    "zeros added on both sides of each axis, a [before, after] pair per axis, same (out = ceil(in / stride)) or valid (none)",
    0,
)

WINDOW_AXIS = "(H_in + P_h - dilation_h * (K_h - 1) - 1) // S_h + 1"
"""How often a window fits on the axis h; P_h is the padding of both sides together (Dumoulin & Visin 2016, relationship 15)."""


def pad_symbols(symbols: Symbols, inputs: list[Shape]) -> None:
    """P_h, P_w, ...: the padding of each axis, both sides together; and P_before_h, ..., that of the front."""
    padding = symbols["padding"]
    letters = LETTERS[len(inputs[0]) - 1]
    if isinstance(padding, (tuple, list)) and len(padding) != len(letters):
        raise LayerError(
            f"padding has {len(padding)} value{'' if len(padding) == 1 else 's'} for {axes_text(len(letters), 'spatial ')}",
            expected=f"one number, or a list of {len(letters)}",
            hint="a [before, after] pair goes inside the list: [[before, after]]" if len(letters) == 1 and len(padding) == 2 else "",
            arg="padding",
        )
    for index, letter in enumerate(letters):
        each = padding[index] if isinstance(padding, (tuple, list)) else padding
        if each == "valid":
            each = 0
        if each == "same":
            size, stride = inputs[0][1 + index], symbols[f"S_{letter}"]
            reach = symbols[f"dilation_{letter}"] * (symbols[f"K_{letter}"] - 1) + 1
            total = most((-(-size // stride) - 1) * stride + reach - size, 0)
            before = total // 2
        elif isinstance(each, (tuple, list)):
            total, before = sum(each), each[0]
        else:
            total, before = 2 * each, each
        symbols[f"P_{letter}"] = total
        symbols[f"P_before_{letter}"] = before


def taps_of(size_in: int, size_out: int) -> int:
    """The taps of all windows of an adaptive pool on one axis.

    Window i reaches from floor(i * in / out) to ceil((i + 1) * in / out); the lengths add up to in + out - gcd(in, out).
    """
    return size_in + size_out - common(size_in, size_out)  # type: ignore[no-any-return]


def in_front(symbols: Symbols, shape: Shape, axis: int) -> str:
    """What makes a window look at earlier positions alone: all of its padding in front."""
    if len(shape) != 2:
        return latest(symbols, shape, axis)
    letter = LETTERS[len(shape) - 1][axis - 1]
    reach = symbols[f"dilation_{letter}"] * (symbols[f"K_{letter}"] - 1)
    alone = f"stride: 1 and padding: [[{reach}, 0]]" if symbols[f"S_{letter}"] != 1 else f"padding: [[{reach}, 0]]"
    mode = ", padding_mode: zeros" * (symbols.get("padding_mode", "zeros") != "zeros")
    return f"{alone}{mode}, all of (kernel - 1) * dilation in front, looks at earlier positions alone"


def slides(*, meets: bool) -> Positions:
    """A window along each spatial axis: of earlier positions alone where it steps by one and is padded in front by all that it reaches.

    ``meets`` says whether the channels, on the first axis, meet one another or have weights of their own.
    """

    def move(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
        if axis == 0:
            return (ALL if meets else APART), axis
        letter = LETTERS[len(inputs[0]) - 1][axis - 1]
        reach = symbols[f"dilation_{letter}"] * (symbols[f"K_{letter}"] - 1)
        behind = symbols[f"P_{letter}"] == symbols[f"P_before_{letter}"] == reach and symbols.get("padding_mode", "zeros") == "zeros"
        if symbols[f"S_{letter}"] != 1 or not behind:
            return ALL, axis
        return (EARLIER if reach else APART), axis

    return move
