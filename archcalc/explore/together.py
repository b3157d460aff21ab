"""The figures of many points of a space: each part of it by one walk with open numbers, the rest point by point."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from ..core.errors import RequestError, SpecError
from ..report import pipeline
from .columns import assembled, codes_of, corners, of_rows, same
from .points import PointByPoint
from .regions import Region, Sum
from .trace import Read, traced

REGIONS = 1_000
"""Walks of one evaluator: what more would be needed for is worked out point by point."""
FEW = 6
"""Points for which a walk with open numbers takes longer than theirs."""
LEFT = "few points are left"
"""Why so few are worked out one by one."""
CHECKED = 32
"""Random points, and corners, at which the fast way is held against the plain one."""


class Evaluator:
    """Works out figures at points of a space.

    Args:
        points: the space and what is asked of it, point by point; vars and choices of one kind of value stay open, all other axes are gone
            through value by value.
        figures: how each figure is read off a report.
        arrays: whether to work on numpy's arrays; None: where numpy is there.
        check: whether to hold points of the first columns against the plain way.
    """

    def __init__(
        self,
        points: PointByPoint,
        figures: Mapping[str, Read],
        *,
        arrays: bool | None = None,
        check: bool = True,
    ) -> None:
        self.points = points
        self.axes = points.space.axes
        self.figures = figures
        self.arrays = find_spec("numpy") is not None if arrays is None else arrays
        self.sizes = [len(axis.values) for axis in self.axes]
        self.open = {axis.name: axis.values for axis in self.axes if axis.kind in ("var", "choice") and _opens(axis.values)}
        self.parts: dict[tuple[int, ...], _Part] = {}
        """By the values of the axes that are gone through one by one."""
        self.why_not: dict[str, int] = {}
        """Why points were worked out one by one, and how many."""
        self.fault = ""
        """Where the fast way gave another figure than the plain one: then it is not taken."""
        self._unchecked = check

    @property
    def regions(self) -> list[Region]:
        """The walks so far."""
        return [region for part in self.parts.values() for region in part.regions]

    def columns(self, numbers: Sequence[int]) -> dict[str, Any]:
        """The figures at points by their numbers, each as an array, or as a list without numpy.

        Where points are wrong there is a column ``error`` beside them, of what is wrong with each or None, and their figures are None.
        """
        return self.at(self.codes(numbers))

    def codes(self, numbers: Sequence[int]) -> list[Any]:
        """For each axis, which of its values the points of these numbers have."""
        if self.arrays:
            return codes_of(numbers, self.sizes)
        rest, found = numbers, []
        for size in reversed(self.sizes):
            found.append([number % size for number in rest])
            rest = [number // size for number in rest]
        return found[::-1]

    def at(self, codes: Sequence[Any]) -> dict[str, Any]:
        """The same at points that are given by the numbers of their values on each axis."""
        if self._unchecked:
            self._unchecked = False
            self._check(codes)
            self.why_not.clear()  # those that were tried are no points of the run
        count = len(codes[0]) if codes else 1
        return self._arrays(codes, count) if self.arrays else self._lists(codes, count)

    def sums(self, figure: str) -> Sum | None:
        """A figure as a sum of tables; None where it is none, or where one walk does not hold everywhere."""
        self.at([[0] * (FEW + 1) for _ in self.axes] if not self.arrays else self.codes([0] * (FEW + 1)))
        whole = len(self.regions) == len(self.parts) == 1 and not self.regions[0].guards and not self.fault
        return self.regions[0].sums(figure) if whole else None

    def walk(self, codes: Sequence[int]) -> Region | None:
        """The walk that holds at a point by its values on each axis, done now where there is none yet; None where it can't be done."""
        closed = tuple(code for code, axis in zip(codes, self.axes) if axis.name not in self.open)
        part = self.parts.setdefault(closed, _Part())
        here: list[Any] = [[code] for code in codes]
        if self.arrays:
            import numpy as np

            here = [np.array(code) for code in here]
            own = [code for code, axis in zip(here, self.axes) if axis.name in self.open]
            for region in part.regions:
                inside = region.within(own, 1)
                if inside is None or inside[0]:
                    return region
        return self._walk(part, self.point(here, 0))

    def plain(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """The figures at one point by archcalc's own walk. Raises SpecError or RequestError where it is wrong."""
        source, request = self.points.asked(point)
        report = pipeline.analyze_spec(source.spec, source.problems, source.file, request)
        return {name: read(report) for name, read in self.figures.items()}

    def point(self, codes: Sequence[Any], place: int) -> dict[str, Any]:
        """The values of one point by the names of the axes."""
        return {axis.name: axis.values[int(code[place])] for axis, code in zip(self.axes, codes)}

    def _parts(self, codes: Sequence[Any], count: int) -> Iterator[tuple[_Part, Any]]:
        """The parts that points lie in, and the places of those points."""
        closed = [number for number, axis in enumerate(self.axes) if axis.name not in self.open]
        groups: dict[tuple[int, ...], list[int]] = {}
        if not closed:
            yield self.parts.setdefault((), _Part()), range(count)
            return
        for place in range(count):
            groups.setdefault(tuple(int(codes[number][place]) for number in closed), []).append(place)
        for key, places in groups.items():
            yield self.parts.setdefault(key, _Part()), places

    def _walk(self, part: _Part, point: Mapping[str, Any]) -> Region | None:
        """A further walk of a part, at a point that no region has; None where there are too many."""
        if len(self.regions) >= REGIONS:
            return None
        try:
            walk = traced(self.points, self.open, point, self.figures)
        except (SpecError, RequestError):
            return None
        part.regions.append(Region(walk, self.open, arrays=self.arrays))
        return part.regions[-1]

    def _alone(self, codes: Sequence[Any], place: int, why: str) -> dict[str, Any]:
        """One point by itself."""
        self.why_not[why] = self.why_not.get(why, 0) + 1
        try:
            return self.plain(self.point(codes, place))
        except (SpecError, RequestError) as error:
            return {"error": error}

    def _lists(self, codes: Sequence[Any], count: int) -> dict[str, Any]:
        """The columns as lists, by Python alone."""
        rows: list[dict[str, Any]] = [{}] * count
        wanted = [number for number, axis in enumerate(self.axes) if axis.name in self.open]
        for part, places in self._parts(codes, count):
            left = len(places)
            for place in places:
                values = [self.axes[number].values[codes[number][place]] for number in wanted]
                rows[place] = self._row(part, codes, place, values, left)
                left -= 1
        return of_rows(rows, self.figures)

    def _row(self, part: _Part, codes: Sequence[Any], place: int, values: list[Any], left: int) -> dict[str, Any]:
        if self.fault:
            return self._alone(codes, place, self.fault)
        for region in part.regions:
            found = region.row(values)
            if found is not None:
                return self._wrong(region, codes, place) if region.traced.error else dict(zip(region.traced.figures, found))
        new = self._walk(part, self.point(codes, place)) if left > FEW else None
        if new is None:
            return self._alone(codes, place, LEFT if left <= FEW else f"more than {REGIONS:,} regions")
        return self._row(part, codes, place, values, left)

    def _wrong(self, region: Region, codes: Sequence[Any], place: int) -> dict[str, Any]:
        """A point of a region that is wrong: its error, worked out anew where it tells numbers."""
        if not region.traced.same_text:
            try:
                self.plain(self.point(codes, place))
            except (SpecError, RequestError) as error:
                return {"error": error}
        return {"error": region.traced.error}

    def _arrays(self, codes: Sequence[Any], count: int) -> dict[str, Any]:
        """The columns as arrays."""
        import numpy as np

        pieces: list[tuple[Any, dict[str, Any]]] = []
        rows: dict[int, dict[str, Any]] = {}
        wanted = [number for number, axis in enumerate(self.axes) if axis.name in self.open]
        for part, places in self._parts(codes, count):
            left = np.asarray(places)
            regions, tried = part.regions, 0
            while len(left):
                if self.fault:
                    rows.update({int(place): self._alone(codes, int(place), self.fault) for place in left})
                    break
                if tried == len(regions):
                    place = int(left[len(left) // 2])
                    if len(left) <= FEW or self._walk(part, self.point(codes, place)) is None:
                        why = LEFT if len(left) <= FEW else f"more than {REGIONS:,} regions"
                        rows.update({int(place): self._alone(codes, int(place), why) for place in left})
                        break
                region = regions[tried]
                tried += 1
                these = [codes[number][left] for number in wanted]
                inside = region.within(these, len(left))
                here, left = (left, left[:0]) if inside is None else (left[inside], left[~inside])
                if not len(here):
                    continue
                if region.traced.error is not None:
                    rows.update({int(place): self._wrong(region, codes, int(place)) for place in here})
                else:
                    pieces.append((here, region.columns([codes[number][here] for number in wanted], len(here))))
        return assembled(pieces, rows, self.figures, count)

    def _check(self, codes: Sequence[Any]) -> None:
        """Hold points of those that are asked for, and corners of the space, against the plain way."""
        count = len(codes[0]) if codes else 1
        chance = random.Random(0)
        places = chance.sample(range(count), min(count, CHECKED))
        points = [[int(code[place]) for code in codes] for place in places]
        ends = list(corners(self.sizes, chance, CHECKED)) if count >= 2 * CHECKED else []
        tried: list[Any] = [list(each) for each in zip(*points, *ends)]
        if not tried:
            return
        if self.arrays:
            import numpy as np

            tried = [np.array(each, np.int64) for each in tried]
        found = self._arrays(tried, len(tried[0])) if self.arrays else self._lists(tried, len(tried[0]))
        for place in range(len(tried[0])):
            point = self.point(tried, place)
            try:
                expected = self.plain(point)
            except (SpecError, RequestError):
                expected = {}
            for name in self.figures:
                if not same(expected.get(name), found[name][place]):
                    told = ", ".join(f"{axis}={value}" for axis, value in point.items())
                    self.fault = f"{name} would be {found[name][place]} and is {expected.get(name)} at {told}: a fault of archcalc"
                    return


class _Part:
    """The walks of a part of the space in which all axes that do not stay open have one value."""

    __slots__ = ("regions",)

    def __init__(self) -> None:
        self.regions: list[Region] = []


def _opens(values: Sequence[Any]) -> bool:
    """Whether the values of a var can stay open: numbers that are no mixture of truth values and others, or words."""
    kinds = {type(value) for value in values}
    return kinds <= {int, float} or kinds in ({bool}, {str})
