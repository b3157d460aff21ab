"""Which of many points are wanted: the first by some order, or those that no other beats. Rows come one by one, and what can't be wanted is let go.

A direction is written before a name, ``least:`` where nothing is said: ``params,most:width``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from .space import Refused

Row = Mapping[str, Any]
"""A point: the values of its axes, and its figures."""


class Wish:
    """A figure or an axis, and whether little or much of it is wanted, or what comes ``near`` to a number."""

    __slots__ = ("most", "name", "near")

    def __init__(self, name: str, *, most: bool = False, near: Any = None) -> None:
        self.name = name
        self.most = most
        self.near = near

    def short(self, value: Any) -> Any:
        """By how much a value falls short of what is wanted, in an order of its own: the least comes first. Of a column of values, each."""
        if self.near is not None:
            return abs(value - self.near)
        return -value if self.most else value


def wishes(option: str, text: str) -> list[Wish]:
    """What a text such as ``params,most:width`` wants. Raises Refused."""
    found: list[Wish] = []
    for part in text.split(","):
        direction, colon, name = part.strip().rpartition(":")
        if colon and direction not in ("most", "least"):
            raise Refused(f"{option}: '{direction}' is no direction", f"write most:{name}, or {name} for the least")
        if name.startswith("-"):
            raise Refused(f"{option}: '{name}' begins with a minus", f"write most:{name.lstrip('-')} for the most first")
        if not name:
            raise Refused(f"{option}: there is no name", f"for example {option} params,maccs")
        if any(each.name == name for each in found):
            raise Refused(f"{option}: {name} is there twice")
        found.append(Wish(name, most=direction == "most"))
    return found


def _key(value: Any) -> tuple[int, Any]:
    """Numbers before words, words before what is neither."""
    if isinstance(value, (int, float)):
        return 0, value
    return (1, value) if isinstance(value, str) else (2, str(value))


class Order:
    """The first ``limit`` rows by some wishes; equal ones stay in their order, and those that have no such figure come last."""

    def __init__(self, by: Sequence[Wish], limit: int | None = None) -> None:
        self.by = by
        self.limit = limit
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        """One more row."""
        self._rows.append(row)
        if self.limit is not None and len(self._rows) >= 2 * self.limit + 1000:
            self._rows = self.rows

    @property
    def rows(self) -> list[Row]:
        """The rows in their order."""
        rows = self._rows
        for wish in reversed(self.by):
            there = [row for row in rows if row.get(wish.name) is not None]
            if wish.near is not None:
                there.sort(key=lambda row: wish.short(row[wish.name]))
            else:
                there.sort(key=lambda row: _key(row[wish.name]), reverse=wish.most)
            rows = there + [row for row in rows if row.get(wish.name) is None]
        return rows[: self.limit]


class Front:
    """The rows that no other beats: none is as good in all that is wished for, and better in something (Pareto). Equal ones all stay."""

    def __init__(self, by: Sequence[Wish]) -> None:
        self.by = by
        self._found: list[tuple[tuple[Any, ...], Row]] = []

    def add(self, row: Row) -> None:
        """One more row; one that has not all these figures is on no front."""
        values = [row.get(wish.name) for wish in self.by]
        if any(not isinstance(value, (int, float)) for value in values):
            return
        own = tuple(-value if wish.most else value for value, wish in zip(values, self.by))  # type: ignore[operator]
        if any(other != own and _covers(other, own) for other, _ in self._found):
            return
        self._found = [each for each in self._found if each[0] == own or not _covers(own, each[0])]
        self._found.append((own, row))

    @property
    def rows(self) -> list[Row]:
        """The rows in the order in which they came."""
        return [row for _, row in self._found]


def _covers(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(a <= b for a, b in zip(one, other))


class Stairs:
    """The front of two wishes, as it is drawn: of points that are equal in both the first alone. Each point costs a search in what is held."""

    def __init__(self, first: Wish, second: Wish) -> None:
        self.first = first
        self.second = second
        self._firsts: list[Any] = []
        self._seconds: list[Any] = []
        self.points: list[Any] = []
        """Those of the front, the best in the first wish first, the best in the second last."""

    def add(self, first: Any, second: Any, point: Any) -> None:
        """One more point: its value of either wish, and itself."""
        a, b = self.first.short(first), self.second.short(second)
        after = bisect_right(self._firsts, a)
        if after and self._seconds[after - 1] <= b:
            return
        start = stop = bisect_left(self._firsts, a)
        while stop < len(self._firsts) and self._seconds[stop] >= b:
            stop += 1
        self._firsts[start:stop], self._seconds[start:stop], self.points[start:stop] = [a], [b], [point]
