"""``each``: the same layers on every slice of an axis."""

from __future__ import annotations

from ..core.kinds import AXIS, show
from ..layers.kit.args import Arg, LayerError
from ..layers.kit.axes import axis_of
from .kit import BODY, Composite, Use, Values


def _build(use: Use) -> Values:
    """The body on one slice; what the slices become is put together along the same axis."""
    if len(use.inputs) != 1:
        message, hint = f"each takes 1 input, and {len(use.inputs)} come in", "take one with `from`, or join them with concat or add"
        use.misfit(LayerError(message, hint=hint))
    axis, shape = use.value("axis"), use.shape(use.inputs[0])
    try:
        axis = axis_of(axis, shape)
    except LayerError as error:
        use.misfit(error)
    slices = shape[axis]
    use.count(times=slices)
    out = use.single(use.body(use.args["body"], use.slices(shape[:axis] + shape[axis + 1 :])), "the body")
    shape = use.shape(out)
    if axis > len(shape):
        use.wrong(f"each: the slices come out as {show(shape)}, which has no place for axis {axis}")
    return use.together(out, (*shape[:axis], slices, *shape[axis:]))


composite = Composite(
    "each",
    "The same layers, with the same weights, on every slice of an axis.",
    args=(
        Arg("axis", AXIS, "the axis whose slices go through the body one by one", 0),
        Arg("body", BODY, "layers for every slice, with the same weights"),
    ),
    group=True,
    apart=True,
    holds=False,
    build=_build,
)
