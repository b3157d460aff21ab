"""Tensors that are no params, elements chosen by others, and running sums."""

from __future__ import annotations

from ..core.kinds import AXIS, SHAPE, SIZE
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import axis_of, broadcasts
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import APART, EARLIER, Move, broadcast

constant = LayerType(
    "constant",
    "A tensor that is no param, such as a table of anchors; it takes no input.",
    args=(Arg("shape", SHAPE, "shape of the tensor"),),
    inputs=(0, 0),
    output="as shape says",
    rule=lambda symbols, inputs: [symbols["shape"]],
    notes="Nothing in it is learned, and how its numbers came about is not counted.",
    source="PyTorch documentation, torch.nn.Module.register_buffer",
    example=Example({"shape": [2, 3, 5]}, [], [2, 3, 5]),
)

where = LayerType(
    "where",
    "Elements of the second input where the first is true, and of the third elsewhere.",
    takes="a condition and two values",
    inputs=(3, 3),
    output="the inputs' shape, broadcast",
    rule=broadcasts,
    keeps=Keeps("input"),
    notes="A choice is no operation. Axes are matched from the last; an axis that is missing or 1 is stretched.",
    fuses="others",
    positions=broadcast,
    source="NumPy documentation, numpy.where",
    example=Example({}, [[5, 7], [3, 5, 7], [1]], [3, 5, 7]),
)

one_hot = LayerType(
    "one_hot",
    "For each id a vector that is 1 at its place and 0 elsewhere.",
    args=(Arg("classes", SIZE, "how many ids there are: they are below it", symbol="V"),),
    tokens=True,
    output="[..., V]",
    rule=lambda symbols, inputs: [(*inputs[0], symbols["V"])],
    positions=APART,
    source="PyTorch documentation, torch.nn.functional.one_hot",
    example=Example({"classes": 11}, [[2, 3]], [2, 3, 11]),
)


def _sums(symbols: Symbols, inputs: list[Shape]) -> None:
    if not inputs[0]:
        raise LayerError("cumsum takes at least one axis")
    symbols["n"] = inputs[0][axis_of(symbols["axis"], inputs[0])]


def _running(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    return (EARLIER if axis == axis_of(symbols["axis"], inputs[0]) else APART), axis


cumsum = LayerType(
    "cumsum",
    "Each element and all before it on an axis, added up.",
    args=(Arg("axis", AXIS, "the axis that is added up along"),),
    symbols=_sums,
    adds="N_in - N_in // n",
    notes="n is the size of the axis; its first elements stay as they are.",
    positions=_running,
    source="PyTorch documentation, torch.cumsum",
    example=Example({"axis": 0}, [[3, 5]], [3, 5], adds=10),
)

LAYERS = (constant, where, one_hot, cumsum)
