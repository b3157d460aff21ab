"""A figure over two axes of a space as colours, and lines where a condition reaches its limits."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Any

from ...explore.look import Point
from ...explore.plot import Plot
from ..layout import clean, shorten
from ..pages.sweep import figure
from .axes import BOTTOM, LEFT, TOP
from .contour import contour
from .frame import NARROW, Drawing, colour_scale, step_of
from .labels import Board, Wish, arrange, width
from .scale import Scale, written
from .sheet import words
from .svg import element, escape

MOST = 160, 100
"""Columns and rows of cells: of more values several share one, which has the colour of their mean."""
MANY, LEAST = 24, 3
"""Of more values the round ones are written, where there are so many of them."""
MOST_TIPS = 600
"""Cells that say what they are where one points at them."""


class Cell:
    """What lies in one place: how many points, how many meet the condition, sums of the figure and of what limits are for."""

    __slots__ = ("count", "first", "limits", "met", "total")

    def __init__(self, first: Any, limits: int) -> None:
        self.first = first
        self.count = 0
        self.met = 0
        self.total = 0.0
        self.limits = [0.0] * limits


class Heat:
    """Takes points, and draws a cell for each, or for some beside one another; those that do not meet the condition are pale."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.values = tuple(sorted({float(each) for each in plot.axes[name].values}) for name in (plot.x, plot.y))
        self.strides = tuple(-(-len(values) // most) for values, most in zip(self.values, MOST, strict=True))
        self._at = tuple(
            {value: at // stride for at, value in enumerate(values)} for values, stride in zip(self.values, self.strides, strict=True)
        )
        self.cells: dict[tuple[int, int], Cell] = {}
        self.without = 0

    def see(self, points: Iterable[Point]) -> None:
        """Some more points."""
        columns, rows = self._at
        for point in points:
            x, y, value = point.shown
            if value is None or not isfinite(value):
                self.without += 1
                continue
            place = columns[x], rows[y]
            cell = self.cells.get(place)
            if cell is None:
                cell = self.cells[place] = Cell(value, len(point.held))
            cell.count += 1
            cell.met += point.met
            cell.total += value
            for at, held in enumerate(point.held):
                cell.limits[at] += float("nan") if held is None else float(held)

    def draw(self) -> tuple[Drawing, list[str]] | None:
        """The drawing, and what is told of it; None where there is nothing."""
        if not self.cells:
            return None
        plot = self.plot
        columns, rows = (len({*places.values()}) for places in self._at)
        x = Scale(0, columns, LEFT, NARROW, room=0)
        y = Scale(0, rows, BOTTOM, TOP, room=0)
        drawing = Drawing(x, y, (plot.x, plot.y))
        means = {place: cell.total / cell.count for place, cell in self.cells.items()}
        scale = colour_scale(min(means.values()), max(means.values()), plot.unit(plot.color))
        drawing.bar(scale, plot.color)
        self._colours(drawing, means, scale)
        drawing.grid(lines=False, x=self._ticks(x, 0), y=self._ticks(y, 1))
        board = Board((LEFT, TOP, drawing.right, BOTTOM))
        found = self._limits(drawing, board)
        for spot in arrange([wish for wish, _ in found if wish is not None]):
            if spot is not None:
                drawing.parts += [words(left, top + 11, text, "label") for left, top, text in spot.lines()]
        told = [text for _, text in found if text]
        if any(2 * cell.met < cell.count for cell in self.cells.values()):
            told.insert(0, "pale: does not meet the condition")
        if max(self.strides) > 1:
            told.append(f"a cell is the mean of up to {self.strides[0]} × {self.strides[1]} points")
        return drawing, told

    def _ticks(self, scale: Scale, axis: int) -> list[tuple[float, str]]:
        """The values of an axis at the middles of their cells; of many the round ones, where they stand among the others."""
        values, stride = self.values[axis], self.strides[axis]
        shown = values
        if len(values) > MANY:
            there = {*values}
            round_ones = [value for value, _ in Scale(values[0], values[-1], 0, 1, room=0).ticks(10) if value in there]
            shown = round_ones if len(round_ones) >= LEAST else values
        ranks = {value: at for at, value in enumerate(values)}
        return [(scale.at(min((ranks[value] + 0.5) / stride, scale.high)), written(value)) for value in shown]

    def _colours(self, drawing: Drawing, means: dict[tuple[int, int], float], scale: Scale) -> None:
        """Cells from bottom to top and from left to right, those beside one another that look the same as one."""
        alone = len(self.cells) <= MOST_TIPS
        runs: list[tuple[int, int, int, str, str]] = []
        for row, column in sorted((row, column) for column, row in self.cells):
            cell = self.cells[column, row]
            kind = f"s{step_of(scale, means[column, row])}{' out' if 2 * cell.met < cell.count else ''}"
            last = runs[-1] if runs else None
            if not alone and last is not None and last[0] == row and last[2] == column and last[3] == kind:
                runs[-1] = (row, last[1], column + 1, kind, "")
            else:
                runs.append((row, column, column + 1, kind, self._tip(column, row, cell) if alone else ""))
        for row, start, stop, kind, tip in runs:
            left, right = round(drawing.x.at(start), 1), round(drawing.x.at(stop), 1)
            top, bottom = round(drawing.y.at(row + 1), 1), round(drawing.y.at(row), 1)
            sizes = {"x": left, "y": top, "width": round(right - left, 1), "height": round(bottom - top, 1)}
            drawing.parts.append(element("rect", element("title", escape(tip)) if tip else "", class_=f"cells {kind}", **sizes))

    def _tip(self, column: int, row: int, cell: Cell) -> str:
        plot = self.plot
        places = zip((plot.x, plot.y), (column, row), self.values, self.strides, strict=True)
        told = " ".join(f"{clean(name)}={written(values[at * stride])}" for name, at, values, stride in places)
        value = cell.first if cell.count == 1 else cell.total / cell.count
        return f"{told}\n{plot.color} {figure(plot.unit(plot.color), value)}"

    def _limits(self, drawing: Drawing, board: Board) -> list[tuple[Wish | None, str]]:
        """Of each limit its line with a label, or that there is none."""
        found: list[tuple[Wish | None, str]] = []
        lines = []
        for at, (text, limit) in enumerate(self.plot.limits):
            values = {place: cell.limits[at] / cell.count for place, cell in self.cells.items()}
            values = {place: value for place, value in values.items() if isfinite(value)}
            level = float(limit.value)
            pieces = []
            for ends in contour(values, level):
                (x1, y1), (x2, y2) = ((drawing.x.at(column + 0.5), drawing.y.at(row + 0.5)) for column, row in ends)
                pieces.append((x1, y1, x2, y2))
                board.add_line(pieces[-1])
            lines.append((shorten(clean(text), 40), pieces))
            if pieces:
                d = " ".join(f"M {x1:.1f} {y1:.1f} L {x2:.1f} {y2:.1f}" for x1, y1, x2, y2 in pieces)
                drawing.parts += [element("path", class_=kind, d=d) for kind in ("halo", "front")]
            else:
                found.append((None, f"no line: {shorten(clean(text), 40)} is reached nowhere between cells"))
        for label, pieces in lines:
            if pieces:
                found.append((Wish(sorted(_spots(board, label, pieces), key=lambda spot: spot.cost), 1e5), ""))
        return found


def _spots(board: Board, label: str, pieces: list[tuple[float, float, float, float]]) -> Any:
    """Places of a label beside its line, best in the middle of it."""
    middle = len(pieces) / 2
    places = []
    for at, (x1, y1, x2, y2) in enumerate(pieces):
        x, y, cost = (x1 + x2) / 2, (y1 + y2) / 2, abs(at - middle) / (len(pieces) or 1)
        for across in (8, 16, 30):
            places += [(x + across, y - 7, cost + across / 40), (x - across - width(label), y - 7, cost + across / 40 + 0.1)]
        places += [(x - width(label) / 2, y - 26, cost + 0.5), (x - width(label) / 2, y + 10, cost + 0.5)]
    return board.spots(label, places)
