"""``parallel``: branches that all take the same value."""

from __future__ import annotations

from ..core.kinds import AXIS, Word
from ..layers.kit.args import Arg
from .kit import BRANCHES, Composite, Use, Values


def _build(use: Use) -> Values:
    """One value of each branch that is there, joined; or all their values, in order."""
    given = [(branch, use.branch(branch)) for branch in use.args["branches"] if use.there(branch)]
    if not given:
        use.wrong(
            "every branch is left out", hint="an empty branch passes its input on; `when` on the parallel itself leaves all of it out"
        )
    if use.value("merge") == "none":
        return use.several([tensor for _, values in given for tensor in values])
    one_each = [use.single(values, "this branch", branch) for branch, values in given]
    if len(given) == 1 < len(use.args["branches"]):
        return one_each  # with nothing left to be joined with
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
