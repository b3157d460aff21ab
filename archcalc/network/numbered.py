"""Axes that layers are given by number, or by default, where another one was probably meant: axes count from 0 without the batch."""

from __future__ import annotations

from typing import Any

from ..layers.kit.axes import MANY
from .graph import Leaf, Tensor
from .layout import MAP, TOKENS, moved, place

Remark = tuple[str, str]
"""What is amiss, and what to write."""
LARGE = 31
"""The largest kernel of a layer with weights for every channel that is in use on maps (Ding et al., 2022, arXiv:2203.06717)."""


def by_number(leaf: Leaf, layouts: list[str]) -> Remark | None:
    """What is amiss with the axis of a layer that takes values with these layouts; None where nothing is known to be.

    An axis that is counted from the end is meant: frameworks, which count the batch, call the channels 1 and features -1.
    """
    shape, layer = (leaf.inputs[0].shape or ()) if leaf.inputs else (), leaf.layer
    if len(shape) < 2:
        return None
    arg = layer.joins or layer.cuts or layer.over or next((arg.name for arg in layer.args if arg.name in ("axis", "axes")), "")
    written, value = arg in leaf.written, leaf.args.get(arg)
    if layer.cuts and written and len(leaf.written) == 1 and [shape] == [tensor.shape for tensor in leaf.outputs]:
        return f"takes the whole of axis {value}", "start and stop say what of it"
    if layouts[0] == MAP and written and value == 1:
        return _height(leaf, shape, layouts)
    if any(layout != TOKENS for layout in layouts):
        return None
    if not written and value == 0 and _in_parts(leaf):
        doing = "joins values along" if layer.joins else "cuts"
        return f"{doing} the first axis, here the tokens of one sequence", f"{arg}: -1 is that of their features"
    if written and layer.over and layer.params != "0" and value in (0, (0,)):
        return "works on the first axis, here the tokens", f"- {layer.name} alone is on their features"
    named = value if isinstance(value, tuple) else (value,)
    last = len(shape) - 1
    if written and last in named and len(named) < len(shape) and _lost(leaf, last):
        return f"takes axis {last}, here the features of tokens", f"{arg}: {last - 1} is their positions; -1 where features are meant"
    return None


def _height(leaf: Leaf, shape: tuple[int, ...], layouts: list[str]) -> Remark | None:
    """On the axis behind the channels of a map work those that pool it and take a range of it; nobody else does by mistake of none."""
    layer = leaf.layer
    over = bool(layer.over) and layer.by_name[layer.over].default == -1  # of others a number says how many axes
    parts = bool(layer.joins) and _alike(leaf.inputs) and len(shape) > 2 and set(layouts) == {MAP} and 1 not in shape
    if not (parts or over or (layer.cuts and len(leaf.outputs) > 1 and len(shape) > 2)):
        return None
    where = "the length" if len(shape) == 2 else "the height" if len(shape) == 3 else "the depth"
    arg = layer.joins or layer.cuts or layer.over
    return f"takes axis 1, here {where} of a map", f"{arg}: 0 is its channels; {1 - len(shape)} where {where} is meant"


def _in_parts(leaf: Leaf) -> bool:
    """Whether a layer cuts an axis in equal parts, or joins values of one sequence that are as long as one another and no parts of one value."""
    if leaf.layer.joins:
        makers, origins = {tensor.maker for tensor in leaf.inputs}, {tensor.origin for tensor in leaf.inputs}
        return len(makers) > 1 == len(origins) and _alike(leaf.inputs)
    return bool(leaf.layer.cuts) and len(leaf.outputs) > 1 and isinstance(leaf.args[leaf.layer.args[0].name], int)


def _alike(tensors: list[Tensor]) -> bool:
    return len({tensor.shape for tensor in tensors}) == 1


def _lost(leaf: Leaf, last: int) -> bool:
    """Whether nothing is left of the last axis, or one of many."""
    out, shape = leaf.outputs[0].shape or (), leaf.inputs[0].shape or ()
    return moved(leaf, 0, last)[1] is None or bool(leaf.layer.cuts and shape[last] > 1 == out[last])


def stretched(leaf: Leaf, layouts: list[str]) -> Remark | None:
    """A sum in which one value has a single channel or feature for all of another's."""
    if leaf.layer.inputs[1] < MANY or "adds" not in leaf.layer.operations:
        return None
    known = {layout for layout in layouts if layout in (MAP, TOKENS)}
    shapes = [tensor.shape or () for tensor in leaf.inputs]
    if len(known) != 1 or len({len(shape) for shape in shapes}) > 1:
        return None
    (layout,) = known
    at = place(layout, len(shapes[0]))
    sizes = [shape[at] for shape in shapes]
    many = max(sizes)
    if not any(size == 1 < many and layouts[number] == layout for number, size in enumerate(sizes)):
        return None
    what = "channel" if layout == MAP else "feature"
    return f"adds one {what} to each of {many}", f"write {many} {what}s where each has its own"


def large(leaf: Leaf) -> Remark | None:
    """A kernel that is called for by a number alone, and so large that channels were probably meant."""
    layer, shape = leaf.layer, (leaf.inputs[0].shape or ()) if leaf.inputs else ()
    first = layer.args[0].name if layer.args else ""
    value: Any = leaf.args.get(first)
    if len(leaf.written) != 1 or first not in leaf.written or layer.params == "0" or len(shape) < 3 or first != "kernel":
        return None
    if not isinstance(value, int) or value <= LARGE:
        return None
    return f"has a kernel of {value}", "the number is its kernel, and its channels are those that come in"


def ratio(layer_args: dict[str, Any], inputs: list[Tensor], outputs: list[Tensor]) -> Remark | None:
    """A hidden layer between equal numbers of features that is as narrow as a ratio is."""
    hidden, width = layer_args.get("hidden"), (inputs[0].shape or (1,))[-1]
    if not isinstance(hidden, int) or hidden > 8 or 4 * hidden >= width or (outputs[0].shape or (0,))[-1] != width:
        return None
    return f"has {hidden} hidden features between {width}", f"a ratio is written {hidden} * in_features"
