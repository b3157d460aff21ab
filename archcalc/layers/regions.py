"""Boxes on a map: what is read from each, and which of many stay."""

from __future__ import annotations

from math import prod

from ..core.kinds import SIZE, Either, ListOf, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, Move
from .kit.window import taps_of

_SIZE = Arg(
    "size",
    Either(SIZE, ListOf(SIZE, "a list of two sizes", 2, 2), expected="a whole number of at least 1, or a list of two"),
    "cells on each axis",
)
_TAKES = "[C, H, W] and [n, 4]"


def _boxes(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    value, boxes = inputs
    if len(value) != 3 or len(boxes) != 2 or boxes[1] != 4:
        raise LayerError(f"a map and boxes are {_TAKES}, and {show(value)} and {show(boxes)} come in", expected=_TAKES)
    size = symbols["size"]
    high, wide = (size, size) if isinstance(size, int) else size
    symbols.update(C=value[0], n=boxes[0], h=high, w=wide, taps=prod(map(taps_of, value[1:], (high, wide))))
    return [(boxes[0], value[0], high, wide)]


def _box_axis(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """Boxes are apart, and channels; a box may lie anywhere on the map."""
    return (ALL, None) if axis else (APART, 0 if number else 1)


roi_align = LayerType(
    "roi_align",
    "For each box the map in cells of a grid on it, each cell the mean of points that are read between positions.",
    args=(_SIZE, Arg("sampling", SIZE, "points of a cell on each axis, s", 2, symbol="s")),
    takes=_TAKES,
    inputs=(2, 2),
    output="[n, C, h, w]",
    rule=_boxes,
    muls="n * (4 + s * (h + w) + s * s * h * w * (4 + 4 * C))",
    adds="n * (2 + s * (h + w) + s * s * h * w * (4 + 3 * C) + (s * s - 1) * h * w * C)",
    divs="n * (2 + h * w * C)",
    keeps=Keeps("last"),
    notes=(
        "n boxes, h * w cells. A box: four products put its corners on the map, two differences and two quotients make a cell's sides; each of the s * (h + w) "
        "rows and columns of points takes a product and a sum; a point four differences and four weights, and for each channel four products and three sums; "
        "a cell s * s - 1 sums and a division."
    ),
    positions=_box_axis,
    axes="c *x!, n 4 -> n c *y!",
    source="He et al., Mask R-CNN, 2017, arXiv:1703.06870, section 3; torchvision documentation, torchvision.ops.roi_align",
    example=Example({"size": [2, 3]}, [[4, 9, 8], [5, 4]], [5, 4, 2, 3], muls=2470, adds=2340, divs=130),
)

roi_pool = LayerType(
    "roi_pool",
    "For each box the largest values of the map in the cells of a grid on it.",
    args=(_SIZE,),
    takes=_TAKES,
    inputs=(2, 2),
    output="[n, C, h, w]",
    rule=_boxes,
    comparisons="n * C * (taps - h * w)",
    muls="n * 4",
    adds="n * 2",
    divs="n * 2",
    keeps=Keeps("last", indices="N_out"),
    notes=(
        "How many positions a cell has depends on the boxes: counted as if each were the whole map, which is the most there can be. taps are the positions "
        "of all cells of the map; the corners are put on the map as in roi_align."
    ),
    positions=_box_axis,
    axes="c *x!, n 4 -> n c *y!",
    source="Girshick, Fast R-CNN, 2015, arXiv:1504.08083, section 2.1",
    example=Example({"size": [2, 3]}, [[4, 6, 7], [5, 4]], [5, 4, 2, 3], comparisons=960, muls=20, adds=10, divs=10),
)


def _kept(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    boxes, scores = inputs
    if len(boxes) != 2 or boxes[1] != 4 or scores != boxes[:1]:
        raise LayerError(f"nms takes boxes [n, 4] and their scores [n], and {show(boxes)} and {show(scores)} come in")
    if symbols["keep"] > boxes[0]:
        raise LayerError(f"keep: {symbols['keep']} of {boxes[0]} boxes", expected=f"at most {boxes[0]}", arg="keep")
    symbols.update(n=boxes[0], pairs=boxes[0] * (boxes[0] - 1) // 2)
    return [(symbols["keep"],)]


nms = LayerType(
    "nms",
    "The positions of the boxes that stay where those that lie on a better one go.",
    args=(Arg("keep", SIZE, "how many stay, at most"),),
    takes="[n, 4] and [n]",
    inputs=(2, 2),
    output="[keep]",
    rule=_kept,
    comparisons="8 * pairs",
    adds="2 * n + 4 * pairs",
    muls="n + pairs",
    divs="pairs",
    notes=(
        "How many pairs meet depends on the boxes: counted as if each of n * (n - 1) / 2 did, which is the most. A box has two sides and an area; a pair is put "
        "in order by its scores, and has four choices of sides, two differences that are at least 0, their product, the union's sum and difference, a quotient, "
        "and a comparison with the threshold."
    ),
    axes="n! 4, n! -> k!",
    source="torchvision documentation, torchvision.ops.nms; Girshick et al., Rich feature hierarchies, 2013, arXiv:1311.2524, section 2.1",
    example=Example({"keep": 2}, [[5, 4], [5]], [2], comparisons=80, adds=50, muls=15, divs=10),
)

LAYERS = (roi_align, roi_pool, nms)
