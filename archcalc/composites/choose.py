"""``choose``: one of several branches, an open place of a design; plainly run, the first."""

from __future__ import annotations

from typing import Any

from ..layers.kit.args import Arg
from .kit import BRANCHES, Composite, Use, Values


def _build(use: Use) -> Values:
    """What the branch gives that is taken, of those that are there."""
    there = {branch.name or index: branch for index, branch in enumerate(use.args["branches"]) if use.there(branch)}
    if not there:
        use.wrong("every branch is left out", hint="an empty branch passes its input on; `when` on the choose itself leaves all of it out")
    return _way(use, use.taken(list(there)), list(there.items()))


def _way(use: Use, taken: Any, ways: list[tuple[Any, Any]]) -> Values:
    """What the branch gives that is taken of these ways."""
    (name, branch), *others = ways
    if not others:
        return use.branch(branch)
    return use.either(taken == name, "branches", lambda use: use.branch(branch), lambda use: _way(use, taken, others))


composite = Composite(
    "choose",
    "One of several branches, left open: the first, unless another is asked for.",
    args=(Arg("branches", BRANCHES, "the branches of which one is taken, by name or in a list"),),
    part="way",
    ways=True,
    open=True,
    build=_build,
)
