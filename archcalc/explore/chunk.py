"""Points of a space at which open numbers are worked out: from tables, and operation by operation where there are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import apply
from .numbers import Sym
from .program import needed

LIMIT = 4096
"""Entries of a table."""

if TYPE_CHECKING:
    from .tables import Tables


class Table:
    """An array with an axis for each of some axes of the space, by their numbers in rising order."""

    __slots__ = ("array", "axes", "key")

    def __init__(self, axes: tuple[int, ...], array: Any) -> None:
        for place in reversed(range(len(axes))):
            first = array.take([0], axis=place)
            if array.shape[place] == 1 or bool((array == first).all()):
                array, axes = array.take(0, axis=place), axes[:place] + axes[place + 1 :]
        self.axes = axes
        self.array = np.asarray(array)
        self.key: Any = None

    @property
    def identity(self) -> Any:
        """What tables that are equal have in common."""
        if self.key is None:
            self.key = (self.axes, self.array.dtype.char, self.array.tobytes() if self.array.dtype != object else tuple(self.array.ravel()))
        return self.key


Terms = dict[tuple[tuple[int, ...], tuple[Any, ...]], tuple[Any, tuple[Table, ...]]]
"""A sum of products: by the axes of the first factor and the identities of the others, the first factor and the others."""


def table_of(axes: tuple[int, ...], array: Any) -> Table:
    """A table of these axes, none of them dropped."""
    found = Table.__new__(Table)
    found.axes, found.array, found.key = axes, array, None
    return found


class Chunk:
    """Some points, and what was worked out for them."""

    def __init__(self, tables: Tables, codes: Sequence[Any], count: int) -> None:
        self.tables = tables
        self.codes = codes
        self.count = count
        self.places: dict[tuple[int, ...], Any] = {}
        self.columns: dict[int, Any] = {}

    def run(self, numbers: Sequence[Any]) -> None:
        """Work out what is worked out point by point, and forget it after its last use."""
        late = [number for number in needed(numbers, self.tables.known) if number.id in self.tables.late]
        uses = {arg.id: node.id for node in late for arg in node.args if type(arg) is Sym}
        ends: dict[int, list[int]] = {}
        for used, user in uses.items():
            ends.setdefault(user, []).append(used)
        kept = {number.id for number in numbers if type(number) is Sym}
        for node in late:
            self.columns[node.id] = apply(node, [self.column(arg) for arg in node.args])
            for used in ends.get(node.id, ()):
                if used not in kept:
                    self.columns.pop(used, None)

    def column(self, number: Any) -> Any:
        """The values of a number at these points."""
        if type(number) is not Sym:
            return number
        found = self.columns.get(number.id)
        if found is None:
            table = self.tables.tables.get(number.id)
            found = self.columns[number.id] = self.gathered(table) if table is not None else self._total(number)
        return found

    def gathered(self, table: Table) -> Any:
        """A table's entries at these points."""
        return self._taken(table.axes, table.array)

    def _taken(self, axes: tuple[int, ...], array: Any) -> Any:
        if not axes:
            return np.full(self.count, array[()], array.dtype)
        place = self.places.get(axes)
        if place is None:
            place = self.codes[axes[0]]
            for axis in axes[1:]:
                place = place * self.tables.sizes[axis] + self.codes[axis]
            self.places[axes] = place
        return array.ravel()[place]

    def _total(self, number: Sym) -> Any:
        """A sum of products of tables."""
        total: Any = 0
        terms = self.tables.short.get(number.id)
        if terms is None:
            terms = self.tables.short[number.id] = self.tables.joined(self.tables.terms[number.id], LIMIT)
        for (axes, _), (first, others) in terms.items():
            product = self._taken(axes, first) if axes else first[()]
            for each in others:
                product = product * self.gathered(each)
            total = total + product
        return total
