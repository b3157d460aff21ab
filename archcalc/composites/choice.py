"""``if``, ``then``, ``else``: one of two bodies."""

from __future__ import annotations

from ..core.kinds import TRUTH
from ..layers.kit.args import Arg
from .kit import BODY, Composite, Use, Values


def _build(use: Use) -> Values:
    """The layers of the way that is taken."""
    return use.either(use.settled(), "if", lambda use: use.body(use.args["then"]), lambda use: use.body(use.args["else"]))


composite = Composite(
    "if",
    "The layers of one of two ways.",
    args=(
        Arg("if", TRUTH, "a condition"),
        Arg("then", BODY, "the layers where it is true"),
        Arg("else", BODY, "the layers where it is false", ()),
    ),
    spread=True,
    settled="if",
    ways=True,
    straight=True,
    build=_build,
)
