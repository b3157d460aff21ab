"""Which rows are alike, as copies of a block are."""

from __future__ import annotations

from collections.abc import Sequence

from .rows import Entry, Group


def alike(one: Entry, other: Entry, args: bool = False) -> bool:
    """Whether two entries agree in their types, shapes and numbers, and so does all that they hold; if asked for, in their arguments too."""
    pending = [(one, other)]
    while pending:
        a, b = pending.pop()
        if a.type != b.type or a.params != b.params or a.flops != b.flops or a.trainable_params != b.trainable_params:
            return False
        if (a.counts is not b.counts and a.counts != b.counts) or a.output_shapes != b.output_shapes:
            return False
        if isinstance(a, Group) and isinstance(b, Group):
            held: Sequence[tuple[Entry, Entry]] = list(zip(a.children, b.children, strict=False))
            same = len(a.children) == len(b.children)
        elif isinstance(a, Group) or isinstance(b, Group):
            return False
        else:
            held = list(zip(a.parts, b.parts, strict=False))
            same = len(a.parts) == len(b.parts) and (not args or a.args == b.args) and a.input_shapes == b.input_shapes
        if not same or any(x.name[len(a.name) :] != y.name[len(b.name) :] for x, y in held):
            return False
        pending += held
    return True


def alike_with_args(one: Entry, other: Entry) -> bool:
    """Whether two entries agree in everything but the names that lead to them."""
    return alike(one, other, args=True)
