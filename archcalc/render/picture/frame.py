"""What stands around the drawing of a space: titles, axes with their numbers, what colours say, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ..layout import clean, display_width, shorten
from .axes import BOTTOM, LEFT, RIGHT, TOP
from .scale import LETTER, Scale, thinned
from .sheet import DARK, HEIGHT, LIGHT, line, sheet, words
from .svg import element

STEPS = 12
"""Colours of numbers."""
BAR = RIGHT - 76
"""Where the colours of numbers are told; a plot then ends before it."""
NARROW = BAR - 22
LINES = (
    ("#0067a8", "#4fa3e3"),
    ("#b85c00", "#ffb35c"),
    ("#007a5a", "#3fcf9f"),
    ("#b0307f", "#f08cc4"),
    ("#6b4fc0", "#b39df5"),
    ("#7a6a00", "#d9c84a"),
    ("#c0392b", "#ff8577"),
    ("#4d5966", "#b5bfca"),
)
"""The colours of words and of lines, in light and in dark."""
RAMPS = (("#cfe6f8", "#3b8ac9", "#0a2744"), ("#173450", "#3f8fd0", "#e6f4ff"))
"""From the least to the most, in light and in dark."""


def _ramp(stops: Sequence[str]) -> list[str]:
    """Colours between the stops, evenly."""
    channels = [[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in stops]
    found = []
    for step in range(STEPS):
        whole, part = divmod(step * (len(stops) - 1), STEPS - 1)
        low, high = channels[whole], channels[min(whole + 1, len(stops) - 1)]
        found.append("#" + "".join(f"{round(a + (b - a) * part / (STEPS - 1)):02x}" for a, b in zip(low, high, strict=True)))
    return found


STYLE = (
    """.{sheet} .edge,.{sheet} .key{{fill:none;stroke:{dim}}} .{sheet} .ring{{stroke:{dim};stroke-width:.8}} .{sheet} .front,.{sheet} .limit{{fill:none;stroke:{ink};stroke-width:2}}
.{sheet} .halo{{fill:none;stroke:{page};stroke-width:5;stroke-opacity:.8}} .{sheet} .limit{{stroke-dasharray:7 4}}
.{sheet} .label{{stroke-width:4px}} .{sheet} .cells{{shape-rendering:crispEdges}} .{sheet} .out{{fill-opacity:.3}}
.{sheet} .dot{{fill:{compute};fill-opacity:.55;stroke:{compute}}} .{sheet} .best{{fill:{memory};stroke:{ink}}}
"""
    + "".join(f".{{sheet}} .s{step}{{{{fill:{{s{step}}}}}}} " for step in range(STEPS))
    + "\n"
    + "".join(
        f".{{sheet}} .w{at}{{{{fill:{{w{at}}};stroke:{{w{at}}}}}}} .{{sheet}} .l{at}{{{{fill:none;stroke:{{w{at}}};stroke-width:2}}}} "
        f".{{sheet}} .o{at}{{{{fill:{{page}};stroke:{{w{at}}};stroke-width:1.5}}}} "
        for at in range(len(LINES))
    )
    + "\n"
)
COLOURS = tuple(
    {
        **base,
        **{f"s{step}": colour for step, colour in enumerate(_ramp(RAMPS[dark]))},
        **{f"w{at}": pair[dark] for at, pair in enumerate(LINES)},
    }
    for dark, base in enumerate((LIGHT, DARK))
)


class Drawing:
    """A drawing in the making: what was drawn so far, and where a plot stands that may have colours beside it."""

    def __init__(self, x: Scale, y: Scale, names: tuple[str, str]) -> None:
        self.x = x
        self.y = y
        self.names = names
        self.parts: list[str] = []

    @property
    def right(self) -> float:
        """Where the plot ends."""
        return max(self.x.start, self.x.end)

    def grid(self, *, lines: bool = True, x: Iterable[tuple[float, str]] = (), y: Iterable[tuple[float, str]] = ()) -> None:
        """The numbers of both axes: round ones, or those that are given by where they stand, as many as there is room for."""
        wide = thinned([*x] or [(self.x.at(value), text) for value, text in self.x.ticks(9)], across=True)
        high = thinned([*y] or [(self.y.at(value), text) for value, text in self.y.ticks(8)], across=False)
        for at, text in wide:
            if lines:
                self.parts.append(line("grid", at, TOP, at, BOTTOM))
            half = display_width(text) * LETTER / 2
            self.parts.append(words(min(max(at, 10 + half), 950 - half), BOTTOM + 20, text, "dim", "middle"))
        for at, text in high:
            if lines:
                self.parts.append(line("grid", LEFT, at, self.right, at))
            self.parts.append(words(LEFT - 8, at + 4, text, "dim", "end"))
        self.parts.append(words((LEFT + self.right) / 2, BOTTOM + 42, shorten(clean(self.names[0]), 80), anchor="middle"))
        self.parts.append(words(24, TOP - 5, shorten(clean(self.names[1]), 60)))

    def bar(self, scale: Scale, name: str) -> None:
        """What the colours of numbers say, on the right."""
        high = (BOTTOM - TOP) / STEPS
        for step in range(STEPS):
            self.parts.append(
                element("rect", class_=f"s{step}", x=BAR, y=round(BOTTOM - (step + 1) * high, 1), width=14, height=round(high + 0.4, 1))
            )
        self.parts.append(words(RIGHT, TOP - 5, shorten(clean(name), 30), anchor="end"))
        for at, text in thinned([(scale.at(value), text) for value, text in scale.ticks(9)], across=False):
            self.parts.append(line("edge", BAR + 14, at, BAR + 18, at))
            self.parts.append(words(BAR + 22, at + 4, text, "dim"))

    def legend(self, name: str, entries: Sequence[str]) -> None:
        """What the colours of words say, in one row or two above the plot."""
        x, y = 24.0, 78
        for at, text in enumerate([f"{shorten(clean(name), 24)}:", *(shorten(clean(each), 20) for each in entries)]):
            wide = display_width(text) * LETTER + (16 if at else 0)
            if x + wide > RIGHT:
                x, y = 24.0, y + 16
            if at:
                self.parts.append(element("rect", class_=f"w{at - 1}", x=round(x, 1), y=y - 9, width=10, height=10))
            self.parts.append(words(x + (16 if at else 0), y, text, "" if at else "dim"))
            x += wide + 18

    def finished(self, title: str, told: Sequence[str], foot: Sequence[str]) -> str:
        """The picture, under its title and what holds for all points, with the foot below."""
        heading, below = shorten(clean(title), 78), shorten(clean(" · ".join(told)), 125)
        around = [words(24, 36, heading, "title"), words(24, 60, below, "dim")]
        around += [words(24, HEIGHT - 28 + 16 * at, shorten(clean(text), 126), "dim") for at, text in enumerate(foot[:2])]
        return sheet("plot", heading, f"{' over '.join(reversed(self.names))}. {' '.join(foot)}", STYLE, COLOURS, [*around, *self.parts])


def colour_scale(low: float, high: float, unit: str) -> Scale:
    """The scale of a row of colours, from bottom to top."""
    return Scale(low, high, BOTTOM, TOP, unit=unit, room=0)


def step_of(scale: Scale, value: float) -> int:
    """Which of the colours a number has."""
    return min(STEPS - 1, max(0, int(scale.part(value) * STEPS)))


def path(kind: str, points: Sequence[tuple[float, float]]) -> str:
    """A line through points."""
    return element("path", class_=kind, d="M " + " L ".join(f"{x:.1f} {y:.1f}" for x, y in points))


def pieces(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float, float, float]]:
    """The straight parts of a line through points."""
    return ((*one, *two) for one, two in pairwise(points))
