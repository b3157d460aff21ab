"""Many points at once, as columns of arrays: which of them meet a condition, and which may be among those that are chosen.

Only these become rows. What is not sure here, such as which of the chosen come first in all, is decided row by row where all chunks meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .choosing import Row, Wish
from .columns import codes_of
from .condition import Conjunct
from .points import ERROR
from .space import Space


def plain(value: Any) -> Any:
    """A value of an array as Python's own."""
    return value.item() if hasattr(value, "dtype") else value


def sifts(columns: Mapping[str, Any]) -> bool:
    """Whether these are arrays of right points, each with all its figures, so that they can be looked at all at once."""
    return (
        ERROR not in columns and bool(columns) and all(hasattr(column, "dtype") and column.dtype != object for column in columns.values())
    )


class Missed:
    """How far one condition alone was met: by how many points, and which came nearest where none did."""

    __slots__ = ("_distance", "conjunct", "count", "point", "some", "value")

    def __init__(self, conjunct: Conjunct) -> None:
        self.conjunct = conjunct
        self.count = 0
        self.some = False
        """Whether some meet it, where they were not counted."""
        self.value: Any = None
        """What the nearest point has where the condition has a limit."""
        self.point: Row | None = None
        self._distance: Any = None

    @property
    def state(self) -> tuple[int, bool, Any, Row | None, Any]:
        """How far it was met, to be joined to that of other points."""
        return self.count, self.some, self.value, self.point, self._distance

    def join(self, state: tuple[int, bool, Any, Row | None, Any]) -> None:
        """Other points, which come behind those so far, were met so far."""
        count, some, value, point, distance = state
        self.count += count
        self.some |= some
        if distance is not None and (self._distance is None or distance < self._distance):
            self._distance, self.value, self.point = distance, value, point

    def holds(self, row: Row) -> bool:
        """Whether a point meets it."""
        if self.conjunct.holds(row):
            self.count += 1
            return True
        limit = self.conjunct.limit
        value = limit.what.on(row) if limit is not None and not self.count else None
        if limit is not None and value is not None and value == value:
            distance = abs(value - limit.value)
            if self._distance is None or distance < self._distance:
                self._distance, self.value, self.point = distance, value, row
        return False

    def sift(self, values: Mapping[str, Any], count: int, row: Any) -> Any:
        """Which of so many points meet it, as an array of truth values; ``row`` gives the point at a place."""
        import numpy as np

        holds = np.broadcast_to(np.asarray(self.conjunct.holds(values), dtype=bool), (count,))
        self.count += int(holds.sum())
        limit = self.conjunct.limit
        if limit is not None and not self.count:
            away = np.abs(np.broadcast_to(np.asarray(limit.what.on(values)), (count,)) - _double(limit.value))
            place = int(np.argmin(away))
            nearest = row(place)
            value = limit.what.on(nearest)
            distance = abs(value - limit.value)
            if self._distance is None or distance < self._distance:
                self._distance, self.value, self.point = distance, value, nearest
        return holds


def _double(value: Any) -> Any:
    return value if isinstance(value, int) else float(value)


class Sieve:
    """Points of a space with their figures, as columns."""

    def __init__(self, space: Space, numbers: Sequence[int], columns: Mapping[str, Any]) -> None:
        self.space = space
        self.numbers = numbers
        self.columns = columns
        self._values: dict[str, Any] = {}

    @property
    def values(self) -> Mapping[str, Any]:
        """The columns of figures and of axes."""
        if not self._values:
            self._values = {**self._axes(), **self.columns}
        return self._values

    def _axes(self) -> dict[str, Any]:
        import numpy as np

        found = {}
        for axis, codes in zip(self.space.axes, codes_of(self.numbers, [len(axis.values) for axis in self.space.axes])):
            used, places = np.unique(codes, return_inverse=True)
            listed = [axis.values[int(code)] for code in used]
            kind = None if all(type(value) in (int, float) for value in listed) else object
            found[axis.name] = _column(listed, kind)[places]
        return found

    def row(self, place: int) -> Row:
        """The point at a place."""
        point = self.space.point(int(self.numbers[place]))
        return {**point, **{name: plain(column[place]) for name, column in self.columns.items()}}

    def rows(self, places: Sequence[int]) -> Iterator[Row]:
        """The points at places, in their order."""
        return map(self.row, places)

    def met(self, conditions: Sequence[Missed]) -> Any:
        """The places of the points that meet all conditions; each counts for itself as well."""
        import numpy as np

        count = len(self.numbers)
        whole = np.ones(count, bool)
        for each in conditions:
            whole &= each.sift(self.values, count, self.row)
        return np.flatnonzero(whole)

    def wanted(self, places: Any, front: Sequence[Wish], order: Sequence[Wish], top: int | None) -> Any:
        """Those of some places that may be chosen, in their order: what is surely beaten here is left out."""
        import numpy as np

        if not len(places):
            return places
        by = front or order[:1]
        if any(self.values[wish.name].dtype == object for wish in by):
            return places  # words
        signed = [wish.short(self.values[wish.name][places]) for wish in by]
        if len(front) == 2:
            turn = np.lexsort((signed[1], signed[0]))
            second = signed[1][turn]
            return np.sort(places[turn[second <= np.minimum.accumulate(second)]])
        if not front and order and top is not None and len(places) > top > 0:
            last = np.partition(signed[0], top - 1)[top - 1]
            return places[signed[0] <= last]
        return places


def _column(values: Sequence[Any], kind: Any) -> Any:
    """Values as an array, of objects where they are no numbers: a list in it stays one."""
    import numpy as np

    if kind is None:
        return np.array(values)
    found = np.empty(len(values), object)
    found[:] = values if not any(isinstance(value, list) for value in values) else [*map(_kept, values)]
    return found


def _kept(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
