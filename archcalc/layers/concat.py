"""Inputs joined on an axis, and an axis cut."""

from __future__ import annotations

from ..core.kinds import AXIS, SIZE, WHOLE, Either, ListOf, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import MANY, MAX_OUTPUTS, SIZED, axis_of, lettered, maps
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, Move, along, worded
from .kit.views import cut, stepped


def _concat(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    first = inputs[0]
    axis = axis_of(symbols["axis"], first)
    for number, shape in enumerate(inputs[1:], 2):
        if len(shape) != len(first):
            raise LayerError(
                f"input {number} is {show(shape)} and input 1 {show(first)}: shapes that are joined have as many axes",
            )
        for other, (size, wanted) in enumerate(zip(shape, first, strict=True)):
            if size != wanted and other != axis:
                raise LayerError(
                    f"input {number} is {show(shape)} and input 1 {show(first)}: joined on axis {axis}, they may not differ on axis {other}",
                    hint=SIZED if axis == 0 and maps((1, *first[1:]), (1, *shape[1:])) else "",
                )
    return [(*first[:axis], sum(shape[axis] for shape in inputs), *first[axis + 1 :])]


def _behind(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """On the axis that is joined the positions of all inputs lie one behind the other."""
    names, axis = lettered(outputs[0]), axis_of(symbols["axis"], inputs[0])
    terms = [[*names[:axis], f"{names[axis]}{number}", *names[axis + 1 :]] for number in range(len(inputs))]
    joined = "|".join(term[axis] for term in terms)
    return f"{', '.join('+' + ' '.join(term) for term in terms)} -> {' '.join([*names[:axis], joined, *names[axis + 1 :]])}"


concat = LayerType(
    "concat",
    "The inputs one behind the other on an axis.",
    args=(Arg("axis", AXIS, "the axis on which they are joined", 0),),
    inputs=(1, MANY),
    output="as the first input, the axis the sum of all",
    rule=_concat,
    fuses="all",
    positions=along("axis"),
    instead=worded(
        "what is the same for all tokens comes first: from: [start, the tokens]; what each token has goes on another axis: concat: -1"
    ),
    joins="axis",
    axes=_behind,
    source="PyTorch documentation, torch.cat",
    example=Example({}, [[3, 5, 7], [4, 5, 7]], [7, 5, 7]),
)


def _split(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    shape, parts = inputs[0], symbols["parts"]
    axis = axis_of(symbols["axis"], shape)
    size = shape[axis]
    if isinstance(parts, int):
        if size % parts:
            hint = "axis: -1 is that of the features" if axis == 0 < len(shape) - 1 and shape[-1] % parts == 0 else ""
            raise LayerError(f"parts: {parts} does not divide axis {axis} of {size}", hint=hint, arg="parts")
        if parts > MAX_OUTPUTS:
            raise LayerError(f"parts: {parts} outputs are more than {MAX_OUTPUTS}", arg="parts")
        parts = (size // parts,) * parts
    if sum(parts) != size:
        raise LayerError(f"parts: {show(parts)} adds up to {sum(parts)}, and axis {axis} is {size}", arg="parts")
    return [(*shape[:axis], part, *shape[axis + 1 :]) for part in parts]


def _in_parts(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    return " -> ".join(reversed(_behind(symbols, outputs, inputs).replace("+", "").split(" -> ")))


split = LayerType(
    "split",
    "An axis in parts, each an output: name.0, name.1, ...",
    args=(
        Arg("parts", Either(SIZE, ListOf(SIZE, "a list of sizes", 1, MAX_OUTPUTS)), "how many equal parts, or a list of their sizes"),
        Arg("axis", AXIS, "the axis in parts", 0),
    ),
    output="for each part as the input, the axis the part's size",
    rule=_split,
    keeps=Keeps(view=cut),
    cuts="axis",
    positions=along("axis"),
    axes=_in_parts,
    source="PyTorch documentation, torch.split",
    example=Example({"parts": [2, 4], "axis": 0}, [[6, 5]], [[2, 5], [4, 5]]),
)


def _slice(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    shape = inputs[0]
    axis = axis_of(symbols["axis"], shape)
    start, stop, step = symbols["start"], symbols["stop"], symbols["step"]
    left = len(range(*slice(start, stop, step).indices(shape[axis])))
    if not left:
        raise LayerError(
            f"nothing is left of axis {axis} of {shape[axis]} from {start} to {'its end' if stop is None else stop}",
            arg="start" if stop is None else "stop",
        )
    return [(*shape[:axis], left, *shape[axis + 1 :])]


def _cut(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """The last position is there whenever one is; of a range it depends on which positions have come."""
    if axis != axis_of(symbols["axis"], inputs[0]):
        return APART, axis
    start, stop, step = symbols["start"], symbols["stop"], symbols["step"]
    if (start, stop, step) == (-1, None, 1):
        return APART, None
    return (APART if (start, stop, step) == (0, None, 1) else ALL), axis


def _part(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """Which positions are in it depends on where they are, unless all are."""
    axis = axis_of(symbols["axis"], inputs[0])
    names = lettered(inputs[0], () if inputs[0] == outputs[0] else (axis,))
    return f"+{' '.join(names)} -> {' '.join(names if inputs[0] == outputs[0] else [*names[:axis], 'left!', *names[axis + 1 :]])}"


slice_ = LayerType(
    "slice",
    "A range of an axis, as Python slices a list.",
    args=(
        Arg("axis", AXIS, "the axis", 0),
        Arg("start", WHOLE, "the first position; negative from the end", 0),
        Arg("stop", WHOLE, "the position before which it ends; negative from the end; null is the end", None),
        Arg("step", SIZE, "distance of the positions", 1),
    ),
    output="as the input, the axis cut",
    rule=_slice,
    keeps=Keeps(view=stepped),
    cuts="axis",
    positions=_cut,
    instead=worded("slice: {{axis: {axis}, start: -1}} takes the latest position, start: 0 all of them"),
    axes=_part,
    source="Python documentation, slice objects",
    example=Example({"axis": 1, "start": -6, "stop": -1, "step": 2}, [[3, 7]], [3, 3]),
)


def _stack(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    first = inputs[0]
    for number, shape in enumerate(inputs[1:], 2):
        if shape != first:
            raise LayerError(f"input {number} is {show(shape)} and input 1 {show(first)}: what is stacked has one shape")
    axis = axis_of(symbols["axis"], first, more=1)
    return [(*first[:axis], len(inputs), *first[axis:])]


def _stacked(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    return APART, axis + (axis >= axis_of(symbols["axis"], inputs[0], more=1))


def _side_by_side(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    names, axis = lettered(inputs[0]), axis_of(symbols["axis"], inputs[0], more=1)
    return f"{', '.join(['+' + ' '.join(names)] * len(inputs))} -> {' '.join([*names[:axis], str(len(inputs)), *names[axis:]])}"


stack = LayerType(
    "stack",
    "The inputs side by side on a new axis.",
    args=(Arg("axis", AXIS, "the place of the new axis in the output", 0),),
    inputs=(1, MANY),
    output="as each input, with a new axis of as many as there are inputs",
    rule=_stack,
    fuses="all",
    positions=_stacked,
    axes=_side_by_side,
    source="PyTorch documentation, torch.stack",
    example=Example({"axis": -1}, [[3, 5], [3, 5], [3, 5], [3, 5]], [3, 5, 4]),
)

LAYERS = (concat, split, slice_, stack)
