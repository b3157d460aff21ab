"""``sequence``: layers one after another."""

from __future__ import annotations

from ..layers.kit.args import Arg
from .kit import BODY, Composite

composite = Composite(
    "sequence",
    "Layers one after another, as one item.",
    args=(Arg("body", BODY, "layers one after another"),),
    straight=True,
    build=lambda use: use.body(use.args["body"]),
)
