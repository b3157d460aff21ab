"""How many of a stream of points lie where, however many there are and whatever range they turn out to have."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator

EXPONENT, HELD = 52, 20
"""Bits of a double behind the point, and how many of them are looked at to begin with: a part in a million."""
MOST = 1 << 18
"""Cells that are held: more are joined, two by two, along the axis that has more of them."""
WAITING = 1 << 14


class Bins:
    """Counts of points in cells of a plane. A cell is what numbers have in common whose first bits are the same, so that it is as fine
    among small numbers as among large ones, and cells need no range to be known."""

    def __init__(self) -> None:
        self.total = 0
        self._shift = [EXPONENT - HELD, EXPONENT - HELD]
        self._cells: Counter[tuple[int, int]] = Counter()
        self._waiting = array("d"), array("d")
        self._ends: tuple[float, float, float, float] | None = None

    def add(self, x: float, y: float) -> None:
        """One more point."""
        self._waiting[0].append(x)
        self._waiting[1].append(y)
        if len(self._waiting[0]) >= WAITING:
            self._take()

    @property
    def ends(self) -> tuple[float, float, float, float]:
        """The least and the most of x, and of y, exactly."""
        self._take()
        assert self._ends is not None
        return self._ends

    def cells(self) -> Iterator[tuple[float, float, int]]:
        """The middle of each cell, and how many points lie in it."""
        self._take()
        for (a, b), count in self._cells.items():
            yield self._middle(a, 0), self._middle(b, 1), count

    def _take(self) -> None:
        """Count those that wait."""
        xs, ys = self._waiting
        if not xs:
            return
        ends = min(xs), max(xs), min(ys), max(ys)
        old = self._ends or ends
        self._ends = min(ends[0], old[0]), max(ends[1], old[1]), min(ends[2], old[2]), max(ends[3], old[3])
        self.total += len(xs)
        across, up = self._shift
        codes = (memoryview(each).cast("B").cast("q") for each in (xs, ys))
        self._cells.update((a >> across, b >> up) for a, b in zip(*codes, strict=True))
        self._waiting = array("d"), array("d")
        while len(self._cells) > MOST:
            self._join()

    def _join(self) -> None:
        """Twice as large cells along one axis."""
        axis = 0 if len({a for a, _ in self._cells}) >= len({b for _, b in self._cells}) else 1
        self._shift[axis] += 1
        joined: Counter[tuple[int, int]] = Counter()
        for (a, b), count in self._cells.items():
            joined[(a >> 1, b) if axis == 0 else (a, b >> 1)] += count
        self._cells = joined

    def _middle(self, code: int, axis: int) -> float:
        shift = self._shift[axis]
        low = array("q", [code << shift, (code << shift) | ((1 << shift) - 1)])
        ends = memoryview(low).cast("B").cast("d")
        return float(ends[0] + ends[1]) / 2
