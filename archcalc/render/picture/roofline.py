"""The roofline picture: where the layers of a network stand under the roofs of a device, as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil, floor, log10, pi, sqrt

from ...core.words import counted
from ..layout import clean, shorten
from ..units import quotient, si
from .axes import BOTTOM, LEFT, RIGHT, TOP, Axes, Dot, Roofline, merged
from .labels import LINE, Board, Mark, Wish, arrange, width
from .sheet import DARK, HEIGHT, LIGHT, line, sheet, words
from .svg import element, escape

EDGE = 3.5
"""How large a ring is that stands at the edge: it has no place on the axes, and its area says nothing."""
FULL_AREA, LEAST_AREA = pi * 40**2, pi * 3**2
"""The area of a dot that takes all of the time, and of the smallest that can be seen."""
MOST_LABELS, ALWAYS = 12, 3
"""How many dots have a label where there is room, and how many have one in any case."""
NAMES = (38, 32, 26, 20, 15, 10)
"""How long a name may be in a label: the shorter ones where there is no room for the longer ones."""
STYLE = """.{sheet} .drop{{stroke:{dim};stroke-dasharray:3 4}}
.{sheet} .roof{{stroke:{ink};stroke-width:2}} .{sheet} .key{{fill:none;stroke:{dim}}}
.{sheet} .edge{{fill:{page};stroke:{ink};stroke-width:1.5}}
.{sheet} .compute{{fill:{compute};fill-opacity:.6;stroke:{compute};stroke-width:1.5}}
.{sheet} .memory{{fill:{memory};fill-opacity:.6;stroke:{memory};stroke-width:1.5}}
"""


def draw(roofline: Roofline) -> str:
    """The picture as SVG, in colours that follow the reader's light or dark scheme."""
    axes = Axes(roofline)
    heading = f"{shorten(clean(roofline.title), 36)} on {shorten(clean(roofline.device), 26)}"
    bound = f"lower bound {_time(roofline.seconds)}"
    told = f"{shorten(clean(roofline.told), 46)} · " if roofline.told else ""
    legend = _legend(roofline)
    parts = [*_words(roofline, heading, f"{told}{bound}", legend), *_grid(axes), *_plot(roofline, axes)]
    meant = "; ".join([f"Layers by operations per byte and operations per second, {bound}", *legend.values()])
    return sheet("roofline", f"{heading}: roofline, {told}{bound}", meant, STYLE, (LIGHT, DARK), parts)


def _legend(roofline: Roofline) -> dict[str, str]:
    """What each kind of dots is, and how much of the time."""
    found = {}
    for kind in ("compute", "memory"):
        dots = [dot for dot in roofline.dots if dot.bound == kind and dot.seconds]
        found[kind] = f"{kind}-bound: {roofline.share(*dots)} of the time in {_layers(dots)}"
    return found


def _words(roofline: Roofline, heading: str, told: str, legend: dict[str, str]) -> Iterator[str]:
    """What stands around the plot."""
    yield words(24, 36, heading, "title")
    yield words(24, 60, f"{told}: what the layers take one after the other if each reaches its roof", "dim")
    for x, (kind, meant) in zip((33, 463), legend.items(), strict=True):
        yield _marker(x, 84, pi * 49, kind)
        yield words(x + 15, 88, meant)
    yield words(722, HEIGHT - 18, "area: share of the time", "dim", "end")
    for percent, x in ((1, 740), (4, 796), (16, 864)):
        yield _marker(x, HEIGHT - 22, FULL_AREA * percent / 100, "key")
        yield words(x + 4 * sqrt(percent) + 6, HEIGHT - 18, f"{percent} %", "dim")
    sides = (
        ("left", "multiply-accumulates", [dot for dot in roofline.dots if not dot.operations and dot.bytes]),
        ("right", "bytes", [dot for dot in roofline.dots if not dot.bytes]),
    )
    notes = [f"{side} edge: {_layers(dots)} without {what}, {roofline.share(*dots)} of the time" for side, what, dots in sides if dots]
    for at, note in enumerate(notes):
        yield words(24, HEIGHT - 27 + 16 * at, note, "dim")


def _grid(axes: Axes) -> Iterator[str]:
    """A line and a figure for each power of ten, and for twice and five times of it where there are few."""
    for low, high, across in ((axes.left, axes.right, True), (axes.bottom, axes.top, False)):
        for power in range(floor(low), ceil(high)):
            for digit in (1, 2, 5) if high - low < 4 else (1,):
                at = power + log10(digit)
                if low <= at <= high:
                    x, y = axes.at(at, at)
                    number = si(digit * 10**power).replace(".00", "") if power >= 0 else f"{digit * 10.0**power:.{-power}f}"
                    yield line("grid", x, TOP, x, BOTTOM) if across else line("grid", LEFT, y, RIGHT, y)
                    yield words(x, BOTTOM + 20, number, "dim", "middle") if across else words(LEFT - 8, y + 4, number, "dim", "end")
    yield words((LEFT + RIGHT) / 2, BOTTOM + 42, "operations per byte", anchor="middle")
    yield words(24, TOP - 5, "operations/s")


def _plot(roofline: Roofline, axes: Axes) -> Iterator[str]:
    """Roofs, dots, and labels where there is room: the largest dots come first."""
    board, memory = Board((LEFT, TOP, RIGHT, BOTTOM)), axes.memory
    ridges = [(log10(peak) - memory, log10(peak)) for peak in axes.peaks]
    lines = [("drop", (x, axes.bottom), (x, y)) for x, y in ridges] + [("roof", (x, y), (axes.right, y)) for x, y in ridges]
    for kind, start, end in [*lines, ("roof", (axes.left, axes.left + memory), max(ridges))]:
        board.add_line(ends := (*axes.at(*start), *axes.at(*end)))
        yield line(kind, *ends)
    dots, marks = merged(roofline.dots, axes), list[Mark]()
    for dot in dots:
        area = max(LEAST_AREA, FULL_AREA * dot.seconds / (roofline.seconds or 1))
        marks.append(Mark(*axes.at(*axes.powers(dot)), sqrt(area / (pi if dot.bound == "compute" else 2)), dot.bound == "compute"))
        board.add_dot(marks[-1])
        yield _marker(*marks[-1][:2], area, dot.bound, _tip(roofline, dot))
    for dot in merged(roofline.dots, axes, stand=False):
        board.add_dot(Mark(*axes.place(dot), EDGE))
        yield _marker(*axes.place(dot), pi * EDGE**2, "edge", _tip(roofline, dot))
    for x, y in ridges:
        board.add_dot(Mark(*axes.at(x, y), 4))
        yield _marker(*axes.at(x, y), pi * 16, "key")
    wishes = list[Wish]()
    for at, (dot, mark) in enumerate(zip(dots[:MOST_LABELS], marks)):
        part = dot.seconds / (roofline.seconds or 1)
        without = 1e6 if at < ALWAYS else 40 + 4000 * part
        spots = board.around(mark, _texts(roofline, dot), marks[:MOST_LABELS], without)
        wishes.append(Wish(sorted(spots, key=lambda spot: spot.cost), without, 1 + 4 * part))
    wishes[ALWAYS:ALWAYS] = _notes(roofline, axes, board)
    for spot in arrange(wishes):
        if spot is not None:
            yield from (words(left, top + 11, text, "label") for left, top, text in spot.lines())
            if spot.leader is not None:
                yield line("leader", *spot.leader)


def _notes(roofline: Roofline, axes: Axes, board: Board) -> Iterator[Wish]:
    """The figures of the device: along its roofs, beside the lines of its ridges, and along its memory's slope."""

    def wish(text: str, places: Iterable[tuple[float, float, float]], x: float, y: float) -> Wish:
        return Wish(sorted([*board.spots(text, places), *board.around(Mark(x, y, 4), [(text, 300)])], key=lambda spot: spot.cost), 1e5)

    slope = (*axes.at(axes.left, axes.left + axes.memory), *axes.at(log10(min(axes.peaks)) - axes.memory, log10(min(axes.peaks))))
    for peak, dtypes in axes.peaks.items():
        (x, y), text = axes.at(log10(peak) - axes.memory, log10(peak)), f"{shorten(clean(', '.join(dtypes)), 22)}: {si(peak)} operations/s"
        ends = range(RIGHT, ceil(x), -8)
        yield wish(
            text, [(end - width(text) - 4, y + down, (RIGHT - end) / 40 + dear) for end in ends for down, dear in ((-19, 0), (5, 8))], x, y
        )
        text = f"ridge: {quotient(peak, roofline.bandwidth, 2)} operations per byte"
        tops, sides = range(BOTTOM - LINE - 4, ceil(y), -8), ((x + 8, 0), (x - 8 - width(text), 4))
        yield wish(text, [(left, top, (BOTTOM - top) / 40 + dear) for top in tops for left, dear in sides], x, y)
    text = f"memory: {si(roofline.bandwidth)} bytes/s"
    places = []
    for part in range(4, 100, 2):
        x, y = slope[0] + (slope[2] - slope[0]) * part / 100, slope[1] + (slope[3] - slope[1]) * part / 100
        places += [(x - 8 - width(text), y - 14, abs(part - 50) / 8), (x + 8, y + 2, abs(part - 50) / 8 + 4)]
    yield wish(text, places, (slope[0] + slope[2]) / 2, (slope[1] + slope[3]) / 2)


def _tip(roofline: Roofline, dot: Dot) -> str:
    """What a dot says where one points at it."""
    bound = f", {dot.bound}-bound, {clean(dot.dtype)}" if dot.seconds else ""
    per = f", {quotient(dot.operations, dot.bytes, 2)} operations per byte" if dot.stands else ": at the edge"
    return (
        f"{shorten(clean(dot.name), 80)}{_copies(dot)}: {_time(dot.seconds)}, {roofline.share(dot)} of the time{bound}\n"
        f"{si(dot.operations)} operations, {si(dot.bytes)} bytes{per}"
    )


def _texts(roofline: Roofline, dot: Dot) -> Iterator[tuple[str, float]]:
    """What a dot's label could say, on one line or on two, and what speaks against each: shorter names."""
    full, share = min(len(dot.name), NAMES[0]), roofline.share(dot)
    for room in NAMES:
        if room <= full or room == NAMES[0]:
            name, lost = shorten(clean(dot.name), room), 2 * max(0, full - room)
            yield f"{name}{_copies(dot)} · {share}", lost
            yield f"{name}\n{_copies(dot)[1:]}{' · ' if _copies(dot) else ''}{share}", lost + 10


def _copies(dot: Dot) -> str:
    return f" × {dot.copies:,}" if dot.copies > 1 else ""


def _layers(dots: list[Dot]) -> str:
    return counted(sum(dot.copies for dot in dots), "layer")


def _time(seconds: float) -> str:
    unit, size = next((each for each in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)) if seconds >= each[1]), ("ns", 1e-9))
    return f"{seconds / size:,.2f} {unit}"


def _marker(x: float, y: float, area: float, kind: str, tip: str = "") -> str:
    """A circle, or a diamond for what memory bounds."""
    title = element("title", escape(tip)) if tip else ""
    x, y, half = round(x, 1), round(y, 1), round(sqrt(area / 2), 2)
    if kind != "memory":
        return element("circle", title, class_=kind, cx=x, cy=y, r=round(sqrt(area / pi), 2))
    sides = f"l {half} {-half} l {half} {half} l {-half} {half} Z "
    return element("path", title, class_=kind, d=f"M {round(x - half, 2)} {y} {sides}")
