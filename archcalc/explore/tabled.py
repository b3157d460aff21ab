"""A whole space as tables: the walks that cover all of it, each with what is allowed there, and its figures as sums.

Axes that no walk can leave open are gone through value by value. A walk holds where its guards have the truth that they had, which is a
table over few axes each; what no walk covers yet is found among these tables, and walked from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from .fronts import TooLarge, least
from .sums import Axes, Mask, Sum
from .together import Evaluator as Together

PIECES = 300
"""Walks that may be needed to cover a space."""
BRANCHES = 2_000
"""Combinations of guards that are tried to find what is not covered."""


class Piece:
    """What one walk covers: ``masks`` say where it holds, and ``sums`` its figures by name, None for one that is no sum of tables.

    All axes of the space are there; those that the walk did not leave open are held by a mask. ``wrong`` is why all designs there are wrong.
    """

    __slots__ = ("masks", "sums", "wrong")

    def __init__(self, masks: list[Mask], sums: dict[str, Sum | None], wrong: Exception | None) -> None:
        self.masks = masks
        self.sums = sums
        self.wrong = wrong


def pieces(together: Together, figures: Sequence[str]) -> list[Piece] | None:
    """The walks that cover a whole space; None where these are too many, or where tables can't say where one holds."""
    closed = [place for place, axis in enumerate(together.axes) if axis.name not in together.open]
    sizes = [len(axis.values) for axis in together.axes]
    combinations = 1
    for place in closed:
        combinations *= sizes[place]
    if not together.arrays or combinations > PIECES:
        return None
    found: list[Piece] = []
    for codes in product(*(range(sizes[place]) for place in closed)):
        held = [(place, code) for place, code in zip(closed, codes, strict=True)]
        own = _covered(together, sizes, held, figures, PIECES - len(found))
        if own is None:
            return None
        found += own
    return found


def _covered(
    together: Together, sizes: Sequence[int], held: Sequence[tuple[int, int]], figures: Sequence[str], most: int
) -> list[Piece] | None:
    """The walks that cover the designs which have these values on some axes."""
    base: list[Mask] = [((place,), np.arange(sizes[place]) == code) for place, code in held]
    found: list[Piece] = []
    regions: list[list[Mask]] = []
    design: Sequence[int] | None = [dict(held).get(place, 0) for place in range(len(sizes))]
    while design is not None:
        if len(found) >= most:
            return None
        walk = together.walk(design)
        if walk is None:
            return None
        names = {axis.name: place for place, axis in enumerate(together.axes)}
        holds = walk.holds()
        if holds is None:
            return None
        masks = [_placed(tuple(names[walk.names[axis]] for axis in axes), array) for axes, array in holds]
        regions.append(masks)
        sums: dict[str, Sum | None] = {}
        for figure in figures if walk.traced.error is None else ():
            parts = walk.sums(figure)
            sums[figure] = None if parts is None else _summed(parts.constant, parts.tables, names)
        found.append(Piece([*base, *masks], sums, walk.traced.error))
        try:
            design = _outside(sizes, base, regions)
        except TooLarge:
            return None
    return found


def _summed(start: Any, tables: dict[tuple[str, ...], Any], names: dict[str, int]) -> Sum:
    placed = [_placed(tuple(names[name] for name in axes), array) for axes, array in tables.items()]
    return Sum(start, dict(placed))


def _placed(axes: Axes, array: Any) -> tuple[Axes, Any]:
    """A table with its axes in rising order."""
    order = sorted(range(len(axes)), key=lambda place: axes[place])
    return tuple(axes[place] for place in order), np.transpose(array, order)


def _outside(sizes: Sequence[int], base: Sequence[Mask], regions: Sequence[Sequence[Mask]]) -> Sequence[int] | None:
    """A design in which every one of these regions has a guard that does not hold; None where there is none. Raises TooLarge."""
    tried = 0

    def searched(masks: list[Mask], left: Sequence[Sequence[Mask]]) -> Sequence[int] | None:
        nonlocal tried
        tried += 1
        if tried > BRANCHES:
            raise TooLarge
        answer = least(sizes, Sum(0, {}), masks)
        if answer is None or not left:
            return answer[1] if answer is not None else None
        for axes, array in left[0]:
            found = searched([*masks, (axes, ~array)], left[1:])
            if found is not None:
                return found
        return None

    return searched([*base], regions)
