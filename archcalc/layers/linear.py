"""Matrices of weights on the last axis, and tensors of weights that stand alone."""

from __future__ import annotations

from ..core.kinds import SHAPE, SIZE, TRUTH, show
from ..core.numbers import whole
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import FEATURES_LAST
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import APART

_FEATURES = Arg("features", SIZE, "output features", symbol="F_out")
_BIAS = Arg("bias", TRUTH, "whether each output feature has a bias", True)

linear = LayerType(
    "linear",
    "Fully connected layer: a matrix times the last axis; all axes before it are like a batch.",
    args=(_FEATURES, _BIAS),
    takes=FEATURES_LAST,
    output="[..., F_out]",
    params="F_in * F_out + bias * F_out",
    tensors={"weight": "[F_out, F_in]", "bias": "bias * [F_out]"},
    axes="*n i, weight[o i], bias[o] -> *n o",
    weight=("F_out", "F_in"),
    maccs="N * F_in * F_out",
    weight_adds="bias * N * F_out",
    keeps=Keeps(weights="input"),
    notes="N is the product of all axes before the last.",
    positions=APART,
    packed=True,
    adapted="lora_linear",
    classes=lambda symbols: whole(symbols["F_out"]),
    source="PyTorch documentation, torch.nn.Linear",
    example=Example({"features": 5}, [[2, 7, 3]], [2, 7, 5], 20, maccs=210, weight_adds=70),
)


def _second_input(symbols: Symbols, inputs: list[Shape]) -> None:
    first, second = inputs
    if first[:-1] != second[:-1] or not second:
        raise LayerError(
            f"bilinear takes two inputs that differ in the last axis alone, and {show(first)} and {show(second)} come in",
            expected=show([*first[:-1], "F"]).replace("'", ""),
        )
    symbols["F_1"], symbols["F_2"] = first[-1], second[-1]


bilinear = LayerType(
    "bilinear",
    "Bilinear form of two inputs: each output feature sums all products of their features, weighted.",
    args=(_FEATURES, _BIAS),
    takes=FEATURES_LAST,
    inputs=(2, 2),
    symbols=_second_input,
    output="[..., F_out]",
    params="F_1 * F_2 * F_out + bias * F_out",
    tensors={"weight": "[F_out, F_1, F_2]", "bias": "bias * [F_out]"},
    axes="*n i, *n j, weight[o i j], bias[o] -> *n o",
    maccs="N * F_1 * F_2 * F_out",
    muls="N * F_1 * F_2",
    weight_adds="bias * N * F_out",
    keeps=Keeps("others", weights="inputs"),
    notes="The F_1 * F_2 products of the inputs are made once for each of the N positions; then a matrix meets them as in linear.",
    positions=APART,
    source="PyTorch documentation, torch.nn.Bilinear: y = x_1 A x_2 + b",
    example=Example({"features": 5}, [[2, 3], [2, 4]], [2, 5], 65, maccs=120, muls=24, weight_adds=10),
)

parameter = LayerType(
    "parameter",
    "A free tensor of weights; it takes no input.",
    args=(Arg("shape", SHAPE, "shape of the tensor"),),
    inputs=(0, 0),
    output="as shape says",
    rule=lambda symbols, inputs: [symbols["shape"]],
    params="prod(shape)",
    tensors={"weight": "[*shape]"},
    axes="weight[*n] -> *n",
    source="PyTorch documentation, torch.nn.parameter.Parameter",
    example=Example({"shape": [2, 3, 5]}, [], [2, 3, 5], 30),
)

LAYERS = (linear, bilinear, parameter)
