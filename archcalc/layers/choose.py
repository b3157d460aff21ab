"""Tensors that are no params, elements chosen by others, and running sums."""

from __future__ import annotations

from math import prod

from ..core.kinds import AXIS, SHAPE, SIZE, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import axis_of, broadcasts, lettered, meeting, stretched
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, EARLIER, Move, broadcast

constant = LayerType(
    "constant",
    "A tensor that is no param, such as a table of anchors; it takes no input.",
    args=(Arg("shape", SHAPE, "shape of the tensor"),),
    inputs=(0, 0),
    output="as shape says",
    rule=lambda symbols, inputs: [symbols["shape"]],
    notes="Nothing in it is learned, and how its numbers came about is not counted.",
    axes=" -> *n",
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
    axes=stretched(),
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
    axes="*n -> *n v",
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
    axes=meeting("axis"),
    source="PyTorch documentation, torch.cumsum",
    example=Example({"axis": 0}, [[3, 5]], [3, 5], adds=10),
)


def _taken(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    values, index = inputs
    axis = axis_of(symbols["axis"], values)
    return [(*values[:axis], *index, *values[axis + 1 :])]


def _taken_axis(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    chosen = axis_of(symbols["axis"], inputs[0])
    if number:
        return APART, chosen + axis
    return (ALL, None) if axis == chosen else (APART, axis if axis < chosen else axis - 1 + len(inputs[1]))


def _looked_up(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    axis = axis_of(symbols["axis"], inputs[0])
    names = lettered(inputs[0], (axis,))
    return f"{' '.join(names)}, *n -> {' '.join([*names[:axis], '*n', *names[axis + 1 :]])}"


gather = LayerType(
    "gather",
    "The entries of the first input on an axis that the second, which holds positions, names.",
    args=(Arg("axis", AXIS, "the axis whose positions are named"),),
    takes="values, and positions of any shape",
    inputs=(2, 2),
    output="as the values, the axis replaced by those of the positions",
    rule=_taken,
    keeps=Keeps("last"),
    notes="A look-up: nothing is computed.",
    positions=_taken_axis,
    axes=_looked_up,
    source="NumPy documentation, numpy.take",
    example=Example({"axis": 0}, [[7, 5], [7, 3]], [7, 3, 5]),
)


def _neighbours(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    ask, among = inputs[0], inputs[-1]
    if len(ask) < 2 or len(among) != len(ask) or among[:-2] != ask[:-2] or among[-1] != ask[-1]:
        raise LayerError(f"nearest takes points [..., n, F] and others [..., m, F], and {', '.join(map(show, inputs))} come in")
    symbols.update(n=ask[-2], m=among[-2], F=ask[-1], B=prod(ask[:-2]), others=len(inputs) - 1)
    if symbols["k"] > among[-2]:
        raise LayerError(f"k: {symbols['k']} of {among[-2]} points", expected=f"at most {among[-2]}", arg="k")
    return [(*ask[:-1], symbols["k"])]


def _neighbours_axis(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """Each point that is asked for meets all others."""
    place = axis - len(inputs[0])
    if place == -1 or (place == -2 and number):
        return ALL, None
    return (APART if place < -2 or len(inputs) == 2 else ALL), axis


nearest = LayerType(
    "nearest",
    "The positions of the k points nearest to each point: among all of them, itself too, or among those of a second input.",
    args=(Arg("k", SIZE, "how many"),),
    takes="[..., n, F], or that and [..., m, F]",
    inputs=(1, 2),
    output="[..., n, k]",
    rule=_neighbours,
    maccs="B * n * m * F",
    muls="B * (n + others * m) * F + B * n * m",
    adds="B * (n + others * m) * (F - 1) + 2 * B * n * m",
    comparisons="B * n * (k * m - k * (k + 1) // 2)",
    notes=(
        "Squared distances as |x|^2 - 2 x y + |y|^2: the products x y are MACCs, the lengths are worked out once for each point (others is 1 with a second "
        "input), a pair takes the factor 2 and two sums. Then k times a least one is found among one fewer each time. B is the product of the axes before the last two."
    ),
    positions=_neighbours_axis,
    axes=lambda symbols, inputs, outputs: "*b n f!, *b m! f! -> *b n k!" if len(inputs) > 1 else "*b n! f! -> *b n! k!",
    source="Wang et al., Dynamic Graph CNN, 2018, arXiv:1801.07829, section 3.1, as its authors' code has it",
    example=Example({"k": 2}, [[5, 3]], [5, 2], maccs=75, muls=40, adds=60, comparisons=35),
)

LAYERS = (constant, where, one_hot, cumsum, gather, nearest)
