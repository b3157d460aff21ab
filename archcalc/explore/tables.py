"""Open numbers → tables with names for their axes: what depends on few axes is worked out once for all of their values.

A number is a table where its axes have few combinations; axes that it does not depend on are dropped, by looking. A whole number that is a
sum or product of more stays a sum of products of tables. What is left, such as the maximum of two of these, is worked out point by point,
in chunks. Whole numbers are of 64 bits where their intervals fit: sums and products then come out right whatever overflows on the way; all
others are Python's own, in tables of objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .arrays import FITS, apply, dtype_of, truths_as_numbers
from .chunk import LIMIT, Chunk, Table, Terms, table_of
from .numbers import Sym

LARGE = 1 << 16
"""Entries of a table that is asked for."""
MANY = 32
"""Products of a sum of which some are put together."""
PRODUCTS = 128
"""Products of one sum."""
CHUNK = 1 << 14
"""Points that are worked out at once."""


class Tables:
    """The tables of some open numbers over the values of axes."""

    def __init__(self, names: Sequence[str], values: Mapping[str, Sequence[Any]]) -> None:
        self.place = {name: number for number, name in enumerate(names)}
        self.choices = [values[name] for name in names]
        self.sizes = [len(each) for each in self.choices]
        self.tables: dict[int, Table] = {}
        self.terms: dict[int, Terms] = {}
        self.short: dict[int, Terms] = {}
        """The same sums of as few products as there can be, for points."""
        self._merged: dict[int, Table] = {}
        """Tables of some that are sums, for what is no sum itself."""
        self.late: dict[int, Sym] = {}
        """The numbers that are worked out point by point."""

    def known(self, number: Sym) -> bool:
        """Whether a number needs no other one at a point."""
        return number.id in self.tables or number.id in self.terms

    def make(self, nodes: Sequence[Sym]) -> None:
        """Work out what can be of some numbers, each of which stands behind those that it is made of."""
        with np.errstate(all="ignore"):
            for node in nodes:
                if node.id not in self.tables and node.id not in self.terms and node.id not in self.late:
                    self._make(node)

    def _make(self, node: Sym) -> None:
        if node.op == "var":
            place = self.place[node.args[0]]
            values = self.choices[place]
            array = np.empty(len(values), object)
            array[:] = values
            kind = dtype_of(node)
            self.tables[node.id] = Table((place,), array if node.kind is str or kind is object else array.astype(kind))
            return
        inner = [arg for arg in node.args if type(arg) is Sym]
        sums = node.op in "+-*" and node.kind is int and all(arg.id not in self.late for arg in inner)
        if not (sums and any(arg.id in self.terms for arg in inner)):
            tables = [self.table(arg) for arg in inner]
            axes = tuple(sorted({axis for table in tables if table is not None for axis in table.axes}))
            apart = sums and node.op != "*" and all(table and set(table.axes) < set(axes) for table in tables)
            if None not in tables and self.entries(axes) <= LIMIT and not apart:
                arrays = [self.spread(self.table(arg), axes) if type(arg) is Sym else arg for arg in node.args]
                self.tables[node.id] = Table(axes, np.broadcast_to(apply(node, arrays), [self.sizes[axis] for axis in axes]))
                return
        found = self._sum(node) if sums else None
        if found is not None:
            self.terms[node.id] = found
        else:
            self.late[node.id] = node

    def table(self, number: Sym) -> Any:
        """The table of a number, put together where it is a sum of few axes; None where it has none."""
        found = self.tables.get(number.id) or self._merged.get(number.id)
        if found is None and number.id in self.terms:
            axes = {
                axis for (first, _), (_, others) in self.terms[number.id].items() for axis in (*first, *(a for t in others for a in t.axes))
            }
            if self.entries(tuple(axes)) <= LIMIT:
                found = self._merged[number.id] = self._together(self.terms[number.id], tuple(sorted(axes)))
        return found

    def _together(self, terms: Terms, axes: tuple[int, ...]) -> Table:
        """A sum of products as one table."""
        total: Any = 0
        for (own, _), (first, others) in terms.items():
            product: Any = 1
            for each in (table_of(own, first), *others):
                product = product * self.spread(each, axes)
            total = total + product
        return Table(axes, np.broadcast_to(total, [self.sizes[axis] for axis in axes]))

    def entries(self, axes: Sequence[int]) -> int:
        """The combinations of the values of some axes."""
        count = 1
        for axis in axes:
            count *= self.sizes[axis]
        return count

    def spread(self, table: Table, axes: tuple[int, ...]) -> Any:
        """A table's array with an axis of length 1 for each axis that it has not."""
        return table.array.reshape([self.sizes[axis] if axis in table.axes else 1 for axis in axes])

    def terms_of(self, number: Any) -> Terms:
        """A number as a sum of products."""
        if type(number) is not Sym:
            return {((), ()): (np.asarray(number, object if abs(number) >= FITS else None), ())}
        table = self.tables.get(number.id)
        return self.terms[number.id] if table is None else {(table.axes, ()): (truths_as_numbers(table.array), ())}

    def _sum(self, node: Sym) -> Terms | None:
        """A sum, difference or product as a sum of products; None where it would be too long."""
        one, other = map(self.terms_of, node.args)
        fits = dtype_of(node) is not object
        found: Terms = {}
        if node.op != "*":
            for terms, sign in ((one, 1), (other, 1 if node.op == "+" else -1)):
                for (axes, others), (first, more) in terms.items():
                    self._add(found, (axes, others), first if sign == 1 else -first, more)
            for axes, others in one.keys() & other.keys():  # together they may depend on fewer axes
                first, more = found.pop((axes, others))
                table = Table(axes, first)
                self._add(found, (table.axes, others), table.array, more)
        elif len(one) * len(other) > PRODUCTS:
            return None
        else:
            for (axes, _), (first, others) in one.items():
                for (beside, _), (second, more) in other.items():
                    factors = self._factors([table_of(axes, first), table_of(beside, second), *others, *more])
                    key = (factors[0].axes, tuple(each.identity for each in factors[1:]))
                    self._add(found, key, factors[0].array, tuple(factors[1:]))
        if not fits:
            found = {key: (first.astype(object), others) for key, (first, others) in found.items()}
        if len(found) > MANY:
            found = self.joined(found, 0)
        return found if len(found) <= PRODUCTS else None

    def joined(self, terms: Terms, limit: int) -> Terms:
        """The same sum of fewer products: of those with the same other factors one takes up another that has all of its axes, and all axes
        where both come to so few entries."""
        found: Terms = {}
        for (axes, identities), (first, others) in sorted(terms.items(), key=lambda term: -len(term[0][0])):
            for (around, same), (array, _) in found.items():
                both = tuple(sorted({*around, *axes}))
                if same == identities and (both == around or self.entries(both) <= limit):
                    del found[around, same]
                    first, axes = self.spread(table_of(around, array), both) + self.spread(table_of(axes, first), both), both
                    break
            found[axes, identities] = first, others
        return found

    def _factors(self, factors: Sequence[Table]) -> list[Table]:
        """Factors that are few together as one table, in the order of their axes."""
        found: list[Table] = []
        for table in factors:
            for number, each in enumerate(found):
                axes = tuple(sorted({*table.axes, *each.axes}))
                if self.entries(axes) <= LIMIT:
                    found[number] = table_of(axes, self.spread(table, axes) * self.spread(each, axes))
                    break
            else:
                found.append(table)
        return sorted(found, key=lambda table: table.axes)

    def deciding(self, guards: Sequence[Sym]) -> tuple[list[Sym], list[Table]]:
        """The guards that do not have one truth everywhere, of those that are alike the first; and as tables where they hold."""
        found: dict[Any, Sym] = {}
        holds: dict[tuple[int, ...], Any] = {}
        for guard in guards:
            table = self.tables.get(guard.id)
            if table is None:
                found[guard.id] = guard
            elif table.axes and (table.identity, guard.value) not in found:
                found[table.identity, guard.value] = guard
                array = table.array == bool(guard.value)
                holds[table.axes] = holds[table.axes] & array if table.axes in holds else array
        return list(found.values()), [table_of(axes, array) for axes, array in holds.items()]

    def gathered(self, table: Table, codes: Sequence[Any], count: int) -> Any:
        """A table's entries at so many points."""
        return Chunk(self, codes, count).gathered(table)

    def values(self, numbers: Sequence[Any], codes: Sequence[Any], count: int) -> list[Any]:
        """The values of some numbers at so many points: ``codes`` are, for each axis, which of its values each point has."""
        found = [np.empty(count, dtype_of(number) if type(number) is Sym else np.asarray(number).dtype) for number in numbers]
        for start in range(0, count, CHUNK):
            chunk = Chunk(self, [each[start : start + CHUNK] for each in codes], min(CHUNK, count - start))
            with np.errstate(all="ignore"):
                chunk.run(numbers)
            for array, number in zip(found, numbers):
                array[start : start + CHUNK] = chunk.column(number)
        return found

    def sums(self, number: Any) -> tuple[int, dict[tuple[int, ...], Any]] | None:
        """A whole number as a constant and tables that add up to it, by their axes; None where it is no sum of tables that are not too large."""
        if type(number) is not Sym:
            return number, {}
        if number.id in self.late or number.kind is float:
            return None
        total: Any = 0
        found: dict[tuple[int, ...], Any] = {}
        for (axes, _), (first, others) in self.terms_of(number).items():
            factors = [table_of(axes, first), *others]
            axes = tuple(sorted({axis for each in factors for axis in each.axes}))
            if self.entries(axes) > LARGE:
                return None
            array: Any = 1
            for each in factors:
                array = array * self.spread(each, axes)
            if axes:
                found[axes] = found[axes] + array if axes in found else array
            else:
                total += int(array)
        whole: Terms = {(axes, ()): (array, ()) for axes, array in found.items()}
        return total, {axes: array for (axes, _), (array, _) in self.joined(whole, 0).items()}

    def _add(self, into: Terms, key: tuple[tuple[int, ...], tuple[Any, ...]], first: Any, others: tuple[Table, ...]) -> None:
        if key in into:
            first = into[key][0] + first
        into[key] = first, others
