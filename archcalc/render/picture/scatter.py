"""Points of a space by two figures, with the front of both as a line; bins where there are too many to be told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from math import isfinite
from typing import Any

from ...explore.choosing import Stairs
from ...explore.look import Point
from ...explore.plot import Plot
from ..layout import clean, shorten
from ..pages.sweep import figure, written
from .axes import BOTTOM, LEFT, RIGHT, TOP
from .bins import Bins
from .frame import NARROW, Drawing, colour_scale, path, pieces, step_of
from .labels import Board, Mark, Wish, arrange
from .limits import limit_lines
from .scale import Scale
from .sheet import line, words
from .svg import element, escape

MOST = 20_000
"""Points that are drawn as dots; of more, how many lie in each bin."""
MOST_TIPS = 1_000
"""Points that say what they are where one points at them; those of a front always do."""
MOST_LABELS = 7
SIDE = 6
"""How wide and high a bin is, in points of the picture."""


class Scatter:
    """Takes points, and draws them: those that meet the condition."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.points: list[Point] = []
        self.bins: Bins | None = None
        self.without = 0
        self.front: Stairs | None = None
        if plot.front:
            self.front = Stairs(*plot.front)
        self._turned = bool(plot.front) and plot.front[0].name != plot.x

    def see(self, points: Iterable[Point]) -> None:
        """Some more points."""
        for point in points:
            if not point.met:
                continue
            x, y = point.shown[0], point.shown[1]
            if not _there(x, y):
                self.without += 1
                continue
            if self.front is not None:
                self.front.add(*((y, x) if self._turned else (x, y)), point)
            if self.bins is not None:
                self.bins.add(x, y)
                continue
            self.points.append(point)
            if len(self.points) > MOST:
                self.bins = Bins()
                for each in self.points:
                    self.bins.add(each.shown[0], each.shown[1])
                self.points = []

    def draw(self) -> tuple[Drawing, list[str]] | None:
        """The drawing, and what is told of it; None where there is nothing."""
        if not self.points and self.bins is None:
            return None
        plot = self.plot
        xs, ys = [each.shown[0] for each in self.points], [each.shown[1] for each in self.points]
        left, most, low, high = (min(xs), max(xs), min(ys), max(ys)) if self.bins is None else self.bins.ends
        coloured = self.bins is not None or bool(plot.color and not self._words)
        x = Scale(left, most, LEFT, NARROW if coloured else RIGHT, unit=plot.unit(plot.x), whole=float(left).is_integer())
        y = Scale(low, high, BOTTOM, TOP, unit=plot.unit(plot.y), whole=float(low).is_integer())
        drawing = Drawing(x, y, (plot.x, plot.y))
        drawing.grid()
        board = Board((LEFT, TOP, drawing.right, BOTTOM))
        told = self._dots(drawing, board) if self.bins is None else self._counts(drawing, board, self.bins)
        wishes = limit_lines(drawing, board, plot)
        if self.front is not None:
            wishes += self._front(drawing, board, self.front)
            told.append(f"line: the front, {len(self.front.points):,} points")
        for spot in arrange(wishes):
            if spot is not None:
                drawing.parts += [words(left, top + 11, text, "label") for left, top, text in spot.lines()]
                drawing.parts += [line("leader", *spot.leader)] if spot.leader is not None else []
        return drawing, told

    @property
    def _words(self) -> list[Any]:
        """The words that colours stand for."""
        axis = self.plot.axes.get(self.plot.color)
        return (
            []
            if axis is None or all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in axis.values)
            else list(axis.values)
        )

    def _dots(self, drawing: Drawing, board: Board) -> list[str]:
        """A dot for each place."""
        plot, kinds, scale = self.plot, self._words, None
        told = list[str]()
        if kinds:
            drawing.legend(plot.color, [written(each) for each in kinds])
        elif plot.color:
            values = [each.shown[2] for each in self.points if _there(each.shown[2])]
            if values:
                scale = colour_scale(min(values), max(values), plot.unit(plot.color))
                drawing.bar(scale, plot.color)
            if len(values) < len(self.points):
                told.append(f"{len(self.points) - len(values):,} without {plot.color} have no colour")
        radius = 4.5 if len(self.points) <= 200 else 3 if len(self.points) <= 2000 else 2
        places: dict[tuple[float, float, str], Point] = {}
        for each in self.points:
            kind = "dot"
            if kinds:
                kind = f"w{kinds.index(each.shown[2])}"
            elif scale is not None:
                kind = f"s{step_of(scale, each.shown[2])} ring" if _there(each.shown[2]) else "key"
            places.setdefault((round(drawing.x.at(each.shown[0]), 1), round(drawing.y.at(each.shown[1]), 1), kind), each)
        for (cx, cy, kind), each in places.items():
            tip = element("title", escape(self._tip(each))) if len(places) <= MOST_TIPS else ""
            drawing.parts.append(element("circle", tip, class_=kind, cx=cx, cy=cy, r=radius))
            board.add_dot(Mark(cx, cy, radius))
        return told

    def _counts(self, drawing: Drawing, board: Board, bins: Bins) -> list[str]:
        """How many points lie in each bin."""
        found: Counter[tuple[int, int]] = Counter()
        for x, y, count in bins.cells():
            found[int((drawing.x.at(x) - LEFT) // SIDE), int((BOTTOM - drawing.y.at(y)) // SIDE)] += count
        scale = colour_scale(1, max(2, *found.values()), "")
        drawing.bar(scale, "points")
        cells = [
            element(
                "rect", class_=f"s{step_of(scale, count)}", x=LEFT + column * SIDE, y=BOTTOM - (row + 1) * SIDE, width=SIDE, height=SIDE
            )
            for (column, row), count in sorted(found.items())
        ]
        drawing.parts.append(element("g", "".join(cells), class_="cells"))
        for column, row in found:
            board.add_dot(Mark(LEFT + (column + 0.5) * SIDE, BOTTOM - (row + 0.5) * SIDE, SIDE / 2))
        more = f", {self.plot.color} is not shown" if self.plot.color else ""
        return [f"above {MOST:,} points colours say how many lie in a bin{more}"]

    def _front(self, drawing: Drawing, board: Board, front: Stairs) -> list[Wish]:
        """The front as stairs: beyond them there is no point. A few of its points are labelled."""
        places = [(drawing.x.at(each.shown[0]), drawing.y.at(each.shown[1])) for each in front.points]
        corners = [places[0]]
        for before, here in pairwise(places):
            corners += [(before[0], here[1]) if self._turned else (here[0], before[1]), here]
        drawing.parts += [path("halo", corners), path("front", corners)]
        for piece in pieces(corners):
            board.add_line(piece)
        radius = 4 if len(places) <= 60 else 2.5
        for place, point in zip(places, front.points, strict=True):
            tip = element("title", escape(self._tip(point)))
            drawing.parts.append(element("circle", tip, class_="best", cx=round(place[0], 1), cy=round(place[1], 1), r=radius))
            board.add_dot(Mark(*place, radius))
        count = min(MOST_LABELS, len(places))
        chosen = sorted({round(at * (len(places) - 1) / max(1, count - 1)) for at in range(count)})
        wishes = list[Wish]()
        for at in chosen:
            spots = board.around(Mark(*places[at], radius), [(self._label(front.points[at]), 0)], most=120)
            wishes.append(Wish(sorted(spots, key=lambda spot: spot.cost), 120))
        return wishes

    def _label(self, point: Point) -> str:
        """A point in a few words: its values on the axes, or where these are many what is drawn of it."""
        values = [(axis.name, value) for axis, value in zip(self.plot.axes.values(), point.axes, strict=True) if len(axis.values) > 1]
        if len(values) > 3:
            values = list(zip(self.plot.shown, point.shown, strict=True))[:2]
            return ", ".join(figure(self.plot.unit(name), value) for name, value in values)
        return " ".join(f"{shorten(clean(name), 14)}={shorten(written(value), 18)}" for name, value in values)

    def _tip(self, point: Point) -> str:
        """What a point says where one points at it."""
        shown = ", ".join(f"{name} {figure(self.plot.unit(name), value)}" for name, value in zip(self.plot.shown, point.shown, strict=True))
        values = zip(self.plot.axes, point.axes, strict=True)
        return f"{shorten(' '.join(f'{clean(name)}={written(value)}' for name, value in values), 200)}\n{shown}"


def _there(*values: Any) -> bool:
    return all(value is not None and isfinite(value) for value in values)
