"""``residual``: a body, and the value as it came in beside it."""

from __future__ import annotations

from typing import Any

from ..core.kinds import AXIS, TRUTH, Word, show
from ..layers.kit.args import Arg, Shape
from .kit import BODY, Composite, Use, Values


def _build(use: Use) -> Values:
    """The body, and the shortcut beside it where there is one."""
    return use.either(use.value("skip"), "skip", _both, lambda use: use.body(use.args["body"]))


def _both(use: Use) -> Values:
    """The body and the shortcut, joined: the shortcut's value comes first."""
    sides = [key for key in use.args if key in ("body", "shortcut")]  # as written: that is the order in which they run
    made = {key: use.single(use.body(use.args[key]), f"the {key}") for key in sides}
    joining = use.joining()
    if "axis" not in joining.arg_names:  # joined element by element
        _fitting(use, made["shortcut"], made["body"])
    return use.join(joining, [made["shortcut"], made["body"]])


def _fitting(use: Use, other: Any, main: Any) -> None:
    """The two branches have shapes that can be joined."""
    if other.shape is None or main.shape is None or _fit(other.shape, main.shape):
        return
    as_it_came = other in use.inputs[:1]
    what = "what came in" if as_it_came else "the shortcut"
    maker = other.maker if as_it_came else "the shortcut"
    found = f"{show(main.shape)} from the body, {show(other.shape)} from {maker}, coming into {use.joint()}"
    one, two = main.shape, other.shape
    if len(one) == len(two) == 2 and one[1] == one[0] == two[0]:
        hint = f"in_channels is the first axis, {one[0]}: the features of tokens are in_features"
    elif len(one) == len(two) == 2 and one[1] == two[1]:
        hint = "of two sources the queries, which say how many positions there are, come first; axis: -1 of split and concat is that of features"
    else:
        hint = "a shortcut brings the other branch to the shape of the body; a padding of kernel // 2 keeps the size of a map"
    use.wrong(f"residual: the body and {what} don't fit together", expected="the same shape", found=found, hint=hint)


def _fit(one: Shape, other: Shape) -> bool:
    """Whether two shapes broadcast: axes matched from the last, one of them 1 or both equal."""
    return all(a == b or 1 in (a, b) for a, b in zip(reversed(one), reversed(other)))


composite = Composite(
    "residual",
    "A body, and beside it the value as it came in, joined.",
    args=(
        Arg("body", BODY, "the main branch"),
        Arg("shortcut", BODY, "the other branch; empty: the value as it came in", ()),
        Arg("merge", Word("add", "concat", "multiply"), "how the two are joined", "add"),
        Arg("axis", AXIS, "the axis of concat", 0),
        Arg("skip", TRUTH, "whether there is a shortcut at all", True),
    ),
    build=_build,
)
