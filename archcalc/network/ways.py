"""A condition that is open, for it holds at some points of a design space alone: both ways are followed, each as a group that counts where
it is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.numbers import choose, is_open, negated, whole
from .graph import Frame, Group, Tensor
from .scope import Names, Scope, Values
from .unsure import Undecided, Unsure
from .walk import Walk, Wrong

Way = Callable[[Scope], Values]


def either(walk: Walk, condition: Any, place: str, inputs: Values, scope: Scope, one: Way, other: Way) -> Values:
    """What one of two ways gives, by a condition; ``place`` is where the spec says it.

    Where it is open and both ways can be followed, each becomes a group in the scope, and their values are joined. Raises Undecided where
    one of them is wrong, or they give values that can't be joined: then the condition has to be settled first.
    """
    if not (is_open(condition) and walk.end is None and condition.splits(place)):
        return (one if condition else other)(scope)
    made = []
    for truth, way in ((True, one), (False, other)):
        frame = Frame(inputs)
        group = Group("", "if", frame, inputs, inputs)
        group.mask = whole(condition if truth else negated(condition))
        names = Names(scope.names, scope.names.given)
        before, wrong, results, frames = walk.made, len(walk.problems), walk.results, walk.frames
        walk.results, walk.frames = dict(results), dict(frames)  # what is worked out on this way holds on it alone
        walk.ways.append(place)
        try:
            with condition.assumed(truth):
                values = way(scope.within(frame.children, scope.prefix, names))
        except (ArithmeticError, Wrong):
            raise Undecided(place) from None
        finally:
            walk.ways.pop()
            walk.results, walk.frames = results, frames
        if len(walk.problems) > wrong:
            raise Undecided(place)
        frame.outputs = group.outputs = values
        frame.leaves = walk.made - before
        scope.children.append(group)
        made.append(values)
        for name in names.made:
            scope.names.made[name] = Unsure(place)
    if len(made[0]) != len(made[1]):
        raise Undecided(place)
    return [_joined(condition, one, other, place) for one, other in zip(*made)]


def _joined(condition: Any, one: Tensor, other: Tensor, place: str) -> Tensor:
    """The value of one way or the other. Raises Undecided where they differ in more than sizes."""
    if one is other:
        return one
    shape, beside = one.shape, other.shape
    if shape is None or beside is None or len(shape) != len(beside) or (one.dtype, one.origin) != (other.dtype, other.origin):
        raise Undecided(place)
    return one.shaped(tuple(choose(condition, size, another) for size, another in zip(shape, beside)))
