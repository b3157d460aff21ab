"""The roofline picture: where the layers of a network stand under the roofs of a device, as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, cos, floor, hypot, log10, pi, radians, sin, sqrt
from typing import Literal

from .layout import clean, display_width, shorten
from .units import quotient, si

try:
    import svg
except ImportError:
    installed = False
else:
    installed = True

WIDTH, HEIGHT = 960, 640
LEFT, TOP, RIGHT, BOTTOM = 84, 116, 936, 556
FULL_AREA, LEAST_AREA = pi * 40**2, pi * 3**2
"""The area of a dot that takes all of the time, and of the smallest that can be seen."""
MOST_DOTS, MOST_LABELS, NAME_ROOM = 400, 12, 22
CHAR, LINE = 6.7, 15
"""The room that a label takes: the width of its characters, and its height."""
GAPS = (4, *range(12, 250, 14))
ANGLES, *SIDES = (86, 266, 94, 274, 60, 240, 120, 300, 45, 225, 135, 315, 30, 210), (266, 94, 240, 120), (86, 274, 60, 300)
"""Where a label may go from its dot, clockwise from the right: the text begins or ends there."""
LIGHT = {"ink": "#1f2328", "dim": "#59636e", "line": "#d8dee4", "compute": "#0067a8", "memory": "#e69500"}
DARK = {"ink": "#f0f3f6", "dim": "#a5afba", "line": "#343b43", "compute": "#4fa3e3", "memory": "#ffcb5c"}
STYLE = """
.roofline text{{fill:{ink};font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}}
.roofline .title{{font-size:19px;font-weight:600}} .roofline .dim{{fill:{dim}}}
.roofline .label{{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace}}
.roofline .grid{{stroke:{line}}} .roofline .leader{{stroke:{dim};opacity:.8}} .roofline .drop{{stroke:{dim};stroke-dasharray:3 4}}
.roofline .roof{{stroke:{ink};stroke-width:2}} .roofline .key{{fill:none;stroke:{dim}}}
.roofline .compute{{fill:{compute};fill-opacity:.6;stroke:{compute};stroke-width:1.5}}
.roofline .memory{{fill:{memory};fill-opacity:.6;stroke:{memory};stroke-width:1.5}}
"""
Box = tuple[float, float, float, float]
"""Left, top, right and bottom of something that takes room."""


class MissingLibrary(Exception):
    """The library that draws is not installed."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A layer, or several alike, whose figures are then those of all copies together."""

    name: str
    operations: int
    bytes: int
    seconds: float
    bound: Literal["compute", "memory"]
    dtype: str
    copies: int = 1

    @property
    def stands(self) -> bool:
        """Whether it has a place on logarithmic axes."""
        return self.operations > 0 and self.bytes > 0 and self.seconds > 0


@dataclass(frozen=True, slots=True)
class Roof:
    """The most that a device does in a type, in operations per second."""

    dtype: str
    peak: int


@dataclass(frozen=True, slots=True)
class Roofline:
    """A network's layers on a device: bytes per second of its memory, its roofs, and the seconds of one pass."""

    title: str
    device: str
    bandwidth: int
    roofs: tuple[Roof, ...]
    dots: tuple[Dot, ...]
    seconds: float

    def share(self, *dots: Dot) -> str:
        """The part of the time that some layers take."""
        percent = 100 * sum(dot.seconds for dot in dots) / (self.seconds or 1)
        return f"{percent:.1f} %" if percent >= 0.05 or not percent else "<0.1 %"


class Axes:
    """Where powers of ten stand in the picture: operations per byte from left to right, operations per second upwards."""

    def __init__(self, roofline: Roofline) -> None:
        self.memory = log10(roofline.bandwidth)
        self.peaks: dict[int, list[str]] = {}
        for roof in roofline.roofs:
            self.peaks.setdefault(roof.peak, []).append(roof.dtype)
        places = [self.powers(dot) for dot in roofline.dots if dot.stands]
        self.left = min([*(x for x, _ in places), log10(min(self.peaks)) - self.memory - 1]) - 0.4
        self.right = max([*(x for x, _ in places), log10(max(self.peaks)) - self.memory + 1]) + 0.4
        self.bottom = min([self.left + self.memory, *(y for _, y in places)]) - 0.2
        self.top = self.bottom + (log10(max(self.peaks)) - self.bottom) / 0.68

    @staticmethod
    def powers(dot: Dot) -> tuple[float, float]:
        return log10(dot.operations) - log10(dot.bytes), log10(dot.operations) - log10(dot.seconds)

    def at(self, x: float, y: float) -> tuple[float, float]:
        across, up = (x - self.left) / (self.right - self.left), (y - self.bottom) / (self.top - self.bottom)
        return LEFT + across * (RIGHT - LEFT), BOTTOM - up * (BOTTOM - TOP)


class Room:
    """What is taken of the picture, and room for the labels that are still to come."""

    def __init__(self, taken: Iterable[Box] = (), labels: Iterable[Box] = ()) -> None:
        self.taken, self.labels = list(taken), list(labels)

    def label(self, x: float, y: float, radius: float, text: str, angles: Iterable[int] = ANGLES) -> list[svg.Element]:
        """A text in the nearest free room beside something round, with a line that leads there if it is not close by."""
        width = CHAR * display_width(text)
        for gap in GAPS:
            for angle in angles:
                across, down = cos(radians(angle)), sin(radians(angle))
                line = x + radius * across, y + radius * down, x + (radius + gap) * across, y + (radius + gap) * down
                left = line[2] - width * (0 if across > 0.01 else 1 if across < -0.01 else 0.5)
                top = line[3] - LINE * (0 if down > 0.4 else 1 if down < -0.4 else 0.5)
                box = left - 4, top, left + width + 4, top + LINE
                leader = chain(*line) if gap > GAPS[0] else []
                inside = left >= LEFT and top >= TOP and box[2] <= RIGHT and box[3] <= BOTTOM
                if inside and not meet(box, self.taken) and not any(meet(step, self.labels) for step in leader):
                    self.labels += [box, *leader]
                    self.taken += [box, *leader]
                    return [_text(left, top + 11, text, "label"), *([_path("leader", *line)] if leader else [])]
        return []


def meet(box: Box, others: Iterable[Box]) -> bool:
    """Whether a box overlaps one of the others."""
    left, top, right, bottom = box
    return any(a < right and left < c and b < bottom and top < d for a, b, c, d in others)


def chain(x1: float, y1: float, x2: float, y2: float) -> list[Box]:
    """A line as the small boxes that it runs through."""
    steps = ceil(hypot(x2 - x1, y2 - y1) / 4) or 1
    points = ((x1 + (x2 - x1) * step / steps, y1 + (y2 - y1) * step / steps) for step in range(steps + 1))
    return [(x - 2, y - 2, x + 2, y + 2) for x, y in points]


def draw(roofline: Roofline) -> str:
    """The picture as SVG, in colours that follow the reader's light or dark scheme. Raises MissingLibrary."""
    if not installed:
        raise MissingLibrary("a picture needs the library svg.py: pip install 'archcalc[picture]'")
    axes, size = Axes(roofline), svg.ViewBoxSpec(0, 0, WIDTH, HEIGHT)
    parts = [*_words(roofline), *_grid(axes), *_plot(roofline, axes)]
    return f"{svg.SVG(width=WIDTH, height=HEIGHT, viewBox=size, class_=['roofline'], elements=parts, extra={'role': 'img'})}\n"


def merged(dots: Iterable[Dot], axes: Axes) -> list[Dot]:
    """The dots that stand, the largest first, those in one place as one; places grow until there are few enough."""
    standing = [(dot, *axes.at(*axes.powers(dot))) for dot in dots if dot.stands]
    places: dict[tuple[object, ...], list[Dot]] = {}
    for grid in (1, 2, 4, 8, 16, 32):
        places.clear()
        for dot, x, y in standing:
            places.setdefault((round(x / grid), round(y / grid), dot.bound, dot.dtype), []).append(dot)
        if len(places) <= MOST_DOTS:
            break
    return sorted(map(_together, places.values()), key=lambda dot: -dot.seconds)


def _together(dots: list[Dot]) -> Dot:
    """Several dots as one, named like those that take most of its time, with an asterisk where their numbers differ."""
    alike: dict[tuple[str, ...], list[Dot]] = {}
    for dot in dots:
        alike.setdefault(tuple("*" if part.isdecimal() else part for part in dot.name.split(".")), []).append(dot)
    most = max(alike.values(), key=lambda several: sum(dot.seconds for dot in several))
    columns = zip(*(dot.name.split(".") for dot in most), strict=True)
    name = ".".join(column[0] if len(set(column)) == 1 else "*" for column in columns) + ", …" * (len(alike) > 1)
    operations, size, copies = (sum(getattr(dot, figure) for dot in dots) for figure in ("operations", "bytes", "copies"))
    return Dot(name, operations, size, sum(dot.seconds for dot in dots), dots[0].bound, dots[0].dtype, copies)


def _words(roofline: Roofline) -> Iterator[svg.Element]:
    """The style, and what stands around the plot."""
    heading = f"{shorten(clean(roofline.title), 36)} on {shorten(clean(roofline.device), 26)}"
    bound = f"lower bound {_time(roofline.seconds)}"
    legend = {}
    for kind in ("compute", "memory"):
        dots = [dot for dot in roofline.dots if dot.bound == kind]
        legend[kind] = f"{kind}-bound: {roofline.share(*dots)} of the time in {_layers(dots)}"
    yield svg.Title(text=svg.escape(f"{heading}: roofline, {bound}"))
    yield svg.Desc(text=svg.escape("; ".join([f"Layers by operations per byte and operations per second, {bound}", *legend.values()])))
    dark = STYLE.format(**DARK)
    yield svg.Style(text=f".roofline{{color-scheme:light dark}}{STYLE.format(**LIGHT)}@media (prefers-color-scheme:dark){{{dark}}}\n")
    yield _text(24, 36, heading, "title")
    yield _text(24, 60, f"{bound}: what the layers take one after the other if each reaches its roof", "dim")
    for x, (kind, words) in zip((33, 463), legend.items(), strict=True):
        yield _marker(x, 84, pi * 49, kind)
        yield _text(x + 15, 88, words)
    yield _text(722, HEIGHT - 18, "area: share of the time", "dim", "end")
    for percent, x in ((1, 740), (4, 796), (16, 864)):
        yield _marker(x, HEIGHT - 22, FULL_AREA * percent / 100, "key")
        yield _text(x + 4 * sqrt(percent) + 6, HEIGHT - 18, f"{percent} %", "dim")
    without = [dot for dot in roofline.dots if not dot.stands]
    if without:
        what = "multiply-accumulates" + " or bytes" * any(dot.operations for dot in without)
        yield _text(24, HEIGHT - 18, f"{_layers(without)} without {what}: {roofline.share(*without)} of the time", "dim")


def _grid(axes: Axes) -> Iterator[svg.Element]:
    """A line and a figure for each power of ten, and for twice and five times of it where there are few."""
    for low, high, across in ((axes.left, axes.right, True), (axes.bottom, axes.top, False)):
        for power in range(floor(low), ceil(high)):
            for digit in (1, 2, 5) if high - low < 4 else (1,):
                at = power + log10(digit)
                if low <= at <= high:
                    x, y = axes.at(at, at)
                    number = si(digit * 10**power).replace(".00", "") if power >= 0 else f"{digit * 10.0**power:.{-power}f}"
                    yield _path("grid", x, TOP, x, BOTTOM) if across else _path("grid", LEFT, y, RIGHT, y)
                    yield _text(x, BOTTOM + 20, number, "dim", "middle") if across else _text(LEFT - 8, y + 4, number, "dim", "end")
    yield _text((LEFT + RIGHT) / 2, BOTTOM + 42, "operations per byte", anchor="middle")
    yield _text(24, TOP - 5, "operations/s")


def _plot(roofline: Roofline, axes: Axes) -> Iterator[svg.Element]:
    """Roofs, dots, and labels where there is room."""
    room, labels, memory = Room(), list[svg.Element](), axes.memory
    ridges = [(log10(peak) - memory, log10(peak)) for peak in axes.peaks]
    lines = [("drop", (x, axes.bottom), (x, y)) for x, y in ridges] + [("roof", (x, y), (axes.right, y)) for x, y in ridges]
    for kind, start, end in [*lines, ("roof", (axes.left, axes.left + memory), max(ridges))]:
        room.taken += (line := chain(*axes.at(*start), *axes.at(*end)))
        room.labels += line if kind == "drop" else []
        yield _path(kind, *axes.at(*start), *axes.at(*end))
    wanted = []
    for dot in merged(roofline.dots, axes):
        x, y = axes.at(*axes.powers(dot))
        area = max(LEAST_AREA, FULL_AREA * dot.seconds / (roofline.seconds or 1))
        radius = sqrt(area / (pi if dot.bound == "compute" else 2))
        room.taken.append((x - radius, y - radius, x + radius, y + radius))
        name = clean(dot.name), f" × {dot.copies:,}" if dot.copies > 1 else ""
        wanted.append((x, y, radius, f"{shorten(name[0], NAME_ROOM)}{name[1]} · {roofline.share(dot)}"))
        tip = (
            f"{shorten(name[0], 80)}{name[1]}: {_time(dot.seconds)}, {roofline.share(dot)} of the time, {dot.bound}-bound, {clean(dot.dtype)}\n"
            f"{si(dot.operations)} operations, {si(dot.bytes)} bytes, {quotient(dot.operations, dot.bytes, 2)} operations per byte"
        )
        yield _marker(x, y, area, dot.bound, tip)
    for (x, y), (peak, dtypes) in zip(ridges, axes.peaks.items(), strict=True):
        words = f"{shorten(clean(', '.join(dtypes)), NAME_ROOM)}: {si(peak)} operations/s"
        labels.append(_marker(*axes.at(x, y), pi * 16, "key"))
        labels += room.label(*axes.at(x, y), 8, words, (225, 250, 270, 300, 45))
        words = f"ridge: {quotient(peak, roofline.bandwidth, 2)} operations per byte"
        labels += room.label(*axes.at(x, axes.bottom), 7, words, (330, 210, 300, 240)) or room.label(*axes.at(x, y), 8, words)
    for part in (0.5, 0.7, 0.9, 0.3):
        x = axes.left + part * (min(ridges)[0] - axes.left)
        if made := room.label(*axes.at(x, x + memory), 4, f"memory: {si(roofline.bandwidth)} bytes/s", (225, 250, 45, 274)):
            labels += made
            break
    yield from labels
    tries: list[tuple[float, float, int, int, list[svg.Element]]] = []
    for first, order in ((MOST_LABELS, 1), (0, 1), (0, -1), (1, 1), (1, -1), (2, 1), (2, -1)):  # by time, then from the left or the right
        places = wanted[:first] + sorted(wanted[first:MOST_LABELS], key=lambda each: order * each[0])
        for angles in (ANGLES, *SIDES):
            again, left_out, found = Room(room.taken, room.labels), [0.0], list[svg.Element]()
            for each in places:
                found += (label := again.label(*each, angles))
                left_out += [] if label else [each[2] ** 2]
            tries.append((max(left_out), sum(left_out), len(again.labels), len(tries), found))
    yield from min(tries)[-1]  # the least time without a label, then the shortest lines


def _layers(dots: list[Dot]) -> str:
    return "1 layer" if (count := sum(dot.copies for dot in dots)) == 1 else f"{count:,} layers"


def _time(seconds: float) -> str:
    unit, size = next((each for each in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)) if seconds >= each[1]), ("ns", 1e-9))
    return f"{seconds / size:,.2f} {unit}"


def _text(x: float, y: float, text: str, kind: str = "", anchor: Literal["start", "middle", "end"] = "start") -> svg.Element:
    return svg.Text(x=round(x, 1), y=round(y, 1), text=svg.escape(text), class_=[kind] if kind else None, text_anchor=anchor)


def _path(kind: str, x1: float, y1: float, x2: float, y2: float) -> svg.Element:
    return svg.Path(class_=[kind], d=[svg.M(round(x1, 1), round(y1, 1)), svg.L(round(x2, 1), round(y2, 1))])


def _marker(x: float, y: float, area: float, kind: str, tip: str = "") -> svg.Element:
    """A circle, or a diamond for what memory bounds."""
    title: list[svg.Element] | None = [svg.Title(text=svg.escape(tip))] if tip else None
    x, y, half = round(x, 1), round(y, 1), round(sqrt(area / 2), 2)
    if kind != "memory":
        return svg.Circle(cx=x, cy=y, r=round(sqrt(area / pi), 2), class_=[kind], elements=title)
    corners: list[svg.PathData] = [svg.M(round(x - half, 2), y), svg.l(half, -half), svg.l(half, half), svg.l(-half, half), svg.Z()]
    return svg.Path(class_=[kind], elements=title, d=corners)
