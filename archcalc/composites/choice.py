"""``if``, ``then``, ``else``: one of two bodies."""

from __future__ import annotations

from ..core.kinds import TRUTH
from ..layers.kit.args import Arg
from .kit import BODY, Composite

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
    build=lambda use: use.body(use.args["then" if use.settled() else "else"]),
)
