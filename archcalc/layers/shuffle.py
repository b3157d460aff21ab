"""Values that move between channels and positions."""

from __future__ import annotations

from math import prod

from ..core.formula import LETTERS, for_axes
from ..core.kinds import SIZE, ListOf, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import CHANNELS_FIRST, SPATIAL
from .kit.layer import LayerType
from .kit.positions import APART
from .kit.window import DILATION, KERNEL, PADDED, STRIDE, WINDOW_AXIS, pad_symbols


def _two_axes(symbols: Symbols, inputs: list[Shape]) -> None:
    if len(inputs[0]) != 3:
        raise LayerError(f"pixels are on two spatial axes, and the input {show(inputs[0])} has {len(inputs[0]) - 1}", expected="[C, H, W]")


def _to_positions(name: str, meaning: str, axes: str, source: str) -> LayerType:
    return LayerType(
        name,
        meaning,
        args=(Arg("factor", SIZE, "side of the square", symbol="r"),),
        takes=SPATIAL,
        symbols=_two_axes,
        requires=(
            (
                "C_in % (r * r) == 0",
                "factor: {r} * {r} does not divide {C_in} input channels",
                "factor",
                "a number whose square divides {C_in}",
            ),
        ),
        output="[C_in // (r * r), H_out, W_out]",
        axis="H_in * r",
        axes=axes,
        fuses="all",
        source=source,
        example=Example({"factor": 2}, [[12, 5, 7]], [3, 10, 14]),
    )


def _to_channels(name: str, meaning: str, axes: str, source: str) -> LayerType:
    return LayerType(
        name,
        meaning,
        args=(Arg("factor", SIZE, "side of the square", symbol="r"),),
        takes=SPATIAL,
        symbols=_two_axes,
        requires=(
            ("H_in % r == 0", "factor: {r} does not divide the height of {H_in}", "factor", "a number that divides {H_in} and {W_in}"),
            ("W_in % r == 0", "factor: {r} does not divide the width of {W_in}", "factor", "a number that divides {H_in} and {W_in}"),
        ),
        output="[C_in * r * r, H_out, W_out]",
        axis="H_in // r",
        axes=axes,
        fuses="all",
        source=source,
        example=Example({"factor": 2}, [[3, 10, 14]], [12, 5, 7]),
    )


pixel_shuffle = _to_positions(
    "pixel_shuffle",
    "Channels become positions: r * r of them make a square.",
    "c.r.s y x -> c y.r x.s",
    "Shi et al., Real-Time Single Image and Video Super-Resolution, 2016, arXiv:1609.05158, equation 4",
)
depth_to_space = _to_positions(
    "depth_to_space",
    "Channels become positions, those of one place of the square side by side: pixel_shuffle in TensorFlow's order.",
    "r.s.c y x -> c y.r x.s",
    "TensorFlow documentation, tf.nn.depth_to_space",
)
pixel_unshuffle = _to_channels(
    "pixel_unshuffle",
    "Positions become channels: each square of r * r of them.",
    "c y.r x.s -> c.r.s y x",
    "PyTorch documentation, torch.nn.PixelUnshuffle",
)
space_to_depth = _to_channels(
    "space_to_depth",
    "Positions become channels, those of one place of the square side by side: pixel_unshuffle in TensorFlow's order.",
    "c y.r x.s -> r.s.c y x",
    "TensorFlow documentation, tf.nn.space_to_depth",
)

channel_shuffle = LayerType(
    "channel_shuffle",
    "Channels in another order: the first of each group, then the second of each, and so on.",
    args=(Arg("groups", SIZE, "groups of channels"),),
    takes=CHANNELS_FIRST,
    requires=(("C_in % groups == 0", "groups: {groups} does not divide {C_in} input channels", "groups", "a number that divides {C_in}"),),
    fuses="all",
    positions=APART,
    axes="groups.c *x -> c.groups *x",
    source="Zhang et al., ShuffleNet, 2017, arXiv:1707.01083, section 3.1",
    example=Example({"groups": 3}, [[6, 5, 7]], [6, 5, 7]),
)


def _unfold(symbols: Symbols, inputs: list[Shape]) -> None:
    pad_symbols(symbols, inputs)
    for letter, size in zip(LETTERS[len(inputs[0]) - 1], inputs[0][1:], strict=True):
        _fits(symbols, letter, size)


def _fits(symbols: Symbols, letter: str, size: int) -> None:
    reach = symbols[f"dilation_{letter}"] * (symbols[f"K_{letter}"] - 1) + 1
    if reach > size + symbols[f"P_{letter}"]:
        raise LayerError(
            f"kernel: a window of {reach} does not fit on {size + symbols[f'P_{letter}']} positions, padding included", arg="kernel"
        )


unfold = LayerType(
    "unfold",
    "The values of every window as one column.",
    args=(KERNEL, STRIDE, PADDED, DILATION),
    takes=SPATIAL,
    symbols=_unfold,
    output="[C_in * K_h * K_w, H_out * W_out]",
    axis=WINDOW_AXIS,
    notes="H_out * W_out windows, placed as in conv.",
    axes="c *x! -> c.k! l!",
    source="PyTorch documentation, torch.nn.Unfold",
    example=Example({"kernel": [2, 3], "padding": 1}, [[3, 5, 7]], [18, 42]),
)


def _fold(symbols: Symbols, inputs: list[Shape]) -> None:
    shape, size = inputs[0], symbols["size"]
    letters = LETTERS[len(size)]
    if len(shape) != 2:
        raise LayerError(
            f"fold takes what unfold gives, and {show(shape)} comes in",
            expected=for_axes("[C * K_h * K_w, number of windows]", len(letters)),
        )
    pad_symbols(symbols, [(1, *size)])
    for letter, each in zip(letters, size, strict=True):
        _fits(symbols, letter, each)
    taps = [symbols[f"K_{letter}"] for letter in letters]
    windows = prod(
        (each + symbols[f"P_{letter}"] - symbols[f"dilation_{letter}"] * (symbols[f"K_{letter}"] - 1) - 1) // symbols[f"S_{letter}"] + 1
        for letter, each in zip(letters, size, strict=True)
    )
    if shape[0] % prod(taps):
        raise LayerError(f"kernel: {' * '.join(map(str, taps))} does not divide {shape[0]} rows of the input", arg="kernel")
    if shape[1] != windows:
        raise LayerError(f"size: {show(size)} has {windows} windows, and the input {show(shape)} has {shape[1]}", arg="size")
    symbols.update({f"size_{letter}": each for letter, each in zip(letters, size, strict=True)}, C_out=shape[0] // prod(taps))


fold = LayerType(
    "fold",
    "Columns put back as windows, summed where they overlap: the reverse of unfold.",
    args=(
        KERNEL,
        STRIDE,
        PADDED,
        DILATION,
        Arg("size", ListOf(SIZE, "a list with the size of each spatial axis", 1, 3), "size of the output on each axis"),
    ),
    takes="[C_out * K_h * K_w, number of windows]",
    axes_from="size",
    symbols=_fold,
    output="[C_out, H_out, W_out]",
    axis="size_h",
    adds="N_in",
    notes="Each value is added to an output that starts as zeros.",
    axes="c.k! l! -> c *x!",
    source="PyTorch documentation, torch.nn.Fold",
    example=Example({"kernel": [2, 3], "padding": 1, "size": [5, 7]}, [[18, 42]], [3, 5, 7], adds=756),
)

LAYERS = (pixel_shuffle, pixel_unshuffle, channel_shuffle, unfold, fold, depth_to_space, space_to_depth)
