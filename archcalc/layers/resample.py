"""A map made larger or smaller: interpolated, cut, or padded."""

from __future__ import annotations

from math import floor

from ..core.formula import LETTERS
from ..core.kinds import COUNT, SIZE, SIZES, Either, ListOf, Number, PerAxis, Word, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import SPATIAL, axes_text
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, ONE_POSITION, Move, worded
from .kit.window import pad_symbols, taps_of


def _reference(inputs: list[Shape], letters: str) -> Shape:
    """The spatial sizes of the second input."""
    sizes = inputs[1][1:]
    if len(sizes) != len(letters):
        first, second = (f"{show(shape)} has {axes_text(len(shape) - 1, 'spatial ')}" for shape in inputs)
        raise LayerError(f"the second input {second}, and the first {first}")
    return sizes


_FOR_AXES = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
_LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


def _upsample(symbols: Symbols, inputs: list[Shape]) -> None:
    letters = LETTERS[len(inputs[0]) - 1]
    mode, axes = symbols["mode"], len(letters)
    if _FOR_AXES.get(mode, axes) != axes:
        raise LayerError(
            f"mode: {mode} is for {axes_text(_FOR_AXES[mode], 'spatial ')}, and the input {show(inputs[0])} has {axes}",
            hint=f"use {_LINEAR[axes]}",
            arg="mode",
        )
    given = [name for name in ("scale", "size") if symbols[name] is not None] + ["a second input"] * (len(inputs) - 1)
    if len(given) != 1:
        raise LayerError(
            f"upsample takes one of scale, size and a second input, not {' and '.join(given) or 'nothing'}",
            hint="" if given else "scale: 2 doubles the map",
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


def _resized(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """Channels are apart; what makes an axis longer or shorter needs the whole of it. A second input gives sizes alone."""
    return (ALL if axis or number else APART), axis


def _stretched_map(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """A position becomes several side by side where the nearest is taken; else neighbours meet. A second input gives sizes alone."""
    pairs = list(zip(inputs[0][1:], outputs[0][1:]))
    if symbols["mode"] != "nearest" or any(after % before for before, after in pairs):
        return "c *x!, *r! -> c *y!"
    names = [chr(112 + axis) for axis in range(len(pairs))]
    after = (f"{name}.{size // before}" for name, (before, size) in zip(names, pairs))
    return f"c {' '.join(names)}, *r! -> c {' '.join(after)}"


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
        "A second input gives the size. An output takes lerps linear interpolations of two values (1 on one axis, 3 on two, 7 on three; "
        "2 products and a sum each), or cubics = 5 cubic ones of four values (4 products and 3 sums each); their weights, made once per row "
        "and column, are not counted. area is as adaptive_avg_pool."
    ),
    resizes=True,
    positions=_resized,
    instead=worded(ONE_POSITION),
    axes=_stretched_map,
    source="PyTorch documentation, torch.nn.functional.interpolate; bicubic: Keys, Cubic convolution interpolation, 1981",
    example=Example({"scale": 2, "mode": "bilinear"}, [[3, 5, 7]], [3, 10, 14], muls=2_520, adds=1_260),
)


def _crop(symbols: Symbols, inputs: list[Shape]) -> None:
    letters = LETTERS[len(inputs[0]) - 1]
    if (symbols["size"] is None) == (len(inputs) == 1):
        raise LayerError(f"crop takes one of size and a second input, not {'nothing' if len(inputs) == 1 else 'both'}")
    sizes = _reference(inputs, letters) if len(inputs) == 2 else [symbols[f"size_{letter}"] for letter in letters]
    for letter, size, size_in in zip(letters, sizes, inputs[0][1:], strict=True):
        if size > size_in:
            raise LayerError(
                f"size: {size} is larger than {size_in} of the input",
                hint="to make a map larger use pad or upsample",
                arg="size" if len(inputs) == 1 else "",
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
    positions=_resized,
    axes="c *x!, *r! -> c *y!",
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
    for letter, size in zip(LETTERS[len(inputs[0]) - 1], inputs[0][1:], strict=True):
        before = symbols[f"P_before_{letter}"]
        widest = max(before, symbols[f"P_{letter}"] - before)
        most = size - 1 if mode == "reflect" else size
        if widest > most:
            raise LayerError(f"padding: {mode} finds at most {most} positions beside an axis of {size}, not {widest}", arg="padding")


def _of_the_window(symbols: Symbols, shape: Shape, axis: int) -> str:
    """What is padded for a window belongs to the window, which says by it where it looks."""
    before = symbols[f"P_{LETTERS[len(shape) - 1][axis - 1]}"] if axis else 0
    return f"as padding of the convolution behind it, all in front: padding: [[{before}, 0]]"


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
    keeps=Keeps("input", when="mode == 'reflect' or mode == 'replicate'"),
    notes=(
        "P_h is the padding of both sides. The first axis holds channels and stays as it is: of tokens [length, features] it is the features that are padded, "
        "and permute: [1, 0] before it and behind it pads their length."
    ),
    fuses="all",
    positions=_resized,
    instead=_of_the_window,
    axes="c *x! -> c *y!",
    source="PyTorch documentation, torch.nn.functional.pad",
    example=Example({"padding": [[0, 1], [2, 3]]}, [[3, 5, 7]], [3, 6, 12]),
)


blur_pool = LayerType(
    "blur_pool",
    "Each channel smoothed by a fixed window of binomial numbers, and every so many positions of it.",
    args=(Arg("kernel", SIZE, "size of the window on each axis", 3, symbol="k"), Arg("stride", SIZE, "step of the window", 2, symbol="s")),
    takes=SPATIAL,
    symbols=lambda symbols, inputs: symbols.update(taps=symbols["k"] ** (len(inputs[0]) - 1)),
    output="[C_in, H_out, W_out]",
    axis="(H_in - 1) // s + 1",
    maccs="taps * H_out * W_out * C_in",
    notes="The map is padded by reflection so that k changes no size; taps = k on each axis, multiplied. The window is no param.",
    axes="c *x! -> c *y!",
    source="Zhang, Making Convolutional Networks Shift-Invariant Again, 2019, arXiv:1904.11486, section 3.2",
    example=Example({}, [[3, 5, 8]], [3, 3, 4], maccs=324),
)

LAYERS = (upsample, crop, pad, blur_pool)
