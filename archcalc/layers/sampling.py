"""Maps read between their positions: at points that come in, or that a convolution's windows are moved to."""

from __future__ import annotations

from math import prod

from ..core.formula import LETTERS, Formula, for_axis
from ..core.kinds import SIZE, TRUTH, ListOf, Word, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import SPATIAL
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, Move
from .kit.window import DILATION, KERNEL, PADDED, STRIDE, WINDOW_AXIS, pad_symbols

_POINT = (
    "Between positions a value is that of the 2 ** A positions around it, each times its weight; the weights of a point are the same for all channels: "
    "per axis two differences, and A - 1 products for each weight. Rounding is free."
)


def _grid(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    value, grid = inputs
    axes = len(value) - 1
    if axes not in (2, 3) or len(grid) != axes + 1 or grid[-1] != axes:
        raise LayerError(
            f"grid_sample takes a map and a grid of points, and {show(value)} and {show(grid)} come in",
            expected="[C, H, W] and [H_out, W_out, 2], or [C, D, H, W] and [D_out, H_out, W_out, 3]",
        )
    symbols.update(A=axes, P=prod(grid[:-1]), between=int(symbols["mode"] == "bilinear"))
    return [(value[0], *grid[:-1])]


def _grid_axis(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """Channels are apart, and so are points; anywhere on the map may be read."""
    if number:
        return (ALL, None) if axis == len(inputs[1]) - 1 else (APART, axis + 1)
    return (ALL, None) if axis else (APART, 0)


grid_sample = LayerType(
    "grid_sample",
    "A map read at the points of a grid, which are from -1 to 1 on each axis.",
    args=(Arg("mode", Word("bilinear", "nearest"), "how it is read between positions", "bilinear"),),
    takes="[C_in, H_in, W_in] and [H_out, W_out, 2]",
    inputs=(2, 2),
    symbols=lambda symbols, inputs: symbols.update(C_in=(inputs[0] or (0,))[0]),
    output="[C_in, H_out, W_out]",
    rule=_grid,
    muls="P * (A + between * 2 ** A * (A - 1 + C_in))",
    adds="P * (2 * A + between * (2 * A + (2 ** A - 1) * C_in))",
    divs="P * A",
    keeps=Keeps("inputs"),
    notes=f"P points on A axes; each coordinate becomes ((g + 1) * size - 1) / 2. between is 1 for bilinear. {_POINT}",
    positions=_grid_axis,
    axes="c *x!, *y a! -> c *y",
    source="PyTorch documentation, torch.nn.functional.grid_sample; Jaderberg et al., Spatial Transformer Networks, 2015, arXiv:1506.02025, equation 5",
    example=Example({}, [[3, 5, 7], [4, 6, 2]], [3, 4, 6], muls=432, adds=408, divs=48),
)


def _affine(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    size = symbols["size"]
    axes = len(size)
    if inputs[0] != (axes, axes + 1):
        raise LayerError(
            f"affine_grid takes a matrix [{axes}, {axes + 1}] for {axes} axes, and {show(inputs[0])} comes in",
            expected=f"[{axes}, {axes + 1}]",
            hint="linear and reshape make it of features",
        )
    symbols.update(A=axes, P=prod(size))
    return [(*size, axes)]


affine_grid = LayerType(
    "affine_grid",
    "The points of a grid, turned, scaled and moved by a matrix: for grid_sample.",
    args=(Arg("size", ListOf(SIZE, "a list with the size of each of two or three axes", 2, 3), "the grid's size on each axis"),),
    takes="[2, 3], or [3, 4] for three axes",
    output="[*size, 2]",
    rule=_affine,
    maccs="P * A * (A + 1)",
    keeps=Keeps(between="P * (A + 1)"),
    notes="P points on A axes, each with a 1 behind its coordinates, meet the matrix.",
    axes="i! j! -> *y k!",
    source="PyTorch documentation, torch.nn.functional.affine_grid",
    example=Example({"size": [5, 7]}, [[2, 3]], [5, 7, 2], maccs=210),
)


def _deformed(symbols: Symbols, inputs: list[Shape]) -> None:
    value, offsets, *mask = inputs
    if len(value) != 3:
        raise LayerError(f"deform_conv takes maps of two spatial axes, and {show(value)} comes in", expected="[C, H, W]")
    pad_symbols(symbols, inputs[:1])
    letters = LETTERS[2]
    size = [Formula(for_axis(WINDOW_AXIS, letter))(symbols) for letter in letters]
    taps, sets = prod(symbols[f"K_{letter}"] for letter in letters), symbols["offset_groups"]
    for what, shape, wanted in [
        ("offsets", offsets, (2 * sets * taps, *size)),
        *(("mask", each, (sets * taps, *size)) for each in mask),
    ]:
        if shape != wanted:
            raise LayerError(f"the {what} of this deform_conv: {show(shape)} comes in", expected=show(wanted))
    symbols.update(P=prod(size), taps=taps, masked=len(mask))


deform_conv = LayerType(
    "deform_conv",
    "Convolution whose windows' taps are moved by offsets that come in, and weighted by a mask, if one comes in.",
    args=(
        Arg("channels", SIZE, "output channels", symbol="C_out"),
        KERNEL,
        STRIDE,
        PADDED,
        DILATION,
        Arg("groups", SIZE, "groups of channels that are convolved apart", 1),
        Arg("offset_groups", SIZE, "groups of channels that have offsets of their own", 1),
        Arg("bias", TRUTH, "whether each output channel has a bias", True),
    ),
    takes=SPATIAL,
    inputs=(2, 3),
    symbols=_deformed,
    requires=(
        ("C_in % groups == 0", "groups: {groups} does not divide {C_in} input channels", "groups", "a number that divides {C_in}"),
        ("C_out % groups == 0", "groups: {groups} does not divide {C_out} output channels", "groups", "a number that divides {C_out}"),
        (
            "C_in % offset_groups == 0",
            "offset_groups: {offset_groups} does not divide {C_in} input channels",
            "offset_groups",
            "a number that divides {C_in}",
        ),
    ),
    output="[C_out, H_out, W_out]",
    axis=WINDOW_AXIS,
    params="K_h * K_w * C_in * C_out // groups + bias * C_out",
    tensors={"weight": "[C_out, C_in // groups, K_h, K_w]", "bias": "bias * [C_out]"},
    axes="groups.c! *x!, s! *y, m! *y, weight[groups.o c *k!], bias[groups.o] -> groups.o *y",
    maccs="K_h * K_w * C_in * H_out * W_out * C_out // groups",
    weight_adds="bias * H_out * W_out * C_out",
    muls="P * taps * (4 * offset_groups + (4 + masked) * C_in)",
    adds="P * taps * (6 * offset_groups + 3 * C_in)",
    keeps=Keeps("inputs", weights="inputs"),
    notes=(
        "Offsets are [2 * offset_groups * K_h * K_w, H_out, W_out] and a mask half as many channels; they come from a convolution of their own. "
        "P output positions, taps = K_h * K_w; a tap adds its two offsets, takes four differences and four weights for each group, and for each channel "
        "four products and three additions; masked is 1 with a mask, a product more."
    ),
    source="Dai et al., Deformable Convolutional Networks, 2017, arXiv:1703.06211, equations 2 to 4; mask: Zhu et al., 2018, arXiv:1811.11168, equation 1; torchvision documentation, torchvision.ops.deform_conv2d",
    example=Example(
        {"channels": 4, "kernel": 3, "padding": 1},
        [[2, 5, 7], [18, 5, 7]],
        [4, 5, 7],
        76,
        maccs=2520,
        weight_adds=140,
        muls=3780,
        adds=3780,
    ),
)

LAYERS = (grid_sample, affine_grid, deform_conv)
