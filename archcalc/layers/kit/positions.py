"""Where a sequence goes in a layer, and what of it an element of the output looks at.

The positions of a sequence lie on one axis of a value. A layer type says for such an axis of an input on which axis of the output the
positions lie (None: on none), and in a word what it looks at. Decoding reads this: a layer that looks at all positions cannot be given
one token after another. Whoever says nothing looks at all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from .args import Shape, Symbols
from .axes import CHANNELS_FIRST, FEATURES_LAST, SPATIAL, axes_of, axis_of

APART = "apart"
"""Each position by itself."""
EARLIER = "earlier"
"""Itself and positions before it: those are in a cache or in a state. Where the axis goes with it (a sum over keys), in a cache."""
ALL = "all"
"""Positions after it too, or all of them."""

Move = tuple[str, int | None]
"""What it looks at, and the axis of the output, counted from 0."""
Positions = Callable[[Symbols, "list[Shape]", int, int], Move]
"""From the symbols, the shapes of the inputs, the number of an input and an axis of it, both counted from 0."""
Instead = Callable[[Symbols, Shape, int], str]
"""What is written where the positions come one at a time: from the symbols, the shape of the input and the axis of the positions."""


def features(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """The last axis holds features that meet one another; positions on any other axis are apart."""
    return (ALL if axis == len(inputs[number]) - 1 else APART), axis


def channels(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """The first axis holds channels that meet one another or have weights of their own; positions on any other axis are apart."""
    return (APART if axis else ALL), axis


def sequence(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """It goes through the last axis but one: [..., length, features]."""
    place = axis - len(inputs[number])
    return (ALL if place == -1 else EARLIER if place == -2 else APART), axis


def broadcast(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """Element by element, axes matched from the last."""
    return APART, axis + max(map(len, inputs)) - len(inputs[number])


def along(arg: str) -> Positions:
    """The elements along the axis that an argument names meet one another."""

    def move(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
        return (ALL if axis == axis_of(symbols[arg], inputs[number]) else APART), axis

    return move


def without(arg: str) -> Positions:
    """The axes that an argument names go."""

    def move(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
        gone = axes_of(symbols[arg], inputs[number])
        return (ALL, None) if axis in gone else (APART, axis - sum(each < axis for each in gone))

    return move


ONE_POSITION = "each token has one position: what it adds is more features, as linear makes them"
"""Of what makes more positions out of one."""


def worded(text: str) -> Instead:
    """A text in which ``{axis}`` is the axis of the positions and ``{next}`` the one behind it."""
    return lambda symbols, shape, axis: text.format(axis=axis, next=axis + 1)


def latest(symbols: Symbols, shape: Shape, axis: int) -> str:
    """Where all positions meet: the latest alone; or all so far, where they are on the axis that a cache goes through."""
    alone = f"slice: {{axis: {axis}, start: -1}} in its place takes the latest position alone"
    return alone + ("; kv_cache before it gives it all so far, worked on anew for each token" if axis == len(shape) - 2 else "")


def rule_of(positions: str | Positions, takes: str) -> Positions:
    """What a layer type says of its positions, as a function.

    It may say a word: "apart", but for the axis of features or channels that the form ``takes`` of its input names; "earlier" for sequences
    [..., length, features]; "all", which holds for any type that does not say better.
    """
    if not isinstance(positions, str):
        return positions
    if positions == EARLIER:
        return sequence
    if positions == ALL:
        return _lost
    return features if takes == FEATURES_LAST else channels if takes in (CHANNELS_FIRST, SPATIAL) else _kept


def _lost(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    return ALL, None


def _kept(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    return APART, axis


def regrouped_axis(shape: Shape, axis: int, new: Shape) -> Move:
    """Where an axis is in another shape of the same elements: behind as many elements as before and as long. Joined with others it is lost."""
    before = prod(shape[:axis])
    found = [place for place, size in enumerate(new) if size == shape[axis] and prod(new[:place]) == before]
    return (APART, axis if axis in found else found[0]) if found else (ALL, None)
