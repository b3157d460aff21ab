"""How each composite is built: branches joined, loops passed, slices and experts counted.

A build function knows its own composite, and asks for the rest through its Use. A new composite is a function here and its line at the end.
"""

from __future__ import annotations

from typing import Any

from ..core.kinds import show
from ..layers.kit.args import LayerError, Shape
from ..layers.kit.axes import axis_of
from ..spec.tree import Template
from .composing import Building, Use
from .graph import Tensor
from .scope import Values


def _sequence(use: Use) -> Values:
    """Layers one after another."""
    return use.body(use.args["body"])


def _if(use: Use) -> Values:
    """The layers of the way that is taken."""
    return use.body(use.args["then" if use.settled() else "else"])


def _residual(use: Use) -> Values:
    """The body, and the shortcut beside it where there is one, joined: the shortcut's value comes first."""
    if not use.value("skip"):
        return use.body(use.args["body"])
    sides = [key for key in use.args if key in ("body", "shortcut")]  # as written: that is the order in which they run
    made = {key: use.single(use.body(use.args[key]), f"the {key}") for key in sides}
    layer = use.joining()
    if "axis" not in layer.arg_names:  # joined element by element
        _fitting(use, made["shortcut"], made["body"])
    return use.join(layer, [made["shortcut"], made["body"]])


def _fitting(use: Use, other: Tensor, main: Tensor) -> None:
    """The two branches of a residual have shapes that can be joined."""
    if other.shape is None or main.shape is None or _fit(other.shape, main.shape):
        return
    item, as_it_came = use.item, other in use.inputs[:1]
    what = "what came in" if as_it_came else "the shortcut"
    maker = other.maker if as_it_came else "the shortcut"
    found = f"{show(main.shape)} from the body, {show(other.shape)} from {maker}, coming into {use.scope.prefix}{item.merge_name}"
    hint = "a shortcut brings the other branch to the shape of the body; a padding of kernel // 2 keeps the size of a map"
    message = f"residual: the body and {what} don't fit together"
    use.walk.wrong(item.key, item.path, message, expected="the same shape", found=found, hint=hint, placed=True)


def _fit(one: Shape, other: Shape) -> bool:
    """Whether two shapes broadcast: axes matched from the last, one of them 1 or both equal."""
    return all(a == b or 1 in (a, b) for a, b in zip(reversed(one), reversed(other)))


def _parallel(use: Use) -> Values:
    """Branches that all take the same value: one value of each, joined; or all their values, in order."""
    values = []
    for branch in use.args["branches"]:
        if branch.name:
            group = use.enclosed(branch.name, "branch", branch.body, use.inputs)
            use.scope.names.made[branch.name] = group
            values.append(group.outputs)
        else:
            values.append(use.body(branch.body))
    if use.value("merge") == "none":
        return use.several([tensor for each in values for tensor in each])
    one_each = [use.single(each, "this branch", branch) for each, branch in zip(values, use.args["branches"], strict=True)]
    return use.join(use.joining(), one_each)


def _experts(use: Use) -> Values:
    """The layers of one expert, of which there are several sets of weights; each position goes through some of them."""
    experts, active = use.value("experts"), use.value("active")
    if active > experts:
        template = use.args["active"]
        message = f"active: {active} of {experts} experts"
        use.walk.wrong(template.node, template.path, message, expected=f"at most {experts}", arg="active")
    use.group.weights, use.group.times = experts, active
    return use.body(use.args["body"])


def _each(use: Use) -> Values:
    """The body on every slice of an axis: what the slices become is put together along the same axis."""
    if len(use.inputs) != 1:
        message, hint = f"each takes 1 input, and {len(use.inputs)} come in", "take one with `from`, or join them with concat or add"
        use.misfit(LayerError(message, hint=hint))
    axis = use.value("axis")
    shape = use.shape(use.inputs[0])
    try:
        axis = axis_of(axis, shape)
    except LayerError as error:
        use.misfit(error)
    slices = use.group.times = shape[axis]
    use.group.frame.inputs = [use.inputs[0].shaped(shape[:axis] + shape[axis + 1 :])]
    out = use.single(use.body(use.args["body"], use.group.frame.inputs), "the body")
    shape = use.shape(out)
    if axis > len(shape):
        message = f"each: the slices come out as {show(shape)}, which has no place for axis {axis}"
        use.walk.wrong(use.item.key, use.item.path, message)
    return [out.shaped((*shape[:axis], slices, *shape[axis:]))]


def _for(use: Use) -> Values:
    """A pass for each value; each takes what the one before it gives."""
    walk, item, names = use.walk, use.item, use.args["names"]
    rows = use.settled()
    walk.reserve(len(rows), item)
    values = use.inputs
    walk.firsts.append({})
    try:
        for index, row in enumerate(rows):
            before = walk.made
            inside = {"index": index, **_named(use, names, index, row)}
            values = use.enclosed(str(index), "for", use.args["do"], values, inside).outputs
            if walk.made == before:
                walk.spend(10, item)
    finally:
        walk.firsts.pop()
    return values


def _named(use: Use, names: list[str], index: int, row: Any) -> dict[str, Any]:
    """The values of one pass, by the names of the loop."""
    cells = [row] if len(names) == 1 else row
    if not isinstance(cells, (list, tuple)) or len(cells) != len(names):
        template: Template = use.args["in"]
        message = f"pass {index} has {show(row)} for {len(names)} names"
        use.walk.wrong(template.node, template.path, message, expected=f"[{', '.join(names)}]", arg="in")
    return {each: list(cell) if isinstance(cell, tuple) else cell for each, cell in zip(names, cells)}


BUILDINGS = {
    "sequence": Building(_sequence),
    "residual": Building(_residual),
    "parallel": Building(_parallel),
    "experts": Building(_experts, group=True),
    "each": Building(_each, group=True, apart=True, holds=False),
    "for": Building(_for, settled="in", passes=True, holds=False),
    "if": Building(_if, settled="if"),
}
"""By the composite's name."""
