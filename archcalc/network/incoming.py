"""Vars that say the sizes of a network's input, where something else comes in than the spec says."""

from __future__ import annotations

from collections.abc import Sequence

from ..expr.compile import Expression
from ..layers.kit.args import Shape
from ..spec.tree import Input
from .scope import Env, Unsettled


def sizes_of(inputs: list[Input], shapes: Sequence[Shape | None], hint: str = "--set {name}={size} says which") -> Env:
    """The vars that stand alone as a size of an input, each with that size of what comes in: ``[3, resolution, resolution]`` on
    3 × 192 × 192 makes the resolution 192. One that would have two sizes is unsettled: whoever
    reads it is told, with the ``hint`` how to say which it is."""
    found: Env = {}
    for each, shape in zip(inputs, shapes):
        written = each.shape.value
        if shape is None or not isinstance(written, list) or len(written) != len(shape):
            continue
        for size, number in zip(written, shape):
            if isinstance(size, Expression) and size.word:
                other = found.setdefault(size.text, number)
                if other != number and not isinstance(other, Unsettled):
                    found[size.text] = Unsettled((other, number), hint.format(name=size.text, size=other))
    return found
