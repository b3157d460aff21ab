"""Who works out the figures of points: whatever does it, its columns are those that an analysis of each point gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from .figures import READINGS
from .points import PointByPoint, Source
from .space import Space
from .together import LEFT
from .together import Evaluator as Together


class Evaluator(Protocol):
    """What works out figures of points. ``chunk`` is how many points a call best asks for, ``most`` how large a space it takes, ``searched``
    how many points a search looks at."""

    chunk: int
    most: int | None
    searched: int

    @property
    def why_alone(self) -> Mapping[str, int]:
        """Why points were worked out one by one where a walk for all of them was tried, and how many."""
        ...

    def columns(self, numbers: Sequence[int], figures: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        """The values of each figure at some points by their numbers, None where there is none; where a point is wrong, the column
        ``error`` as well, with the SpecError or RequestError of each, else None."""
        ...


class OpenWalks:
    """The figures of points by walks with open vars and choices, and point by point where such a walk does not hold."""

    most: int | None = 10**11
    """More points than this would take days."""

    def __init__(self, points: PointByPoint, figures: Sequence[str]) -> None:
        self.together = Together(points, {name: READINGS[name].read for name in figures})
        self.chunk = 1 << 16 if self.together.arrays else 1 << 12
        self.searched = 20_000_000 if self.together.arrays else 1_000_000

    @property
    def why_alone(self) -> Mapping[str, int]:
        """See Evaluator; a few that are left over are not told."""
        return {why: count for why, count in self.together.why_not.items() if why != LEFT}

    def columns(self, numbers: Sequence[int], figures: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        """The values of each figure at some points: see Evaluator."""
        return self.together.columns(numbers)


FEW = 24
"""Points of a space that are worked out one by one: a walk with open numbers takes as long as some of theirs."""


LONGEST = 1_000_000
"""Values of an axis that are held all at once."""


def evaluator(sources: Sequence[Source], space: Space, options: Mapping[str, Any], figures: Sequence[str]) -> Evaluator:
    """What works out these figures of a space of some specs, with the options that all its points have."""
    points = PointByPoint(sources, space, options)
    long = any(len(axis.values) > LONGEST for axis in space.axes)
    return points if space.size <= FEW or long else OpenWalks(points, figures)
