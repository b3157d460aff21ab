"""Layers that move, repeat, interpolate or cut the positions of a map."""

from __future__ import annotations

from math import floor, prod

from ..formula import LETTERS
from ..kinds import COUNT, SIZE, SIZES, Either, ListOf, Number, PerAxis, Word, show
from .base import CHANNELS_FIRST, SPATIAL, Arg, Example, LayerError, LayerType, Shape, Symbols
from .window import DILATION, KERNEL, PADDED, STRIDE, WINDOW_AXIS, pad_symbols, taps_of


def _reference(inputs: list[Shape], letters: str) -> Shape:
    """The spatial sizes of the second input."""
    sizes = inputs[1][1:]
    if len(sizes) != len(letters):
        raise LayerError(
            f"the second input {show(inputs[1])} has {len(sizes)} spatial {'axis' if len(sizes) == 1 else 'axes'}, and the first {show(inputs[0])} has {len(letters)}"
        )
    return sizes


_FOR_AXES = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
_LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


def _upsample(symbols: Symbols, inputs: list[Shape]) -> None:
    letters = LETTERS[len(inputs[0]) - 1]
    mode, axes = symbols["mode"], len(letters)
    if _FOR_AXES.get(mode, axes) != axes:
        raise LayerError(
            f"mode: {mode} is for {_FOR_AXES[mode]} spatial {'axis' if _FOR_AXES[mode] == 1 else 'axes'}, and the input {show(inputs[0])} has {axes}",
            hint=f"use {_LINEAR[axes]}",
            arg="mode",
        )
    given = [name for name in ("scale", "size") if symbols[name] is not None] + ["a second input"] * (len(inputs) - 1)
    if len(given) != 1:
        raise LayerError(
            f"upsample takes one of scale, size and a second input, not {' and '.join(given) or 'none'}", hint="" if given else "scale: 2 doubles the map"
        )
    reference = _reference(inputs, letters) if len(inputs) == 2 else ()
    for index, letter in enumerate(letters):
        size_in, scale = inputs[0][1 + index], symbols[f"scale_{letter}"]
        if scale is not None:
            symbols[f"size_{letter}"] = size_in * int(scale) if scale == int(scale) else floor(size_in * scale)
        elif reference:
            symbols[f"size_{letter}"] = reference[index]
        symbols[f"taps_{letter}"] = taps_of(size_in, max(symbols[f"size_{letter}"], 1))
    symbols["lerps"] = 2**axes - 1 if "linear" in mode else 0
    symbols["cubics"] = 5 if mode == "bicubic" else 0
    symbols["area"] = mode == "area"


upsample = LayerType(
    "upsample",
    "A map of another size, by the nearest position, by interpolation or by area means.",
    args=(
        Arg(
            "scale",
            PerAxis(Number("a number above 0", 0, 1e18, above=True)),
            "factor of each axis; H_out = floor(H_in * scale_h)",
            None,
            symbol="scale",
            shown_default="none",
        ),
        Arg("size", SIZES, "size of the output, instead of a scale", None, symbol="size", shown_default="none"),
        Arg("mode", Word("nearest", "linear", "bilinear", "trilinear", "bicubic", "area"), "how values are made", "nearest"),
    ),
    takes=SPATIAL,
    inputs=(1, 2),
    symbols=_upsample,
    output="[C_in, H_out, W_out]",
    axis="size_h",
    muls="N_out * (2 * lerps + 4 * cubics)",
    adds="N_out * (lerps + 3 * cubics) + area * C_in * (taps_h * taps_w - H_out * W_out)",
    divs="area * N_out",
    notes=(
        "A second input gives the size. An output takes lerps linear interpolations between two values (1 on one axis, 3 on two, 7 on three; 2 products and a sum each) or cubics = 5 cubic "
        "ones of four (4 products, 3 sums); the weights, made once per row and column, are not counted. area is adaptive_avg_pool."
    ),
    source="PyTorch documentation, torch.nn.functional.interpolate; bicubic: Keys, Cubic convolution interpolation, 1981",
    example=Example({"scale": 2, "mode": "bilinear"}, [[3, 5, 7]], [3, 10, 14], muls=2_520, adds=1_260),
)


def _crop(symbols: Symbols, inputs: list[Shape]) -> None:
    letters = LETTERS[len(inputs[0]) - 1]
    if (symbols["size"] is None) == (len(inputs) == 1):
        raise LayerError(f"crop takes one of size and a second input, not {'none' if len(inputs) == 1 else 'both'}")
    sizes = _reference(inputs, letters) if len(inputs) == 2 else [symbols[f"size_{letter}"] for letter in letters]
    for letter, size, size_in in zip(letters, sizes, inputs[0][1:]):
        if size > size_in:
            raise LayerError(
                f"size: {size} is larger than {size_in} of the input", hint="to make a map larger use pad or upsample", arg="size" if len(inputs) == 1 else ""
            )
        symbols[f"size_{letter}"] = size


crop = LayerType(
    "crop",
    "The middle of the map.",
    args=(Arg("size", SIZES, "size of the output", None, symbol="size", shown_default="second input's"),),
    takes=SPATIAL,
    inputs=(1, 2),
    symbols=_crop,
    output="[C_in, H_out, W_out]",
    axis="size_h",
    notes="A second input gives the size.",
    source="Ronneberger et al., U-Net, 2015, arXiv:1505.04597, section 2",
    example=Example({"size": [3, 4]}, [[2, 5, 7]], [2, 3, 4]),
)


_PAIR = ListOf(COUNT, "a [before, after] pair", 2, 2)
_PADDING = Either(
    COUNT,
    ListOf(Either(COUNT, _PAIR), "a list", 1, 3),
    expected="a whole number of at least 0, or a list with one number or one [before, after] pair per spatial axis",
)


def _pad(symbols: Symbols, inputs: list[Shape]) -> None:
    pad_symbols(symbols, inputs)
    mode = symbols["mode"]
    if mode not in ("reflect", "circular"):
        return
    for letter, size in zip(LETTERS[len(inputs[0]) - 1], inputs[0][1:]):
        before = symbols[f"P_before_{letter}"]
        widest = max(before, symbols[f"P_{letter}"] - before)
        most = size - 1 if mode == "reflect" else size
        if widest > most:
            raise LayerError(f"padding: {mode} finds at most {most} positions beside an axis of {size}, not {widest}", arg="padding")


pad = LayerType(
    "pad",
    "A map with positions added around it.",
    args=(
        Arg("padding", _PADDING, "positions added on both sides of each axis, or a [before, after] pair per axis"),
        Arg("mode", Word("zeros", "constant", "reflect", "replicate", "circular"), "what the new positions hold", "zeros"),
    ),
    takes=SPATIAL,
    symbols=_pad,
    output="[C_in, H_out, W_out]",
    axis="H_in + P_h",
    notes="P_h is the padding of both sides.",
    source="PyTorch documentation, torch.nn.functional.pad",
    example=Example({"padding": [[0, 1], [2, 3]]}, [[3, 5, 7]], [3, 6, 12]),
)


def _two_axes(symbols: Symbols, inputs: list[Shape]) -> None:
    if len(inputs[0]) != 3:
        raise LayerError(f"pixels are on two spatial axes, and the input {show(inputs[0])} has {len(inputs[0]) - 1}", expected="[C, H, W]")


pixel_shuffle = LayerType(
    "pixel_shuffle",
    "Channels become positions: r * r of them make a square.",
    args=(Arg("factor", SIZE, "side of the square", symbol="r"),),
    takes=SPATIAL,
    symbols=_two_axes,
    requires=(("C_in % (r * r) == 0", "factor: {r} * {r} does not divide {C_in} input channels", "factor"),),
    output="[C_in // (r * r), H_out, W_out]",
    axis="H_in * r",
    source="Shi et al., Real-Time Single Image and Video Super-Resolution, 2016, arXiv:1609.05158, equation 4",
    example=Example({"factor": 2}, [[12, 5, 7]], [3, 10, 14]),
)

pixel_unshuffle = LayerType(
    "pixel_unshuffle",
    "Positions become channels: each square of r * r of them.",
    args=(Arg("factor", SIZE, "side of the square", symbol="r"),),
    takes=SPATIAL,
    symbols=_two_axes,
    requires=(
        ("H_in % r == 0", "factor: {r} does not divide the height of {H_in}", "factor"),
        ("W_in % r == 0", "factor: {r} does not divide the width of {W_in}", "factor"),
    ),
    output="[C_in * r * r, H_out, W_out]",
    axis="H_in // r",
    source="PyTorch documentation, torch.nn.PixelUnshuffle",
    example=Example({"factor": 2}, [[3, 10, 14]], [12, 5, 7]),
)

channel_shuffle = LayerType(
    "channel_shuffle",
    "Channels in another order: the first of each group, then the second of each, and so on.",
    args=(Arg("groups", SIZE, "groups of channels"),),
    takes=CHANNELS_FIRST,
    requires=(("C_in % groups == 0", "groups: {groups} does not divide {C_in} input channels", "groups"),),
    source="Zhang et al., ShuffleNet, 2017, arXiv:1707.01083, section 3.1",
    example=Example({"groups": 3}, [[6, 5, 7]], [6, 5, 7]),
)


def _unfold(symbols: Symbols, inputs: list[Shape]) -> None:
    pad_symbols(symbols, inputs)
    for letter, size in zip(LETTERS[len(inputs[0]) - 1], inputs[0][1:]):
        _fits(symbols, letter, size)


def _fits(symbols: Symbols, letter: str, size: int) -> None:
    reach = symbols[f"dilation_{letter}"] * (symbols[f"K_{letter}"] - 1) + 1
    if reach > size + symbols[f"P_{letter}"]:
        raise LayerError(f"kernel: a window of {reach} does not fit on {size + symbols[f'P_{letter}']} positions, padding included", arg="kernel")


unfold = LayerType(
    "unfold",
    "The values of every window as one column.",
    args=(KERNEL, STRIDE, PADDED, DILATION),
    takes=SPATIAL,
    symbols=_unfold,
    output="[C_in * K_h * K_w, H_out * W_out]",
    axis=WINDOW_AXIS,
    notes="H_out * W_out windows, placed as in conv.",
    source="PyTorch documentation, torch.nn.Unfold",
    example=Example({"kernel": [2, 3], "padding": 1}, [[3, 5, 7]], [18, 42]),
)


def _fold(symbols: Symbols, inputs: list[Shape]) -> None:
    shape, size = inputs[0], symbols["size"]
    letters = LETTERS[len(size)]
    if len(shape) != 2:
        raise LayerError(
            f"fold takes what unfold gives, and {show(shape)} comes in",
            expected="[C * K_h * K_w, number of windows]".replace(" * K_h * K_w", "".join(f" * K_{letter}" for letter in letters)),
        )
    pad_symbols(symbols, [(1, *size)])
    for letter, each in zip(letters, size):
        _fits(symbols, letter, each)
    taps = [symbols[f"K_{letter}"] for letter in letters]
    windows = prod(
        (each + symbols[f"P_{letter}"] - symbols[f"dilation_{letter}"] * (symbols[f"K_{letter}"] - 1) - 1) // symbols[f"S_{letter}"] + 1
        for letter, each in zip(letters, size)
    )
    if shape[0] % prod(taps):
        raise LayerError(f"kernel: {' * '.join(map(str, taps))} does not divide {shape[0]} rows of the input", arg="kernel")
    if shape[1] != windows:
        raise LayerError(f"size: {show(size)} has {windows} windows, and the input {show(shape)} has {shape[1]}", arg="size")
    symbols.update({f"size_{letter}": each for letter, each in zip(letters, size)}, C_out=shape[0] // prod(taps))


fold = LayerType(
    "fold",
    "Columns put back as windows, summed where they overlap: the reverse of unfold.",
    args=(KERNEL, STRIDE, PADDED, DILATION, Arg("size", ListOf(SIZE, "a list with the size of each spatial axis", 1, 3), "size of the output on each axis")),
    takes="[C_out * K_h * K_w, number of windows]",
    axes_from="size",
    symbols=_fold,
    output="[C_out, H_out, W_out]",
    axis="size_h",
    adds="N_in",
    notes="Each value is added to an output that starts as zeros.",
    source="PyTorch documentation, torch.nn.Fold",
    example=Example({"kernel": [2, 3], "padding": 1, "size": [5, 7]}, [[18, 42]], [3, 5, 7], adds=756),
)

LAYERS = (upsample, crop, pad, pixel_shuffle, pixel_unshuffle, channel_shuffle, unfold, fold)
