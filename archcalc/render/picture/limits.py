"""Lines where a condition holds what lies on an axis of a picture against a number."""

from __future__ import annotations

from ...explore.plot import Plot
from ..layout import clean, shorten
from .axes import BOTTOM, LEFT, TOP
from .frame import Drawing
from .labels import Board, Wish, width
from .sheet import line


def limit_lines(drawing: Drawing, board: Board, plot: Plot) -> list[Wish]:
    """Draw them across the plot; their labels are wished for beside them."""
    wishes = list[Wish]()
    for text, limit in plot.limits:
        for name, scale in ((plot.x, drawing.x), (plot.y, drawing.y)):
            value = float(limit.value)
            if limit.figure != name or not scale.inside(value):
                continue
            at, label = scale.at(value), shorten(clean(text), 40)
            ends = (at, TOP, at, BOTTOM) if scale is drawing.x else (LEFT, at, drawing.right, at)
            drawing.parts += [line("halo", *ends), line("limit", *ends)]
            board.add_line(ends)
            if scale is drawing.x:
                beside = ((at + 8, 0), (at - 8 - width(label), 1))
                places = [(left, float(top), dear + (top - TOP) / 40) for top in range(TOP + 4, BOTTOM - 20, 9) for left, dear in beside]
            else:
                sides = ((at - 19, 0), (at + 5, 1))
                lefts = range(round(drawing.right - width(label) - 6), LEFT + 6, -9)
                places = [(float(left), top, dear + (drawing.right - left) / 80) for left in lefts for top, dear in sides]
            wishes.append(Wish(sorted(board.spots(label, places), key=lambda spot: spot.cost), 1e5))
    return wishes
