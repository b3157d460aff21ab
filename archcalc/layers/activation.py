"""Activations: a function of each element, or of the elements along an axis."""

from __future__ import annotations

from typing import Any

from ..core.kinds import AXIS, TRUTH, Word
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import CHANNELS_FIRST, EACH, axis_of, lettered, meeting
from .kit.keeps import FLOAT32, Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, Move, along

_IN_PLACE = Arg("in_place", TRUTH, "whether the output overwrites the input; changes memory alone", False)
_FREE = "Every element is counted as if all pieces of the function were evaluated; signs and absolute values are free, and sqrt(0.5) is a constant."
_MOBILENET = "Howard et al., Searching for MobileNetV3, 2019, arXiv:1905.02244, section 5.2"

_ELEMENTWISE: tuple[tuple[str, str, dict[str, int], str], ...] = (
    ("relu", "max(0, x)", {"comparisons": 1}, "Nair & Hinton, Rectified Linear Units, 2010, International Conference on Machine Learning"),
    ("relu6", "min(max(0, x), 6)", {"comparisons": 2}, "Krizhevsky, Convolutional Deep Belief Networks on CIFAR-10, 2010"),
    ("leaky_relu", "x if x >= 0 else a * x", {"muls": 1, "comparisons": 1}, "Maas et al., Rectifier Nonlinearities, 2013"),
    (
        "elu",
        "x if x > 0 else a * (exp(x) - 1)",
        {"adds": 1, "muls": 1, "comparisons": 1, "transcendentals": 1},
        "Clevert et al., 2015, arXiv:1511.07289",
    ),
    (
        "selu",
        "s * (x if x > 0 else a * (exp(x) - 1))",
        {"adds": 1, "muls": 2, "comparisons": 1, "transcendentals": 1},
        "Klambauer et al., 2017, arXiv:1706.02515",
    ),
    (
        "celu",
        "x if x > 0 else a * (exp(x / a) - 1)",
        {"adds": 1, "muls": 1, "divs": 1, "comparisons": 1, "transcendentals": 1},
        "Barron, 2017, arXiv:1704.07483",
    ),
    (
        "gelu",
        "0.5 * x * (1 + erf(x * sqrt(0.5)))",
        {"adds": 1, "muls": 3, "transcendentals": 1},
        "Hendrycks & Gimpel, 2016, arXiv:1606.08415, section 2",
    ),
    ("silu", "x * (1 / (1 + exp(-x)))", {"adds": 1, "muls": 1, "divs": 1, "transcendentals": 1}, "Elfwing et al., 2017, arXiv:1702.03118"),
    ("mish", "x * tanh(log(1 + exp(x)))", {"adds": 1, "muls": 1, "transcendentals": 3}, "Misra, 2019, arXiv:1908.08681"),
    ("sigmoid", "1 / (1 + exp(-x))", {"adds": 1, "divs": 1, "transcendentals": 1}, "PyTorch documentation, torch.nn.Sigmoid"),
    ("tanh", "tanh(x)", {"transcendentals": 1}, "PyTorch documentation, torch.nn.Tanh"),
    ("hard_sigmoid", "min(max(0, (x + 3) / 6), 1)", {"adds": 1, "divs": 1, "comparisons": 2}, _MOBILENET),
    ("hard_swish", "x * min(max(0, (x + 3) / 6), 1)", {"adds": 1, "muls": 1, "divs": 1, "comparisons": 2}, _MOBILENET),
    ("hard_tanh", "min(max(-1, x), 1)", {"comparisons": 2}, "PyTorch documentation, torch.nn.Hardtanh"),
    ("softplus", "log(1 + exp(x))", {"adds": 1, "transcendentals": 2}, "PyTorch documentation, torch.nn.Softplus"),
    ("softsign", "x / (1 + abs(x))", {"adds": 1, "divs": 1}, "PyTorch documentation, torch.nn.Softsign"),
    ("log_sigmoid", "-log(1 + exp(-x))", {"adds": 1, "transcendentals": 2}, "PyTorch documentation, torch.nn.LogSigmoid"),
    ("tanh_shrink", "x - tanh(x)", {"adds": 1, "transcendentals": 1}, "PyTorch documentation, torch.nn.Tanhshrink"),
    ("hard_shrink", "x if abs(x) > a else 0", {"comparisons": 1}, "PyTorch documentation, torch.nn.Hardshrink"),
    ("soft_shrink", "sign(x) * max(0, abs(x) - a)", {"adds": 1, "comparisons": 1}, "PyTorch documentation, torch.nn.Softshrink"),
)
"""Each activation that treats every element by itself: name, function, operations for one element, source."""


_KEEPS = {
    **dict.fromkeys(("relu", "sigmoid", "tanh"), Keeps("output")),
    **dict.fromkeys(("leaky_relu", "elu", "selu", "celu"), Keeps("input", in_place="output")),
    "softsign": Keeps("input", in_place="copy", between="N_in"),
    "log_sigmoid": Keeps("input", in_place="copy", between="N_in"),
    "gelu": Keeps("input", in_place="copy", ways={"written": Keeps("input", in_place="copy", between="3 * N_in")}),
    "tanh_shrink": Keeps(between="N_in"),
}
"""What the derivative of each is worked out from; the others keep their input, or a copy where it is overwritten."""


def _elementwise(name: str, function: str, each: dict[str, int], source: str) -> LayerType:
    operations: Any = {kind: "N_in" if number == 1 else f"{number} * N_in" for kind, number in each.items()}
    example = Example({}, [[3, 5]], [3, 5], **{kind: 15 * number for kind, number in each.items()})
    return LayerType(
        name,
        f"Each element x becomes {function}.",
        args=(_IN_PLACE,),
        keeps=_KEEPS.get(name, Keeps("input", in_place="copy")),
        source=source,
        example=example,
        notes=_FREE,
        fuses="all",
        positions=APART,
        axes=EACH,
        **operations,
    )


_EACH = tuple(_elementwise(*row) for row in _ELEMENTWISE)


def _slopes(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """Elements are apart, but for channels that have slopes of their own."""
    return (ALL if axis == 0 and symbols["per_channel"] else APART), axis


prelu = LayerType(
    "prelu",
    "Each element x becomes x if x >= 0 else slope * x, with a learned slope.",
    args=(Arg("per_channel", TRUTH, "whether each channel has its own slope", False),),
    takes=CHANNELS_FIRST,
    params="C_in if per_channel else 1",
    tensors={"weight": "[C_in if per_channel else 1]"},
    axes=lambda symbols, inputs, outputs: "c *x, weight[c] -> c *x" if symbols["per_channel"] else "*n, weight[1] -> *n",
    weight_muls="N_in",
    comparisons="N_in",
    keeps=Keeps("input", weights="input"),
    notes=_FREE,
    fuses="all",
    positions=_slopes,
    source="He et al., Delving Deep into Rectifiers, 2015, arXiv:1502.01852, equation 1",
    example=Example({"per_channel": True}, [[3, 5, 7]], [3, 5, 7], 3, weight_muls=105, comparisons=105),
)

_AXIS = Arg("axis", AXIS, "the axis that adds up to one", -1)


def _along(symbols: Symbols, inputs: list[Shape]) -> None:
    symbols["n"] = inputs[0][axis_of(symbols["axis"], inputs[0])]
    symbols["G"] = symbols["N_in"] // symbols["n"]


_ALONG_NOTE = "G = N_in / n slices of the n elements along the axis; the largest element of a slice is found and subtracted first."

softmax = LayerType(
    "softmax",
    "Exponentials of the elements along an axis, divided by their sum.",
    args=(_AXIS,),
    symbols=_along,
    comparisons="N_in - G",
    adds="2 * N_in - G",
    divs="N_in",
    transcendentals="N_in",
    keeps=Keeps("output", ways={FLOAT32: Keeps("float32_output")}),
    notes=_ALONG_NOTE,
    positions=along("axis"),
    over="axis",
    axes=meeting("axis"),
    source="PyTorch documentation, torch.nn.Softmax",
    example=Example({"axis": 0}, [[3, 5]], [3, 5], comparisons=10, adds=25, divs=15, transcendentals=15),
)

log_softmax = LayerType(
    "log_softmax",
    "The logarithm of softmax: each element minus the logarithm of the sum of exponentials.",
    args=(_AXIS,),
    symbols=_along,
    comparisons="N_in - G",
    adds="3 * N_in - G",
    transcendentals="N_in + G",
    keeps=Keeps("output", ways={FLOAT32: Keeps("float32_output")}),
    notes=_ALONG_NOTE,
    positions=along("axis"),
    over="axis",
    axes=meeting("axis"),
    source="PyTorch documentation, torch.nn.LogSoftmax",
    example=Example({}, [[3, 5]], [3, 5], comparisons=12, adds=42, transcendentals=18),
)


def _halves(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    shape = inputs[0]
    axis = axis_of(symbols["axis"], shape)
    if shape[axis] % 2:
        raise LayerError(f"axis: glu halves axis {axis}, and 2 does not divide {shape[axis]}", arg="axis")
    return [(*shape[:axis], shape[axis] // 2, *shape[axis + 1 :])]


def _paired(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """An element of the first half meets the one at its place in the second."""
    before, after = lettered(inputs[0]), lettered(inputs[0])
    before[axis_of(symbols["axis"], inputs[0])] = f"2.{before[axis_of(symbols['axis'], inputs[0])]}"
    return f"{' '.join(before)} -> {' '.join(after)}"


glu = LayerType(
    "glu",
    "The first half of an axis times the sigmoid of the second.",
    args=(Arg("axis", AXIS, "the axis that is halved", -1),),
    output="as the input, the axis halved",
    rule=_halves,
    muls="N_out",
    keeps=Keeps("input"),
    adds="N_out",
    divs="N_out",
    transcendentals="N_out",
    positions=along("axis"),
    over="axis",
    axes=_paired,
    source="Dauphin et al., Language Modeling with Gated Convolutional Networks, 2016, arXiv:1612.08083, equation 1",
    example=Example({"axis": 0}, [[6, 5]], [3, 5], muls=15, adds=15, divs=15, transcendentals=15),
)

_BY_NAME = {layer.name: layer for layer in (*_EACH, prelu, softmax, log_softmax, glu)}
ACTIVATION = Word(*_BY_NAME)
"""The kind of an argument that names an activation."""


def _named(args: dict[str, Any]) -> tuple[LayerType, dict[str, Any]]:
    layer = _BY_NAME[args["name"]]
    return layer, {arg.name: args["in_place"] if arg is _IN_PLACE else arg.default for arg in layer.args}


activation = LayerType(
    "activation",
    "The activation of that name, so that a block can take it as an argument.",
    args=(Arg("name", ACTIVATION, "which activation"), _IN_PLACE),
    delegate=_named,
    output="as the named activation's",
    notes="Shape, params and operations are those of the named activation, its other arguments at their defaults; in_place is for those that have it.",
    source="the named activation's",
    example=Example({"name": "silu", "in_place": True}, [[3, 5]], [3, 5], muls=15, adds=15, divs=15, transcendentals=15),
)

LAYERS = (*_EACH, prelu, softmax, log_softmax, glu, activation)
