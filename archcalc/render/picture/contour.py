"""Where a quantity that is known at the crossings of a grid reaches a number: marching squares.

Lorensen and Cline, Marching Cubes, SIGGRAPH 1987, in two dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Place = tuple[float, float]
Segment = tuple[Place, Place]
Grid = Mapping[tuple[int, int], float]
"""Numbers by column and row; where one is missing there is no line."""


def contour(values: Grid, level: float) -> Iterator[Segment]:
    """Straight pieces of the line between what is above a level and what is not, in columns and rows, parts of them between crossings."""
    for column, row in values:
        corners = ((column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1))
        if not all(corner in values for corner in corners):
            continue
        found = [values[corner] - level for corner in corners]
        ends = [
            _between(corners[at], corners[after], found[at], found[after])
            for at, after in ((0, 1), (1, 2), (2, 3), (3, 0))
            if (found[at] > 0) != (found[after] > 0)
        ]
        if len(ends) == 4 and (sum(found) > 0) != (found[0] > 0):  # a saddle whose middle is unlike the first corner, which is cut off
            ends = [ends[3], *ends[:3]]
        for at in range(0, len(ends), 2):
            yield ends[at], ends[at + 1]


def _between(one: Place, other: Place, a: float, b: float) -> Place:
    """Where it is nothing, between two places where it is a and b."""
    part = a / (a - b)
    return one[0] + part * (other[0] - one[0]), one[1] + part * (other[1] - one[1])
