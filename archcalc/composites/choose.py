"""``choose``: one of several branches, an open place of a design; plainly run, the first."""

from __future__ import annotations

from ..layers.kit.args import Arg
from .kit import BRANCHES, Composite, Use, Values


def _build(use: Use) -> Values:
    """What the branch gives that is taken, of those that are there."""
    there = {branch.name or index: branch for index, branch in enumerate(use.args["branches"]) if use.there(branch)}
    if not there:
        use.wrong("every branch is left out", hint="an empty branch passes its input on; `when` on the choose itself leaves all of it out")
    return use.branch(there[use.taken(list(there))])


composite = Composite(
    "choose",
    "One of several branches, left open: the first, unless another is asked for.",
    args=(Arg("branches", BRANCHES, "the branches of which one is taken, by name or in a list"),),
    part="way",
    ways=True,
    open=True,
    build=_build,
)
