"""Layers that only rearrange: the elements stay, their axes change."""

from __future__ import annotations

from math import prod
from typing import Any

from ..core.kinds import AXIS, SHAPE, SIZE, Either, Kind, ListOf, Text, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import ANY, axes_of, axes_text, axis_of, lettered, regrouped
from .kit.einops import NamedSizes, rearranged, rearranged_axes, rearranged_axis, rearranged_view
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, Move, regrouped_axis, worded
from .kit.views import permuted, repeated, reshaped


class _Rest(Kind):
    """-1: the size that follows from the others."""

    expected = "-1"

    def convert(self, value: Any) -> int:
        if type(value) not in (int, float) or value != -1:
            raise self.refuse(value)
        return -1

    def schema(self) -> dict[str, Any]:
        return {"const": -1}


def _flatten(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    axis = axis_of(symbols["from_axis"], inputs[0], "from_axis")
    return [(*inputs[0][:axis], prod(inputs[0][axis:]))]


def _as_shaped(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """An axis that is joined with no other has a place in the new shape."""
    shape = symbols["shape"] if "shape" in symbols else (*inputs[0][: axis_of(symbols["from_axis"], inputs[0])], -1)
    known = prod(size for size in shape if size != -1)
    return regrouped_axis(inputs[0], axis, tuple(prod(inputs[0]) // known if size == -1 else size for size in shape))


flatten = LayerType(
    "flatten",
    "All axes from one on become one.",
    args=(Arg("from_axis", AXIS, "the first of the axes that become one", 0),),
    output="the axes before from_axis, and the product of the others",
    rule=_flatten,
    keeps=Keeps(view=reshaped),
    positions=_as_shaped,
    instead=worded(
        "flatten: {next} joins what is behind the positions; slice: {{axis: {axis}, start: -1}} before it takes the latest alone"
    ),
    axes=regrouped,
    source="PyTorch documentation, torch.nn.Flatten",
    example=Example({"from_axis": 1}, [[3, 5, 7]], [3, 35]),
)


def _reshape(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    shape, old = symbols["shape"], inputs[0]
    known, rests = prod(size for size in shape if size != -1), shape.count(-1)
    if rests > 1:
        raise LayerError(f"shape: {show(shape)} leaves {rests} sizes open, and one can follow from the others", arg="shape")
    if rests and prod(old) % known:
        raise LayerError(
            f"shape: {show(shape)} takes a multiple of {known} elements, and the input {show(old)} has {prod(old)}", arg="shape"
        )
    if not rests and prod(old) != known:
        raise LayerError(
            f"shape: {show(shape)} takes {known} elements, and the input {show(old)} has {prod(old)}",
            hint="one size may be -1: it follows from the others",
            arg="shape",
        )
    return [tuple(prod(old) // known if size == -1 else size for size in shape)]


_NEW_SHAPE = ListOf(Either(SIZE, _Rest(), expected="a whole number of at least 1, or -1"), "a list of sizes, one of which may be -1", 1, 16)


def _apart(symbols: Symbols, shape: Shape, axis: int) -> str:
    """A shape that leaves the positions as they are."""
    kept = ", ".join(map(str, (*shape[:axis], -1, *shape[axis + 1 :])))
    return f"-1 in the place of the positions keeps them apart, as in reshape: [{kept}], whose other sizes may be split or joined"


reshape = LayerType(
    "reshape",
    "The same elements in another shape.",
    args=(Arg("shape", _NEW_SHAPE, "the new shape; one size may be -1: it follows from the others"),),
    output="as shape says",
    rule=_reshape,
    keeps=Keeps(view=reshaped),
    positions=_as_shaped,
    instead=_apart,
    axes=regrouped,
    source="PyTorch documentation, torch.reshape",
    example=Example({"shape": [5, -1, 2]}, [[4, 5, 7]], [5, 14, 2]),
)


def _permute(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    shape = inputs[0]
    axes = axes_of(symbols["axes"], shape)
    if len(axes) != len(shape):
        raise LayerError(
            f"axes: {show(symbols['axes'])} names {axes_text(len(axes))}, and the input {show(shape)} has {len(shape)}",
            hint="the batch is not one of them",
            arg="axes",
        )
    return [tuple(shape[axis] for axis in axes)]


def _permuted(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    return APART, axes_of(symbols["axes"], inputs[0]).index(axis)


def _ordered(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    names = lettered(inputs[0])
    return f"+{' '.join(names)} -> {' '.join(names[axis] for axis in axes_of(symbols['axes'], inputs[0]))}"


permute = LayerType(
    "permute",
    "The axes in another order.",
    args=(Arg("axes", ListOf(AXIS, "a list of axes", 1, 16), "the input's axes in their new order"),),
    output="the input's axes in that order",
    rule=_permute,
    keeps=Keeps(view=permuted),
    positions=_permuted,
    orders=True,
    axes=_ordered,
    source="PyTorch documentation, torch.permute",
    example=Example({"axes": [1, 2, 0]}, [[3, 5, 7]], [5, 7, 3]),
)


def _squeeze(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    shape, axis = inputs[0], symbols["axis"]
    if axis is None:
        return [tuple(size for size in shape if size != 1)]
    index = axis_of(axis, shape)
    if shape[index] != 1:
        raise LayerError(f"axis: axis {axis} of the input {show(shape)} is {shape[index]}, not 1", arg="axis")
    return [(*shape[:index], *shape[index + 1 :])]


def _squeezed(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """An axis that goes is lost, be it one of a single position."""
    shape, named = inputs[0], symbols["axis"]
    gone = [each for each, size in enumerate(shape) if size == 1] if named is None else [axis_of(named, shape)]
    return (ALL, None) if axis in gone else (APART, axis - sum(each < axis for each in gone))


squeeze = LayerType(
    "squeeze",
    "An axis of size 1 goes.",
    args=(Arg("axis", AXIS, "the axis that goes", None, shown_default="all of size 1"),),
    output="the input's other axes",
    rule=_squeeze,
    keeps=Keeps(view=reshaped),
    positions=_squeezed,
    instead=worded("squeeze: 1, or another axis of size 1, leaves the positions"),
    axes=regrouped,
    source="PyTorch documentation, torch.squeeze",
    example=Example({"axis": 1}, [[3, 1, 7]], [3, 7]),
)


def _unsqueeze(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    index = axis_of(symbols["axis"], inputs[0], more=1)
    return [(*inputs[0][:index], 1, *inputs[0][index:])]


def _unsqueezed(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    return APART, axis + (axis >= axis_of(symbols["axis"], inputs[0], more=1))


unsqueeze = LayerType(
    "unsqueeze",
    "An axis of size 1 comes in.",
    args=(Arg("axis", AXIS, "the place of the new axis in the output"),),
    output="the input's axes and a 1",
    rule=_unsqueeze,
    keeps=Keeps(view=reshaped),
    positions=_unsqueezed,
    axes=regrouped,
    source="PyTorch documentation, torch.unsqueeze",
    example=Example({"axis": -1}, [[3, 5]], [3, 5, 1]),
)


rearrange = LayerType(
    "rearrange",
    "Axes split, joined and reordered by a pattern, such as c (h p) w -> (c p) h w.",
    args=(
        Arg("pattern", Text("a pattern such as 'c (h p) w -> (c p) h w'"), "the axes before and after, without the batch"),
        Arg("sizes", NamedSizes(), "sizes of named axes that do not follow from the input", {}),
    ),
    takes=ANY,
    output="as the right of the pattern says",
    rule=lambda symbols, inputs: [rearranged(symbols["pattern"], symbols["sizes"], inputs[0])],
    keeps=Keeps(view=rearranged_view),
    positions=lambda symbols, inputs, number, axis: rearranged_axis(symbols["pattern"], symbols["sizes"], inputs[0], axis),
    instead=worded("a pattern in which the positions stay an axis of their own, as l does in 'h l d -> l (h d)'"),
    orders=True,
    axes=lambda symbols, inputs, outputs: rearranged_axes(symbols["pattern"], symbols["sizes"], inputs[0]),
    source="Rogozhnikov, Einops, 2022, International Conference on Learning Representations",
    example=Example({"pattern": "c (h p) (w q) -> h w (p q c)", "sizes": {"p": 2, "q": 4}}, [[3, 6, 20]], [3, 5, 24]),
)


def _expand(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    shape, old = symbols["shape"], inputs[0]
    if len(shape) < len(old):
        raise LayerError(f"shape: {show(shape)} has {axes_text(len(shape))}, and the input {show(old)} has {len(old)}", arg="shape")
    more = len(shape) - len(old)
    for wanted, size in zip(shape[more:], old, strict=True):
        if size not in (1, wanted):
            raise LayerError(
                f"shape: the input {show(old)} can't become {show(shape)}: {size} is not {wanted}",
                hint="only axes of size 1 are repeated, and new ones in front; concat repeats others",
                arg="shape",
            )
    return [shape]


def _expanded(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    place = axis + len(symbols["shape"]) - len(inputs[0])
    return (APART if inputs[0][axis] == symbols["shape"][place] else ALL), place


def _repeated(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """Names are matched from the last; an axis that is repeated was of size 1."""
    names = lettered(outputs[0])
    more = len(names) - len(inputs[0])
    before = (name if size == wanted else "1" for name, size, wanted in zip(names[more:], inputs[0], outputs[0][more:]))
    return f"+{' '.join(before)} -> {' '.join(names)}"


expand = LayerType(
    "expand",
    "Axes of size 1 repeated, and new ones in front, without a copy.",
    args=(Arg("shape", SHAPE, "the new shape"),),
    output="as shape says",
    rule=_expand,
    keeps=Keeps(view=repeated),
    positions=_expanded,
    axes=_repeated,
    source="PyTorch documentation, torch.Tensor.expand",
    example=Example({"shape": [2, 3, 5]}, [[3, 1]], [2, 3, 5]),
)

LAYERS = (flatten, reshape, permute, squeeze, unsqueeze, rearrange, expand)
