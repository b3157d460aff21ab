"""A figure over one axis of a space, a line for each value of the others."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isfinite
from typing import Any

from ...explore.look import Point
from ...explore.plot import Plot
from ..pages.sweep import figure
from ..pages.sweep import written as value_written
from .axes import BOTTOM, LEFT, RIGHT, TOP
from .frame import Drawing, path
from .labels import Board, arrange
from .limits import limit_lines
from .scale import Scale, written
from .sheet import words
from .svg import element, escape

MOST_MARKS = 60
"""Points of a line that are marked."""
MOST_VALUES = 12
"""Values of an axis of which each may be written beside it; of more, round numbers are."""


class Run:
    """The points of one line, as they come."""

    def __init__(self) -> None:
        self.xs = array("d")
        self.ys = array("d")
        self.met = bytearray()
        self.exact: list[Any] = []
        """The figures as they are, of the first points."""


class Curve:
    """Takes points, and draws them; those that do not meet the condition are open."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.runs: dict[tuple[Any, ...], Run] = {}
        self.without = 0
        self._by = [at for at, axis in enumerate(plot.axes.values()) if axis in plot.by]

    def see(self, points: Iterable[Point]) -> None:
        """Some more points."""
        for point in points:
            x, y = point.shown
            if y is None or not isfinite(y):
                self.without += 1
                continue
            run = self.runs.setdefault(tuple(value_written(point.axes[at]) for at in self._by), Run())
            run.xs.append(x)
            run.ys.append(y)
            run.met.append(point.met)
            if len(run.exact) <= MOST_MARKS:
                run.exact.append(y)

    def draw(self) -> tuple[Drawing, list[str]] | None:
        """The drawing, and what is told of it; None where there is nothing."""
        if not self.runs:
            return None
        plot, runs = self.plot, list(self.runs.values())
        low, high = min(min(run.xs) for run in runs), max(max(run.xs) for run in runs)
        x = Scale(low, high, LEFT, RIGHT, whole=float(low).is_integer(), room=0.03)
        unit, least = plot.unit(plot.y), min(min(run.ys) for run in runs)
        y = Scale(least, max(max(run.ys) for run in runs), BOTTOM, TOP, unit=unit, whole=float(least).is_integer())
        drawing = Drawing(x, y, (plot.x, plot.y))
        values = plot.axes[plot.x].values
        few = sorted(values) if len(values) <= MOST_VALUES else []
        drawing.grid(x=[(x.at(value), written(value)) for value in few if x.inside(value)])
        if plot.by:
            drawing.legend(" ".join(axis.name for axis in plot.by), [" ".join(key) for key in self.runs])
        board = Board((LEFT, TOP, RIGHT, BOTTOM))
        ranks = None if plot.sampled else {float(value): at for at, value in enumerate(sorted(set(values)))}
        for at, (key, run) in enumerate(self.runs.items()):
            self._line(drawing, board, f"{at}", key, run, ranks)
        for spot in arrange(limit_lines(drawing, board, plot)):
            if spot is not None:
                drawing.parts += [words(left, top + 11, text, "label") for left, top, text in spot.lines()]
        some = any(0 in run.met for run in runs) and any(len(run.xs) <= MOST_MARKS for run in runs)
        return drawing, ["open: does not meet the condition"] if some else []

    def _line(self, drawing: Drawing, board: Board, kind: str, key: Sequence[str], run: Run, ranks: dict[float, int] | None) -> None:
        """One line, in parts where points between are missing, and marks where there is room for them."""
        order = sorted(range(len(run.xs)), key=run.xs.__getitem__)
        parts: list[list[int]] = []
        for at in order:
            beside = parts and (ranks is None or ranks[run.xs[at]] - ranks[run.xs[parts[-1][-1]]] <= 1)
            if beside:
                parts[-1].append(at)
            else:
                parts.append([at])
        for part in parts:
            places = thin([(drawing.x.at(run.xs[at]), drawing.y.at(run.ys[at])) for at in part])
            drawing.parts.append(path(f"l{kind}", places if len(places) > 1 else places * 2))
            for (x1, y1), (x2, y2) in pairwise(places):
                board.add_line((x1, y1, x2, y2))
        if len(order) > MOST_MARKS:
            return
        for at in order:
            told = " ".join(
                [f"{self.plot.x}={written(run.xs[at])}", *(f"{axis.name}={each}" for axis, each in zip(self.plot.by, key, strict=True))]
            )
            tip = element("title", escape(f"{told}\n{self.plot.y} {figure(self.plot.unit(self.plot.y), run.exact[at])}"))
            cx, cy = round(drawing.x.at(run.xs[at]), 1), round(drawing.y.at(run.ys[at]), 1)
            drawing.parts.append(element("circle", tip, class_=f"{'w' if run.met[at] else 'o'}{kind}", cx=cx, cy=cy, r=4))


def thin(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """A line that looks the same: of the places in each column of points the first, the least, the most and the last."""
    columns: dict[int, list[tuple[float, float]]] = {}
    for place in places:
        columns.setdefault(int(place[0]), []).append(place)
    found = list[tuple[float, float]]()
    for column in columns.values():
        ends = {0, len(column) - 1}
        ends |= {column.index(min(column, key=lambda each: each[1])), column.index(max(column, key=lambda each: each[1]))}
        found += [column[at] for at in sorted(ends)]
    return found
