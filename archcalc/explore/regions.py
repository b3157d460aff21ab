"""Parts of a space in which one walk holds: where its guards have the truth that they had. With numpy by tables, else by one Python function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .numbers import Sym
from .program import compiled, needed
from .trace import Traced

if TYPE_CHECKING:
    from .tables import Tables


class Sum(NamedTuple):
    """A figure as a constant and tables that add up to it, by the names of their axes."""

    constant: int
    tables: dict[tuple[str, ...], Any]


class Region:
    """One walk over the values of axes, as ``values`` gives them by name."""

    __slots__ = ("_function", "_guards", "_holds", "_late", "_made", "_tables", "names", "traced", "values")

    def __init__(self, traced: Traced, values: Mapping[str, Sequence[Any]], *, arrays: bool) -> None:
        self.traced = traced
        self.names = list(values)
        self.values = values
        self._tables: Tables | None = None
        self._guards: list[Sym] = list(traced.guards)
        self._made = False
        self._function: Callable[[Sequence[Any]], tuple[Any, ...] | None] | None = None
        if arrays:
            from .tables import Tables

            self._tables = Tables(self.names, values)
            self._tables.make(needed(self._guards))
            self._guards, self._holds = self._tables.deciding(self._guards)
            self._late = [guard for guard in self._guards if self._tables.tables.get(guard.id) is None]

    @property
    def guards(self) -> int:
        """How many conditions decide whether a point is in it."""
        return len(self._guards)

    def holds(self) -> list[tuple[tuple[int, ...], Any]] | None:
        """Where it holds, as tables of truth values by the numbers of their axes; None where tables can't say, or there is no numpy."""
        if self._tables is None or self._late:
            return None
        return [(table.axes, table.array) for table in self._holds]

    def within(self, codes: Sequence[Any], count: int) -> Any:
        """Which of so many points are in it, as an array of truth values, or None where all are.

        ``codes`` are, for each axis, which of its values each point has.
        """
        assert self._tables is not None
        inside: Any = None
        for table in self._holds:
            holds = self._tables.gathered(table, codes, count)
            inside = holds if inside is None else inside & holds
        for guard, array in zip(self._late, self._tables.values(self._late, codes, count)):
            holds = array == bool(guard.value)
            inside = holds if inside is None else inside & holds
        return inside

    def columns(self, codes: Sequence[Any], count: int) -> dict[str, Any]:
        """The figures at points that are in it."""
        assert self._tables is not None
        if not self._made:
            self._tables.make(needed(self.traced.figures.values()))
            self._made = True
        return dict(zip(self.traced.figures, self._tables.values(list(self.traced.figures.values()), codes, count)))

    def row(self, point: Sequence[Any]) -> tuple[Any, ...] | None:
        """The figures at one point, by the values of its axes, with nothing but Python; None where it is not in it."""
        if self._function is None:
            self._function = compiled(self.names, list(self.traced.figures.values()), self._guards)
        return self._function(point)

    def sums(self, figure: str) -> Sum | None:
        """A figure as a sum of tables; None where it is none, or where there is no numpy."""
        if self._tables is None or figure not in self.traced.figures:
            return None
        self._tables.make(needed([self.traced.figures[figure]]))
        found = self._tables.sums(self.traced.figures[figure])
        if found is None:
            return None
        return Sum(found[0], {tuple(self.names[axis] for axis in axes): array for axes, array in found[1].items()})
