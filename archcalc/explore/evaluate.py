"""Who works out the figures of points: whatever does it, its columns are those that an analysis of each point gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from .points import PointByPoint, Source
from .space import Space


class Evaluator(Protocol):
    """What works out figures of points. ``chunk`` is how many points a call best asks for, ``most`` how large a space it takes, ``searched``
    how many points a search looks at."""

    chunk: int
    most: int | None
    searched: int

    def columns(self, numbers: Sequence[int], figures: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        """The values of each figure at some points by their numbers, None where there is none; where a point is wrong, the column
        ``error`` as well, with the SpecError or RequestError of each, else None."""
        ...


def evaluator(sources: Sequence[Source], space: Space, options: Mapping[str, Any], figures: Sequence[str]) -> Evaluator:
    """What works out these figures of a space of some specs, with the options that all its points have."""
    return PointByPoint(sources, space, options)
