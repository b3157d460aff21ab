"""Norms: elements are centred and scaled by statistics of their channel, group or position."""

from __future__ import annotations

from math import prod
from typing import Any

from ..core.kinds import AXIS, SIZE, TRUTH, Either, Int, ListOf, Word
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import CHANNELS_FIRST, SPATIAL, Channels, axes_of, axis_of, lettered
from .kit.keeps import FLOAT32, Keeps, in_float32
from .kit.layer import LayerType
from .kit.positions import ALL, APART, Move, along, worded

_AFFINE = Arg("affine", TRUTH, "whether there is a learned scale and shift", True)
_OF_CHANNELS = {"weight": "affine * [C_in]", "bias": "affine * [C_in]"}

batch_norm = LayerType(
    "batch_norm",
    "Batch normalisation of each channel, as at inference: the running statistics are constants.",
    args=(_AFFINE,),
    takes=CHANNELS_FIRST,
    params="affine * 2 * C_in",
    buffers="2 * C_in",
    counters=1,
    tensors=_OF_CHANNELS,
    axes="c *x, weight[c], bias[c] -> c *x",
    weight_muls="affine * N_in",
    weight_adds="affine * N_in",
    muls="(1 - affine) * N_in",
    adds="(1 - affine) * N_in",
    keeps=Keeps("input", weights="input", batch_statistics="2 * C_in"),
    recentres=True,
    notes="Mean, variance, scale and shift are folded beforehand into one scale and one shift per channel.",
    fuses="all",
    positions=APART,
    source="Ioffe & Szegedy, Batch Normalization, 2015, arXiv:1502.03167, algorithm 2",
    example=Example({}, [[3, 5, 7]], [3, 5, 7], 6, weight_muls=105, weight_adds=105),
)

_STATISTICS: dict[str, Any] = {
    "adds": "3 * N_in - G",
    "muls": "N_in",
    "divs": "N_in + 2 * G",
    "sqrts": "G",
    "keeps": Keeps(
        *("input",),
        weights="input",
        statistics="2 * G",
        ways={FLOAT32: Keeps("float32_input", weights="float32_input", statistics="2 * G")},
    ),
}
_STATISTICS_NOTE = (
    "The elements fall into G groups. A group of n: mean n - 1 additions and a division, centring n, variance n products, n - 1 additions and a division, "
    "then epsilon, the root, and n divisions."
)


def _channel_groups(symbols: Symbols, inputs: list[Shape]) -> None:
    symbols["G"] = symbols["C_in"]


def _each_channel(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """Channels are apart as long as they have no weights of their own."""
    return (ALL if axis or symbols["affine"] else APART), axis


_EACH_POSITION = "layer_norm: channels in its place normalises each position by itself"

instance_norm = LayerType(
    "instance_norm",
    "Normalisation of each channel by its own mean and variance.",
    args=(Arg("affine", TRUTH, "whether there is a learned scale and shift", False),),
    takes=SPATIAL,
    symbols=_channel_groups,
    params="affine * 2 * C_in",
    tensors=_OF_CHANNELS,
    axes="c *x!, weight[c], bias[c] -> c *x",
    weight_muls="affine * N_in",
    weight_adds="affine * N_in",
    **_STATISTICS,
    notes=f"{_STATISTICS_NOTE} Here G = C_in.",
    positions=_each_channel,
    instead=worded(_EACH_POSITION),
    source="Ulyanov et al., Instance Normalization, 2016, arXiv:1607.08022, section 2",
    example=Example({"affine": True}, [[3, 5, 7]], [3, 5, 7], 6, weight_muls=105, weight_adds=105, adds=312, muls=105, divs=111, sqrts=3),
)

group_norm = LayerType(
    "group_norm",
    "Normalisation of each group of channels by its own mean and variance.",
    args=(Arg("groups", SIZE, "groups of channels", symbol="G"), _AFFINE),
    takes=CHANNELS_FIRST,
    requires=(("C_in % G == 0", "groups: {G} does not divide {C_in} input channels", "groups", "a number that divides {C_in}"),),
    params="affine * 2 * C_in",
    tensors=_OF_CHANNELS,
    axes="G.c! *x!, weight[G.c], bias[G.c] -> G.c *x",
    weight_muls="affine * N_in",
    weight_adds="affine * N_in",
    **_STATISTICS,
    notes=_STATISTICS_NOTE,
    instead=worded(_EACH_POSITION),
    source="Wu & He, Group Normalization, 2018, arXiv:1803.08494, section 3.1",
    example=Example({"groups": 3}, [[6, 5, 7]], [6, 5, 7], 12, weight_muls=210, weight_adds=210, adds=627, muls=210, divs=216, sqrts=3),
)

_AXES = Arg(
    "axes",
    Either(Int(1), Channels(), ListOf(AXIS, "a list of axes", 1, 16), expected="a number of last axes, a list of axes, or channels"),
    "how many last axes, a list that names the axes, or channels: axis 0, as of a map [C, H, W]",
    1,
)


def _named_axes(symbols: Symbols, inputs: list[Shape]) -> None:
    shape, axes = inputs[0], symbols["axes"]
    if isinstance(axes, int):
        if axes > len(shape):
            hint = "sizes that follow from what comes in are never written; to name one axis write it as a list"
            raise LayerError(f"axes: there are no {axes} last axes: the input has {len(shape)}", hint=hint, arg="axes")
        sizes = shape[len(shape) - axes :]
    else:
        sizes = tuple(shape[axis] for axis in sorted(axes_of(axes, shape)))
    symbols["sizes"], symbols["n"] = sizes, prod(sizes)
    symbols["G"] = symbols["N_in"] // symbols["n"]


def _normalised(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """What is on the axes that it goes over meets."""
    axes, rank = symbols["axes"], len(inputs[0])
    met = axis >= rank - axes if isinstance(axes, int) else axis in axes_of(axes, inputs[0])
    return (ALL if met else APART), axis


def _over(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """The axes that it goes over are whole, and those of its weights."""
    axes, rank = symbols["axes"], len(inputs[0])
    names = lettered(inputs[0], range(rank - axes, rank) if isinstance(axes, int) else axes_of(axes, inputs[0]))
    over = " ".join(name[0] for name in names if name.endswith("!"))
    return f"{' '.join(names)}, weight[{over}], bias[{over}] -> {' '.join(names)}"


layer_norm = LayerType(
    "layer_norm",
    "Normalisation of each position over its features.",
    args=(_AXES, _AFFINE, Arg("bias", TRUTH, "whether the learned scale comes with a shift", True)),
    symbols=_named_axes,
    params="affine * n + affine * bias * n",
    tensors={"weight": "affine * [*sizes]", "bias": "affine * bias * [*sizes]"},
    axes=_over,
    weight_muls="affine * N_in",
    weight_adds="affine * bias * N_in",
    **_STATISTICS,
    notes=_STATISTICS_NOTE,
    positions=_normalised,
    over="axes",
    source="Ba et al., Layer Normalization, 2016, arXiv:1607.06450, equation 3",
    example=Example({}, [[4, 7]], [4, 7], 14, weight_muls=28, weight_adds=28, adds=80, muls=28, divs=36, sqrts=4),
)

rms_norm = LayerType(
    "rms_norm",
    "Division of each position by the root of its features' mean square.",
    args=(_AXES, Arg("affine", TRUTH, "whether there is a learned scale", True)),
    symbols=_named_axes,
    params="affine * n",
    tensors={"weight": "affine * [*sizes]"},
    axes=_over,
    weight_muls="affine * N_in",
    adds="N_in",
    muls="N_in",
    divs="N_in + G",
    sqrts="G",
    keeps=in_float32("G"),
    notes="The elements fall into G groups. A group of n: n products, n - 1 additions and a division, then epsilon, the root, and n divisions.",
    positions=_normalised,
    over="axes",
    source="Zhang & Sennrich, Root Mean Square Layer Normalization, 2019, arXiv:1910.07467, equation 4",
    example=Example({}, [[4, 7]], [4, 7], 7, weight_muls=28, adds=28, muls=28, divs=32, sqrts=4),
)

local_response_norm = LayerType(
    "local_response_norm",
    "Division of each element by a power of the sum of squares over neighbouring channels.",
    args=(Arg("size", SIZE, "channels in the sum"),),
    takes=CHANNELS_FIRST,
    adds="size * N_in",
    muls="2 * N_in",
    divs="N_in",
    transcendentals="N_in",
    keeps=Keeps("input", between="N_in // C_in * (C_in + size - 1) + 2 * N_in"),
    notes=(
        "Each element: its square, size - 1 additions, the factor alpha / size, the addition of k, the power beta, the division. "
        "Channels beyond the first and the last count as zeros."
    ),
    positions=APART,
    axes="c! *x -> c *x",
    source="Krizhevsky et al., ImageNet Classification with Deep Convolutional Neural Networks, 2012, section 3.3",
    example=Example({"size": 5}, [[6, 2, 3]], [6, 2, 3], adds=180, muls=72, divs=36, transcendentals=36),
)

_FEATURES_AXIS = Arg("axis", AXIS, "the axis of the features; 0 for the channels of a map [C, H, W]", -1)
_FOR_ALL = "all"
"""In place of an axis: one factor for all elements."""
_FEATURES_NOTE = "F_in is the size of the axis."


def _features(name: str, symbols: Symbols, shape: Shape) -> None:
    if not shape:
        raise LayerError(f"{name} takes at least one axis")
    symbols["F_in"] = shape[axis_of(symbols["axis"], shape)]


def _scaled(symbols: Symbols, inputs: list[Shape]) -> None:
    """The factors of layer_scale: one for each feature, or one for all."""
    if symbols["axis"] == _FOR_ALL:
        symbols["F_in"] = 1
    else:
        _features("layer_scale", symbols, inputs[0])


def _scaled_apart(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """One factor for all is the same at every position."""
    return (APART, axis) if symbols["axis"] == _FOR_ALL else along("axis")(symbols, inputs, number, axis)


def _each_scaled(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """The axis of the features is that of the weight, too."""
    if symbols["axis"] == _FOR_ALL:
        return "*n, weight[1] -> *n"
    names = lettered(inputs[0])
    return f"+{' '.join(names)}, weight[{names[axis_of(symbols['axis'], inputs[0])]}] -> {' '.join(names)}"


layer_scale = LayerType(
    "layer_scale",
    "A learned factor for each feature, or one for all elements.",
    args=(
        Arg(
            "axis",
            Either(AXIS, Word(_FOR_ALL)),
            "the axis of the features; 0 for the channels of a map [C, H, W]; all: one factor alone",
            -1,
        ),
    ),
    symbols=_scaled,
    params="F_in",
    tensors={"weight": "[F_in]"},
    axes=_each_scaled,
    weight_muls="N_in",
    keeps=Keeps(weights="input"),
    fuses="all",
    notes="F_in is the size of the axis; 1 where axis is all.",
    positions=_scaled_apart,
    over="axis",
    source="Touvron et al., Going deeper with Image Transformers, 2021, arXiv:2103.17239, section 2",
    example=Example({}, [[4, 7]], [4, 7], 7, weight_muls=28),
)


def _all_meet(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    names = lettered(inputs[0], range(len(inputs[0])))
    feature = names[axis_of(symbols["axis"], inputs[0])]
    return f"{' '.join(names)}, weight[{feature}], bias[{feature}] -> {' '.join(names)}"


grn = LayerType(
    "grn",
    "Each feature times its length over all positions by the features' mean length; scaled, shifted, and the input added.",
    args=(_FEATURES_AXIS,),
    symbols=lambda symbols, inputs: _features("grn", symbols, inputs[0]),
    params="2 * F_in",
    tensors={"weight": "[F_in]", "bias": "[F_in]"},
    axes=_all_meet,
    weight_muls="N_in",
    weight_adds="N_in",
    muls="2 * N_in",
    adds="2 * N_in",
    divs="F_in + 1",
    sqrts="F_in",
    keeps=Keeps("input", weights="input", between="N_in + 2 * F_in + 1"),
    notes=(
        "Each feature: the root of its sum of squares over all other axes; the mean of these F_in lengths and epsilon divide each of them; "
        f"an element meets the quotient, the learned scale, the learned shift, and itself. All sums together have 2 * N_in additions. {_FEATURES_NOTE}"
    ),
    over="axis",
    source="Woo et al., ConvNeXt V2, 2023, arXiv:2301.00808, section 3.2 and algorithm 1",
    example=Example({}, [[2, 3, 5]], [2, 3, 5], 10, weight_muls=30, weight_adds=30, muls=60, adds=60, divs=6, sqrts=5),
)

LAYERS = (batch_norm, instance_norm, group_norm, layer_norm, rms_norm, local_response_norm, layer_scale, grn)
