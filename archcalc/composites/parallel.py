"""``parallel``: branches that all take the same value."""

from __future__ import annotations

from ..core.kinds import AXIS, Word
from ..layers.kit.args import Arg
from .kit import BRANCHES, Composite, Use, Values


def _build(use: Use) -> Values:
    """One value of each branch, joined; or all their values, in order."""
    branches = use.args["branches"]
    values = [use.branch(branch) for branch in branches]
    if use.value("merge") == "none":
        return use.several([tensor for each in values for tensor in each])
    one_each = [use.single(each, "this branch", branch) for each, branch in zip(values, branches, strict=True)]
    return use.join(use.joining(), one_each)


composite = Composite(
    "parallel",
    "Branches that all take the same value, joined.",
    args=(
        Arg("branches", BRANCHES, "branches that all take the same value"),
        Arg("merge", Word("concat", "add", "multiply", "none"), "how they are joined; none gives several values in order", "concat"),
        Arg("axis", AXIS, "the axis of concat", 0),
    ),
    part="branch",
    build=_build,
)
